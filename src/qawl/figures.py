"""The figures of agreement in one layer, each as sums over articles and a function of those sums.

That form gives every subset and every resample of articles the same code: a source, an article, and
the bootstrap (Efron 1979, doi:10.1214/aos/1176344552) are rows of weights on the articles.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qawl import coefficients, matching
from qawl.coefficients import Array
from qawl.matching import Ints, Spans
from qawl.units import Units

TOLERANCE = 3
"""Code points by which each boundary may be off in `boundary_f1`: a clitic, a mark, a full stop."""

PROCLITICS = frozenset("وفبلكس")
"""Arabic one-letter proclitics, which `clitic_f1` does not count as a difference."""

Matcher = Callable[[Spans, Spans, int], Ints]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient: `sums` (articles × d) are additive; `value` and `count` read d sums.

    Both functions take (… × d) and give (…); `value` is nan where undefined.
    """

    sums: Array
    value: Callable[[Array], Array]
    count: Callable[[Array], Array]


def f1_figures(units: Units, matcher: Matcher, starts: Ints | None = None) -> dict[Pair, Array]:
    """Per pair of annotators (matched, spans of one, spans of the other), articles × labels × 3."""
    return {
        (one, other): _matched(units, (one, other), matcher, starts)
        for one, other in combinations(range(len(units.annotators)), 2)
    }


def f1_figure(sums: Array) -> Figure:
    """F1 as a figure; n is the number of spans on both sides."""
    return Figure(sums, coefficients.f1, lambda total: total[..., 1] + total[..., 2])


def exact(one: Spans, other: Spans, groups: int) -> Ints:
    """Pairs with the same label, start and end."""
    return matching.within(one, other, groups, 0)


def near(one: Spans, other: Spans, groups: int) -> Ints:
    """Pairs whose boundaries are off by at most TOLERANCE code points."""
    return matching.within(one, other, groups, TOLERANCE)


def _matched(units: Units, pair: Pair, matcher: Matcher, starts: Ints | None) -> Array:
    shared = units.done[pair[0]] & units.done[pair[1]]
    groups = len(units.articles) * len(units.labels)
    one, other = (units.spans(units.rows(each, shared), start=starts) for each in pair)
    counted = (
        matcher(one, other, groups),
        np.bincount(one.group, minlength=groups),
        np.bincount(other.group, minlength=groups),
    )
    shape = (len(units.articles), len(units.labels), 3)
    return np.stack(counted, axis=-1).reshape(shape).astype(np.float64)


def clitic_starts(units: Units, texts: dict[str, str]) -> Ints:
    """Each span's start, moved over proclitics to the start of the word it stands in."""
    starts = units.start.copy()
    for row, (article, start) in enumerate(
        zip(units.article.tolist(), starts.tolist(), strict=True)
    ):
        text = texts[units.articles[article]]
        at = start
        while 0 < at <= len(text) and text[at - 1] in PROCLITICS:
            at -= 1
        if at < start and (at == 0 or not text[at - 1].isalnum()):
            starts[row] = at
    return starts


def relation_sums(units: Units, pair: Pair) -> Array:
    """(drawn by both, by one, by the other) per article; ends are compared through `best_pairs`."""
    shared = units.done[pair[0]] & units.done[pair[1]]
    rows = [units.rows(each, shared) for each in pair]
    left, right = matching.best_pairs(*(units.spans(each) for each in rows))
    same = dict(zip(rows[1][right].tolist(), rows[0][left].tolist(), strict=True))
    sums = np.zeros((len(units.articles), 3))
    drawn: list[set[tuple[int, str, int, int]]] = [set(), set()]
    for who, article, label, start, end in units.relations:
        if who in pair and shared[article]:
            side = pair.index(who)
            ends = (
                (start, end)
                if side == 0
                else (same.get(start, -start - 1), same.get(end, -end - 1))
            )
            drawn[side].add((article, label, *ends))
    for column, found in enumerate((drawn[0] & drawn[1], *drawn)):
        for article, *_ in found:
            sums[article, column] += 1
    return sums


