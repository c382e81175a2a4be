"""Names and typed words in one form of Unicode: what looks alike is alike, whoever typed it.

Labels, relations, attributes and values are those of the scheme where they are equal once composed (NFC);
what is typed is composed. Surfaces stay as they came.
"""

from unicodedata import is_normalized, normalize

from msgspec.structs import replace

from qawl.core.records import Annotation, Attributes, AttributeValue
from qawl.scheme.model import Scheme


def composed(record: Annotation, scheme: Scheme) -> Annotation:
    """The record with its names as the scheme writes them; the same object where nothing differs."""
    known = scheme.decomposed
    if not known and all(map(_is_composed, _words(record))):
        return record
    spans = tuple(
        replace(s, label=_one(s.label, known), attributes=_attributes(s.attributes, known))
        for s in record.spans
    )
    relations = tuple(
        replace(each, label=_one(each.label, known)) if each.label else each
        for each in record.relations
    )
    return replace(
        record, spans=spans, relations=relations, attributes=_attributes(record.attributes, known)
    )


def _is_composed(word: str) -> bool:
    return word.isascii() or is_normalized("NFC", word)


def _words(record: Annotation) -> set[str]:
    """All names and values of a record."""
    found = {each.label for each in record.spans}
    found |= {each.label for each in record.relations if each.label}
    said = [each.attributes for each in record.spans if each.attributes]
    for held in (record.attributes, *said):
        for name, value in held.items():
            found.update((name, *_texts(value)))
    return found


def _texts(value: AttributeValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, int | float):
        return []
    return [text for each in value for text in _texts(each)]


def _one(word: str, known: dict[str, str]) -> str:
    plain = word if _is_composed(word) else normalize("NFC", word)
    return known.get(plain, plain)


def _attributes(held: Attributes, known: dict[str, str]) -> Attributes:
    return {_one(name, known): _value(value, known) for name, value in held.items()}


def _value(value: AttributeValue, known: dict[str, str]) -> AttributeValue:
    if isinstance(value, str):
        return _one(value, known)
    if isinstance(value, int | float):
        return value
    return [
        _one(each, known) if isinstance(each, str) else [_one(step, known) for step in each]
        for each in value
    ]
