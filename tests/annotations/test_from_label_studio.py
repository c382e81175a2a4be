"""Label Studio JSON ⇄ Annotation: nothing is lost, nothing shifts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from conftest import LAYERS, ROOT
from qawl.annotations.from_label_studio import read_annotation
from qawl.annotations.to_label_studio import write_results
from qawl.core.records import Annotation, from_json, to_json
from qawl.scheme import scheme
from strategies import article

DATA = ROOT / "tests" / "data"
SCHEMES = {layer: scheme.load_file(ROOT / "label_config" / f"{layer}.yaml") for layer in LAYERS}


def read(results, text, layer="quote", **annotation):
    task = {"id": 1, "project": 2, "data": {"text": text}}
    return read_annotation(
        task,
        {"id": 3, "result": results, **annotation},
        article=article(text),
        scheme=SCHEMES[layer],
        annotator="a1",
    )


def region(identity, start, end, *labels, layer="quote", **value):
    return {
        "id": identity,
        "from_name": layer,
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "labels": list(labels), **value},
    }


def arrow(start, end, *labels, **more):
    return {
        "type": "relation",
        "from_id": start,
        "to_id": end,
        "direction": "right",
        **({"labels": list(labels)} if labels else {}),
        **more,
    }


@pytest.mark.parametrize("layer", LAYERS)
@given(data=st.data())
def test_annotation_to_label_studio_and_back_is_identity(layer, data):
    text = data.draw(strategies.texts)
    before = data.draw(strategies.annotations(SCHEMES[layer], text))
    sent = {
        "result": write_results(before, SCHEMES[layer]),
        "was_cancelled": before.status == "skipped",
    }
    sent = json.loads(json.dumps(sent))
    task = {"data": {"text": text}}
    after = read_annotation(
        task, sent, article=article(text), scheme=SCHEMES[layer], annotator="a1"
    )
    assert after.annotation == before
    assert not after.findings


@given(st.data())
def test_a_record_survives_its_line(data):
    text = data.draw(strategies.texts)
    before = data.draw(strategies.annotations(SCHEMES["quote"], text))
    assert from_json(to_json(before), Annotation) == before


@pytest.mark.parametrize("case", sorted((DATA / "roundtrip").iterdir()), ids=lambda each: each.name)
def test_golden_round_trip(case):
    """result.json is read to annotation.json, and written again as it was."""
    given_ = json.loads((case / "task.json").read_text("utf-8"))
    text = given_["data"]["text"]
    current = SCHEMES[given_["data"]["layer"]]
    got = read_annotation(
        given_, given_["annotations"][0], article=article(text), scheme=current, annotator="a1"
    )
    expected = json.loads((case / "annotation.json").read_text("utf-8"))
    assert json.loads(to_json(got.annotation)) == expected
    assert not got.findings
    for span in got.annotation.spans:
        assert text[span.start : span.end] == span.text
    again = write_results(got.annotation, current)
    back = read_annotation(
        given_,
        {**given_["annotations"][0], "result": again},
        article=article(text),
        scheme=current,
        annotator="a1",
    )
    assert back.annotation == got.annotation


@pytest.mark.parametrize("case", sorted((DATA / "oneway").iterdir()), ids=lambda each: each.name)
def test_golden_one_way(case):
    """What a record can't hold becomes a finding; the rest is read."""
    given_ = json.loads((case / "task.json").read_text("utf-8"))
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    frozen = article(expected.get("frozen", given_["data"]["text"]))
    got = read_annotation(
        given_,
        given_["annotations"][0],
        article=frozen,
        scheme=SCHEMES[given_["data"]["layer"]],
        annotator="a1",
    )
    assert [each.check for each in got.findings] == expected["findings"]
    assert [
        [span.label, span.start, span.end, span.text] for span in got.annotation.spans
    ] == expected["spans"]
    for label, start, end, surface in expected["spans"]:
        if label in expected.get("right", []):
            assert frozen.text[start:end] == surface


def test_offsets_after_emoji_are_code_points():
    text = "قال 👩‍🚀 أحمد"
    start = text.index("أحمد")
    got = read([region("r", start, len(text), "SOURCE", text="أحمد")], text).annotation
    assert got.spans[0].text == text[got.spans[0].start : got.spans[0].end] == "أحمد"


def test_missing_surface_is_filled_in():
    assert read([region("r", 0, 3, "CUE")], "قال أحمد").annotation.spans[0].text == "قال"


