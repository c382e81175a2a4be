"""What a scheme can say: each thing goes through the whole loop, and comes back from a loaded release."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from label_studio_sdk.label_interface import LabelInterface

from loop import Loop
from qawl.core.errors import SchemeError
from qawl.scheme import scheme
from qawl.scheme.json_schema import annotation_schema
from qawl.scheme.label_config import ROW, config_xml

TEXTS = ["The council repaired the pipes.", "They shouted at the mayor, twice."]


def said(control, kind, value, identity=None, place=None, to="text"):
    """A result as Label Studio sends it: of a region where it has a place, else of the whole text."""
    return {
        "id": identity or f"d{control}",
        "from_name": control,
        "to_name": to,
        "type": kind,
        "origin": "manual",
        "value": {**(place or {}), **value},
    }


def region(control, label, text, start, end, identity="r", **more):
    place = {"start": start, "end": end, "text": text[start:end]}
    labels = label if isinstance(label, list) else [label]
    return said(control, "labels", {"labels": labels}, identity, place, **more)


def config(text, language="en"):
    """The config of a scheme, which the server's own check accepts."""
    made = config_xml(scheme.parse(text, "x.yaml"), language)
    LabelInterface(made).validate()
    return ET.fromstring(made)


TONE = """
layer: tone
context: [headline]
text_field: body
attributes:
  - {name: tone, values: [calm, angry], required: yes}
  - {name: topics, kind: choices, values: [water, roads, schools]}
  - {name: why, values: [insult, threat], when: {tone: [angry]}, required: yes}
  - {name: clarity, kind: scale, max: 5}
  - {name: note, kind: text}
  - {name: count, kind: number, min: 0, step: 1}
  - {name: share, kind: number}
  - {name: day, kind: date}
  - {name: field, kind: tree, values: [{Politics: [Elections, Courts]}, Sport]}
  - {name: fields, kind: tree, multiple: yes, values: [{Politics: [Elections, Courts]}, Sport]}
  - {name: remarks, kind: texts}
  - {name: likert, kind: scale, min: -1, max: 1, step: 0.5}
"""


def whole(who, text):
    """What an annotator says of a text; the two differ in the note, and agree in the rest."""
    angry = "shouted" in text
    found = [
        said("tone", "choices", {"choices": ["angry" if angry else "calm"]}),
        said(
            "topics", "choices", {"choices": ["roads", "water"] if who == 1 else ["water", "roads"]}
        ),
        said("clarity", "rating", {"rating": 4}),
        said("note", "textarea", {"text": [f"note of {who}"]}),
        said("count", "number", {"number": 3}),
        said("share", "number", {"number": 0.25}),
        said("day", "datetime", {"datetime": "2024-05-01"}),
        said("field", "taxonomy", {"taxonomy": [["Politics", "Courts"]]}),
        said("fields", "taxonomy", {"taxonomy": [["Sport"], ["Politics", "Courts"]]}),
        said("remarks", "textarea", {"text": ["one", "two"]}),
        said("likert", "choices", {"choices": ["-0.5"]}),
    ]
    return [*found, said("why", "choices", {"choices": ["insult"]})] if angry else found


EXPECTED = {
    "tone": "calm",
    "topics": ["roads", "water"],
    "clarity": 4,
    "note": "note of 1",
    "count": 3,
    "share": 0.25,
    "day": "2024-05-01",
    "field": ["Politics", "Courts"],
    "fields": [["Sport"], ["Politics", "Courts"]],
    "remarks": ["one", "two"],
    "likert": -0.5,
}


@pytest.fixture(scope="module")
def toned(tmp_path_factory):
    """A corpus of document attributes of every kind, annotated by two, and what its release holds."""
    folder = tmp_path_factory.mktemp("tone")
    articles = [
        {
            "text": text,
            "redistribute": True,
            "license": "CC-BY-4.0",
            "context": {"headline": f"Headline {number}", "n": number},
        }
        for number, text in enumerate(TEXTS)
    ]
    loop = Loop(folder / "c", {"tone": TONE}, articles)
    loop.annotate("tone", whole, field="body")
    return loop, loop.release(folder / "cache")


