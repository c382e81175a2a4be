"""doccano's JSON Lines: sequence labelling (old and new), relations, categories, free texts.

Formats: `{"text", "label": [[start, end, label], …]}` (`labels` in older releases, `annotations` of
label, user and offsets in the oldest), or with relations (`connections` in some programs that write it)
`{"text", "entities": [{id, label, start_offset, end_offset}], "relations": [{from_id, to_id, type}]}`;
a category is a `label` of names, or stands in `cats` beside `entities`, which are then lists as above. A
project's export has a file an annotator, named after the user, or all.jsonl. Source: doccano's
documentation of its export formats.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qawl.annotations.foreign_values import whole
from qawl.core.findings import reason
from qawl.formats.readers import own
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import context, documents, listed, named, place, words

NOBODY = {"all", "unknown", "admin_all", "export", "doccano", "project"}
"""File names that are no annotator's."""
_OWN = {
    "id",
    "text",
    "data",
    "label",
    "labels",
    "entities",
    "relations",
    "cats",
    "annotations",
    "annotation_approver",  # a person's name, of which no corpus keeps any
    "comments",
    "Comments",
    "meta",
}
CATEGORY = "category"
_BESIDE = frozenset({"relations", "connections", "cats"})
"""What tells that entities are doccano's."""


def fits(row: dict[str, object]) -> bool:
    """Whether an object looks like doccano's."""
    if not isinstance(row.get("text", row.get("data")), str):
        return False
    if isinstance(row.get("entities"), list) and not row.keys().isdisjoint(_BESIDE):
        return True
    older = row.get("annotations")
    if (
        isinstance(older, list)
        and older
        and all(isinstance(e, dict) and "label" in e for e in older)
    ):
        return True
    label = row.get("label", row.get("labels"))
    return isinstance(label, list) and "spans" not in row and "tokens" not in row


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    annotator = own.whose(path)
    if annotator is None:
        annotator = "" if path.stem.lower() in NOBODY else path.stem
    return documents(path, partial(_document, path, annotator=annotator))


def _document(path: Path, number: int, row: dict[str, Any], annotator: str) -> Found:
    text = row.get("text", row.get("data"))
    if not isinstance(text, str):
        return set_aside(str(path), reason("text-empty"), number)
    made = Document(str(path), str(row.get("id", number)), text)
    work = Work(annotator)
    for at, each in enumerate(listed(row.get("entities"), made.notes, "entities")):
        if isinstance(each, list):
            _triple(made, work, f"e{at + 1}", each)
        else:
            _entity(made, work, at, each)
    labels = row.get("label", row.get("labels"))
    for each, what in ((labels, "labels"), (row.get("cats"), "categories")):
        given = [each] if isinstance(each, str) else listed(each, made.notes, what)
        _labels(made, work, given)
    known = {mark.id for mark in work.marks}
    for each in (*listed(row.get("relations"), made.notes, "relations"), *_connections(row)):
        _relation(made, work, each, known)
    others = _works(made, work, listed(row.get("annotations"), made.notes, "annotations"))
    made.works += others if others and not _holds(work) else [work, *others]
    for name in ("comments", "Comments"):
        said = row.get(name)
        made.notes += ["comment"] * (sum(map(bool, said)) if isinstance(said, list) else bool(said))
    arrows = {"connections"} if _connections(row) else set()
    made.context = context(row, _OWN | arrows)
    return made


def _connections(row: dict[str, object]) -> list[object]:
    """Relations by the name that other programs give them; a field of another kind may have it too."""
    given = row.get("connections")
    return given if isinstance(given, list) and isinstance(row.get("entities"), list) else []


def _holds(work: Work) -> bool:
    return bool(work.marks or work.attributes)


def _works(made: Document, named: Work, given: list[Any]) -> list[Work]:
    """The work of each user of the oldest exports; their labels are numbers."""
    found: dict[str, Work] = {}
    for at, each in enumerate(given):
        if not isinstance(each, dict) or each.get("label") is None:
            made.notes.append("annotation without a label")
            continue
        user = words(each["user"]) if each.get("user") is not None else named.annotator
        work = found.setdefault(user, Work(user))
        if "start_offset" in each or "end_offset" in each:
            _entity(made, work, at, {**each, "label": words(each["label"])})
        else:
            _labels(made, work, [words(each["label"])])
    return list(found.values())


def _entity(made: Document, work: Work, at: int, each: object) -> None:
    if not isinstance(each, dict):
        made.notes.append("entity that is not an object")
        return
    if where := place(each, "start_offset", "end_offset"):
        work.marks.append(Mark(str(each.get("id", f"e{at + 1}")), *where))
    else:
        made.notes.append("entity without label or offsets")


def _labels(made: Document, work: Work, labels: list[Any]) -> None:
    for at, each in enumerate(labels):
        if not isinstance(each, str):
            _triple(made, work, f"s{at + 1}", each)
    if names := named((e for e in labels if isinstance(e, str)), made.notes, "category"):
        known = work.attributes.get(CATEGORY)
        work.attributes[CATEGORY] = [*known, *names] if isinstance(known, list) else names


def _triple(made: Document, work: Work, identity: str, each: Any) -> None:
    """Adds a span that is a list of start, end and label."""
    start, end = map(whole, each[:2]) if isinstance(each, list) and len(each) > 2 else (None, None)
    if start is None or end is None:
        made.notes.append("label without offsets")
    elif isinstance(each[2], list | dict) or each[2] in (None, ""):
        made.notes.append("span without a label")
    else:
        work.marks.append(Mark(identity, words(each[2]), start, end))


def _relation(made: Document, work: Work, each: object, known: set[str]) -> None:
    if not isinstance(each, dict):
        made.notes.append("relation that is not an object")
        return
    start, end = str(each.get("from_id")), str(each.get("to_id"))
    if {start, end} <= known:
        work.arrows.append(Arrow(words(each.get("type")), start, end))
    else:
        made.notes.append("relation to no entity")
