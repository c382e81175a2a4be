"""Names that a scheme gives never meet Qawl's own, or each other: they work, or are refused."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from label_studio_sdk.label_interface import LabelInterface

import corpora
from loop import Loop
from qawl.core.errors import SchemeError
from qawl.release.tables import tables
from qawl.release.tables.token_table import token_columns
from qawl.scheme import names, scheme
from qawl.scheme.label_config import config_xml

PLAIN = """
layer: x
labels: [A, B]
relations: [{name: r, from: A, to: B}, {name: s, from: [A], to: [A]}]
attributes:
  - {name: one, of: [A], values: [v]}
  - {name: two, of: [B], kind: text}
  - {name: whole, kind: texts}
"""
ROWS = (
    PLAIN.replace("from: A, to: B", "from: [A], to: [B]")
    + """
table: {name: xs, rows: A, columns: {b: r}, joined_by: s, speaker: one}
projections: [{name: p, of: one, values: {v: w}}]
"""
)


def parsed(text, where="x.yaml"):
    return scheme.parse(text, where)


@pytest.mark.parametrize("text", [PLAIN.replace("from: A, to: B", "from: [A], to: [B]"), ROWS])
def test_the_names_of_columns_are_those_of_the_tables(text):
    """The check knows every column that a release has: a new one must be added to `names`."""
    made = parsed(text)
    columns = tables.all_columns({"x": made})
    own = names.columns(made)

    def without_told(found):
        return {each for each in found if not each.endswith("_standoff")}

    assert without_told(columns["articles"]) == {
        *(set(names.ARTICLE) - {"context"}),
        *(f"x_{name}" for name, _ in own["articles"]),
    }
    record = columns["articles"]["x_spans"].item
    assert without_told(name for name, _ in record.fields) == {
        name for name, _ in own["articles.spans"]
    } - {"article_id", "text_sha256"}
    table = "xs" if "xs" in columns else "x"
    expected = {name for name, _ in own.get("xs", own["articles.spans"])}
    assert without_told(columns[table]) == expected
    assert set(names.TABLES) < set(columns)
    assert {"x_" + name for name in names.LAYER} <= set(columns["articles"])


def renamed(old, new):
    return re.sub(rf"\b{old}\b", new, ROWS)


@pytest.mark.parametrize(
    "name", ["id", "start", "end", "text", "support", "article_id", "text_sha256"]
)
def test_an_attribute_of_spans_named_like_a_column_is_refused_with_a_free_name(name):
    text = f"layer: x\nlabels: [A]\nattributes: [{{name: {name}, of: [A], kind: texts}}]\n"
    with pytest.raises(SchemeError, match=rf"(attribute|control name).* '?{name}'?\b"):
        parsed(text)
    free = text.replace(f"name: {name}", f"name: x_{name}, control: {name}2")
    assert parsed(free).of_control[f"{name}2"].name == f"x_{name}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (renamed("one", "label"), "attribute label: a span has another column label: call it x_label"),
        ("layer: x\nlabels: [A]\nattributes: [{name: label, of: [A], kind: text}]", "attribute label: .*call it x_label"),
        (renamed("one", "paragraph"), "attribute paragraph: the table xs .*call it x_paragraph"),
        (renamed("one", "pieces"), "attribute pieces: .*call it x_pieces"),
        (renamed("one", "speaker_id"), "attribute speaker_id"),
        (renamed("one", "parent"), "attribute parent"),
        (renamed("one", "b"), "column b: .*call it x_b"),
        (renamed("b", "text"), "column text: .*call it x_text"),
        (renamed("b", "start"), "column start"),
        (renamed("p", "one"), "attribute one: .*call it x_one"),
        (renamed("p", "support"), "projection support"),
        (renamed("b", "two_standoff"), "column two_standoff: names in _standoff"),
        (renamed("one", "one_standoff"), "attribute one_standoff: names in _standoff"),
        (renamed("whole", "standoff"), "attribute standoff: names in _standoff"),
        (renamed("whole", "complete"), "attribute complete: the table articles has another column complete: call it x_complete"),
        (renamed("whole", "spans"), "attribute spans"),
        (renamed("whole", "label"), None),
        (renamed("whole", "text"), "control name 'text' is there twice"),
        (renamed("whole", "x"), "control name 'x' is there twice"),
        (renamed("whole", "disagreements"), "control name 'disagreements' is there twice"),
        ("layer: x\nlabels: [A]\nattributes: [{name: y, of: [A], kind: text, suggest: z}, {name: y_typed, kind: text}]", "control name 'y_typed' is there twice"),
        ("layer: x\nlabels: [A]\nattributes: [{name: y, of: [A], kind: text, suggest: text}]", "suggest: tasks have a field text .*call it text_2"),
        ("layer: x\nlabels: [A]\ncontext: [article_id]", "context: tasks have a field article_id .*call it article_id_2"),
        ("layer: x\nlabels: [A]\ncontext: [text]", "context: tasks have a field text"),
        ("layer: x\nlabels: [A]\ntext_field: body\ncontext: [text, title]", None),
        ("layer: x\nlabels: [A]\ntext_field: title", None),
        ("layer: x\nlabels: [A]\ntext_field: layer", "text_field: tasks have a field layer"),
        ("layer: x\nlabels: [A]\ntext_field: Full Text", "text_field: 'Full Text': .*call it Full_Text"),
        ("layer: x\nlabels: [A]\ncontext: [عنوان]", "context: 'عنوان': Label Studio shows fields .*a to z"),
        ("layer: x\nlabels: ['']", "label '': a name must not be empty"),
        ("layer: x\nlabels: [' A']", "label ' A': a name must not be empty, and not start"),
        ('layer: x\nlabels: ["A\\nB"]', "must be one line"),
        ('layer: x\nattributes: [{name: y, values: ["a\\u0000"]}]', "attribute y: value .*must be one line"),
        ("layer: x\nlabels: ['a\u200f', a]", "label .* looks like"),
        ("layer: x\nlabels: ['a\u0301', '\xe1']", "label .* looks like"),
        ("layer: x\nlabels: [خانه\u200cها, خانه]", None),
        ("layer: x\nlabels: [A]\ncontrol: ''", "control '': a name must not be empty"),
        ("layer: x\nlabels: ['City, State', B]\nattributes: [{name: y, of: ['City, State'], values: [v]}]", "label 'City, State': .*comma"),
        ("layer: x\nlabels: ['City, State', B]\nattributes: [{name: y, of: ['City, State', B], values: [v]}]", None),
        ("layer: x\nlabels: ['City, State', B]\nattributes: [{name: y, of: [B], values: [v]}]", None),
    ],
)  # fmt: skip
def test_what_collides_is_refused_and_what_does_not_works(text, said):
    if said is None:
        made = parsed(text)
        assert tables.all_columns({"x": made})
        LabelInterface(config_xml(made, "en")).validate()
        return
    with pytest.raises(SchemeError, match=f"x.yaml: .*{said}"):
        parsed(text)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"articles": "labels: [A]"}, "has a table articles: call it articles_spans"),
        ({"articles": "attributes: [{name: y, kind: text}]"}, None),
        ({"tokens": "labels: [A]"}, "has a table tokens"),
        ({"Votes": "labels: [A]"}, "every release has a table Votes: call it votes_spans"),
        ({"a": "labels: [A]\ntable: {name: B}", "b": "labels: [B]"}, "the layer a has a table b"),
        ({"label": "labels: [label]"}, None),
        ({"a": "labels: [A]\nrelations: [r]", "a_relations": "labels: [A]"}, "has a table a_relations"),
        ({"text": "attributes: [{name: sha256, kind: text, control: y}]", "b": "labels: [A]"}, "a column text_sha256"),
        ({"code": "attributes: [{name: points, kind: text}]"}, "every release has a column code_points"),
        ({"a": "labels: [A]", "a_b": "labels: [B]"}, None),
        ({"a": "attributes: [{name: b_complete, kind: text}]", "a_b": "labels: [B]"}, "a column a_b_complete"),
        ({"a": "attributes: [{name: b_x, kind: text}]", "a_b": "labels: [B]"}, "column a_b_x would be taken for one of the layer a_b: call it b_x_of_article"),
        ({"my_news": "labels: [A]\nattributes: [{name: c, kind: text}]"}, None),
        ({"a": "labels: [A]\ntable: {name: b}", "b": "labels: [B]"}, "the layer a has a table b"),
    ],
)  # fmt: skip
def test_layers_of_a_corpus_do_not_collide(layers, said):
    schemes = {name: parsed(f"layer: {name}\n{text}\n") for name, text in layers.items()}
    found = list(names.collisions(schemes))
    if said is None:
        assert found == []
        assert tables.all_columns(schemes)
        assert token_columns(schemes)
    else:
        assert re.search(said, " ".join(found)), found
        with pytest.raises(SchemeError):
            tables.all_columns(schemes)


STRANGE = [
    '"quoted" & <b>',
    "[/x]",
    "O'Brien",
    "شخص",
    "人名",
    "a,b",
    "$100",
    "💶 money",
    "x|y",
    "--",
    "#2",
    "%s {}",
]


def test_strange_names_go_through_the_loop(tmp_path):
    """Quotes, angle brackets, markup of a terminal, other scripts, emoji, what looks like a field."""
    labels = "\n".join(f"  - {json.dumps(each, ensure_ascii=False)}" for each in STRANGE)
    values = json.dumps(STRANGE, ensure_ascii=False)
    text = (
        f"layer: odd\nlabels:\n{labels}\nattributes:\n"
        f'  - {{name: "نوع <x>", of: {values}, values: {values}}}\n'
        f"  - {{name: 'all \"it\"', kind: choices, values: {values}}}\n"
    )
    loop = Loop(tmp_path / "c", {"odd": text}, ["abcdefghijklmnopqrstuvwxyz " * 2])
    config = (loop.folder / "label_config/odd.xml").read_text("utf-8")
    LabelInterface(config).validate()
    root = ET.fromstring(config)
    assert {each.get("alias") for each in root.iter("Label")} == set(STRANGE)
    assert "＄100" in {each.get("value") for each in root.iter("Label")}

    def annotate(who, text):
        found = []
        for at, name in enumerate(STRANGE):
            place = {"start": at, "end": at + 1, "text": text[at]}
            whose = {"id": f"r{at}", "to_name": "text"}
            found += [
                {
                    **whose,
                    "from_name": "odd",
                    "type": "labels",
                    "value": {**place, "labels": [name]},
                },
                {**whose, "from_name": "نوع <x>", "type": "choices"}
                | {"value": {**place, "choices": [STRANGE[-1 - at]]}},
            ]
        every = {"id": "d", "from_name": 'all "it"', "to_name": "text", "type": "choices"}
        return [*found, {**every, "value": {"choices": STRANGE}}]

    loop.annotate("odd", annotate)
    assert loop.findings(severity="error") == []
    loop.run("agreement")
    rows = loop.release(tmp_path / "cache")
    named = rows["odd"].features["label"].names
    assert [named[each] for each in rows["odd"]["label"]] == STRANGE
    values = rows["odd"].features["نوع <x>"].names
    assert [values[each] for each in rows["odd"]["نوع <x>"]] == STRANGE[::-1]
    for name in ("conll2003", "iob2", "brat", "label-studio"):
        loop.run("export", name, "--to", str(tmp_path / name))


def test_names_that_differ_in_case_alone_are_a_warning_of_the_command(tmp_path):
    """SQL reads `Start` and `start` as one column; parquet and `datasets` don't, so the name is not refused."""
    attributes = [corpora.choice("Start", "v", of=["A"]), corpora.choice("Decided_By", "v")]
    made = corpora.corpus(
        tmp_path / "c", corpora.scheme("x", ["A"], attributes), {"t": "A text."}, ["a1"]
    )
    for words in (["scheme"], ["scheme", "--check"]):
        code, said = corpora.main(made, *words)
        warned = [line for line in said.splitlines() if line.startswith("warning: ")]
        assert code == 0
        assert [each.split(",")[0] for each in warned] == [
            "warning: layer x: attribute Start: there is a column start too",
            "warning: attribute x_Decided_By: there is a column x_decided_by too",
        ]
    plain = corpora.corpus(tmp_path / "d", corpora.scheme("x", ["A"]), {"t": "A text."}, ["a1"])
    assert "warning" not in corpora.main(plain, "scheme")[1]


@pytest.mark.parametrize("place", ["layer.yaml", "qawl.yaml"])
def test_half_a_character_is_refused_where_it_stands_and_two_halves_are_one(tmp_path, place):
    r"""As JSON escapes an emoji ("\ud83d\ude00"), which YAML takes too: a title with half of one stopped
    `scheme` and `release` by words that named no file, once work was collected."""
    corpora.qawl(tmp_path, "init", "c", "--name", "c", "--language", "en")
    root = tmp_path / "c"
    path = root / ("label_config/entity.yaml" if place == "layer.yaml" else "qawl.yaml")
    plain = path.read_text("utf-8")
    inside = (
        (r"title: {[^}]*}", "title: {en: ")
        if place == "layer.yaml"
        else (r"(?m)^name: .*", "name: ")
    )
    for written, code in (("\\ud83d\\ude00", 0), ("\\ud83d", 1)):
        named = f'{inside[1]}"x {written}"' + "}" * (place == "layer.yaml")
        path.write_text(re.sub(inside[0], lambda _, named=named: named, plain, count=1))
        exit_code, said = corpora.main(root, "scheme")
        assert exit_code == code, said
    assert f"{path.name}, line " in said
    assert "half a character" in said
