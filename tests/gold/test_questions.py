"""The judge's list: in the annotators' language, by titles, folded, each place once."""

import json
import re

import pytest

from conftest import ROOT
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
    task = json.loads((loop.folder / "exports/gold/quote.tasks.jsonl").read_text("utf-8"))
    return request.param, task["data"]["disagreements"]


def test_it_speaks_the_corpuss_language_and_shows_text_in_place_of_offsets(listed):
    language, said = listed
    shown = {"ar": "غير مباشر", "en": "Indirect", "fr": "Indirect", "fa": "Indirect"}[language]
    way = "rtl" if language == "ar" else "ltr"
    assert f'<div dir="{way}"' in said
    assert shown in said
    assert {"ar": "المقاطع: ", "en": "Spans: ", "fr": "Segments : ", "fa": "Spans: "}[
        language
    ] in said
    for code in ("quote_type", "CONTENT", "SOURCE", "has_source", "indirect<", "a1", "a2"):
        assert code not in said
    assert not re.search(r"\d+-\d+", said)
    assert "«أحمد سعيد»" in said


def test_it_is_folded_spans_apart_and_each_place_stands_once(listed):
    _, said = listed
    spans, others = said.split("<details>")[1:3]
    assert spans.count("«أحمد سعيد»</b>") == 1
    assert others.count("<b>«إن المشروع بدأ أمس»</b>") == 1
    assert others.count("<br>") >= 2
    assert re.search(r"A: .* · B: ", others)