def test_a_layer_of_document_attributes_goes_through_the_loop(toned):
    loop, rows = toned
    records = {
        (each["annotator"], each["attributes"]["tone"]): each for each in loop.records("tone")
    }
    assert records["a1", "calm"]["attributes"] == EXPECTED
    assert records["a1", "angry"]["attributes"] == {**EXPECTED, "tone": "angry", "why": "insult"}
    assert loop.findings(severity="error") == []
    assert "tone" not in rows  # no spans, no table of spans
    (row,) = [each for each in rows["articles"] if "council" in each["text"]]
    agreed = {name: row[f"tone_{name}"] for name in EXPECTED}
    kinds = rows["articles"].features
    assert kinds["tone_tone"].names[agreed.pop("tone")] == "calm"
    listed = kinds["tone_topics"]  # a list of one feature with `datasets` before 4
    values = listed[0] if isinstance(listed, list) else listed.feature
    topics = [values.names[each] for each in agreed.pop("topics")]
    assert sorted(topics) == ["roads", "water"]
    assert agreed == {**{n: v for n, v in EXPECTED.items() if n in agreed}, "note": None} | {
        "fields": [["Politics", "Courts"], ["Sport"]]  # in the scheme's order
    }
    assert row["tone_complete"] is False  # the notes differ
    assert row["context"] == {"headline": "Headline 0"}


