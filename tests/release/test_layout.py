"""Copies that differ from a withheld text in white space and invisible marks alone restore it."""

import json
import re
import shutil
import warnings

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import corpora
import qawl
from conftest import TOY
from qawl import cli
from qawl.core.text import sha256
from qawl.release.layout import Layouts
from qawl.release.tables import token_table, tokens
from qawl.setup import init

TEXTS = {
    "en": "The harbour opens in May, Layla Haddad said on Monday.\nShips of Northwind come first, and fishing boats follow in June.\n\nA market stands beside the old wall.",
    "ar": "أعلن مجلس المدينة أمس «أنه أقر خطة جديدة»، بعد أشهر من النقاش.\nوقالت رئيسة المجلس إن العمل يبدأ في الربيع.\n\nوأضافت أن الكلفة بلغت 60 مليون دينار.",
    "fa": "شورای شهر می‌گوید که طرح تازه‌ای تصویب کرده است.\nرئیس شورا گفت که کار آغاز می‌شود.\nنماینده‌ها انتقاد کردند.",
    "fr": "« Les travaux commencent », a-t-elle dit : « Enfin ! »\nIls coûtent 60\u00a0000 euros\u00a0; c’est peu.\n\nFin.",
    "zh": "河湾公司昨日表示，青山市政府批准了新航线。\n新航线下月开通，每周三班。\n\n专家认为，此举将促进两地往来。",
    "fr2": "Paris\u00a0— Elle a déclaré\u00a0: «\u00a0Non\u00a0!\u00a0» et que 1\u202f500\u202f000 personnes…\n\nFin de l’article\u00a0; merci.",
    "zh2": "河湾公司昨日表示。\n\u3000\u3000新航线下月开通，票价将低于铁路。\n\u3000\u3000专家认为，此举将促进两地往来。",
    "th": "เทศบาลเมืองภูเขาเขียวอนุมัติเส้นทางใหม่แล้ว เส้นทางใหม่จะเปิดเดือนหน้า\nค่าโดยสารจะถูกกว่ารถไฟ\n\nท่าอากาศยานพร้อมแล้ว",
    "mixed": "Mr\u00a0Moor met Ms Lind at\u00a0noon, he said at home.\nThey left the\u00a0house by 5 o’clock.",
    "odd": "One  two\tthree \nfour\n \nfive\u2003six (a\u200fb) \U0001f469\u200d\U0001f692 seven.",
}  # fmt: skip

