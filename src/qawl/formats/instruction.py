"""What a chat model is asked for, made from a scheme, and the answer that a record is."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from qawl.core.records import Annotation, ends
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme
from qawl.scheme.titles import Titles, title_in

_SHAPE = """\
Annotate the text of the user. Answer with one JSON object alone, with these keys:
- "spans": a list of objects in the order of the text, each with "n" (a number from 1), "label", "text" \
(copied exactly from the text), "occurrence" (1 where the text stands for the first time, 2 for the \
second, and so on) and "attributes" (name → value).
- "relations": a list of objects with "label", and "from" and "to", which are the "n" of spans; "both" \
is true where it leads both ways.
- "attributes": name → value, of the whole text."""


def of(scheme: Scheme) -> str:
    """The instruction: the shape of the answer, then the names of the scheme with what they mean."""
    return "\n".join([_SHAPE, *_lines(scheme)])


def answer(text: str, record: Annotation) -> dict[str, object]:
    """A record as the instruction asks for it: spans by what stands in the text, and its occurrence."""
    numbers = {span.id: number for number, span in enumerate(record.spans, start=1)}
    pieces = {span.id: text[span.start : span.end] for span in record.spans}
    seen: dict[str, list[int]] = {}
    return {
        "spans": [
            {
                "n": numbers[span.id],
                "label": span.label,
                "text": pieces[span.id],
                "occurrence": _occurrence(text, pieces[span.id], span.start, seen),
                "attributes": span.attributes,
            }
            for span in record.spans
        ],
        "relations": [
            {
                "label": each.label,
                "from": numbers[ends(each)[0]],
                "to": numbers[ends(each)[1]],
                **({"both": True} if each.direction == "bi" else {}),
            }
            for each in record.relations
        ],
        "attributes": record.attributes,
    }


def _occurrence(text: str, piece: str, start: int, seen: dict[str, list[int]]) -> int:
    """The number of the place among all where the piece stands, those that overlap too."""
    if piece not in seen:
        seen[piece] = list(_places(text, piece))
    return bisect_left(seen[piece], start) + 1


def _places(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _lines(scheme: Scheme) -> Iterator[str]:
    if words := _words(scheme.instructions):
        yield words
    yield from _part("Labels:", (_entry(each.name, each.definition) for each in scheme.labels))
    of_spans = [each for each in scheme.attributes if each.of]
    yield from _part("Attributes of spans:", map(_attribute, of_spans))
    arrows = (
        f"{_entry(each.name, each.definition)} (from {_either(each.from_)} to {_either(each.to)})"
        for each in scheme.relations
    )
    yield from _part("Relations:", arrows)
    yield from _part("Attributes of the text:", map(_attribute, scheme.document_attributes))


def _part(title: str, entries: Iterable[str]) -> Iterator[str]:
    listed = [f"- {each}" for each in entries]
    if listed:
        yield title
        yield from listed


def _attribute(each: Attribute) -> str:
    of = f" (of {_either(each.of)})" if each.of else ""
    values = "; ".join(_entry(one.name, one.definition) for one in each.listed)
    one_of = f": {values}" if values else ""
    return f"{_entry(each.name, each.definition)}{of}, {each.takes}{one_of}"


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)


def _entry(name: str, definition: Titles) -> str:
    words = _words(definition)
    return f"{name}: {words}" if words else name


def _words(titles: Titles) -> str:
    """In English, else in the first language that there is; in one line."""
    return " ".join(title_in(titles, "en", next(iter(titles.values()), "")).split())