def test_the_schema_of_a_layer_without_labels_is_a_json_schema(toned):
    """It said of spans that all of no rules must hold, which no JSON Schema may say."""
    import jsonschema

    loop, _ = toned
    schema = json.loads((loop.folder / "schemas" / "annotation.tone.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for each in loop.records("tone"):
        jsonschema.Draft202012Validator(schema).validate(each)


def test_agreement_of_document_attributes_is_of_their_family(toned):
    loop, _ = toned
    figures = loop.agreement("tone")
    for name in ("tone", "clarity", "likert", "field"):
        assert figures["attributes"][name]["percent"]["value"] == 1, name
    assert figures["exact_f1"]["n"] == 0


def test_context_is_kept_with_the_article_and_shown_in_its_tasks(toned):
    loop, _ = toned
    tasks = loop.tasks("tone")
    assert sorted(each["data"]["headline"] for each in tasks) == ["Headline 0", "Headline 1"]
    assert {each["data"]["body"] for each in tasks} == set(TEXTS)
    assert all("text" not in each["data"] for each in tasks)
    lines = (loop.folder / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    kept = [json.loads(line) for line in lines]
    assert sorted(each["context"]["n"] for each in kept) == [0, 1]


def test_a_config_of_document_attributes_has_no_labels():
    root = config(TONE)
    assert root.find(".//Labels") is None
    (text,) = root.iter("Text")
    assert (text.get("name"), text.get("value")) == ("text", "$body")
    tags = {each.get("name"): each.tag for each in root.iter() if each.get("toName")}
    assert tags["clarity"] == "Rating"
    assert tags["likert"] == tags["tone"] == "Choices"
    assert (tags["count"], tags["day"], tags["field"]) == ("Number", "DateTime", "Taxonomy")
    assert "$headline" in {each.get("value") for each in root.iter("Header")}
    (shown,) = [each for each in root.iter("View") if each.get("whenChoiceValue")]
    assert (shown.get("whenTagName"), shown.get("whenChoiceValue")) == ("tone", "angry")
    assert shown.find("Choices").get("required") == "true"  # the view around it says when
    assert [each.get("value") for each in root.iter("Choice")][:2] == ["calm", "angry"]


@pytest.mark.parametrize(
    ("name", "result", "check"),
    [
        ("clarity", ("rating", {"rating": 7}), "value-unknown"),
        ("clarity", ("rating", {"rating": 2.5}), "value-unknown"),
        ("clarity", ("choices", {"choices": ["3"]}), None),
        ("clarity", ("number", {"number": 3.0}), None),
        ("clarity", ("choices", {"choices": ["good"]}), "value-unknown"),
        ("clarity", ("choices", {"choices": ["1", "2"]}), "value-several"),
        ("count", ("number", {"number": -1}), "value-unknown"),
        ("count", ("number", {"number": 1.5}), "value-unknown"),
        ("count", ("number", {"number": 10**400}), "value-unknown"),
        ("count", ("number", {"number": True}), "result-unreadable"),
        ("share", ("textarea", {"text": ["0.5"]}), None),
        ("share", ("number", {"number": "nan"}), "value-unknown"),
        ("day", ("datetime", {"datetime": "01.05.2024"}), "value-unknown"),
        ("day", ("datetime", {"datetime": "2024-02-30"}), "value-unknown"),
        ("day", ("datetime", {"datetime": "2024-05-01T10:00"}), "value-unknown"),
        ("field", ("taxonomy", {"taxonomy": [["Politics"]]}), None),
        ("field", ("taxonomy", {"taxonomy": [["Courts", "Politics"]]}), "value-unknown"),
        ("field", ("taxonomy", {"taxonomy": [["Sport"], ["Politics"]]}), "value-several"),
        ("field", ("choices", {"choices": ["Sport"]}), None),
        ("fields", ("taxonomy", {"taxonomy": [["Sport"], ["Sport"]]}), "value-twice"),
        ("topics", ("choices", {"choices": ["water", "water"]}), "value-twice"),
        ("topics", ("choices", {"choices": ["air"]}), "value-unknown"),
        ("topics", ("choices", {"choices": 5}), "result-unreadable"),
        ("clarity", ("rating", {"rating": None}), "result-unreadable"),
        ("unheard_of", ("rating", {"rating": 3}), "attribute-unknown"),
        ("note", ("textarea", {"text": ["a", "b"]}), "value-several"),
        ("why", ("choices", {"choices": ["insult"]}), "attribute-unasked"),
    ],
)
def test_each_kind_checks_its_values(tmp_path, name, result, check):
    loop = Loop(tmp_path / "c", {"tone": TONE}, TEXTS[:1])
    calm = said("tone", "choices", {"choices": ["calm"]})
    loop.annotate("tone", lambda who, text: [calm, said(name, *result)], field="body")
    found = loop.findings(severity="error")
    assert {each["check"] for each in found} == ({check} if check else set())
    if check == "value-unknown":  # numbers and dates have no names: `changes` can't rename them
        renamed = "if the value was renamed" in found[0]["message"]
        assert renamed == (name in {"field", "topics"})
        assert renamed or "change what the attribute takes" in found[0]["message"]


@pytest.mark.parametrize(
    ("name", "result", "told"),
    [
        ("count", ("number", {"number": -1}), "count can't be -1: it takes a number from 0"),
        ("day", ("datetime", {"datetime": "x"}), "it takes a date (YYYY-MM-DD)"),
        ("day", ("datetime", {"datetime": "2023-01-01"}), "not before 2024-01-01"),
    ],
)
def test_a_value_that_is_none_is_told_what_the_attribute_takes(tmp_path, name, result, told):
    scheme_ = TONE.replace("kind: date", 'kind: date, min: "2024-01-01"')
    loop = Loop(tmp_path / "c", {"tone": scheme_}, TEXTS[:1])
    calm = said("tone", "choices", {"choices": ["calm"]})
    loop.annotate("tone", lambda who, text: [calm, said(name, *result)], field="body")
    (found,) = loop.findings(severity="error")
    assert told in found["message"]


def test_a_required_attribute_is_missed_only_where_it_is_asked_for(tmp_path):
    loop = Loop(tmp_path / "c", {"tone": TONE}, TEXTS)
    tone = {"shouted": "angry", "council": "calm"}

    def answer(who, text):
        (value,) = [each for word, each in tone.items() if word in text]
        return [said("tone", "choices", {"choices": [value]})]

    loop.annotate("tone", answer, field="body")
    found = loop.findings(severity="error")
    assert {(each["check"], each["message"]) for each in found} == {
        ("attribute-missing", "why is not set")
    }
    assert len(found) == 2


SETS = """
layer: news
granularity: word
text_control: txt
label_sets:
  - {control: names, labels: [PER, LOC], multiple: true}
  - {control: events, labels: [weather, {name: closure, color: "#000000", hotkey: null}]}
relations: [where]
attributes:
  - {name: certain, of: [PER, LOC, weather, closure], values: [yes, no]}
  - {name: kind, of: [weather], values: [rain, snow], required: true}
  - {name: role, of: [PER, closure], kind: texts}
  - {name: depth, of: [weather], kind: number, when: {kind: snow}}
"""


WORD = {"c": (4, 11), " ": (5, 12)}
"""Where the second word of each text stands."""


def place(text):
    start, end = WORD[text[4]]
    return {"start": start, "end": end}


def two_sets(who, text):
    return [
        region("names", ["PER", "LOC"], text, *WORD[text[4]], "p", to="txt"),
        region("events", "weather", text, 0, text.index(" "), "w", to="txt"),
        said("certain", "choices", {"choices": ["yes"]}, "p", place(text), to="txt"),
        said(
            "kind",
            "choices",
            {"choices": ["snow"]},
            "w",
            {"start": 0, "end": text.index(" ")},
            to="txt",
        ),
        said(
            "depth", "number", {"number": 2.5}, "w", {"start": 0, "end": text.index(" ")}, to="txt"
        ),
        {"type": "relation", "from_id": "w", "to_id": "p", "direction": "right"},
    ]


def test_several_label_sets_in_one_layer(tmp_path):
    loop = Loop(tmp_path / "c", {"news": SETS}, TEXTS)
    loop.annotate("news", two_sets)
    assert loop.findings(severity="error") == []
    assert loop.findings(check="foreign-control") == []
    for record in loop.records("news"):
        assert [each["label"] for each in record["spans"]] == ["weather", "LOC", "PER"]
        assert {each["label"] for each in record["relations"]} == {"where"}
        assert record["spans"][0]["attributes"] == {"kind": "snow", "depth": 2.5}
    rows = loop.release(tmp_path / "cache")
    assert len(rows["news"]) == 6
    assert {each["depth"] for each in rows["news"]} == {None, 2.5}
    loop.run("export", "label-studio", "--annotator", "a1", "--to", str(tmp_path / "out"))
    written = json.loads((tmp_path / "out/news.a1.json").read_text("utf-8"))
    results = written[0]["annotations"][0]["result"]
    assert {(each["from_name"], each["to_name"]) for each in results if "id" in each} == {
        (name, "txt") for name in ("names", "events", "certain", "kind", "depth")
    }
    assert json.loads((tmp_path / "out/report.json").read_text("utf-8")).get("losses", {}) in (
        {},
        [],
    )


@pytest.mark.parametrize(
    ("language", "way"),
    [
        *(("ar", "rtl"), ("ar-SY", "rtl"), ("arz", "rtl"), ("apc-LB", "rtl"), ("ar-x-news", "rtl")),
        *(("az-Arab-IR", "rtl"), ("az", "ltr"), ("ar-Latn", "ltr"), ("zh-cmn-Hant", "ltr")),
        *(("ur-Aran", "rtl"), ("syr-Syre", "rtl"), ("ff-Adlm", "rtl")),  # ISO 15924 has them apart
    ],
)
def test_a_config_runs_the_way_that_its_language_is_written(language, way):
    """Varieties of Arabic ran from the left, and Arabic in Latin letters from the right."""
    assert f"direction: {way};" in config("layer: x\nlabels: [A]", language).get("style")


def bar(attributes):
    """Pixels that the bar keeps for the attributes of a span."""
    root = config(f"layer: x\nlabels: [A]\nattributes: [{attributes}]")
    return int(re.search(r"qawl-attributes { height: (\d+)px", root.find("Style").text)[1])


@pytest.mark.parametrize("several", ["", ", multiple: yes"])
def test_the_bar_is_no_higher_for_a_large_tree(several):
    """Label Studio opens it as a list; the bar had room for all its values, more than the screen has."""
    leaves = [
        f"[{', '.join(f'a rather long value {n} {at}' for at in range(9))}]" for n in range(90)
    ]
    large = ", ".join(f"{{branch {n}: {each}}}" for n, each in enumerate(leaves))
    heights = {
        bar(f"{{name: a, kind: tree, of: [A], values: [{values}]{several}}}")
        for values in ("b", large)
    }
    assert len(heights) == 1
    assert heights.pop() < 120


def test_the_bar_has_room_for_every_point_of_a_scale():
    """Those that are no stars stand side by side, and wrap: they covered what is below them."""
    low, high = (
        bar(f"{{name: a, kind: scale, of: [A], max: {m}, step: 1, min: 0}}") for m in (4, 60)
    )
    assert high >= low + 3 * ROW


def test_the_config_of_several_label_sets():
    root = config(SETS)
    assert [each.get("name") for each in root.iter("Labels")] == ["names", "events"]
    assert [each.get("choice") for each in root.iter("Labels")] == ["multiple", None]
    (text,) = root.iter("Text")
    assert (text.get("name"), text.get("granularity")) == ("txt", "word")
    controls = {each.get("name"): each for each in root.iter() if each.get("perRegion")}
    assert controls["kind"].get("required") == "true"
    assert controls["kind"].get("whenTagName") == "events"
    assert controls["kind"].get("whenLabelValue") == "weather"
    views = {
        header.get("value"): view for view in root.iter("View") for header in view.findall("Header")
    }
    assert "whenLabelValue" not in views["certain"].attrib  # of all labels: none needs a name
    assert views["role"].get("whenTagName") is None  # of labels of both sets
    assert views["role"].get("whenLabelValue") == "PER,closure"
    assert views["depth"].get("whenChoiceValue") == "snow"
    labels = {each.get("alias"): each for each in root.iter("Label")}
    assert labels["closure"].get("hotkey") is None
    assert len({each.get("background") for each in labels.values()}) == 4


def test_names_alone_are_a_working_layer(tmp_path):
    names = "layer: ner\nlabels: [PER, 2024, 'no', true]\nrelations: [knows]\n"
    loop = Loop(tmp_path / "c", {"ner": names}, TEXTS)
    loop.annotate("ner", lambda who, text: [region("ner", "PER", text, 0, 3)])
    assert loop.findings(severity="error") == []
    assert {each["label"] for each in loop.release(tmp_path / "cache")["ner"]} == {0}
    made = scheme.load_file(loop.folder / "label_config/ner.yaml")
    assert list(made.label) == ["PER", "2024", "no", "true"]
    assert [each.hotkey for each in made.labels] == ["1", "2", "3", "4"]
    assert made.relation["knows"].to == ("PER", "2024", "no", "true")


def test_one_name_may_stand_where_several_can():
    made = scheme.parse(
        "layer: x\nlabels: [A, B]\nrelations: [{name: r, from: A, to: [B, B]}]\n"
        "attributes: [{name: y, of: A, values: [v]}]\n",
        "x.yaml",
    )
    assert (made.relation["r"].from_, made.relation["r"].to) == (("A",), ("B",))
    assert made.attribute["y"].of == ("A",)


def test_free_colours_and_keys_are_given():
    made = scheme.parse(
        "layer: x\nlabels: [A, {name: B, color: '#0072B2', hotkey: 1}, C]\n"
        "attributes: [{name: y, of: [A], values: [{name: v, hotkey: '2'}, w]}]\n",
        "x.yaml",
    )
    assert [each.color for each in made.labels] == ["#0374dd", "#0072B2", "#e7a000"]
    assert [each.hotkey for each in made.labels] == ["3", "1", "4"]
    many = scheme.parse(f"layer: x\nlabels: [{', '.join(f'L{n}' for n in range(60))}]\n", "x.yaml")
    keys = [each.hotkey for each in many.labels if each.hotkey]
    assert len(keys) == len(set(keys)) == 35
    assert all(each.color for each in many.labels)


def test_a_control_may_be_called_otherwise_than_the_layer(tmp_path):
    made = "layer: ner\ncontrol: label\nlabels: [PER]\nattributes: [{name: sure, control: x, of: [PER], values: [a]}]\n"
    loop = Loop(tmp_path / "c", {"ner": made}, TEXTS)
    path = tmp_path / "foreign.json"
    path.write_text(
        json.dumps(
            [
                {
                    "id": 1,
                    "data": {"text": TEXTS[0]},
                    "annotations": [
                        {
                            "id": 1,
                            "completed_by": 1,
                            "result": [
                                region("label", "PER", TEXTS[0], 4, 11),
                                said(
                                    "x", "choices", {"choices": ["a"]}, "r", {"start": 4, "end": 11}
                                ),
                            ],
                        }
                    ],
                }
            ]
        ),
        "utf-8",
    )
    loop.run("pull", "--from", str(path))
    (record,) = loop.records("ner")
    assert record["spans"][0]["attributes"] == {"sure": "a"}
    assert loop.findings(check="foreign-control") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layer: x", "nothing to mark"),
        ("layer: x\nlabels: []\nattributes: []", "nothing to mark"),
        ("layer: x\nlabels: [A]\nlabel_sets: [{control: y, labels: [B]}]", "label A is in no label set"),
        ("layer: x\ncontrol: y\nlabel_sets: [{control: y, labels: [B]}]", "control: with label_sets"),
        ("layer: x\nmultiple: yes\nattributes: [{name: a, kind: text}]", "multiple: there are no labels"),
        ("layer: x\nlabel_sets: [{control: y, labels: [B]}, {control: z, labels: [B]}]", "label 'B' is there twice"),
        ("layer: x\nlabel_sets: [{control: y, labels: [A]}, {control: y, labels: [B]}]", "control name 'y' is there twice"),
        ("layer: x\nlabel_sets: [{control: y, labels: []}]", "nothing to mark|has no labels"),
        ("layer: x\nlabel_sets: [y]", "label_sets"),
        ("layer: x\nlabels: [A]\nattributes: {a: b}", "attributes: it takes a list"),
        ("layer: x\nlabels: {A: B}", "labels"),
        ("layer: x\nattributes: [{name: a, kind: scale}]", "attribute a: .*max"),
        ("layer: x\nattributes: [{name: a, kind: scale, min: 3, max: 3}]", "max must be more than min"),
        ("layer: x\nattributes: [{name: a, kind: scale, max: 2, step: 0}]", "step more than 0"),
        ("layer: x\nattributes: [{name: a, kind: scale, max: 5, step: 3}]", "end at 4, not at max"),
        ("layer: x\nattributes: [{name: a, kind: scale, max: 1000}]", "at most 101 points"),
        ("layer: x\nattributes: [{name: a, kind: scale, max: .nan}]", "must be numbers"),
        ("layer: x\nattributes: [{name: a, kind: number, min: .inf}]", "must be numbers"),
        ("layer: x\nattributes: [{name: a, kind: number, min: 2, max: 1}]", "max must be more"),
        ("layer: x\nattributes: [{name: a, kind: date, min: 1.5.2024}]", "is not a date"),
        ("layer: x\nattributes: [{name: a, kind: tree}]", "attribute a has no values"),
        ("layer: x\nattributes: [{name: a, kind: tree, values: [{B: [c, c]}]}]", "'B / c' is there twice"),
        ("layer: x\nattributes: [{name: a, kind: tree, values: [b / c, {b: [c]}]}]", "'b / c' is a value, and a path"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: d}}]", "no other attribute c"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {a: b}}]", "no other attribute a"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: z}}, {name: c, values: [d]}]", "no value c=z"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: z}}, {name: c, kind: text}]", "can't tell by c, a text"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: 1}}, {name: c, kind: scale, max: 5}]", "can't tell by c, a scale"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: 'd, e'}}, {name: c, values: ['d, e']}]", "comma"),
        ("layer: x\nattributes: [{name: a, values: [b], when: {c: d}}, {name: c, values: [d], when: {a: b}}]", "in a circle"),
        ("layer: x\nlabels: [L]\nattributes: [{name: a, values: [b], when: {c: d}}, {name: c, of: [L], values: [d]}]", "c is of L alone"),
    ],
)  # fmt: skip
def test_what_a_scheme_cant_say_is_refused_with_the_reason(text, said):
    with pytest.raises(SchemeError, match=f"^x.yaml: .*({said})") as caught:
        scheme.parse(text, "x.yaml")
    assert "\n" not in str(caught.value)


