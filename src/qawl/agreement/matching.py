"""One-to-one matching of two annotators' spans, optimal, so that no order changes a score.

Spans stand in arrays: `group` (only spans of one group can match: one article and label, say),
`start` and `end` (half-open code points). `kind` tells apart spans of one annotator with the same
group, start and end; without it, each is there once.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Spans:
    """One annotator's spans as parallel arrays, sorted by (group, start, end, kind)."""

    __slots__ = ("end", "group", "kind", "start")

    def __init__(self, group: Ints, start: Ints, end: Ints, kind: Ints | None = None) -> None:
        self.group, self.start, self.end = group, start, end
        self.kind = np.zeros(len(start), np.int64) if kind is None else kind

    def __getitem__(self, rows: Ints) -> "Spans":
        """These rows of them."""
        return Spans(self.group[rows], self.start[rows], self.end[rows], self.kind[rows])


def overlapping(one: Spans, other: Spans, groups: int) -> Ints:
    """How many pairs of overlapping spans there can be at most, per group.

    Taking the interval that ends first with the partner that ends first is optimal: whatever later
    could use that partner could use any other that reaches further.
    """
    group = np.concatenate([one.group, other.group])
    start = np.concatenate([one.start, other.start])
    end = np.concatenate([one.end, other.end])
    side = np.repeat([0, 1], [len(one.group), len(other.group)])
    cluster = clusters(group, start, end)
    size = int(cluster.max(initial=-1)) + 1
    sides = np.stack([np.bincount(cluster[side == each], minlength=size) for each in (0, 1)])
    pairs = sides.min(0)
    for rows in _rows_of(cluster, np.flatnonzero(pairs > 1)):
        pairs[cluster[rows[0]]] = _greedy(start[rows], end[rows], side[rows])
    home = np.zeros(size, np.int64)
    home[cluster] = group
    return np.bincount(home, weights=pairs, minlength=groups).astype(np.int64)


def within(one: Spans, other: Spans, groups: int, tolerance: int) -> Ints:
    """How many pairs there can be at most whose starts and ends differ by at most `tolerance`
    code points each, per group."""
    left, right = _candidates(one, other, tolerance)
    near = np.abs(one.end[left] - other.end[right]) <= tolerance
    left, right = left[near], right[near]
    single = (np.bincount(left, minlength=len(one.group))[left] == 1) & (
        np.bincount(right, minlength=len(other.group))[right] == 1
    )
    matched = [one.group[left[single]]]
    partners: dict[int, list[int]] = {}
    for a, b in zip(left[~single].tolist(), right[~single].tolist(), strict=True):
        partners.setdefault(a, []).append(b)
    matched.append(one.group[np.array(sorted(_augmented(partners)), np.int64)])
    return np.bincount(np.concatenate(matched), minlength=groups)


def best_pairs(one: Spans, other: Spans) -> tuple[Ints, Ints]:
    """The rows of both sides that stand for one another, one to one.

    Identical spans first, those of the same kind before others; then those pairs of the rest that
    overlap with the greatest total intersection over union. Whose spans come first does not matter.
    """
    found: list[tuple[Ints, Ints]] = []
    rest = np.arange(len(one.group)), np.arange(len(other.group))
    for matcher in (_identical, _same_bounds, _best_overlaps):
        left, right = matcher(one[rest[0]], other[rest[1]])
        found.append((rest[0][left], rest[1][right]))
        rest = np.delete(rest[0], left), np.delete(rest[1], right)
    chosen = [np.concatenate(side) for side in zip(*found, strict=True)]
    order = np.argsort(chosen[0], kind="stable")
    return chosen[0][order], chosen[1][order]


def _identical(one: Spans, other: Spans) -> tuple[Ints, Ints]:
    """Pairs with the same bounds and kind: the first of one side with the first of the other."""
    left, right = _candidates(one, other, 0)
    same = (one.end[left] == other.end[right]) & (one.kind[left] == other.kind[right])
    left, right = left[same], right[same]
    same = _number_of_twin(one, one.kind)[left] == _number_of_twin(other, other.kind)[right]
    return left[same], right[same]


