"""The figures of agreement on spans and relations, each as sums over articles and a function of them.

That form gives every choice of articles the same code: a source, an article, and all articles but one
(`intervals`) are sums of the same rows. Figures of attributes: `attributes`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qawl.agreement import coefficients, matching
from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints, Spans
from qawl.agreement.pairs import Pair, sharing
from qawl.agreement.spans_table import BOTH_WAYS, Units

TOLERANCE = 3
"""Code points by which each boundary may be off in `boundary_f1`: a clitic, a mark, a full stop."""

Matcher = Callable[[Spans, Spans, int], Ints]
Matches = dict[Pair, tuple[Ints, Ints]]
"""pair of annotators → the rows of the one, and those of the other that stand for the same"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient: `sums` (articles × d) are additive; `value` and `count` read d sums.

    Both functions take (… × d) and give (…); `value` is nan where undefined, else between `bottom`
    and 1. `chances` (articles) is how many disagreements there could be. Where the columns of other
    articles may be others, `names` has a number for each that tells which are the same.
    """

    sums: Array
    value: Callable[[Array], Array]
    count: Callable[[Array], Array]
    chances: Array
    bottom: float
    names: Ints | None = None


def matches(units: Units) -> Matches:
    """The spans of every two annotators who are compared that stand for one another, by label: see
    `best_pairs`."""
    found = {}
    for one, other in sharing(units.done):
        shared = units.done[one] & units.done[other]
        rows = units.rows(one, shared), units.rows(other, shared)
        left, right = matching.best_pairs(*(units.spans(each) for each in rows))
        found[one, other] = rows[0][left], rows[1][right]
    return found


def f1_sums(
    units: Units, pairs: Iterable[Pair], matcher: Matcher, starts: Ints | None = None
) -> dict[Pair, Array]:
    """Per pair of annotators (matched, spans of one, spans of the other), articles × labels × 3."""
    return {pair: _matched(units, pair, matcher, starts) for pair in pairs}


def f1_figure(sums: Array, raters: Array) -> Figure:
    """F1 as a figure; n is the number of spans on both sides.

    `raters` is of how many annotators the pairs are (articles, or one number): each of their spans
    stands in `sums` once for each of the others.
    """
    chances = (sums[:, 1] + sums[:, 2]) / 2 / np.maximum(raters - 1, 1)
    return Figure(sums, coefficients.f1, lambda total: total[..., 1] + total[..., 2], chances, 0)


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


def relation_sums(units: Units, pair: Pair, matched: Matches) -> Array:
    """(drawn by both, by one, by the other) per article.

    Two arrows are the same where their label is, and both their ends stand for one another; one in
    both directions has no first end.
    """
    shared = units.done[pair[0]] & units.done[pair[1]]
    left, right = matched[pair]
    span = np.arange(len(units.start))
    span[right] = left
    drawn = [_drawn(units.relations, annotator, shared, span) for annotator in pair]
    arrows, times = np.unique(np.concatenate(drawn), axis=0, return_counts=True)
    counted = (arrows[times == len(pair)], *drawn)
    columns = [np.bincount(each[:, 0], minlength=len(units.articles)) for each in counted]
    return np.stack(columns, -1).astype(np.float64)


def _drawn(relations: Ints, annotator: int, shared: NDArray[np.bool_], span: Ints) -> Ints:
    """The different arrows of an annotator in the articles that are `shared`, as rows of (article,
    kind, start, end); `span` has for each row of the spans the one that stands for it."""
    mine = relations[(relations[:, 0] == annotator) & shared[relations[:, 1]]]
    ends = span[mine[:, 3:]]
    ends = np.where(mine[:, 2:3] % 2 == BOTH_WAYS, np.sort(ends, 1), ends)
    found: Ints = np.unique(np.concatenate([mine[:, 1:3], ends], 1), axis=0)
    return found


def same_spans(units: Units, matched: Matches) -> Ints:
    """For each span the number of its item: spans of several annotators that stand for one another.

    Spans with the same label, bounds and attributes are one item; then pairs that match are joined,
    those that overlap most first, unless an annotator would have two spans in the item. Neither the
    names of annotators nor the order of records matters.
    """
    places = np.stack([units.article, units.label, units.start, units.end, units.twin], 1)
    first, item = np.unique(places, axis=0, return_index=True, return_inverse=True)[1:]
    item = item.reshape(-1)
    left = np.concatenate([one for one, _ in matched.values()] or [item[:0]])
    right = np.concatenate([other for _, other in matched.values()] or [item[:0]])
    apart = item[left] != item[right]
    edges = np.sort(np.stack([item[left[apart]], item[right[apart]]], 1), 1)
    edges = np.unique(edges, axis=0)
    # Items are numbered in the order of their places, so that ties are settled by place.
    one, other = first[edges[:, 0]], first[edges[:, 1]]
    order = np.argsort(-matching.overlap(units.start, units.end, one, other), kind="stable")
    return _joined(item, units.annotator, edges[order])


def _joined(item: Ints, annotator: Ints, edges: Ints) -> Ints:
    """The items after those of each edge in turn became one, unless they share an annotator."""
    touched = np.isin(item, edges)
    annotators: dict[int, set[int]] = {}
    for number, each in zip(item[touched].tolist(), annotator[touched].tolist(), strict=True):
        annotators.setdefault(number, set()).add(each)
    target = {number: number for number in annotators}
    members = {number: [number] for number in annotators}
    for pair in edges.tolist():
        one, other = (target[each] for each in pair)
        if one != other and not annotators[one] & annotators[other]:
            annotators[one] |= annotators[other]
            members[one] += members[other]
            target.update(dict.fromkeys(members[other], one))
    become = np.arange(int(item.max(initial=-1)) + 1)
    become[list(target)] = list(target.values())
    return become[item]


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
