"""Suggestions measured against gold: precision, recall and F1 by label, arrows, and what needs no touch.

Only articles whose gold is complete count. A span is right if label, start and end are those of gold;
`overlap` counts one-to-one pairs of one label that share text. An arrow is right if its name and both of
its ends are.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec
import numpy as np

from qawl.agreement import matching
from qawl.agreement.shares import share, shares
from qawl.core.records import Gold, GoldRelation, GoldSpan, Relation, Span, Suggestion

SpanKey = tuple[str, int, int, str]
"""(article, start, end, label)."""


class Share(msgspec.Struct, frozen=True):
    """Precision, recall and F1; None where nothing was suggested, or nothing is there."""

    precision: float | None
    recall: float | None
    f1: float | None


class Counted(msgspec.Struct, frozen=True):
    """Precision, recall and F1 of arrows; `n` is how many gold has."""

    precision: float | None
    recall: float | None
    f1: float | None
    n: int


class LabelScore(msgspec.Struct, frozen=True, omit_defaults=True):
    """One label's figures; `n` is how many spans gold has. `by_type` by the value of `quote_type`."""

    exact: Share
    overlap: Share
    n: int
    by_type: "dict[str, LabelScore] | None" = None


class LayerScore(msgspec.Struct, frozen=True, omit_defaults=True):
    """A layer's figures; `untouched` is the share of gold spans with an identical suggestion.

    `not_suggested` are labels of too low a precision (`suggestions.precision` in qawl.yaml).
    """

    untouched: float | None
    labels: dict[str, LabelScore]
    relations: dict[str, Counted]
    types: dict[str, Counted]
    not_suggested: list[str] = []


class Score(msgspec.Struct, frozen=True):
    """The figures of `qawl suggest --score`; `gold_sha256` is the digest of the gold they are of."""

    layers: dict[str, LayerScore]
    gold_sha256: str


Pair = tuple[Gold, Suggestion]


def layer_score(pairs: Sequence[Pair], typed: str | None) -> LayerScore:
    """The figures of a layer over (gold, suggestion) of each article.

    `typed` is the attribute by whose value the labels are also told apart: that of the span, or of the
    span whose arrow leads to it.
    """
    wanted = {_place(gold, span): span for gold, _ in pairs for span in gold.spans}
    given = {_place(made, span): span for _, made in pairs for span in made.spans}
    kinds = {side: _types(pairs, side, typed) for side in (0, 1)} if typed else None
    labels = sorted({place[3] for place in (*wanted, *given)})
    scores = {}
    for label in labels:
        one = [place for place in wanted if place[3] == label]
        other = [place for place in given if place[3] == label]
        by_type = _by_type(one, other, kinds) if kinds else None
        scores[label] = _label(one, other, by_type)
    return LayerScore(
        untouched=share(len(wanted.keys() & given.keys()), len(wanted)),
        labels=scores,
        relations=_relations(pairs),
        types=_values(wanted, given, typed) if typed else {},
    )


def _place(record: Gold | Suggestion, span: Span | GoldSpan) -> SpanKey:
    return record.article_id, span.start, span.end, span.label


def _label(
    one: Sequence[SpanKey], other: Sequence[SpanKey], by_type: dict[str, LabelScore] | None = None
) -> LabelScore:
    return LabelScore(
        exact=_share(len({*one} & {*other}), len(other), len(one)),
        overlap=_share(_overlapping(one, other), len(other), len(one)),
        n=len(one),
        by_type=by_type,
    )


def _by_type(
    one: Sequence[SpanKey],
    other: Sequence[SpanKey],
    kinds: dict[int, dict[SpanKey, frozenset[str]]],
) -> dict[str, LabelScore]:
    values = sorted({value for place in one for value in kinds[0].get(place, ())})
    return {
        value: _label(
            [place for place in one if value in kinds[0].get(place, ())],
            [place for place in other if value in kinds[1].get(place, ())],
        )
        for value in values
    }


def _types(pairs: Sequence[Pair], side: int, typed: str) -> dict[SpanKey, frozenset[str]]:
    """Each span's values of an attribute: its own, and those of the spans whose arrows lead to it."""
    found: dict[SpanKey, set[str]] = {}
    for pair in pairs:
        record = pair[side]
        spans = {span.id: span for span in record.spans}
        for span in record.spans:
            value = span.attributes.get(typed)
            if isinstance(value, str):
                found.setdefault(_place(record, span), set()).add(value)
        for relation in record.relations:
            start, end = spans.get(relation.from_), spans.get(relation.to)
            value = start.attributes.get(typed) if start else None
            if end is not None and isinstance(value, str):
                found.setdefault(_place(record, end), set()).add(value)
    return {place: frozenset(values) for place, values in found.items()}


def _relations(pairs: Sequence[Pair]) -> dict[str, Counted]:
    sides = [{arrow for pair in pairs for arrow in _arrows(pair[side])} for side in (0, 1)]
    names = sorted({arrow[0] for side in sides for arrow in side})
    return {
        name: _counted(
            {each for each in sides[0] if each[0] == name},
            {each for each in sides[1] if each[0] == name},
        )
        for name in names
    }


def _arrows(record: Gold | Suggestion) -> Iterable[tuple[str, SpanKey, SpanKey]]:
    spans = {span.id: span for span in record.spans}
    relations: Iterable[Relation | GoldRelation] = record.relations
    for each in relations:
        if each.from_ in spans and each.to in spans:
            start, end = spans[each.from_], spans[each.to]
            yield each.label or "", _place(record, start), _place(record, end)


def _values(
    wanted: dict[SpanKey, GoldSpan], given: dict[SpanKey, Span], typed: str
) -> dict[str, Counted]:
    """Values of an attribute on the spans that both have."""
    both = wanted.keys() & given.keys()

    def held(side: dict[SpanKey, GoldSpan] | dict[SpanKey, Span], value: str) -> set[SpanKey]:
        return {place for place in both if side[place].attributes.get(typed) == value}

    values = {wanted[place].attributes.get(typed) for place in both}
    return {
        value: _counted(held(wanted, value), held(given, value))
        for value in sorted(each for each in values if isinstance(each, str))
    }


def _counted(one: Collection[object], other: Collection[object]) -> Counted:
    share = _share(len({*one} & {*other}), len(other), len(one))
    return Counted(share.precision, share.recall, share.f1, len(one))


def _overlapping(one: Sequence[SpanKey], other: Sequence[SpanKey]) -> int:
    articles = {name: at for at, name in enumerate(sorted({p[0] for p in (*one, *other)}))}
    if not one or not other:
        return 0

    def spans(side: Sequence[SpanKey]) -> matching.Spans:
        rows = sorted((articles[article], start, end) for article, start, end, _ in side)
        table = np.array(rows, np.int64)
        return matching.Spans(table[:, 0], table[:, 1], table[:, 2])

    return int(matching.overlapping(spans(one), spans(other), len(articles)).sum())


def _share(right: int, given: int, wanted: int) -> Share:
    return Share(*shares(right, given, wanted))
