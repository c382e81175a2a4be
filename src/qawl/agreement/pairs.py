"""Which annotators are compared two by two: all who did an article, or some where these are many."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints

Pair = tuple[int, int]

COMPARED = 2_000
"""Pairs of annotators of one article up to which all are compared: those of 63 annotators."""

LISTED = 1_000
"""Pairs of annotators of a layer up to which figures of single pairs are reported."""


def sharing(done: NDArray[np.bool_]) -> list[Pair]:
    """The annotators to compare, two by two, from who did which article (annotators × articles).

    Of few annotators every two are, also those without an article in common. Where too many did one
    article, each is compared with the same number of those who follow in the order of names, as on a
    circle.
    """
    if len(done) * (len(done) - 1) // 2 <= LISTED:
        return list(combinations(range(len(done)), 2))
    found: set[Pair] = set()
    for did in np.unique(done.T, axis=0):
        found.update(_of_article(np.flatnonzero(did).tolist()))
    return sorted(found)


def compared_with(annotators: int) -> int:
    """With how many others each of so many annotators of an article is compared."""
    if not too_many(annotators):
        return max(annotators - 1, 0)
    return 2 * _steps(annotators)


def too_many(annotators: int) -> bool:
    """Whether so many annotators of an article are not all compared with all."""
    return annotators * (annotators - 1) // 2 > COMPARED


def _steps(annotators: int) -> int:
    return max(COMPARED // annotators, 1)


def _of_article(who: list[int]) -> Iterator[Pair]:
    if not too_many(len(who)):
        yield from combinations(who, 2)
        return
    for step in range(1, _steps(len(who)) + 1):
        for one, other in zip(who, who[step:] + who[:step], strict=True):
            yield min(one, other), max(one, other)


def bound(done: NDArray[np.bool_]) -> Ints:
    """How many pairs each article has at most."""
    raters: Ints = done.sum(0).astype(np.int64)
    every = raters * (raters - 1) // 2
    some = raters * np.maximum(COMPARED // np.maximum(raters, 1), 1)
    found: Ints = np.where(every > COMPARED, some, every)
    return found


def raters_of(done: NDArray[np.bool_], pairs: list[Pair]) -> Array:
    """Of how many annotators the pairs of each article are: of all who did it, where all are compared."""
    raters = done.sum(0).astype(np.float64)
    met = np.zeros(done.shape[1])
    for one, other in pairs:
        met += done[one] & done[other]
    found: Array = np.where(raters > 0, 1 + 2 * met / np.maximum(raters, 1), 0)
    return found


def of_items(given: NDArray[np.bool_]) -> list[Pair]:
    """The annotators with an item in common (items × annotators), two by two; at most `LISTED` pairs,
    those who are nearest in the order of names."""
    width = given.shape[1]
    rows = given.astype(np.float32)
    one, other = np.nonzero(np.triu(rows.T @ rows, 1))
    if len(one) > LISTED:
        apart = np.minimum(other - one, width - (other - one))
        kept = np.sort(np.argsort(apart, kind="stable")[:LISTED])
        one, other = one[kept], other[kept]
    return list(zip(one.tolist(), other.tolist(), strict=True))
