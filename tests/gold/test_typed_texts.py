"""Free texts that look alike: two annotators who see the same have said the same, and no judge is asked to
choose between what can't be told apart. The journal keeps what was sent."""

import json

import pytest

from corpora import judge_tasks
from gold.test_points_kinds import judged
from loop import Loop

SCHEME = """
layer: toy
labels: [A]
attributes:
  - {name: note, kind: text}
  - {name: names, kind: texts, of: [A]}
"""
TEXT = "قال أحمد نعم"


def typed(identity, name, *texts, **place):
    return {
        "id": identity, "from_name": name, "to_name": "text", "type": "textarea",
        "value": {**place, "text": list(texts)},
    }  # fmt: skip


def said_by(*sides):
    """Both annotators' work: a span, what each typed of it, and of the article."""

    def made(who, text):
        place = {"start": 4, "end": 8}
        said = sides[who - 1]
        return [
            {"id": "s", "from_name": "toy", "to_name": "text", "type": "labels",
             "value": {**place, "text": text[4:8], "labels": ["A"]}},
            typed("n", "note", said),
            typed("s", "names", said, "x", said, **place),
        ]  # fmt: skip

    return made


def annotated(folder, *sides):
    loop = Loop(folder, {"toy": SCHEME}, [TEXT], languages="ar")
    loop.annotate("toy", said_by(*sides))
    return loop


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        # Typed by hand: a space after the name, two between.
        ("Ana Lee", "Ana Lee ", "Ana Lee"),
        ("Ana  Lee", "\tAna Lee", "Ana Lee"),
        # Copied from a page, from a PDF, from Word (no-break and narrow spaces, a mark at the start).
        ("10\u00a0000 F", "10\u202f000 F", "10 000 F"),
        ("\ufeffAna", "Ana\u00ad", "Ana"),
        # Text areas of Windows and old Macs; a line separator of a web editor.
        ("a\r\nb", "a\nb", "a\nb"),
        ("a\rb \n", "a\u2028b", "a\nb"),
        # Copied out of a line that reads from right to left, by keyboards and by chat programs.
        ("أحمد\u200f", "أحمد", "أحمد"),
        ("\u2068Ana\u2069", "\u202aAna\u202c", "Ana"),
        # Both at once: decomposed by macOS, with a space.
        ("O\u0308mer ", "Ömer", "Ömer"),
    ],
)
def test_who_typed_the_same_agrees(tmp_path, one, other, kept):
    loop = annotated(tmp_path / "c", one, other)
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert gold["attributes"] == {"note": kept}
    assert [each["attributes"] for each in gold["spans"]] == [{"names": [kept, "x"]}]
    assert not loop.findings(severity="error")
    attributes = json.loads(loop.run("agreement", "--json"))["layers"]["toy"]["attributes"]
    assert [each["percent"]["value"] for each in attributes.values()] == [1, 1]
    journal = [path.read_text("utf-8") for path in loop.folder.rglob("journal/toy.*.jsonl")]
    for said in (one, other):
        spelt = [json.dumps(said, ensure_ascii=each) for each in (True, False)]
        assert any(each in lines for each in spelt for lines in journal)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("می\u200cرود", "میرود"),  # a joiner that Persian spelling needs
        ("هـ\u200d", "هـ"),  # of the year of the Hijra, which is written so
        ("山田\u3000太郎", "山田 太郎"),  # the wide space of Japanese names
        ("- a\n  - b", "- a\n- b"),  # an indented list
        ("Ana", "ana"),
    ],
)
def test_what_looks_different_is_different(tmp_path, one, other):
    loop = annotated(tmp_path / "c", one, other)
    loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    found = [each["readings"] for each in gold["open"] if each["name"] == "note"]
    assert [sorted(each.values()) for each in found] == [sorted([one, other])]


def test_a_space_in_a_box_says_nothing(tmp_path):
    """Who must type something to go on, or has typed and taken it back."""
    loop = annotated(tmp_path / "c", " \u200f", "\n")
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert (gold["attributes"], gold["spans"][0]["attributes"]) == ({}, {"names": ["x"]})
    assert not loop.findings(severity="error")


def test_the_judge_sees_marks_that_tell_two_values_apart(tmp_path):
    loop = annotated(tmp_path / "c", "ab\u200ec \u200b1", "abc 1")
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "toy")
    points = task["data"]["qawl_points"]
    shown = [{each["value"][3:] for each in point["choices"]} for point in points]
    assert {"ab[U+200E]c [U+200B]1", "abc 1"} in [
        each & {"ab[U+200E]c [U+200B]1", "abc 1"} for each in shown
    ]
    assert {"ab[U+200E]c [U+200B]1، x", "abc 1، x"} <= set().union(*shown)
    loop.run("agreement", "--html", str(tmp_path / "page.html"))
    assert "ab[U+200E]c [U+200B]1" in (tmp_path / "page.html").read_text("utf-8")


def test_a_choice_of_a_task_made_before_is_read_as_it_would_be_now(tmp_path):
    """The judge's task has the values as they were read when it was made."""
    loop = annotated(tmp_path / "c", "Ana Lee", "Bo")
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "toy")
    for point in task["data"]["qawl_points"]:
        for each in point["choices"]:
            each["alias"] = each["alias"].replace("Ana Lee", "Ana\u00a0Lee ").replace("Bo", " Bo")
    gold = judged(loop, task, tmp_path)
    assert gold["attributes"]["note"] in ("Ana Lee", "Bo")
    assert gold["spans"][0]["attributes"]["names"] == [gold["attributes"]["note"], "x"]
