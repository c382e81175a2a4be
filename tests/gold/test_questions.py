"""What a judge is asked: in the annotators' language, by titles, each place once."""

import json
import re

import pytest

from conftest import ROOT
from corpora import judge_tasks
from loop import Loop

TEXT = "قال أحمد سعيد إن المشروع بدأ أمس"
CONTENT = (14, len(TEXT))


def results(who, text):
    """Two annotators who mark the same content, differ in its type and in whether there is a source."""
    place = {"start": CONTENT[0], "end": CONTENT[1]}

    def one(identity, kind, control, value, where=place):
        return {
            "id": identity, "from_name": control, "to_name": "text", "type": kind,
            "value": {**where, **value},
        }  # fmt: skip

    found = [
        one("c", "labels", "quote", {"labels": ["CONTENT"]}),
        one("c", "choices", "quote_type", {"choices": ["indirect" if who == 1 else "mixed"]}),
        one("c", "choices", "source_status", {"choices": ["named"]}),
    ]
    if who == 1:
        found.append(one("s", "labels", "quote", {"labels": ["SOURCE"]}, {"start": 4, "end": 13}))
        found.append({"type": "relation", "from_id": "c", "to_id": "s", "direction": "right"})
    return found


@pytest.fixture(params=["ar", "en", "fr", "fa"])
def listed(request, tmp_path):
    text = (ROOT / "label_config/quote.yaml").read_text("utf-8")
    loop = Loop(tmp_path / "c", {"quote": text}, [TEXT], languages=request.param)
    loop.annotate("quote", results)
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "quote")
    return request.param, task["data"]["disagreements"], task["data"]["qawl_points"]


def test_it_speaks_the_corpuss_language_and_shows_text_in_place_of_offsets(listed):
    language, head, points = listed
    said = "\n".join(
        text
        for each in points
        for text in (each["about"], *(one["value"] for one in each["choices"]))
    )
    shown = {"ar": "غير مباشر", "en": "Indirect", "fr": "Indirect", "fa": "Indirect"}[language]
    way = "rtl" if language == "ar" else "ltr"
    assert f'<div dir="{way}"' in head
    assert shown in said
    marked = {"ar": "كما هو موسوم في النص", "fr": "comme marqué dans le texte"}
    assert marked.get(language, "as marked in the text") in said
    open_ = {"ar": "مواضع الخلاف: 2", "fr": "Désaccords : 2"}
    assert open_.get(language, "Disagreements: 2") in head
    for code in ("quote_type", "CONTENT", "SOURCE", "has_source", "indirect<", "a1", "a2"):
        assert code not in head + said
    assert not re.search(r"\d+-\d+", head + said)
    assert "«أحمد سعيد»" in said


def test_each_point_stands_once_with_what_each_letter_says(listed):
    """The arrow to the source is no point of its own: it comes with the source."""
    _, _, points = listed
    assert [each["about"].partition("»")[0] for each in points] == [
        "<div>1. <b>«أحمد سعيد",
        "<div>2. <b>«إن المشروع بدأ أمس",
    ]
    for each in points:
        assert [one["value"][:2] for one in each["choices"][:2]] == ["A:", "B:"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("“The work began yesterday” he said", "<b>“The work began yesterday”</b>"),
        ("“The work " + "really " * 20 + "began” he said", "…”</b>"),
        ("“Now” and “then” he said", "<b>«“Now” and “then”»</b>"),
    ],
)
def test_a_quote_with_its_own_marks_stands_in_one_pair(tmp_path, text, shown):
    """English quotes stood in two: «“…”»."""

    def marked(who, _):
        end = max(at for at, each in enumerate(text) if each == "”") + 1
        place = {"start": 0, "end": end}
        kinds = {"quote_type": "direct" if who == 1 else "mixed", "source_status": "named"}
        return [
            {"id": "c", "from_name": name, "to_name": "text", "type": kind, "value": place | value}
            for name, kind, value in (
                ("quote", "labels", {"labels": ["CONTENT"]}),
                *((name, "choices", {"choices": [each]}) for name, each in kinds.items()),
            )
        ]

    scheme = (ROOT / "label_config/quote.yaml").read_text("utf-8")
    loop = Loop(tmp_path / "c", {"quote": scheme}, [text], languages="en")
    loop.annotate("quote", marked)
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "quote")
    (point,) = task["data"]["qawl_points"]
    assert shown in point["about"]


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_one_side_alone_is_not_told_as_several(language, tmp_path):
    """Where one of two annotators skipped the article, the judge read "A: one annotator each, in no order"."""
    text = (ROOT / "label_config/quote.yaml").read_text("utf-8")
    loop = Loop(tmp_path / "c", {"quote": text}, [TEXT], languages=language)
    loop.annotate("quote", results, annotators=1)
    skipped = {"id": 99, "completed_by": 2, "result": [], "was_cancelled": True}
    export = tmp_path / "skipped.json"
    given = [{"id": 9, **task, "annotations": [skipped]} for task in loop.tasks("quote")]
    export.write_text(json.dumps(given), "utf-8")
    loop.run("pull", "--from", str(export))
    assert "1 waits for a judge" in loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "quote")
    one = {
        "ar": "A: الواسم الذي أنجز المقال؛",
        "en": "A: the annotator who did the article; ",
        "fr": "A : l'annotateur qui a fait l'article ; ",
    }[language]
    assert f"<p>{one}" in task["data"]["disagreements"]
