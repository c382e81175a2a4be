"""The figures of agreement in one layer, each as sums over articles and a function of those sums.

That form gives every subset and every resample of articles the same code: a source, an article, and
the bootstrap (Efron 1979, doi:10.1214/aos/1176344552) are rows of weights on the articles.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from qawl import coefficients, matching
from qawl.coefficients import Array
from qawl.matching import Ints, Spans
from qawl.units import Units

TOLERANCE = 3
"""Code points by which each boundary may be off in `boundary_f1`: a clitic, a mark, a full stop."""

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
    """How a pair of annotators labelled the same places: (labels + 1) × (labels + 1).

    Places are matched whatever their label; the last row and column stand for no span.
    """
    shared = units.done[pair[0]] & units.done[pair[1]]
    rows = [units.rows(each, shared) for each in pair]
    ordered = [
        each[np.lexsort((units.end[each], units.start[each], units.article[each]))] for each in rows
    ]
    left, right = matching.best_pairs(*(units.spans(each, by_label=False) for each in ordered))
    ours, theirs = units.label[ordered[0][left]], units.label[ordered[1][right]]
    width = len(units.labels) + 1
    met = np.bincount(ours * width + theirs, minlength=width**2)
    table: Array = met.reshape(width, width).astype(np.float64)
    for axis, (row, matched) in enumerate(zip(rows, (ours, theirs), strict=True)):
        alone = np.bincount(units.label[row], minlength=width) - np.bincount(
            matched, minlength=width
        )
        np.moveaxis(table, axis, 0)[:, -1] += alone
    return table


def coverage(units: Units, sets: dict[int, int]) -> Iterator[tuple[int | None, Array]]:
    """Sums of nominal alpha on code points: (label index, or None for the set of all labels,
    articles × (1 + k)).

    A code point is a unit, the set of labels that cover it (or whether one label does) its value;
    stretches between boundaries are weighted by their length, which gives the same sums. `sets` has
    the column of each set, and takes those that occur for the first time.
    """
    base = np.concatenate([[0], np.cumsum(units.lengths)])
    offset = base[units.article]
    bounds = np.unique(np.concatenate([base, offset + units.start, offset + units.end]))
    bounds = bounds[bounds <= base[-1]]
    stretches = _Stretches(units, bounds, base)
    low, high = (np.searchsorted(bounds, offset + each) for each in (units.start, units.end))
    marks = np.random.default_rng(0).integers(1, 2**62, len(units.labels))
    count = len(bounds) - 1
    covering = np.zeros((len(units.annotators), count), np.int64)
    for label in range(len(units.labels)):
        rows = np.flatnonzero(units.label == label)
        place = units.annotator[rows] * (count + 1)
        size = len(covering) * (count + 1)
        steps = np.bincount(place + low[rows], minlength=size)
        steps -= np.bincount(place + high[rows], minlength=size)
        covered = np.cumsum(steps.reshape(-1, count + 1), 1)[:, :count] > 0
        covering ^= covered * marks[label]
        yield label, stretches.sums(covered.astype(np.int64), 2)
    found, codes = np.unique(covering, return_inverse=True)
    columns = np.array([sets.setdefault(each, len(sets)) for each in found.tolist()], np.int64)
    yield None, stretches.sums(columns[codes].reshape(covering.shape), len(sets))


class _Stretches:
    """Stretches of text between boundaries: in which article, how long, judged by whom."""

    def __init__(self, units: Units, bounds: Ints, base: Ints) -> None:
        self.articles = len(units.articles)
        self.article = np.searchsorted(base, bounds[:-1], side="right") - 1
        self.length = np.diff(bounds)
        self.there = units.done[:, self.article]
        raters = self.there.sum(0)
        self.pairable = raters >= 2
        self.weight = np.where(self.pairable, self.length / np.maximum(raters - 1, 1), 0)

    def sums(self, codes: Ints, width: int) -> Array:
        """(agreeing coincidences, marginals …) per article of values (annotators × stretches)."""
        agreeing = np.zeros(len(self.length))
        for one, other in combinations(range(len(codes)), 2):
            same = self.there[one] & self.there[other] & (codes[one] == codes[other])
            agreeing += 2 * same
        sums = np.zeros((self.articles, 1 + width))
        sums[:, 0] = np.bincount(
            self.article, weights=agreeing * self.weight, minlength=self.articles
        )
        for there, code in zip(self.there, codes, strict=True):
            sums[:, 1:] += np.bincount(
                self.article * width + code,
                weights=self.length * (there & self.pairable),
                minlength=self.articles * width,
            ).reshape(self.articles, width)
        return sums
