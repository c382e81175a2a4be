"""spaCy's DocBin: entities, span groups and categories of each document. Needs spaCy (an extra)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qawl.core.errors import InputError
from qawl.formats.readers.document import Document, Found, Mark, Work

CATEGORY = "category"


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


def _document(path: Path, number: int, doc: Any) -> Document:
    work = Work()
    groups = [*doc.ents, *(span for name in doc.spans for span in doc.spans[name])]
    for at, span in enumerate(groups, start=1):
        work.marks.append(Mark(f"s{at}", span.label_, span.start_char, span.end_char))
    names = [name for name, value in doc.cats.items() if value >= 0.5]
    if names:
        work.attributes[CATEGORY] = names
    return Document(str(path), str(number), doc.text, [work])
