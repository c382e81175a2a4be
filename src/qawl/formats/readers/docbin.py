"""spaCy's DocBin: entities, span groups and categories of each document. Needs spaCy (an extra)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.core.errors import InputError
from qawl.formats.readers import own
from qawl.formats.readers.document import Document, Found, Mark, Work
from qawl.formats.readers.json_lines import decoded

if TYPE_CHECKING:
    from spacy.tokens import Doc

CATEGORY = "category"
_IDS = ("kb_id", "span_id")
"""What an entity is in a base of knowledge, and which rule of a matcher found it."""
NOBODY = "document that spaCy holds no annotation of: an article without work"
CUSTOM = "attribute of spaCy's user_data: "
"""How the reason begins why such an attribute is left out."""
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
    if isinstance(kept, str) and isinstance(record := decoded(kept), dict):
        made.source_id = str(record.get("article_id", number))
        made.works = [own.work(made, record)]
        return made
    made.works = [_work(doc)] if _is_annotated(doc) else []
    made.notes = [*([] if made.works else [NOBODY]), *_custom(doc)]
    return made


def _is_annotated(doc: "Doc") -> bool:
    """Whether somebody, or a model, looked for entities in a document, or put it into categories."""
    return doc.has_annotation("ENT_IOB") or bool(doc.spans) or bool(doc.cats)


def _custom(doc: "Doc") -> list[str]:
    """The names of attributes that a team added to spaCy's own."""
    keys = [each for each in doc.user_data if isinstance(each, tuple) and each[:1] == ("._.",)]
    return [f"{CUSTOM}{name}" for name in dict.fromkeys(str(each[1]) for each in keys)]


def _work(doc: "Doc") -> Work:
    work = Work()
    seen: dict[tuple[str, int, int], Mark] = {}
    for span in (*doc.ents, *(each for name in doc.spans for each in doc.spans[name])):
        place = span.label_, span.start_char, span.end_char
        said = {
            name: each for name, each in zip(_IDS, (span.kb_id_, span.id_), strict=True) if each
        }
        mark = seen.get(place)  # entities often stand in a group of spans too
        if mark is None or any(
            mark.attributes.get(name, each) != each for name, each in said.items()
        ):
            mark = Mark(f"s{len(work.marks) + 1}", *place, typed=frozenset(_IDS))
            seen.setdefault(place, mark)
            work.marks.append(mark)
        mark.attributes |= said
    chosen = [name for name, score in doc.cats.items() if score >= HALF]
    if chosen:
        work.attributes[CATEGORY] = chosen
    return work
