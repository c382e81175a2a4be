"""Where annotators of one article differ: spans, attributes and relations, side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from qawl.core.records import Annotation, Attributes, AttributeValue, Disagreement, Relation, Span

Place = tuple[str, int, int]
"""(label, start, end): what makes two annotators' spans the same span."""


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
    for label, start, end in sorted(set().union(*drawn.values()), key=str):
        readings: dict[str, AttributeValue | None] = {
            name: f"→ {end[0]} {end[1]}-{end[2]}" if (label, start, end) in each else None
            for name, each in drawn.items()
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


def arrows(voice: Annotation) -> Iterator[tuple[str | None, Place, Place]]:
    """(label, place at the start, place at the end) of each relation that has both ends."""
    spans = {span.id: place(span) for span in voice.spans} if voice.relations else {}
    for relation in voice.relations:
        if ends := ends_of(relation, spans):
            yield relation.label, *ends


def ends_of(relation: Relation, spans: dict[str, Place]) -> tuple[Place, Place] | None:
    """The places that a relation joins, in the sense of its arrow; None where an end is missing."""
    start, end = spans.get(relation.from_), spans.get(relation.to)
    if start is None or end is None:
        return None
    return (end, start) if relation.direction == "left" and start[0] == end[0] else (start, end)


def differ(readings: Iterable[AttributeValue | None]) -> bool:
    """Whether not all say the same; several choices are a set."""
    plain = [sorted(each) if isinstance(each, list) else each for each in readings]
    return any(each != plain[0] for each in plain)
