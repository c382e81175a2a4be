"""A gold record, made of what was decided: marks, arrows and values."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from qawl.agreement.readings import Arrow, Mark, Reading, text_order
from qawl.core.records import (
    Article,
    Attributes,
    DecidedBy,
    Gold,
    GoldRelation,
    GoldSpan,
    relation_order,
    to_json,
)
from qawl.scheme.scheme import Scheme

How = Callable[[int], DecidedBy]
"""How something was decided that so many annotators say."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands in a record: marks with their attributes, arrows between them, the article's values."""

    marks: Mapping[Mark, Attributes]
    arrows: Collection[Arrow]
    attributes: Attributes


def filled(
    empty: Gold,
    decided: Decided,
    article: Article,
    current: Scheme,
    every: Sequence[Reading],
    how: How,
) -> Gold:
    """The record with what was decided; `every` are the readings that support it."""
    ordered = sorted(decided.marks, key=text_order)
    ids = dict(zip(ordered, span_ids(article.id, empty.layer, ordered), strict=True))
    return msgspec.structs.replace(
        empty,
        spans=tuple(
            _span(ids[mark], mark, decided.marks[mark], article.text, every, how)
            for mark in ordered
        ),
        relations=tuple(
            sorted(
                _relations(decided.arrows, ids, current, every, how),
                key=lambda each: (*relation_order(each), str(each.direction)),
            )
        ),
        attributes=decided.attributes,
    )


def span_ids(article_id: str, layer: str, marks: Iterable[Mark]) -> Iterator[str]:
    """An id for each mark, made of what it is, so that it stays while the mark does.

    `s` and ten hex digits of the SHA-256 of the JSON array of article id, layer, label, start and end;
    the second of two alike has `-2` behind it.
    """
    given: Counter[str] = Counter()
    for mark in marks:
        content = to_json([article_id, layer, mark.label, mark.start, mark.end])
        name = f"s{sha256(content).hexdigest()[:10]}"
        given[name] += 1
        yield name if given[name] == 1 else f"{name}-{given[name]}"


def _span(
    identity: str,
    mark: Mark,
    attributes: Attributes,
    text: str,
    every: Sequence[Reading],
    how: How,
) -> GoldSpan:
    support = tuple(sorted(each.annotator for each in every if mark in each.spans))
    return GoldSpan(
        id=identity,
        label=mark.label,
        start=mark.start,
        end=mark.end,
        text=text[mark.start : mark.end],
        attributes=attributes,
        support=support,
        decided_by=how(len(support)),
    )


def _relations(
    arrows: Iterable[Arrow],
    ids: Mapping[Mark, str],
    current: Scheme,
    every: Sequence[Reading],
    how: How,
) -> Iterator[GoldRelation]:
    """The relations; one that leads both ways is written the way that the scheme has it."""
    for arrow in arrows:
        support = tuple(sorted(each.annotator for each in every if arrow in each.arrows))
        start, end = arrow.start, arrow.end
        known = current.relation.get(arrow.label or "")
        if arrow.both_ways and known and not known.joins(start.label, end.label):
            start, end = end, start
        yield GoldRelation(
            label=arrow.label,
            from_=ids[start],
            to=ids[end],
            direction="bi" if arrow.both_ways else msgspec.UNSET,
            support=support,
            decided_by=how(len(support)),
        )
