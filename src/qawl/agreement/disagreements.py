"""Where annotators of one article differ: spans, attributes and relations, side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Disagreement,
    Relation,
    Span,
    ends,
)

Place = tuple[str, int, int]
"""(label, start, end): what makes two annotators' spans the same span."""


class Arrow(NamedTuple):
    """What makes two annotators' relations the same relation: its label, its ends and its sense.

    An arrow in both directions has its ends in the order of the text, however it was drawn.
    """

    label: str | None
    start: Place
    end: Place
    both_ways: bool


def place(span: Span) -> Place:
    """What makes two annotators' spans the same span."""
    return span.label, span.start, span.end


def find(voices: Sequence[Annotation]) -> list[Disagreement]:
    """What the annotations of an article don't agree on, in the order of the text."""
    marked = marks(voices)
    every = set().union(*marked.values())
    common = every.intersection(*marked.values())
    spans = at(marked, every - common)
    return in_order([*spans, *_attributes(voices), *_relations(voices), *_document(voices)])


def in_order(found: Iterable[Disagreement]) -> list[Disagreement]:
    """Disagreements in the order of the text, each place once."""
    ordered = sorted(
        found, key=lambda each: (each.start, -each.end, each.kind, each.label, each.name or "")
    )
    return [each for each, _ in groupby(ordered)]


def marks(voices: Sequence[Annotation]) -> dict[str, set[Place]]:
    """The places that each annotator marked."""
    return {voice.annotator: {place(span) for span in voice.spans} for voice in voices}


def at(marked: Mapping[str, set[Place]], places: Iterable[Place]) -> Iterator[Disagreement]:
    """What each annotator says at these places: the span's label, or None."""
    for label, start, end in sorted(places, key=str):
        readings: dict[str, AttributeValue | None] = {
            name: label if (label, start, end) in each else None for name, each in marked.items()
        }
        yield Disagreement(kind="span", start=start, end=end, label=label, readings=readings)


def _attributes(voices: Sequence[Annotation]) -> Iterator[Disagreement]:
    """Attributes of spans that at least two annotators marked."""
    set_at = {place(span) for voice in voices for span in voice.spans if span.attributes}
    given: dict[Place, dict[str, Attributes]] = {each: {} for each in set_at}
    for voice in voices:
        for span in voice.spans:
            if (where := place(span)) in given:
                given[where][voice.annotator] = span.attributes
    for (label, start, end), by_annotator in given.items():
        for name in sorted({name for each in by_annotator.values() for name in each}):
            readings = {who: each.get(name) for who, each in by_annotator.items()}
            if differ(readings.values()):
                yield Disagreement(
                    kind="attribute",
                    start=start,
                    end=end,
                    label=label,
                    name=name,
                    readings=readings,
                )


def _document(voices: Sequence[Annotation]) -> Iterator[Disagreement]:
    for name in sorted({name for voice in voices for name in voice.attributes}):
        readings = {voice.annotator: voice.attributes.get(name) for voice in voices}
        if differ(readings.values()):
            yield Disagreement(
                kind="attribute", start=0, end=0, label="", name=name, readings=readings
            )


def _relations(voices: Sequence[Annotation]) -> Iterator[Disagreement]:
    drawn = {voice.annotator: set(arrows(voice)) for voice in voices}
    for arrow in sorted(set().union(*drawn.values()), key=str):
        label, start, end, both_ways = arrow
        said = f"{'↔' if both_ways else '→'} {end[0]} {end[1]}-{end[2]}"
        readings: dict[str, AttributeValue | None] = {
            name: said if arrow in each else None for name, each in drawn.items()
        }
        if None in readings.values():
            yield Disagreement(
                kind="relation",
                start=start[1],
                end=start[2],
                label=start[0],
                name=label or "?",
                readings=readings,
            )


def arrows(voice: Annotation) -> Iterator[Arrow]:
    """The arrow of each relation that has both ends."""
    spans = {span.id: place(span) for span in voice.spans} if voice.relations else {}
    for relation in voice.relations:
        if drawn := arrow_of(relation, spans):
            yield drawn


def arrow_of(relation: Relation, spans: Mapping[str, Place]) -> Arrow | None:
    """The arrow that a relation means; None where an end is missing."""
    first, last = ends(relation)
    start, end = spans.get(first), spans.get(last)
    if start is None or end is None:
        return None
    both_ways = relation.direction == "bi"
    if both_ways:
        start, end = sorted((start, end), key=lambda each: (each[1], -each[2], each[0]))
    return Arrow(relation.label, start, end, both_ways)


def differ(readings: Iterable[AttributeValue | None]) -> bool:
    """Whether not all say the same; several choices are a set."""
    plain = [sorted(each) if isinstance(each, list) else each for each in readings]
    return any(each != plain[0] for each in plain)
