"""spaCy's DocBin: entities, span groups and categories of each document. Needs spaCy (an extra)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.core.errors import InputError
from qawl.formats.readers import own
from qawl.formats.readers.document import Document, Found, Mark, Work

if TYPE_CHECKING:
    from spacy.tokens import Doc

CATEGORY = "category"
HALF = 0.5
"""The score from which a category counts."""


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    try:
        import spacy  # noqa: PLC0415 - an extra
        from spacy.tokens import DocBin  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"{path}: reading DocBin needs spaCy: `pip install qawl[spacy]`"
        ) from error
    vocabulary = spacy.blank("xx").vocab
    try:
        bundle = DocBin().from_disk(path)
    except Exception as error:
        raise InputError(f"{path}: not a DocBin of spaCy ({type(error).__name__})") from error
    for number, doc in enumerate(bundle.get_docs(vocabulary), start=1):
        yield _document(path, number, doc)


def _document(path: Path, number: int, doc: "Doc") -> Document:
    kept = doc.user_data.get("qawl") if doc.user_data else None
    made = Document(str(path), str(number), doc.text)
    if isinstance(kept, str) and isinstance(record := _decoded(kept), dict):
        made.source_id = str(record.get("article_id", number))
        made.works = [own.work(made, record)]
        return made
    work = Work()
    seen: set[tuple[str, int, int]] = set()
    for span in (*doc.ents, *(each for name in doc.spans for each in doc.spans[name])):
        place = span.label_, span.start_char, span.end_char
        if place not in seen:  # entities often stand in a group of spans too
            seen.add(place)
            work.marks.append(Mark(f"s{len(seen)}", *place))
    chosen = [name for name, score in doc.cats.items() if score >= HALF]
    if chosen:
        work.attributes[CATEGORY] = chosen
    made.works = [work]
    return made


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
