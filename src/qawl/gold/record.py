"""A gold record, made of what was decided: marks, arrows and values."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter

import msgspec
from msgspec import Struct

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
from qawl.scheme.model import Scheme

How = Callable[[int], DecidedBy]
"""How something was decided that so many annotators say."""


class Decided(Struct, frozen=True):
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
        spans=tuple(_spans(ids, decided.marks, article.text, every, how)),
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
    given: dict[str, int] = {}
    known = to_json([article_id, layer]).removesuffix(b"]")
    for label, start, end, _ in marks:
        content = b"%b,%b,%d,%d]" % (known, _as_json(label), start, end)
        name = f"s{sha256(content).hexdigest()[:10]}"
        given[name] = number = given.get(name, 0) + 1
        yield name if number == 1 else f"{name}-{number}"


_as_json = lru_cache(to_json)
"""Labels as JSON: a scheme has few of them."""


def _spans(
    ids: Mapping[Mark, str],
    attributes: Mapping[Mark, Attributes],
    text: str,
    every: Sequence[Reading],
    how: How,
) -> Iterator[GoldSpan]:
    """The marks that have ids, as spans with those who made them."""
    sides = [(each.annotator, each.spans) for each in sorted(every, key=attrgetter("annotator"))]
    hows = [how(count) for count in range(len(every) + 1)]
    for mark, identity in ids.items():
        support = tuple([annotator for annotator, spans in sides if mark in spans])
        label, start, end, _ = mark
        yield GoldSpan(
            id=identity,
            label=label,
            start=start,
            end=end,
            text=text[start:end],
            attributes=attributes[mark],
            support=support,
            decided_by=hows[len(support)],
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
