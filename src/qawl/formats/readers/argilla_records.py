"""Records of Argilla 1 and Rubrix: the answer of one annotator to a task of spans, classes or a text.

A record is `{"text" or "inputs", "annotation", "annotation_agent", "prediction", "status", "metadata"}`.
Spans are `[label, start, end]` or objects; classes are a name or a list of names. Source: the reference
of the Python client (TokenClassificationRecord, TextClassificationRecord, Text2TextRecord).
"""

from collections.abc import Iterator
from pathlib import Path

from qawl.core.findings import reason
from qawl.formats.readers.document import Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import named, place, words

_AGENTS = frozenset({"annotation_agent", "prediction_agent"})
ANNOTATION = "annotation"
"""The attribute that a class or a text becomes, of a record that has no spans."""
_UNREAD = "answer of a kind that is not read"


def fits(row: dict[str, object]) -> bool:
    """Whether an object looks like such a record."""
    return ANNOTATION in row and not _AGENTS.isdisjoint(row)


def begun(
    path: Path, number: int, row: dict[str, object], fields: object, suggested: object
) -> Found:
    """The text among the fields of a record; its other fields and its metadata are context."""
    given = fields if isinstance(fields, dict) else {}
    lines = {str(name): _lines(value) for name, value in given.items()}
    texts = {name: value for name, value in lines.items() if value is not None}
    if not texts:
        return set_aside(str(path), reason("text-empty"), number)
    name = "text" if "text" in texts else max(texts, key=lambda each: len(texts[each]))
    identity = row.get("id")
    made = Document(str(path), str(number if identity is None else identity), texts.pop(name))
    metadata = row.get("metadata")
    told = metadata.items() if isinstance(metadata, dict) else ()
    said = {str(n): words(v) for n, v in told if v not in (None, "")}
    both = sum(texts[each] != said[each] for each in texts.keys() & said.keys())
    made.notes += ["field that the metadata have too"] * both
    made.context = texts | said
    several = len(suggested) if isinstance(suggested, dict | list) else int(bool(suggested))
    made.notes += ["suggestion"] * several
    return made


def document(path: Path, number: int, row: dict[str, object]) -> Found:
    """The text of a record and the work on it: validated, discarded, or none yet."""
    inputs, text = row.get("inputs"), row.get("text")
    fields = dict(inputs) if isinstance(inputs, dict) else {"text": inputs}
    fields |= {"text": text} if isinstance(text, str) else {}
    made = begun(path, number, row, fields, row.get("prediction"))
    if isinstance(made, Document):
        made.works = list(_works(row, made.notes))
    return made


def _lines(value: object) -> str | None:
    """The text of a field, which may be a list of lines."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return value if isinstance(value, str) else None


def _works(row: dict[str, object], notes: list[str]) -> Iterator[Work]:
    given, status = row.get(ANNOTATION), str(row.get("status") or "").lower()
    work = Work(str(row.get("annotation_agent") or ""), skipped=status == "discarded")
    if status == "edited":
        notes.append("draft")
    elif work.skipped:
        notes += ["answer of a record that was discarded"] * bool(given)
        yield work
    elif given is not None or status == "validated":
        _answer(work, given, notes)
        yield work


def _answer(work: Work, given: object, notes: list[str]) -> None:
    entries = given if isinstance(given, list) else []
    if isinstance(given, str):
        work.attributes[ANNOTATION] = given
    elif entries and all(isinstance(each, str | None) for each in entries):
        if names := named(entries, notes, "choice"):
            work.attributes[ANNOTATION] = names
            work.several()
    elif given is not None and given != entries:
        notes.append(_UNREAD)
    else:
        for each in entries:
            mark = _mark(each, len(work.marks) + 1)
            work.marks += [mark] if mark else []
            notes += [] if mark else [_UNREAD]


def _mark(each: object, number: int) -> Mark | None:
    """A span, as a list or an object."""
    if isinstance(each, list):
        each = dict(zip(("label", "start", "end"), each, strict=False))
    where = place(each) if isinstance(each, dict) else None
    return Mark(f"s{number}", *where) if where else None