def attribute_tables(units: Units, name: str, order: tuple[str, ...], pair: Pair) -> Array:
    """How a pair of annotators set an attribute on matched spans: articles × k × k, values in `order`.

    Spans where one of them left it unset are missing, not a category.
    """
    shared = units.done[pair[0]] & units.done[pair[1]]
    index = {value: number for number, value in enumerate(order)}
    recode = np.array([index[value] for value in units.values.get(name, ())] + [-1], np.int64)
    codes = recode[units.attributes[name]] if name in units.attributes else None
    table = np.zeros((len(units.articles), len(order), len(order)))
    if codes is None:
        return table
    rows = [each[codes[each] >= 0] for each in (units.rows(who, shared) for who in pair)]
    left, right = matching.best_pairs(*(units.spans(each) for each in rows))
    left, right = rows[0][left], rows[1][right]
    np.add.at(table, (units.article[left], codes[left], codes[right]), 1)
    return table


def confusion(units: Units, pair: Pair) -> Array:
    """How a pair of annotators labelled the same places: articles × (labels + 1) × (labels + 1).

    Places are matched whatever their label; the last row and column stand for no span.
    """
    shared = units.done[pair[0]] & units.done[pair[1]]
    rows = [units.rows(each, shared) for each in pair]
    ordered = [
        each[np.lexsort((units.end[each], units.start[each], units.article[each]))] for each in rows
    ]
    left, right = matching.best_pairs(*(units.spans(each, by_label=False) for each in ordered))
    width = len(units.labels) + 1
    table = np.zeros((len(units.articles), width, width))
    ours, theirs = ordered[0][left], ordered[1][right]
    np.add.at(table, (units.article[ours], units.label[ours], units.label[theirs]), 1)
    alone = np.setdiff1d(rows[0], ours), np.setdiff1d(rows[1], theirs)
    np.add.at(table, (units.article[alone[0]], units.label[alone[0]], width - 1), 1)
    np.add.at(table, (units.article[alone[1]], width - 1, units.label[alone[1]]), 1)
    return table


def coverage(units: Units, lengths: Ints) -> Iterator[tuple[int | None, Array]]:
    """Sums of nominal alpha on code points: (label index, or None for the set of all labels,
    articles × (1 + k)); `lengths` are those of the texts in code points.

    A code point is a unit, the set of labels that cover it (or whether one label does) its value;
    stretches between boundaries are weighted by their length, which gives the same sums.
    """
    base = np.concatenate([[0], np.cumsum(lengths)])
    offset = base[units.article]
    # A span that ends past its text (a finding) covers what there is of it, not the next article.
    start, end = (np.clip(each, 0, lengths[units.article]) for each in (units.start, units.end))
    bounds = np.unique(np.concatenate([base, offset + start, offset + end]))
    length = np.diff(bounds)
    article = np.searchsorted(base, bounds[:-1], side="right") - 1
    low, high = (np.searchsorted(bounds, offset + each) for each in (start, end))
    marks = np.random.default_rng(0).integers(1, 2**62, len(units.labels))
    sets = np.zeros((len(units.annotators), len(length)), np.int64)
    there = units.done[:, article]
    for label in range(len(units.labels)):
        covered = np.zeros_like(sets)
        for who in range(len(units.annotators)):
            rows = np.flatnonzero((units.annotator == who) & (units.label == label))
            steps = np.bincount(low[rows], minlength=len(length) + 1) - np.bincount(
                high[rows], minlength=len(length) + 1
            )
            covered[who] = np.cumsum(steps)[: len(length)] > 0
        sets ^= covered * marks[label]
        yield label, _alpha_sums(covered, there, length, article, len(units.articles))
    yield (
        None,
        _alpha_sums(
            np.unique(sets, return_inverse=True)[1].reshape(sets.shape),
            there,
            length,
            article,
            len(units.articles),
        ),
    )


def _alpha_sums(
    codes: Ints, there: NDArray[np.bool_], length: Ints, article: Ints, articles: int
) -> Array:
    """(agreeing coincidences, marginals …) per article of values (annotators × stretches)."""
    width = int(codes.max(initial=0)) + 1
    raters = there.sum(0)
    pairable = raters >= 2
    weight = np.where(pairable, length / np.maximum(raters - 1, 1), 0)
    agreeing = np.zeros(len(length))
    for one, other in combinations(range(len(codes)), 2):
        agreeing += 2 * (there[one] & there[other] & (codes[one] == codes[other]))
    sums = np.zeros((articles, 1 + width))
    sums[:, 0] = np.bincount(article, weights=agreeing * weight, minlength=articles)
    for who in range(len(codes)):
        counted = there[who] & pairable
        place = article * width + codes[who]
        sums[:, 1:] += np.bincount(
            place, weights=length * counted, minlength=articles * width
        ).reshape(articles, width)
    return sums