@pytest.mark.parametrize("came", ["a\\nb", "a b", "a\\n b"])
def test_escaped_line_breaks_and_collapsed_spaces_are_undone(came):
    got = read([region("r", 0, 3, "CONTENT", text=came)], "a\nb")
    assert got.annotation.spans[0].text == "a\nb"


def test_contradicting_surface_is_kept_as_it_came():
    assert (
        read([region("r", 0, 3, "CUE", text="قيل")], "قال أحمد").annotation.spans[0].text == "قيل"
    )


def test_offsets_past_the_text_are_kept():
    span = read([region("r", 5, 99, "CUE")], "قال أحمد").annotation.spans[0]
    assert (span.start, span.end, span.text) == (5, 99, "")


def test_several_labels_become_several_spans_with_their_own_attributes():
    results = [
        region("r", 0, 3, "CUE", "CONTENT"),
        {
            "id": "r",
            "from_name": "quote_type",
            "type": "choices",
            "value": {"start": 0, "end": 3, "choices": ["direct"]},
        },
    ]
    spans = read(results, "قال أحمد").annotation.spans
    assert [(span.id, span.label, span.attributes) for span in spans] == [
        ("r#2", "CONTENT", {"quote_type": "direct"}),
        ("r", "CUE", {}),
    ]


def relations(results):
    return [
        (
            each.label,
            each.from_,
            each.to,
            each.direction if isinstance(each.direction, str) else "right",
        )
        for each in read(results, "قال أحمد نعم").annotation.relations
    ]


SPANS = [region("cue", 0, 3, "CUE"), region("src", 4, 8, "SOURCE"), region("con", 9, 12, "CONTENT")]


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (arrow("con", "src"), ("has_source", "con", "src", "right")),
        (arrow("src", "con"), ("has_source", "con", "src", "right")),
        (arrow("src", "con", direction="left"), ("has_source", "con", "src", "right")),
        (arrow("src", "con", direction="bi"), ("has_source", "con", "src", "bi")),
        (arrow("con", "cue", direction="left"), ("has_cue", "con", "cue", "right")),
        (arrow("cue", "src"), (None, "cue", "src", "right")),
        (arrow("con", "src", "invented"), ("invented", "con", "src", "right")),
        (arrow("con", "lost"), (None, "con", "lost", "right")),
    ],
)
def test_arrows_are_named_by_their_ends(drawn, expected):
    assert relations([*SPANS, drawn]) == [expected]


def test_several_relation_labels_become_several_relations():
    assert [each[0] for each in relations([*SPANS, arrow("con", "src", "x", "y")])] == ["x", "y"]


def test_names_chosen_and_typed_are_one_attribute():
    chosen = {
        "id": "con",
        "from_name": "speaker",
        "type": "choices",
        "value": {"choices": ["أحمد"]},
    }
    typed = {
        "id": "con",
        "from_name": "speaker_typed",
        "type": "textarea",
        "value": {"text": ["أحمد علي"]},
    }
    assert read([*SPANS, typed], "قال أحمد نعم").annotation.spans[2].attributes == {
        "speaker": "أحمد علي"
    }
    assert read([*SPANS, chosen], "قال أحمد نعم").annotation.spans[2].attributes == {
        "speaker": "أحمد"
    }
    both = read([*SPANS, chosen, typed], "قال أحمد نعم")
    assert both.annotation.spans[2].attributes == {"speaker": "أحمد علي"}
    assert [each.check for each in both.findings] == ["attribute-twice"]


def test_skipped_tasks_and_provenance_are_kept():
    got = read(
        [], "نص", was_cancelled=True, lead_time=2.5, created_at="2026-01-01T00:00:00Z"
    ).annotation
    assert got.status == "skipped"
    assert (got.provenance.project, got.provenance.task, got.provenance.annotation) == (2, 1, 3)
    assert got.provenance.lead_time == 2.5


@pytest.mark.parametrize(
    "junk",
    [
        None,
        5,
        "x",
        [],
        {"type": "labels"},
        {"type": "labels", "value": 3, "id": None},
        {"type": "relation"},
        {"type": "choices", "value": {"choices": [1]}},
    ],
)
def test_junk_in_results_never_crashes(junk):
    read([junk, region("r", 0, 3, "CUE")], "قال أحمد")
