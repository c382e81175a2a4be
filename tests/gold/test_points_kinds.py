"""Points of every kind of value, in languages that Qawl has a file for and others, and in a layer without
labels: one click each, and gold has the very value."""

import json

import pytest

from corpora import judge_tasks
from loop import Loop

VALUES = {
    "field": ("taxonomy", "taxonomy", [["Politics", "Courts"]], [["Sport"]], ["Politics", "Courts"], ["Sport"]),
    "share": ("number", "number", 12.5, 40, 12.5, 40),
    "day": ("datetime", "datetime", "2026-01-05", "2025-12-31", "2026-01-05", "2025-12-31"),
    "clarity": ("rating", "rating", 2, 5, 2, 5),
    "mood": ("choices", "choices", ["good"], ["bad, or worse"], "good", "bad, or worse"),
    "tags": ("choices", "choices", ["a", "b"], ["b"], ["a", "b"], ["b"]),
    "note": ("textarea", "text", ['<b>ملاحظة</b> & "x"@y.example'], ["註 👩‍🚀 «é»"], '<b>ملاحظة</b> & "x"@y.example', "註 👩‍🚀 «é»"),
}  # fmt: skip
"""Attribute → type of a result, its key, what the two send, what records have."""
ATTRIBUTES = """
attributes:
  - {name: field, kind: tree, values: [{Politics: [Elections, Courts]}, Sport], of: OF}
  - {name: share, kind: number, of: OF}
  - {name: day, kind: date, of: OF}
  - {name: clarity, kind: scale, max: 5, of: OF}
  - {name: mood, values: [good, "bad, or worse"], of: OF}
  - {name: tags, kind: choices, values: [a, b, c], of: OF}
  - {name: note, kind: text, of: OF}
"""
LABELLED = f"layer: toy\nlabels: [A, B]\n{ATTRIBUTES.replace('OF', '[A]')}"
WHOLE = f"layer: toy\n{ATTRIBUTES.replace('OF', '[]')}"
TEXTS = {
    "fa": "وزیر گفت که آب فردا می‌آید",
    "he": "השר אמר כי המים יזרמו מחר",
    "zh": "部长说，明天供水。北京，👩‍🚀！",
    "fr": "« L’eau coulera demain », a dit la ministre.",
    "ar": "قال الوزير The water is on إن الماء عاد",
    "tr": "Bakan suyun yarın akacağını söyledi.",
}


def results(of_span):
    def made(who, text):
        first = text.split()[-2 if " " in text else 0].rstrip(",")
        start = text.index(first)
        place = {"start": start, "end": start + len(first), "text": first} if of_span else {}
        found = []
        if of_span:
            found.append(
                {"id": "s", "from_name": "toy", "to_name": "text", "type": "labels",
                 "value": {**place, "labels": ["A"]}}
            )  # fmt: skip
        for name, (kind, key, *said) in VALUES.items():
            found.append(
                {"id": "s" if of_span else name, "from_name": name, "to_name": "text", "type": kind,
                 "value": {**place, key: said[who - 1]}}
            )  # fmt: skip
        return found

    return made


def judged(loop, task, folder):
    """The gold of the article of a judge's task once the judge has clicked A throughout."""
    sent = {
        "id": 9,
        "completed_by": 9,
        "result": [*task["predictions"][0]["result"], *clicked(task, "A")],
    }
    verdict = [{"id": 9, "project": 9, "data": task["data"], "annotations": [sent]}]
    (folder / "v.json").write_text(json.dumps(verdict), "utf-8")
    loop.run("pull", "--from", str(folder / "v.json"), "--layer", "toy", "--judge")
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    return gold


def clicked(task, which):
    """What a judge sends who chooses a letter at every point."""
    for number, point in enumerate(task["data"]["qawl_points"]):
        (alias,) = (
            each["alias"] for each in point["choices"] if each["value"].startswith(f"{which}: ")
        )
        yield {
            "id": f"p{number}", "from_name": f"qawl_point_{number}", "to_name": f"qawl_point_at_{number}",
            "type": "choices", "value": {"choices": [alias]},
        }  # fmt: skip


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize("scheme", [LABELLED, WHOLE], ids=["of spans", "of the article"])
def test_every_kind_of_value_is_decided_by_a_click(tmp_path, language, scheme):
    loop = Loop(tmp_path / "c", {"toy": scheme}, [TEXTS[language]], languages=language)
    loop.annotate("toy", results(scheme is LABELLED))
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "toy")
    assert len(task["data"]["qawl_points"]) == len(VALUES)
    assert "<b>ملاحظة" not in "".join(each["about"] for each in task["data"]["qawl_points"])
    gold = judged(loop, task, tmp_path)
    given = gold["spans"][0]["attributes"] if scheme is LABELLED else gold["attributes"]
    sides = [{name: each[side] for name, each in VALUES.items()} for side in (4, 5)]
    assert given in sides
    assert not loop.findings(severity="error")