def _same_bounds(one: Spans, other: Spans) -> tuple[Ints, Ints]:
    """Pairs with the same bounds: the first of one side with the first of the other, and so on."""
    left, right = _candidates(one, other, 0)
    same = one.end[left] == other.end[right]
    left, right = left[same], right[same]
    same = _number_of_twin(one)[left] == _number_of_twin(other)[right]
    return left[same], right[same]


def _number_of_twin(spans: Spans, *also: Ints) -> Ints:
    """For each span how many with the same bounds, and the same of `also`, come before it."""
    fresh = np.ones(len(spans.start), bool)
    columns = (spans.group, spans.start, spans.end, *also)
    fresh[1:] = np.any([each[1:] != each[:-1] for each in columns], 0)
    row = np.arange(len(fresh))
    number: Ints = row - np.maximum.accumulate(np.where(fresh, row, 0))
    return number


def _best_overlaps(one: Spans, other: Spans) -> tuple[Ints, Ints]:
    """The pairs that overlap with the greatest total intersection over union."""
    first = len(one.group)
    group = np.concatenate([one.group, other.group])
    start = np.concatenate([one.start, other.start])
    end = np.concatenate([one.end, other.end])
    cluster = clusters(group, start, end)
    size = int(cluster.max(initial=-1)) + 1
    ours = np.bincount(cluster[:first], minlength=size)
    theirs = np.bincount(cluster[first:], minlength=size)
    alone = np.flatnonzero((ours == 1) & (theirs == 1))
    row = np.zeros((2, size), np.int64)
    row[0, cluster[:first]], row[1, cluster[first:]] = np.arange(first), np.arange(len(other.group))
    left, right = row[0, alone], row[1, alone]
    met = overlap(start, end, left, right + first) > 0
    found = [(left[met], right[met])]
    several = np.flatnonzero((ours > 0) & (theirs > 0) & (ours + theirs > 2))
    for rows in _rows_of(cluster, several):
        a, b = _best_of_cluster(start, end, rows[rows < first], rows[rows >= first])
        found.append((a, b - first))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _best_of_cluster(start: Ints, end: Ints, ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """The rows of a cluster that overlap best. Of several best ways to pair them, the same is found
    from both sides."""
    if _places(start, end, theirs) < _places(start, end, ours):
        b, a = _best_of_cluster(start, end, theirs, ours)
        return a, b
    a, b = _assign(overlap(start, end, ours[:, None], theirs[None, :]))
    return ours[a], theirs[b]


def _places(start: Ints, end: Ints, rows: Ints) -> tuple[int, list[list[int]]]:
    return len(rows), [start[rows].tolist(), end[rows].tolist()]


def overlap(start: Ints, end: Ints, one: Ints, other: Ints) -> NDArray[np.float64]:
    """The intersection over union of these rows with those, as both broadcast."""
    shared = np.minimum(end[one], end[other]) - np.maximum(start[one], start[other])
    union = end[one] - start[one] + end[other] - start[other] - shared
    found: NDArray[np.float64] = np.maximum(shared, 0) / np.maximum(union, 1)
    return found


def clusters(group: Ints, start: Ints, end: Ints) -> Ints:
    """For each span the number of its cluster: spans of a group that a chain of overlaps joins."""
    low = int(start.min(initial=0))
    begins, stops = (
        group * (int(end.max(initial=0)) - low + 1) + each - low for each in (start, end)
    )
    order = np.argsort(begins, kind="stable")
    opens = np.ones(len(order), bool)
    opens[1:] = begins[order][1:] >= np.maximum.accumulate(stops[order])[:-1]
    cluster = np.empty(len(order), np.int64)
    cluster[order] = np.cumsum(opens) - 1
    return cluster


def _rows_of(cluster: Ints, wanted: Ints) -> Iterator[Ints]:
    """The rows of each wanted cluster."""
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.stack([wanted, wanted + 1]))
    for low, high in bounds.T.tolist():
        yield order[low:high]