COPIES = {
    "as it is": str,
    "blank lines": lambda text: re.sub("\n+", "\n\n\n", text),
    "no blank lines": lambda text: re.sub("\n+", "\n", text),
    "spaces at the ends": lambda text: text.replace("\n", "  \n") + " \n",
    "spaces at the starts": lambda text: "  " + text.replace("\n", "\n   "),
    "double spaces": lambda text: text.replace(" ", "  "),
    "tabs": lambda text: text.replace(" ", "\t"),
    "spaces that don't break": lambda text: text.replace(" ", "\u00a0"),
    "old line ends": lambda text: text.replace("\n", "\r"),
    "line ends of Windows": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "one line": lambda text: " ".join(text.split()),
    "a word a line": lambda text: "\n".join(text.split()),
    "a sentence a line": lambda text: re.sub(r"([.。!]) ?", r"\1\n", text),
    "hyphens that nobody sees": lambda text: re.sub(r"(\w)(\w)", "\\1\u00ad\\2", text),
    "marks of width zero": lambda text: text.replace(" ", " \u200b").replace("\n", "\u200e\n\u200f"),
    "lines around it": lambda text: f"Headline of the day\nBy our desk\n\n{text}\n\nShared 12 times\nMore",
    "a page": lambda text: "<html><body><article><h1>Headline</h1>"
    + "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
    + "<p>" + "More words for a page that is long enough. " * 9 + "</p></article></body></html>",
}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A release in which all the texts are withheld, with a gold span at the start of each."""
    root = tmp_path_factory.mktemp("layout") / "c"
    init.init(root, name="c")
    (root / "qawl.yaml").write_text(
        "name: c\nlayers: [toy]\nannotators: [a1]\ningest: {default_chrome: false}\n", "utf-8"
    )
    (root / "label_config" / "toy.yaml").write_text(TOY, "utf-8")
    rows = [
        {"text": text, "source": name, "license": "LicenseRef-x", "redistribute": False}
        for name, text in TEXTS.items()
    ]
    (root / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    tasks = [
        {"id": at, "data": {"text": text}, "annotations": [{"id": at, "completed_by": 1, "result": [
            {"id": "r", "from_name": "toy", "to_name": "text", "type": "labels",
             "value": {"start": 0, "end": tokens.listed(tokens.edges(text)).__next__()[1], "labels": ["A"]}}]}]}
        for at, text in enumerate(TEXTS.values(), start=1)
    ]  # fmt: skip
    (root / "export.json").write_text(json.dumps(tasks), "utf-8")
    for arguments in (
        ["scheme"],
        ["ingest", "in.jsonl"],
        ["pull", "--from", "export.json", "--layer", "toy"],
        ["adjudicate"],
        ["release", "0.1.0", "--draft"],
    ):
        done = CliRunner().invoke(cli.group, ["-C", str(root), *arguments])
        assert done.exit_code == 0, done.output or done.exception
    return root / "exports" / "releases" / "0.1.0"


def restored(release, tmp_path, *copies):
    """The texts that copies, (name, content) each, restore, by source."""
    place, target = tmp_path / "copies", tmp_path / "full"
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    place.mkdir()
    for name, content in copies:
        (place / name).write_text(content, "utf-8", newline="")
    CliRunner().invoke(
        cli.group, ["restore", str(release), "--articles", str(place), "--to", str(target)]
    )
    if not target.exists():  # no text was found
        return {}
    rows = pq.read_table(target / "articles").to_pylist()
    assert all(row["text"] is None or sha256(row["text"]) == row["text_sha256"] for row in rows)
    return {row["source"]: row["text"] for row in rows if row["text"] is not None}


# What a copy has lost for good: which white space it was, inside a line and not only at its end.
LOST = {
    # it has a mark of its own where the copy has more of the kind
    "odd": {"marks of width zero", "no blank lines", "blank lines", "spaces at the starts", "double spaces", "tabs", "spaces that don't break", "one line",
            "a word a line", "spaces at the ends", "a page"},
    "mixed": {"double spaces", "tabs", "spaces that don't break", "one line", "a word a line", "a page"},
}  # fmt: skip


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_with_other_white_space_restores_the_text(release, tmp_path, how):
    """The texts have no copy in common: what is found of one comes from its own."""
    ending = "html" if how == "a page" else "txt"
    copies = ((f"{name}.{ending}", COPIES[how](text)) for name, text in TEXTS.items())
    found = restored(release, tmp_path, *copies)
    lost = {name for name, kinds in LOST.items() if how in kinds}
    assert {**TEXTS, **found} == TEXTS
    assert TEXTS.keys() - found.keys() <= lost


def test_a_copy_restores_its_own_text_alone(release, tmp_path):
    for name, text in TEXTS.items():
        assert restored(release, tmp_path, ("copy.txt", text)) == {name: text}


@pytest.mark.parametrize("how", ["one line", "spaces that don't break"])
def test_a_copy_that_lost_the_kinds_of_spaces_is_said_to_be_near(release, tmp_path, how):
    """It was "not found" like a text that no copy has, so that people looked for another copy of it."""
    copy = tmp_path / "copy.txt"
    copy.write_text(COPIES[how](TEXTS["mixed"]), "utf-8")
    done = CliRunner().invoke(
        cli.group,
        ["restore", str(release), "--articles", str(copy), "--to", str(tmp_path / "full")],
    )
    said = [line for line in done.output.splitlines() if line.startswith("not found: ")]
    near = [
        line
        for line in said
        if "(a copy has as many letters with spaces at the same places" in line
    ]
    assert (done.exit_code, len(said), len(near)) == (1, len(TEXTS), 1)
    held = pq.read_table(release / "articles")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        qawl.restore(held, [copy], release=release)
    assert any("which spaces were no-break spaces" in str(each.message) for each in warned)


def test_lines_that_end_in_several_ways():
    """Mixed: a space at one end, a blank line, an indented line; the copy has one line."""
    text = "One two \nthree.\n\nFour\n five \n\nsix seven"
    layouts = Layouts()
    starts, ends = tokens.edges(text)
    row = {"text_sha256": sha256(text), "starts": starts, "ends": ends}
    layouts.add({**row, "paragraphs": token_table._lines(text, starts).tolist()})
    assert layouts.find(" ".join(text.split())) == text
    assert layouts.find(text.replace(" \n", "\n")) == text


def test_white_space_around_a_text_that_nobody_cleaned():
    """Texts of a corpus that was adopted are frozen as they were annotated."""
    for text in ("  two words\nand more \n", "\n\ntwo words\n\n", "\u3000\u3000two words"):
        layouts = Layouts()
        starts, ends = tokens.edges(text)
        row = {"text_sha256": sha256(text), "starts": starts, "ends": ends}
        layouts.add({**row, "paragraphs": token_table._lines(text, starts).tolist()}, len(text))
        assert layouts.find(" ".join(text.split())) == text


def test_another_text_of_as_many_letters_restores_nothing(release, tmp_path):
    for other in (TEXTS["en"].replace("Monday", "Sunday"), TEXTS["zh"][::-1]):
        assert restored(release, tmp_path, ("copy.txt", other)) == {}


def test_a_loaded_dataset_is_laid_out_with_its_release(release):
    import datasets

    datasets.disable_progress_bars()
    line = " ".join(TEXTS["ar"].split())
    for config in ("articles", "tokens"):
        held = datasets.load_dataset("parquet", data_files=str(release / config / "*.parquet"))[
            "train"
        ]
        with pytest.warns(UserWarning, match=f"{len(TEXTS) - 1} withheld texts were not found"):
            filled = qawl.restore(held, [line], release=release)
        words = [
            row["text"] if config == "articles" else "".join(row["tokens"] or []) for row in filled
        ]
        assert len(list(filter(None, words))) == 1


def test_a_release_without_tokens_takes_copies_with_other_lines(release, tmp_path):
    """Releases made before the table `tokens` say of a text no more than its hash."""
    old = tmp_path / "old"
    shutil.copytree(release, old)
    shutil.rmtree(old / "tokens")
    corpora.say_again(old)
    for how in (
        "blank lines",
        "spaces at the ends",
        "double spaces",
        "tabs",
        "line ends of Windows",
    ):
        text = re.sub("\n+", "\n\n", TEXTS["ar"]) if how == "blank lines" else TEXTS["ar"]
        found = restored(old, tmp_path, ("copy.txt", COPIES[how](TEXTS["fa"])))
        assert found == {"fa": TEXTS["fa"]}, (how, text)


WHITE = st.sampled_from([" ", "\n", "\n\n"])


@given(
    st.lists(st.tuples(st.text("ab.،ن2", min_size=1, max_size=5), WHITE), min_size=1, max_size=12),
    st.data(),
)
def test_any_text_of_plain_lines_comes_back_from_any_white_space(words, data):
    text = "".join(word + white for word, white in words).strip()
    layouts = Layouts()
    starts, ends = tokens.edges(text)
    row = {"text_sha256": sha256(text), "starts": starts, "ends": ends}
    layouts.add({**row, "paragraphs": token_table._lines(text, starts).tolist()})
    other = st.sampled_from([" ", "\n", "\r\n", "\t", "\u00a0", "   ", " \n\n\n "])
    copy = "".join(
        data.draw(other) if part.isspace() else part for part in re.split(r"(\s+)", text)
    )
    assert layouts.find(copy) == text
    assert layouts.find(copy.replace("a", "c")) == (text if "a" not in text else None)
