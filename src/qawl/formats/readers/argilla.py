"""Argilla's records as JSON: spans, labels, ratings and texts in the responses of each annotator.

A record is `{"id", "fields": {"text", …}, "responses": {question: [{"value", "status", "user_id"}]},
"metadata", "suggestions"}`. Records of spans or classes of Argilla 1 are those of `argilla_records`.
Source: Argilla's documentation of `Dataset.records.to_json`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qawl.core.records import AttributeValue
from qawl.formats.readers import argilla_records
from qawl.formats.readers.document import Document, Found, Mark, SetAside, Work
from qawl.formats.readers.json_lines import EMPTY, documents, named, place, words


def fits(row: dict[str, object]) -> bool:
    """Whether an object looks like a record of Argilla."""
    return (isinstance(row.get("fields"), dict) and "responses" in row) or argilla_records.fits(row)


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    return documents(path, partial(_document, path))


def _document(path: Path, number: int, row: dict[str, Any]) -> Found:
    if argilla_records.fits(row) or not isinstance(row.get("fields"), dict):
        return argilla_records.document(path, number, row)
    made = argilla_records.begun(path, number, row, row.get("fields"), row.get("suggestions"))
    if isinstance(made, SetAside):
        return made
    works: dict[str, Work] = {}
    responses = row.get("responses")
    if isinstance(responses, list):
        responses = _by_question(responses)
    for question, answers in responses.items() if isinstance(responses, dict) else ():
        for answer in answers if isinstance(answers, list) else ():
            _answer(made, works, str(question), answer)
    made.works = list(works.values())
    return made


def _by_question(responses: list[Any]) -> dict[str, list[Any]]:
    """The responses of Argilla 1, one a user, as those of Argilla 2, a list a question.

    One without values stands under no question: who discards a record, or has nothing to say, gives none.
    """
    found: dict[str, list[Any]] = {}
    for each in responses:
        if not isinstance(each, dict):
            found.setdefault("", []).append(each)
            continue
        told = {name: each[name] for name in ("user_id", "status") if name in each}
        values = each.get("values")
        for question, given in (
            values.items() if isinstance(values, dict) and values else [("", None)]
        ):
            value = given.get("value") if isinstance(given, dict) else given
            found.setdefault(str(question), []).append({**told, "value": value})
    return found


def _answer(made: Document, works: dict[str, Work], question: str, answer: object) -> None:
    if not isinstance(answer, dict):
        made.notes.append("response that is not an object")
        return
    user = str(answer.get("user_id") or answer.get("user") or "")
    if answer.get("status") == "draft":
        made.notes.append("draft")
        return
    work = works.setdefault(user, Work(user))
    if answer.get("status") == "discarded":
        work.skipped = True
        if answer.get("value") not in EMPTY:
            made.notes.append("answer of a response that was discarded")
        return
    value = answer.get("value")
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            _piece(made, work, question, each)
    elif value not in EMPTY and (plain := _plain(made, value)) not in EMPTY:
        work.attributes[question] = plain


def _piece(made: Document, work: Work, question: str, each: object) -> None:
    if isinstance(each, dict) and (where := place(each)):
        work.marks.append(Mark(f"s{len(work.marks) + 1}", *where))
    else:
        made.notes.append(f"answer to {question} of a kind that is not read")


def _plain(made: Document, value: object) -> AttributeValue:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return named(value, made.notes, "choice") if isinstance(value, list) else words(value)
