"""Counts an article: right, given and wanted; and what is made of them over articles."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import f1 as f1_of
from qawl.agreement.figures import f1_figure
from qawl.agreement.intervals import Pool, estimate, folds_of
from qawl.agreement.shares import shares as of_counts
from qawl.scoring.figures import Compared, Ranked, Scored

Counts = NDArray[np.float64]
"""Articles × (right, given, wanted)."""
Chosen = NDArray[np.bool_]

DRAWS = 10_000
"""Random exchanges of two systems' articles in a paired test."""


def counted(sides: Iterable[tuple[Collection[object], Collection[object]]]) -> Counts:
    """The counts of articles, from the (gold, system) of each as sets."""
    rows = [(len({*gold} & {*system}), len(system), len(gold)) for gold, system in sides]
    return np.array(rows, np.float64).reshape(-1, 3)


def shares(counts: Counts) -> tuple[float | None, float | None, float | None]:
    """(precision, recall, F1), pooled over articles; None where nothing is there."""
    right, given, wanted = (int(each) for each in counts.sum(0))
    return of_counts(right, given, wanted)


def estimated(counts: Counts) -> Scored:
    """F1 with its interval and n (spans of both sides), precision and recall."""
    pool = Pool(len(counts))
    pool.add(0, {("f1",): f1_figure(counts, np.array(2))})
    precision, recall, _ = shares(counts)
    f1 = pool.estimates()["f1",]
    return Scored(f1.value, f1.low, f1.high, f1.n, precision, recall)


def paired(one: Counts, other: Counts) -> Compared:
    """Two systems on the same articles: the difference of F1 and how often chance gives as much.

    Approximate randomisation (Noreen 1989; Yeh 2000): each article's counts are exchanged or not, at
    random with a fixed seed; `p` is the share of draws with a difference at least as large.
    """
    if not len(one):
        return Compared(None, None, 0)
    difference = _f1(one.sum(0)) - _f1(other.sum(0))
    rng = np.random.default_rng(0)
    larger = 0
    for draws in _chunks(DRAWS, 500):
        swap = rng.integers(0, 2, (draws, len(one)))[:, :, None]
        first = (np.where(swap, other, one)).sum(1)
        second = (np.where(swap, one, other)).sum(1)
        larger += int((np.abs(_f1(first) - _f1(second)) >= abs(difference) - 1e-12).sum())
    return Compared(float(difference), (larger + 1) / (DRAWS + 1), len(one))


def _f1(counts: Counts) -> NDArray[np.float64]:
    """F1 of summed counts; 0 where nothing is there."""
    found: NDArray[np.float64] = np.nan_to_num(f1_of(counts))
    return found


def _chunks(total: int, size: int) -> Sequence[int]:
    return [min(size, total - start) for start in range(0, total, size)]


class Ranking:
    """A system's ranking of its spans: (weight, article, place, right), and what is wanted by article."""

    def __init__(self, articles: int) -> None:
        self._wanted = np.zeros(articles)
        self._ranked: list[tuple[float, int, int, bool]] = []

    def add(self, article: int, wanted: int, spans: Iterable[tuple[float, int, bool]]) -> None:
        """Takes the spans (weight, start, right) of an article."""
        self._wanted[article] += wanted
        self._ranked += [(-weight, article, start, right) for weight, start, right in spans]

    def estimated(self) -> Ranked:
        """Average precision with its interval, as CheckThat! scores it: the mean of the precision at
        each right span over all that are wanted, also those that are not ranked. Ties stand in the
        order of articles and of the text. None where nothing is ranked."""
        if not self._ranked:
            return Ranked(None, None, None, None, round(self._wanted.sum()), 0)
        ranked = sorted(self._ranked)
        article = np.array([each[1] for each in ranked], np.int64)
        right = np.array([each[3] for each in ranked], np.float64)
        folds = folds_of(len(self._wanted))
        of = np.arange(len(self._wanted)) % max(folds, 1)
        wanted = np.bincount(of, weights=self._wanted, minlength=folds)
        parts = (None, *range(folds))
        values = np.array(
            [_average(right, of[article] != part, self._wanted, of != part) for part in parts]
        )
        found = estimate(values, wanted > 0, n=wanted.sum(), chances=float(wanted.sum()), bottom=0)
        return Ranked(found.value, found.value, found.low, found.high, found.n, len(ranked))


def _average(right: Counts, kept: Chosen, wanted: Counts, of: Chosen) -> float:
    """Average precision of the spans that are kept."""
    hits = right[kept]
    whole = wanted[of].sum()
    if not whole:
        return np.nan
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / whole)
