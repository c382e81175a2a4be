"""Gold from annotations: what all annotators of an article marked alike, or the only one's work."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from qawl import annotations
from qawl.model import Annotation, Attributes, Gold, GoldRelation, GoldSpan, Relation, Span
from qawl.project import Project

Place = tuple[str, int, int]
"""(label, start, end): what makes two annotators' spans the same span."""


def gold(project: Project, layer: str) -> Iterator[Gold]:
    """The gold of a layer, derived from the annotations on disk, in the order of article ids."""
    records = annotations.read(project, layer)
    for _, group in groupby(records, key=lambda record: record.article_id):
        yield decide(list(group))


def decide(records: Sequence[Annotation]) -> Gold:
    """What the annotations of one article agree on exactly; `complete` if that is everything.

    Who skipped the article is left out, unless everybody did.
    """
    voices = [record for record in records if record.status == "submitted"] or list(records)
    first = voices[0]
    places = [_by_place(voice) for voice in voices]
    shared = sorted(set.intersection(*(set(each) for each in places)), key=_place_order)
    support = tuple(sorted(voice.annotator for voice in voices))
    spans = tuple(
        GoldSpan(
            id=f"s{number}",
            label=place[0],
            start=place[1],
            end=place[2],
            text=places[0][place].text,
            attributes=_shared([each[place].attributes for each in places]),
            support=support,
        )
        for number, place in enumerate(shared, start=1)
    )
    relations = _relations(voices, places, shared, support)
    attributes = _shared([voice.attributes for voice in voices])
    return Gold(
        article_id=first.article_id,
        layer=first.layer,
        status=first.status,
        text_sha256=first.text_sha256,
        scheme_version=first.scheme_version,
        decided_by="single" if len(voices) == 1 else "unanimous",
        complete=all(
            len(voice.spans) == len(spans)
            and len(voice.relations) == len(relations)
            and voice.attributes == attributes
            and all(span.attributes == each[_place(span)].attributes for span in spans)
            for voice, each in zip(voices, places, strict=True)
        ),
        spans=spans,
        relations=relations,
        attributes=attributes,
    )


def _relations(
    voices: Sequence[Annotation],
    places: Sequence[dict[Place, Span]],
    shared: Sequence[Place],
    support: tuple[str, ...],
) -> tuple[GoldRelation, ...]:
    """The relations that all drew between spans that all marked, with gold ids at their ends."""
    number = {place: f"s{index}" for index, place in enumerate(shared, start=1)}
    drawn = []
    for voice, each in zip(voices, places, strict=True):
        ids = {span.id: number.get(place) for place, span in each.items()}
        drawn.append({_ends(relation, ids): relation for relation in voice.relations})
    common = set.intersection(*(set(each) for each in drawn))
    found = (
        GoldRelation(
            label=label,
            from_=start,
            to=end,
            direction=drawn[0][label, start, end].direction,
            support=support,
        )
        for label, start, end in common
        if start and end
    )
    return tuple(sorted(found, key=lambda each: (each.label or "", each.from_, each.to)))


def _ends(
    relation: Relation, ids: dict[str, str | None]
) -> tuple[str | None, str | None, str | None]:
    return relation.label, ids.get(relation.from_), ids.get(relation.to)


def _by_place(voice: Annotation) -> dict[Place, Span]:
    return {_place(span): span for span in voice.spans}


def _place(span: Span | GoldSpan) -> Place:
    return span.label, span.start, span.end


def _place_order(place: Place) -> tuple[int, int, str]:
    label, start, end = place
    return start, -end, label


def _shared(attributes: Sequence[Attributes]) -> Attributes:
    """What all say alike."""
    first, *others = attributes
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }
