"""One moment that two annotators' tools write in two ways: they agree, and no judge is asked. What was sent
stays as it was written."""

import json

import pytest

from loop import Loop

SCHEME = """
layer: toy
labels: [A]
attributes:
  - {name: first, kind: date, time: true}
  - {name: at, kind: date, time: true, of: [A]}
"""
PASSES = "dispensations: [{check: value-unknown, reason: the tool writes seconds and zones}]\n"
MINUTE = "2024-05-01T10:30"


def annotated(folder, one, other, annotators=2):
    """Two or three annotators' work; the third says what the second does."""

    def made(who, text):
        place = {"start": 0, "end": 4}
        value = {"datetime": one if who == 1 else other}
        return [
            {"id": "s", "from_name": "toy", "to_name": "text", "type": "labels",
             "value": {**place, "text": text[:4], "labels": ["A"]}},
            {"id": "s", "from_name": "at", "to_name": "text", "type": "datetime", "value": place | value},
            {"id": "d", "from_name": "first", "to_name": "text", "type": "datetime", "value": value},
        ]  # fmt: skip

    loop = Loop(folder, {"toy": SCHEME}, ["Sami left."], settings=PASSES)
    loop.annotate("toy", made, annotators=annotators)
    return loop


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (MINUTE, f"{MINUTE}:00", MINUTE),
        (f"{MINUTE}:00.000", MINUTE, MINUTE),
        (f"{MINUTE}:00Z", f"{MINUTE}:00+00:00", f"{MINUTE}:00+00:00"),
        (f"{MINUTE}Z", "2024-05-01T13:30:00+03:00", f"{MINUTE}Z"),
    ],
)
def test_one_moment_is_no_disagreement(tmp_path, one, other, kept):
    loop = annotated(tmp_path / "c", one, other)
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert gold["attributes"] == {"first": kept}
    assert [each["attributes"] for each in gold["spans"]] == [{"at": kept}]
    attributes = json.loads(loop.run("agreement", "--json"))["layers"]["toy"]["attributes"]
    assert [each["percent"]["value"] for each in attributes.values()] == [1, 1]
    page = tmp_path / "page.html"
    loop.run("agreement", "--html", str(page))
    assert "2024" not in page.read_text("utf-8")
    assert [each["attributes"]["first"] for each in loop.records("toy")] == [one, other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MINUTE, f"{MINUTE}:01"),
        (MINUTE, f"{MINUTE}Z"),  # nobody knows of which zone it is
        (f"{MINUTE}Z", f"{MINUTE}+03:00"),
        (MINUTE, "10:30"),
    ],
)
def test_other_moments_are_decided_by_the_judge(tmp_path, one, other):
    loop = annotated(tmp_path / "c", one, other)
    assert "1 waits for a judge" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert [each["name"] for each in gold["open"]] == ["at", "first"]
    attributes = json.loads(loop.run("agreement", "--json"))["layers"]["toy"]["attributes"]
    assert [each["percent"]["value"] for each in attributes.values()] == [0, 0]


def test_the_moment_is_written_as_most_did_where_the_scheme_has_it_so(tmp_path):
    loop = annotated(tmp_path / "c", MINUTE, f"{MINUTE}:00", annotators=3)
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert gold["attributes"] == {"first": MINUTE}
