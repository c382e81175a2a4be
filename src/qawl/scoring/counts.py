"""Counts an article: right, given and wanted; and what is made of them over articles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qawl.agreement import shares as of_counts

Counts = NDArray[np.int64]
"""Articles × (right, given, wanted)."""

DRAWS = 10_000
"""Random exchanges of two systems' articles in a paired test."""


def shares(counts: Counts) -> tuple[float | None, float | None, float | None]:
    """(precision, recall, F1), pooled over articles; None where nothing is there."""
    right, given, wanted = (int(each) for each in counts.sum(0))
    return of_counts.shares(right, given, wanted)


def f1(counts: Counts) -> NDArray[np.float64]:
    """F1 of summed counts along the last axis; 0 where nothing is there."""
    right, given, wanted = counts[..., 0], counts[..., 1], counts[..., 2]
    whole = given + wanted
    found: NDArray[np.float64] = np.divide(
        2 * right, whole, out=np.zeros(whole.shape), where=whole > 0
    )
    return found


def paired(one: Counts, other: Counts) -> dict[str, float | int | None]:
    """Two systems on the same articles: the difference of F1 and how often chance gives as much.

    Approximate randomisation (Noreen 1989; Yeh 2000): each article's counts are exchanged or not, at
    random with a fixed seed; `p` is the share of draws with a difference at least as large.
    """
    difference = float(f1(one.sum(0)) - f1(other.sum(0)))
    if not len(one):
        return {"difference": None, "p": None, "n": 0}
    rng = np.random.default_rng(0)
    larger = 0
    for draws in _chunks(DRAWS, 500):
        swap = rng.integers(0, 2, (draws, len(one)))[:, :, None]
        first = (np.where(swap, other, one)).sum(1)
        second = (np.where(swap, one, other)).sum(1)
        larger += int((np.abs(f1(first) - f1(second)) >= abs(difference) - 1e-12).sum())
    return {"difference": difference, "p": (larger + 1) / (DRAWS + 1), "n": len(one)}


def _chunks(total: int, size: int) -> Sequence[int]:
    return [min(size, total - start) for start in range(0, total, size)]


def average_precision(ranked: Sequence[bool]) -> float | None:
    """Mean of the precision at each right item of a ranking, as CheckThat! scores it; else None."""
    hits = [at for at, right in enumerate(ranked, start=1) if right]
    if not hits:
        return None
    return sum(n / at for n, at in enumerate(hits, start=1)) / len(hits)
