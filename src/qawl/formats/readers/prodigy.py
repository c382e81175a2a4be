"""Prodigy's JSON Lines: spans, relations, choices, and whether the annotator accepted the example.

Fields: `text`, `spans` [{start, end, label}], `relations` [{head_span, child_span, label}], `options` and
`accept` for choices, `label` of a binary category, `answer` accept, reject or ignore, `_annotator_id` or
`_session_id`. Source: Prodigy's documentation of its task format.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qawl.core.findings import reason
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import documents, listed, whole, words

CHOICE = "choice"
_OWN = {
    "text",
    "spans",
    "relations",
    "tokens",
    "answer",
    "accept",
    "options",
    "label",
    "meta",
    "html",
    "style",
    "config",
}

_MARKED = {"spans": "span", "relations": "relation", "accept": "choice"}


def fits(row: dict[str, object]) -> bool:
    """Whether an object looks like Prodigy's."""
    told = row.get("answer") in ("accept", "reject", "ignore")
    own = any(name in row for name in ("_input_hash", "_task_hash", "_annotator_id", "_session_id"))
    spans = isinstance(row.get("spans"), list)
    return isinstance(row.get("text"), str) and (told or own or spans)


def read(path: Path) -> Iterator[Found]:
    """The documents of a file, one an answer."""
    return documents(path, partial(_document, path))


def _document(path: Path, number: int, row: dict[str, Any]) -> Found:
    text = row.get("text")
    if not isinstance(text, str):
        return set_aside(str(path), reason("text-empty"), number)
    made = Document(str(path), str(row.get("_input_hash", number)), text)
    work = Work(str(row.get("_annotator_id") or row.get("_session_id") or ""))
    work.skipped = row.get("answer") in ("reject", "ignore")
    if not work.skipped:
        for each in listed(row.get("spans"), made.notes, "spans"):
            _span(made, work, each)
        for each in listed(row.get("relations"), made.notes, "relations"):
            _relation(made, work, each)
        accepted = [words(each) for each in listed(row.get("accept"), made.notes, "choices")]
        if accepted:
            work.attributes[CHOICE] = accepted
        elif isinstance(row.get("label"), str) and not row.get("spans"):
            work.attributes[CHOICE] = [row["label"]]
    else:
        for name, one in _MARKED.items():
            made.notes += [f"{one} of a text that was rejected or ignored"] * _size(row.get(name))
        if isinstance(row.get("label"), str) and not row.get("spans"):
            made.notes.append("choice of a text that was rejected or ignored")
    made.works.append(work)
    meta = row.get("meta") if isinstance(row.get("meta"), dict) else {}
    made.context = {
        name: words(value)
        for name, value in {**row, **(meta or {})}.items()
        if name not in _OWN and not name.startswith("_") and value not in (None, "", [], {})
    }
    return made


def _size(given: object) -> int:
    return len(given) if isinstance(given, list) else 0


def _span(made: Document, work: Work, each: object) -> Mark | None:
    """Adds a span and returns it; one that stands there already is returned as it is."""
    if not isinstance(each, dict):
        made.notes.append("span that is not an object")
        return None
    start, end = whole(each.get("start")), whole(each.get("end"))
    label = each.get("label")
    if start is None or end is None or not isinstance(label, str):
        made.notes.append("span without label or offsets")
        return None
    for mark in work.marks:
        if (mark.start, mark.end, mark.label) == (start, end, label):
            return mark
    work.marks.append(Mark(f"s{len(work.marks) + 1}", label, start, end))
    if isinstance(each.get("text"), str) and each["text"]:
        work.marks[-1].surface = each["text"]
    return work.marks[-1]


def _relation(made: Document, work: Work, each: object) -> None:
    if not isinstance(each, dict):
        made.notes.append("relation that is not an object")
        return
    ends = [_span(made, work, each[name]) for name in ("head_span", "child_span") if name in each]
    if len(ends) == 2 and ends[0] and ends[1]:
        work.arrows.append(Arrow(words(each.get("label", "")), ends[0].id, ends[1].id))
    else:
        made.notes.append("relation without spans at its ends")