def test_the_json_schema_asks_under_conditions():
    import jsonschema

    made = annotation_schema(scheme.parse(TONE, "x.yaml"))["properties"]["attributes"]
    for given, fits in (
        ({"tone": "calm"}, True),
        ({"tone": "angry", "why": "threat"}, True),
        ({"tone": "angry"}, False),
        ({"tone": "calm", "why": "threat"}, False),
        ({}, False),
        ({"tone": "calm", "fields": [["Sport"]], "field": ["Politics"], "likert": 0.5}, True),
        ({"tone": "calm", "field": "Sport"}, False),
        ({"tone": "calm", "likert": 0.25}, False),
    ):
        assert jsonschema.Draft202012Validator(made).is_valid(given) is fits, given


def test_what_changed_between_releases_is_told_of_layers_without_labels_and_with_underscores(
    tmp_path,
):
    """A layer of attributes has no spans to compare; `a_b` is not the layer `a`."""
    tone = "attributes: [{name: tone, values: [calm, angry]}, {name: n, kind: number}, {name: t, kind: texts}]"
    schemes = {"a": f"layer: a\n{tone}\n", "a_b": f"layer: a_b\nlabels: [PER]\n{tone}\n"}
    loop = Loop(tmp_path / "c", schemes, TEXTS[:1])

    def answer(number):
        return lambda who, text: [
            said("tone", "choices", {"choices": ["calm"]}),
            said("n", "number", {"number": number}),
            said("t", "textarea", {"text": [f"note {number}", "same"]}),
        ]

    loop.annotate("a", answer(1))
    loop.annotate("a_b", answer(1))
    loop.run("adjudicate")
    loop.run("release", "0.1.0", "--draft")
    records = loop.folder / "exports/annotations/a_b.jsonl"
    changed = records.read_text("utf-8").replace('"n":1', '"n":2').replace("note 1", "note 2")
    records.write_text(changed, "utf-8")
    loop.run("adjudicate")
    loop.run("release", "0.2.0", "--draft", fails=True)
    told = loop.run("diff", "0.1.0", "0.2.0")
    assert "a_b n re-attributed: 1" in told
    assert "a_b t re-attributed: 1" in told
    assert "annotation edited: 2" in told
    assert "a b_n" not in told


