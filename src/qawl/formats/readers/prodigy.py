"""Prodigy's JSON Lines: spans, relations, choices, and whether the annotator accepted the example.

Fields: `text`, `spans` [{start, end, label}], `relations` [{head_span, child_span, label}], `options` and
`accept` for choices, `label` of a binary category, `user_input` or another `field_id` for what is typed,
`answer` accept, reject or ignore, `_annotator_id` or `_session_id`, `versions` where one answer was made
of several. Source: Prodigy's documentation of its task format.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qawl.core.findings import reason
from qawl.core.records import Place
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import EMPTY, context, documents, listed, named, place, words

CHOICE = "choice"
_TIME = re.compile(r"(^|-)\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$")
"""The end of the name of a session that nobody named: when it began."""
_WHO = (
    "person behind a session named by its time (each is an annotator; if they are one person's, "
    "give --annotator SESSION=NAME for each)"
)
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
    "field_id",
    "field_label",
    "field_placeholder",
    "field_rows",
    "versions",  # each with the names of those who gave it, of which no corpus keeps any
    "view_id",
}
_SEEN = "answer that a reviewer was shown: adopt the export that it came from to have it too"

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
    session = str(row.get("_annotator_id") or row.get("_session_id") or "")
    work = Work(session)
    made.notes += [_WHO] * bool(_TIME.search(session))
    work.skipped = row.get("answer") in ("reject", "ignore")
    typed = {name: row[name] for name in _typed(row) if _words(row.get(name))}
    if not work.skipped:
        there: dict[Place, Mark] = {}
        work.typed = set(typed)
        work.attributes |= {name: _words(given) for name, given in typed.items()}
        for each in listed(row.get("spans"), made.notes, "spans"):
            known = len(there)
            if _span(made, there, each) and len(there) == known:
                made.notes.append("span that stands there twice")
        for each in listed(row.get("relations"), made.notes, "relations"):
            _relation(made, work, there, each)
        work.marks = [*there.values()]
        given = listed(row.get("accept"), made.notes, "choices")
        if accepted := named(given, made.notes, "choice"):
            work.attributes[CHOICE] = accepted
        elif label := _category(row):
            work.attributes[CHOICE] = [label]
    else:
        for name, one in _MARKED.items():
            made.notes += [f"{one} of a text that was rejected or ignored"] * _size(row.get(name))
        if _category(row):
            made.notes.append("choice of a text that was rejected or ignored")
        made.notes += ["typed answer of a text that was rejected or ignored"] * len(typed)
    made.notes += [_SEEN] * _size(row.get("versions"))
    made.works.append(work)
    told = context(row, _OWN | typed.keys())
    made.context = {name: value for name, value in told.items() if not name.startswith("_")}
    return made


def _category(row: dict[str, Any]) -> str:
    """The category that was asked for, if any: patterns may have spans of other labels beside it."""
    label, spans = row.get("label"), row.get("spans")
    listed = spans if isinstance(spans, list) else []
    of_spans = [each.get("label") for each in listed if isinstance(each, dict)]
    return label if isinstance(label, str) and label not in of_spans else ""


def _typed(row: dict[str, Any]) -> set[str]:
    """The fields that annotators type in: the names of text_input blocks."""
    config = row.get("config")
    blocks = config.get("blocks") if isinstance(config, dict) else None
    every = [row, *(blocks if isinstance(blocks, list) else ())]
    given = [each.get("field_id") for each in every if isinstance(each, dict)]
    return {"user_input", *(each for each in given if isinstance(each, str) and each not in _OWN)}


def _words(given: object) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    return [words(each) for each in listed if each not in EMPTY]


def _size(given: object) -> int:
    return len(given) if isinstance(given, list) else 0


def _span(made: Document, there: dict[Place, Mark], each: object) -> Mark | None:
    """Adds a span and returns it; one that is `there` already is returned as it is."""
    if not isinstance(each, dict):
        made.notes.append("span that is not an object")
        return None
    where = place(each)
    if where is None:
        made.notes.append("span without label or offsets")
        return None
    if where not in there:
        there[where] = Mark(f"s{len(there) + 1}", *where)
        if isinstance(each.get("text"), str) and each["text"]:
            there[where].surface = each["text"]
    return there[where]


def _relation(made: Document, work: Work, there: dict[Place, Mark], each: object) -> None:
    if not isinstance(each, dict):
        made.notes.append("relation that is not an object")
        return
    ends = [_span(made, there, each[name]) for name in ("head_span", "child_span") if name in each]
    if len(ends) == 2 and ends[0] and ends[1]:
        work.arrows.append(Arrow(words(each.get("label")), ends[0].id, ends[1].id))
    else:
        made.notes.append("relation without spans at its ends")
