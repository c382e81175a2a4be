"""What Qawl's own exports hold: records (`jsonl`, the user data of `spacy`), and whose work a file is."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from qawl.annotations.foreign_values import whole
from qawl.core.findings import reason
from qawl.core.records import GOLD
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import documents, listed

_ABOUT = ("title", "language", "source", "url", "published", "license")
_UNDECIDED = "place that is undecided in gold: what may be missing there is taken for absent"
_REPORT = b'{"export":'
"""How the report.json of `qawl export` begins."""


def fits(row: dict[str, object]) -> bool:
    """Whether an object looks like a line of `qawl export jsonl`."""
    return {"article_id", "text_sha256", "spans", "text"} <= row.keys()


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    return documents(path, partial(_document, path))


def _document(path: Path, number: int, row: dict[str, Any]) -> Found:
    text = row.get("text")
    if not isinstance(text, str):
        return set_aside(str(path), reason("text-empty"), number)
    made = Document(str(path), str(row.get("article_id") or number), text)
    made.works = [work(made, row)]
    made.context = {name: row[name] for name in _ABOUT if isinstance(row.get(name), str)}
    return made


def work(made: Document, record: Mapping[str, Any]) -> Work:
    """The work that a record holds."""
    found = Work(str(record.get("annotator") or ""))
    for each in _objects(record, "spans", made.notes):
        start, end = whole(each.get("start")), whole(each.get("end"))
        if start is None or end is None or not isinstance(each.get("label"), str):
            made.notes.append("span without label or offsets")
            continue
        said = _mapping(each.get("attributes"))
        found.marks.append(Mark(str(each.get("id")), each["label"], start, end, said))
    for each in _objects(record, "relations", made.notes):
        way = "bi" if each.get("direction") == "bi" else "right"
        ends = str(each.get("from")), str(each.get("to"))
        if each.get("direction") == "left":
            ends = ends[::-1]
        found.arrows.append(Arrow(each.get("label") or "", *ends, way))
    found.attributes = _mapping(record.get("attributes"))
    undecided = len(listed(record.get("open"), made.notes, "open"))
    made.notes += [_UNDECIDED] * (undecided or record.get("complete") is False)
    found.several()
    return found


def _objects(record: Mapping[str, Any], name: str, notes: list[str]) -> Iterator[dict[str, Any]]:
    for each in listed(record.get(name), notes, name):
        if isinstance(each, dict):
            yield each
        else:
            notes.append(f"one of {name} that is not an object")


def _mapping(given: object) -> dict[str, Any]:
    return dict(given) if isinstance(given, dict) else {}


def whose(path: Path) -> str | None:
    """The annotator of a file or folder that `qawl export` wrote, by its name: LAYER.ANNOTATOR….

    Empty for gold; None where no report of an export lies beside it.
    """
    place = path.absolute()
    report = place.parent / "report.json"
    _, _, rest = place.name.partition(".")
    if not rest or not report.is_file():
        return None
    with report.open("rb") as file:
        if file.read(len(_REPORT)) != _REPORT:
            return None
    name = rest.partition(".")[0]
    return "" if name == GOLD else name


def layers(path: Path) -> set[str]:
    """The layers of a file, or of the folders in a folder, that `qawl export` wrote."""
    folder = path.is_dir()
    made = [e for e in path.iterdir() if e.is_dir()] if folder else [path, path.absolute().parent]
    return {each.name.partition(".")[0] for each in made if whose(each) is not None}


def named(path: Path) -> dict[str, str]:
    """What stands for a name in an export → the name, as its names.json says."""
    return _texts(_said(path))


def tables(path: Path) -> dict[str, dict[str, str]]:
    """The same of a names.json that has a table for each kind of names."""
    return {kind: _texts(each) for kind, each in _said(path).items()}


def _said(path: Path) -> dict[str, object]:
    """The object in a file; an empty one where there is no file, or something else in it."""
    try:
        said = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError, OSError):
        return {}
    return said if isinstance(said, dict) else {}


def _texts(given: object) -> dict[str, str]:
    each_of = given.items() if isinstance(given, dict) else ()
    return {name: each for name, each in each_of if isinstance(each, str)}