def test_alpha_of_numbers_is_of_their_differences(tmp_path):
    """Against Krippendorff's alpha by Castro (2017), where three annotators leave some unset."""
    import random

    import krippendorff

    rng = random.Random(4)
    given = [[rng.choice([None, 1, 2.5, 4, 10, -3]) for _ in range(12)] for _ in range(3)]
    loop = Loop(
        tmp_path / "c",
        {"x": "layer: x\nattributes: [{name: n, kind: number}, {name: z, kind: text}]\n"},
        [f"Text number {number} of twelve." for number in range(12)],
        settings="annotators: [a1, a2, a3]",
    )

    def answer(who, text):
        value = given[who - 1][int(text.split()[2])]
        return [] if value is None else [said("n", "number", {"number": value})]

    loop.annotate("x", answer, annotators=3)
    figures = loop.agreement("x")["attributes"]["n"]
    table = [[float("nan") if each is None else each for each in row] for row in given]
    expected = krippendorff.alpha(reliability_data=table, level_of_measurement="interval")
    assert figures["alpha"]["value"] == pytest.approx(expected, abs=1e-6)
    assert figures["alpha"]["distance"] == "interval"
    assert figures["alpha"]["low"] <= figures["alpha"]["value"] <= figures["alpha"]["high"]


def test_gold_of_document_attributes_is_the_same_whoever_answers_in_which_order(tmp_path):
    """Several choices, paths and texts are sets; a path is not."""
    tree = "kind: tree, values: [{A: [b, {b: [A]}]}, {C: [d]}]"
    text = (
        f"layer: x\nattributes: [{{name: p, {tree}}}, {{name: q, {tree}, multiple: true}}, "
        "{name: c, kind: choices, values: [one, two]}, {name: t, kind: texts}]\n"
    ).replace("[b, {b: [A]}]", "[b]")
    loop = Loop(tmp_path / "c", {"x": text}, TEXTS[:1])
    orders = {1: 1, 2: -1}

    def answer(who, text):
        turn = orders[who]
        return [
            said("p", "taxonomy", {"taxonomy": [["A", "b"]]}),
            said("q", "taxonomy", {"taxonomy": [["C", "d"], ["A"]][::turn]}),
            said("c", "choices", {"choices": ["two", "one"][::turn]}),
            said("t", "textarea", {"text": ["x", "y"][::turn]}),
        ]

    loop.annotate("x", answer)
    loop.run("adjudicate")
    (gold,) = loop.records("x", "gold")
    assert gold["complete"]
    assert gold["attributes"] == {
        "p": ["A", "b"], "q": [["A"], ["C", "d"]], "c": ["one", "two"], "t": ["x", "y"],
    }  # fmt: skip


def test_an_address_in_the_context_closes_the_release(tmp_path):
    """Fields of tasks that nobody has published may name people."""
    loop = Loop(
        tmp_path / "c",
        {"x": "layer: x\nlabels: [A]\ncontext: [who]\n"},
        [
            {
                "text": TEXTS[0],
                "redistribute": True,
                "license": "CC0-1.0",
                "context": {"who": "m@acme.org"},
            }
        ],
    )
    loop.annotate("x", lambda who, text: [])
    loop.run("adjudicate")
    assert "who in the context of article" in loop.run("release", "0.1.0", fails=True)