def _greedy(start: Ints, end: Ints, side: Ints) -> int:
    """The greatest number of overlapping pairs in one cluster."""
    order = np.lexsort((start, end)).tolist()
    starts, ends, sides = start.tolist(), end.tolist(), side.tolist()
    waiting: tuple[list[int], list[int]] = ([], [])
    for row in order:
        waiting[sides[row]].append(row)
    taken: set[int] = set()
    found = 0
    for row in order:
        if row in taken:
            continue
        for partner in waiting[1 - sides[row]]:
            if partner not in taken and starts[partner] < ends[row] and starts[row] < ends[partner]:
                taken |= {row, partner}
                found += 1
                break
    return found


def _candidates(one: Spans, other: Spans, tolerance: int) -> tuple[Ints, Ints]:
    """All pairs of rows of one group whose starts differ by at most `tolerance`."""
    reach = int(max(one.start.max(initial=0), other.start.max(initial=0))) + 2 * tolerance + 2
    place = other.group * reach + other.start + tolerance
    low = np.searchsorted(place, one.group * reach + one.start, side="left")
    high = np.searchsorted(place, one.group * reach + one.start + 2 * tolerance, side="right")
    count = high - low
    left = np.repeat(np.arange(len(one.group)), count)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    return left, np.repeat(low, count) + offset


def _augmented(partners: dict[int, list[int]]) -> set[int]:
    """The left ends of a maximum matching, by augmenting paths (Kuhn 1955), without recursion."""
    owner: dict[int, int] = {}
    matched: set[int] = set()
    for root in partners:
        reached: dict[int, int] = {}
        waiting = [root]
        while waiting:
            left = waiting.pop()
            fresh = [each for each in partners[left] if each not in reached]
            reached.update(dict.fromkeys(fresh, left))
            free = next((each for each in fresh if each not in owner), None)
            if free is not None:
                _flip(free, reached, owner, root)
                matched.add(root)
                break
            waiting.extend(owner[each] for each in fresh)
    return matched


def _flip(free: int, reached: dict[int, int], owner: dict[int, int], root: int) -> None:
    """Hands the right ends of an augmenting path on, from the free one back to the root."""
    previous = {owner[right]: right for right in reached if right in owner}
    right = free
    while True:
        left = reached[right]
        owner[right] = left
        if left == root:
            return
        right = previous[left]


def _assign(weight: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Row and column indices of the assignment of greatest total weight, without pairs of weight 0.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987).
    """
    if 1 in weight.shape:
        best = np.array([weight.argmax()])
        rows, columns = np.unravel_index(best[weight.ravel()[best] > 0], weight.shape)
        return rows, columns
    if weight.shape[0] > weight.shape[1]:
        columns, rows = _assign(weight.T)
        order = np.argsort(rows, kind="stable")
        return rows[order], columns[order]
    count, width = weight.shape
    cost = np.zeros((count + 1, width + 1))
    cost[1:, 1:] = -weight
    by_row, by_column = np.zeros(count + 1), np.zeros(width + 1)
    owner = np.zeros(width + 1, np.int64)
    for row in range(1, count + 1):
        _insert(row, cost, by_row, by_column, owner)
    columns = np.flatnonzero(owner[1:])
    rows = owner[1:][columns] - 1
    real = weight[rows, columns] > 0
    return rows[real], columns[real]


def _insert(
    row: int,
    cost: NDArray[np.float64],
    by_row: NDArray[np.float64],
    by_column: NDArray[np.float64],
    owner: Ints,
) -> None:
    """Adds a row to the assignment `owner` (column → row, 1-based; 0 is free) along the best path."""
    owner[0] = row
    width = len(owner)
    shortest = np.full(width, np.inf)
    before = np.zeros(width, np.int64)
    used = np.zeros(width, bool)
    column = 0
    while owner[column]:
        used[column] = True
        here = owner[column]
        reduced = cost[here] - by_row[here] - by_column
        better = ~used & (reduced < shortest)
        shortest[better], before[better] = reduced[better], column
        column = int(np.argmin(np.where(used, np.inf, shortest)))
        step = shortest[column]
        by_row[owner[used]] += step
        by_column[used] -= step
        shortest[~used] -= step
    while column:
        owner[column] = owner[before[column]]
        column = int(before[column])
