"""Names that a format does not allow: others stand for them, one to one, and a table says which."""

import json
import re
import shutil

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import qawl.formats.job as formats_job
from qawl import cli
from qawl.core.errors import InputError
from qawl.formats.names import Names
from qawl.setup import init

LABELS = (
    "مكان",
    "شخص",
    "شخصا",
    "场所",
    "人物",
    "Org",
    "A B",
    "A_B",
    "A-B",
    "A.B",
    "___",
    "étage",
    "name-1",
)
SCHEME = """
format: 1
layer: {layer}
version: "1"
title: {{en: Names}}
labels:
{labels}
attributes:
  - name: نوع
    title: {{en: kind}}
    of: {of}
    kind: choice
    values: [{{name: قديم, title: {{en: old}}}}, {{name: جديد, title: {{en: new}}}}, {{name: plain, title: {{en: plain}}}}]
relations:
  - {{name: يقع في, title: {{en: in}}, from: {of}, to: {of}}}
  - {{name: ضد, title: {{en: against}}, from: {of}, to: {of}}}
"""
LABEL = '  - {{name: "{0}", title: {{en: "{0}"}}, definition: {{en: x}}, example: {{en: "[x]"}}, color: "#2e86ab", hotkey: "{1}"}}'
WORDS = "بيت كلب ولد بنت نهر جبل قمر شمس باب كتاب قلم ورد بحر".split()  # noqa: SIM905
TEXT = " ".join(WORDS)


@pytest.fixture
def export(tmp_path):
    """export(format, layer=…) → the folder of an export of an annotation with each of LABELS."""

    def run(name, *, layer="names", labels=LABELS, text=TEXT, said=0):
        root = tmp_path / "c"
        shutil.rmtree(root, ignore_errors=True)
        init.init(root, name="c")
        (root / "qawl.yaml").write_text(f"name: c\nlayers: [{layer}]\nannotators: [a1]\n", "utf-8")
        listed = "\n".join(
            LABEL.format(each, key) for each, key in zip(labels, "1234567890qwe", strict=False)
        )
        of = json.dumps(list(labels), ensure_ascii=False)
        (root / "label_config" / f"{layer}.yaml").write_text(
            SCHEME.format(layer=layer, labels=listed, of=of), "utf-8"
        )
        (root / "in.jsonl").write_text(
            json.dumps({"text": text, "license": "CC0-1.0", "redistribute": True}), "utf-8"
        )
        (root / "export.json").write_text(json.dumps([task(layer, labels, text)]), "utf-8")
        for arguments in (
            ["ingest", "in.jsonl"],
            ["pull", "--from", "export.json", "--layer", layer],
            ["adjudicate"],
        ):
            done = CliRunner().invoke(cli.group, ["-C", str(root), *arguments])
            assert done.exit_code == 0, done.output
        target = tmp_path / "out"
        shutil.rmtree(target, ignore_errors=True)
        done = CliRunner().invoke(cli.group, ["-C", str(root), "export", name, "--to", str(target)])
        assert done.exit_code == said, done.output
        return target

    return run


def task(layer, labels, text):
    """Each label on a word, with a value of the attribute; arrows of both names from the first."""
    result, values = [], ("قديم", "جديد", "plain")
    for at, (word, label) in enumerate(zip(WORDS, labels, strict=False)):
        value = {"start": text.index(word), "end": text.index(word) + len(word), "text": word}
        where = {"id": f"s{at}", "to_name": "text"}
        result.append(
            {**where, "from_name": layer, "type": "labels", "value": {**value, "labels": [label]}}
        )
        result.append(
            {
                **where,
                "from_name": "نوع",
                "type": "choices",
                "value": {**value, "choices": [values[at % 3]]},
            }
        )
    for to, name in (("s1", "يقع في"), ("s2", "ضد")):
        result.append(
            {
                "type": "relation",
                "from_id": "s0",
                "to_id": to,
                "direction": "right",
                "labels": [name],
            }
        )
    return {
        "id": 1,
        "data": {"text": text},
        "annotations": [{"id": 1, "completed_by": 1, "result": result}],
    }


