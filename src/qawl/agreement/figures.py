"""The figures of agreement in one layer, each as sums over articles and a function of those sums.

That form gives every subset and every resample of articles the same code: a source, an article, and
the bootstrap (Efron 1979, doi:10.1214/aos/1176344552) are rows of weights on the articles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qawl.agreement import coefficients, matching
from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints, Spans
from qawl.agreement.spans_table import BOTH_WAYS, Units

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
    """(drawn by both, by one, by the other) per article; ends are compared through `best_pairs`.

    Two arrows are the same where their label and both their ends are; one in both directions has no
    first end.
    """
    shared = units.done[pair[0]] & units.done[pair[1]]
    rows = [units.rows(each, shared) for each in pair]
    left, right = matching.best_pairs(*(units.spans(each) for each in rows))
    span = np.arange(len(units.start))
    span[rows[1][right]] = rows[0][left]
    drawn = [_drawn(units.relations, who, shared, span) for who in pair]
    arrows, times = np.unique(np.concatenate(drawn), axis=0, return_counts=True)
    counted = (arrows[times == len(pair)], *drawn)
    columns = [np.bincount(each[:, 0], minlength=len(units.articles)) for each in counted]
    return np.stack(columns, -1).astype(np.float64)


def _drawn(relations: Ints, who: int, shared: NDArray[np.bool_], span: Ints) -> Ints:
    """The different arrows of an annotator in the articles that are `shared`, as rows of (article,
    kind, start, end); `span` has for each row of the spans the one that stands for it."""
    mine = relations[(relations[:, 0] == who) & shared[relations[:, 1]]]
    ends = span[mine[:, 3:]]
    ends = np.where(mine[:, 2:3] % 2 == BOTH_WAYS, np.sort(ends, 1), ends)
    found: Ints = np.unique(np.concatenate([mine[:, 1:3], ends], 1), axis=0)
    return found


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