def test_brat_tells_every_name_apart_and_says_which_is_which(export):
    out = export("brat") / "names.gold"
    table = json.loads((out / "names.json").read_text("utf-8"))
    (ann,) = out.glob("*.ann")
    lines = [line.split("\t") for line in ann.read_text("utf-8").splitlines()]
    found = {line[2]: line[1].split()[0] for line in lines if line[0][0] == "T"}
    assert all(re.fullmatch("[a-zA-Z0-9_-]+", each) for each in found.values())
    names = {written: table["names"].get(written, written) for written in found.values()}
    assert {word: names[written] for word, written in found.items()} == dict(
        zip(WORDS, LABELS, strict=True)
    )
    relations = [line[1].split()[0] for line in lines if line[0][0] == "R"]
    assert sorted(table["names"][each] for each in relations) == sorted(["يقع في", "ضد"])
    values = {line[1].split()[2] for line in lines if line[0][0] == "A"}
    assert {table["values of نوع"].get(each, each) for each in values} == {"قديم", "جديد", "plain"}
    # brat checks types and values against this file, and shows the names of the other
    conf = (out / "annotation.conf").read_text("utf-8")
    assert conf.isascii()
    sections = dict(re.findall(r"\[(\w+)\]\n((?:[^\[\n].*\n)*)", conf))
    assert sections["entities"].split() == list(found.values())
    assert {line.split("\t")[0] for line in sections["relations"].splitlines()} == {*relations}
    assert set(re.search(r"Value:(.*)", sections["attributes"])[1].split("|")) == values
    shown = dict(
        line.split(" | ")
        for line in (out / "visual.conf").read_text("utf-8").splitlines()
        if " | " in line
    )
    assert shown == table["names"], "brat shows values as they are: a label may be called like one"


def test_names_that_brat_allows_stay_as_they_are(export):
    labels = ("Org", "Place", "Person")
    out = export("brat", labels=labels) / "names.gold"
    (ann,) = out.glob("*.ann")
    found = [
        line.split("\t")[1].split()[0]
        for line in ann.read_text("utf-8").splitlines()
        if line[0] == "T"
    ]
    assert found == list(labels)


@pytest.mark.parametrize("name", ["conll2003", "iob2"])
def test_columns_tell_labels_with_and_without_spaces_apart(export, name):
    out = export(name)
    table = json.loads((out / "names.names.json").read_text("utf-8"))
    assert table == {"A_B-2": "A B"}
    (path,) = [each for each in out.rglob("*") if each.suffix in (".conll", ".tsv")]
    tags = {tag[2:] for tag in re.findall(r"\bB-\S+", path.read_text("utf-8"))}
    assert {table.get(each, each) for each in tags} == set(LABELS)


@pytest.mark.parametrize("layer", ["token", "start", "end"])
def test_a_layer_is_no_column_of_the_format_s_own(export, layer):
    (path,) = export("iob2", layer=layer).rglob("*.tsv")
    head = path.read_text("utf-8").split("\n")[0].split("\t")
    assert head[:3] == ["token", "start", "end"]
    assert len(head) == len(set(head)) == 4


@pytest.mark.parametrize("name", ["conll2003", "iob2"])
def test_a_mark_that_nobody_sees_is_no_token(export, name):
    marks = "\u200f\u200e\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u061c\u200b\u2060\ufe0f\u00ad\u200c\u200d"
    text = (
        TEXT.replace("قمر", "\u200fقمر\u200e")
        .replace("نهر", "\u2068North\u2069")
        .replace("قلم", f"قلم {marks} ،{marks}")
    )
    text = text.replace("بحر", "👩\u200d🚒 می\u200cکنند بحر")
    (path,) = [
        each
        for each in export(name, text=text.replace("North", "نهر")).rglob("*")
        if each.suffix in (".conll", ".tsv")
    ]
    found = [re.split("[ \t]", line)[0] for line in path.read_text("utf-8").split("\n") if line]
    assert [each for each in found if not each.strip(marks)] == []
    assert {"قمر", "نهر", "،", "👩\u200d🚒", "می\u200cکنند"} <= set(found)
    tagged = re.findall(r"^(\S+).*\bB-", path.read_text("utf-8"), re.MULTILINE)
    assert tagged == WORDS


names = st.lists(st.text("aA_ -مش人|", max_size=4))


@given(names, names)
def test_no_two_names_are_one(known, others):
    made = Names(lambda name: re.sub("[^a-zA-Z0-9_-]", "_", name).strip("_-"), known)
    before = {name: made(name) for name in known}
    found = {name: made(name) for name in [*others, *known]}
    assert before.items() <= found.items()
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch("[a-zA-Z0-9_-]+", each) for each in found.values())
    assert {made.changed().get(each, each): each for each in found.values()} == found


def test_files_that_are_one_where_case_does_not_count_are_refused(tmp_path):
    folder = formats_job.Folder(tmp_path)
    folder.write("ner.a1/1.txt", ["x"])
    with pytest.raises(InputError, match=r"ner\.a1/1\.txt and ner\.A1/1\.txt"):
        folder.write("ner.A1/1.txt", ["y"])
