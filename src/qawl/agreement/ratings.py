"""Coefficients of values that annotators gave to the same items: alpha, kappa, AC1, percent.

Ratings stand as a matrix, items × annotators. An item is an article, or spans of several annotators
that stand for one another. It counts where two or more gave a value; a missing value is no category.
Each coefficient is given for all items, and without each part of the articles (1 + parts), which is
what its interval is made of. nan says undefined: no items, or a single category.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from qawl.agreement.coefficients import Array, above_chance, ratio
from qawl.agreement.intervals import without_each
from qawl.agreement.matching import Ints
from qawl.agreement.spans_table import Category


@dataclass(frozen=True, slots=True)
class Ratings:
    """`codes` (items × annotators) has the index of each value, -1 where an annotator gave none.

    `fold` says to which of the `folds` parts of the articles an item belongs; `values` is how many
    values there are.
    """

    codes: Ints
    fold: Ints
    folds: int
    values: int

    @property
    def given(self) -> Ints:
        """How many annotators gave each item a value."""
        found: Ints = (self.codes >= 0).sum(1)
        return found

    def comparable(self) -> "Ratings":
        """The items that two or more gave a value: the only ones that any coefficient counts."""
        rows = self.given >= 2
        return Ratings(self.codes[rows], self.fold[rows], self.folds, self.values)

    def recoded(self, code: Sequence[int], values: int) -> "Ratings":
        """The same with other codes: `code` has the new one of each, -1 where it is to be missing."""
        codes = np.array([*code, -1], np.int64)[self.codes]
        return Ratings(codes, self.fold, self.folds, values).comparable()

    def between(self, one: int, other: int) -> "Ratings":
        """The items to which both of these annotators gave a value."""
        codes = self.codes[:, [one, other]]
        return Ratings(codes, self.fold, self.folds, self.values).comparable()


def items(ratings: Ratings) -> Ints:
    """How many items there are in each part."""
    return np.bincount(ratings.fold, minlength=ratings.folds)


class Summary(NamedTuple):
    """What `percent`, `fleiss_kappa` and `ac1` are made of, each 1 + parts.

    `agreeing` is the share of pairs of values that are equal, summed over `items`, their number;
    `squares` the sum over categories of the square of how often each was given, where an item counts
    once.
    """

    agreeing: Array
    items: Array
    squares: Array


def summary(ratings: Ratings) -> Summary:
    """The sums that three of the coefficients are made of."""
    given = ratings.given
    equal = np.zeros(len(given))
    for one, other in _pairs(ratings):
        equal += (one == other) & (one >= 0)
    _, tally = _values(ratings, shares=True)
    return Summary(
        _summed(ratings, 2 * equal / (given * (given - 1))),
        _summed(ratings, np.ones(len(given))),
        _products(tally, tally, ratings),
    )


def percent(of: Summary) -> Array:
    """The share of pairs of values that are equal, in the mean of the items."""
    return ratio(of.agreeing, of.items)


def fleiss_kappa(of: Summary) -> Array:
    """Kappa of any number of annotators.

    Fleiss (1971), doi:10.1037/h0031619. Where annotators of an item vary in number, agreement and the
    shares of categories are means over items (Gwet 2014, Handbook of Inter-Rater Reliability, chapter 2).
    """
    return above_chance(percent(of), ratio(of.squares, of.items**2))


def ac1(of: Summary, categories: int) -> Array:
    """AC1 of any number of annotators; steady where one category dominates.

    Gwet (2008), doi:10.1348/000711006X126600; for uneven numbers of annotators as `fleiss_kappa`.
    Undefined where a single category was used, as the others are.
    """
    spread = 1 - ratio(of.squares, of.items**2)
    spread = np.where(spread > 1e-12, spread, np.nan)
    return above_chance(percent(of), spread / max(categories - 1, 1))


def cohen_kappa(both: Ratings) -> Array:
    """Kappa of two annotators, over the items that both judged (see `Ratings.between`).

    Cohen (1960), doi:10.1177/001316446002000104.
    """
    counted = _summed(both, np.ones(len(both.codes)))
    agreeing = _summed(both, both.codes[:, 0] == both.codes[:, 1])
    one, other = (_Tally(both.fold, codes, np.ones(len(codes))) for codes in both.codes.T)
    chance = _products(one, other, both)
    return above_chance(ratio(agreeing, counted), ratio(chance, counted**2))


def nominal_alpha(ratings: Ratings) -> Array:
    """Krippendorff's alpha where values are equal or not.

    Krippendorff (2011), Computing Krippendorff's alpha-reliability: an item that m annotators judged
    has the weight m, and each of its ordered pairs 1 / (m - 1).
    """
    total, tally = _values(ratings)
    observed = _observed(ratings, lambda one, other: (one != other).astype(np.float64))
    expected = total**2 - _products(tally, tally, ratings)
    return 1 - ratio(observed * (total - 1), expected)


def distance_alpha(ratings: Ratings, distance: Array) -> Array:
    """Krippendorff's alpha with a distance between any two values (values × values, 0 to 1)."""
    total, tally = _values(ratings)
    observed = _observed(ratings, lambda one, other: distance[one, other])
    marginals = without_each(_by_fold(tally, ratings))
    expected = ((marginals @ distance) * marginals).sum(-1)
    return 1 - ratio(observed * (total - 1), expected)


def ordinal_alpha(ratings: Ratings) -> Array:
    """Krippendorff's alpha of values that are points on a scale, in their order.

    Two values are as far apart as values lie between them, by how often each was given.
    """
    total, tally = _values(ratings)
    marginals = without_each(_by_fold(tally, ratings))
    upto = np.cumsum(marginals, -1) - marginals / 2
    distance = (upto[:, :, None] - upto[:, None, :]) ** 2
    observed = (without_each(_coincidences(ratings)) * distance).sum((-1, -2))
    expected = (marginals[:, :, None] * marginals[:, None, :] * distance).sum((-1, -2))
    return 1 - ratio(observed * (total - 1), expected)


def masi(values: Sequence[Category]) -> Array:
    """MASI distances between sets of choices (Passonneau 2006): 1 less the share of choices that both
    have (Jaccard), times 1 where the sets are equal, 2/3 where one holds the other, 1/3 where they
    overlap."""
    sets = [frozenset([each] if isinstance(each, str) else each) for each in values]
    found = np.zeros((len(sets), len(sets)))
    for row, one in enumerate(sets):
        found[row] = [_masi(one, other) for other in sets]
    return found


def _masi(one: frozenset[str], other: frozenset[str]) -> float:
    if one == other:
        return 0
    both = len(one & other)
    monotonic = 2 / 3 if both in {len(one), len(other)} else 1 / 3
    return 1 - both / len(one | other) * monotonic


def chances(of: Summary) -> float:
    """How many items would be disagreed on by chance."""
    return float(of.items[0] - of.squares[0] / of.items[0]) if of.items[0] else 0


def weighed_chances(ratings: Ratings, distance: Array) -> float:
    """How many items at the greatest distance would weigh as much as what is disagreed on by chance."""
    share = np.bincount(ratings.codes[ratings.codes >= 0], minlength=ratings.values)
    share = share / max(share.sum(), 1)
    return float(
        len(ratings.codes) * (share @ distance @ share) / max(distance.max(initial=0), 1e-12)
    )


class _Tally(NamedTuple):
    """Values one by one: the part of the articles, the index of the value, and its weight."""

    fold: Ints
    code: Ints
    weight: Array


def _values(ratings: Ratings, *, shares: bool = False) -> tuple[Array, _Tally]:
    """How many values there are (1 + parts), and each with its weight: 1, or its share of its item."""
    there = ratings.codes >= 0
    given = ratings.given
    fold = np.broadcast_to(ratings.fold[:, None], there.shape)[there]
    weight = np.broadcast_to((1 / given if shares else np.ones(len(given)))[:, None], there.shape)
    return _summed(ratings, given), _Tally(fold, ratings.codes[there], weight[there])


def _summed(ratings: Ratings, each: Array | Ints) -> Array:
    """The sum of a number of each item (1 + parts)."""
    parts = np.bincount(ratings.fold, each, ratings.folds)
    return without_each(parts.astype(np.float64))


def _pairs(ratings: Ratings) -> Iterator[tuple[Ints, Ints]]:
    """The codes of each two annotators."""
    return combinations(ratings.codes.T, 2)


def _observed(ratings: Ratings, distance: Callable[[Ints, Ints], Array]) -> Array:
    """The observed disagreement of alpha, summed over items (1 + parts)."""
    apart = np.zeros(len(ratings.codes))
    for one, other in _pairs(ratings):
        apart += np.where((one >= 0) & (other >= 0), distance(one, other), 0)
    return _summed(ratings, 2 * apart / (ratings.given - 1))


def _coincidences(ratings: Ratings) -> Array:
    """Krippendorff's coincidences: parts × values × values."""
    size = ratings.values
    found = np.zeros((ratings.folds, size, size))
    weight = 1 / (ratings.given - 1)
    for one, other in _pairs(ratings):
        rows = (one >= 0) & (other >= 0)
        np.add.at(found, (ratings.fold[rows], one[rows], other[rows]), weight[rows])
    return found + np.swapaxes(found, -1, -2)


def _products(one: _Tally, other: _Tally, of: Ratings) -> Array:
    """The sum over values of the weight that each has in the one times that in the other (1 + parts).

    Without part p it is the sum of (X - x)(Y - y), X and Y being the weights in all, x and y those in p;
    only the values that occur in p are looked at, so that values may be many.
    """
    every = [np.bincount(each.code, each.weight, of.values) for each in (one, other)]
    less = np.bincount(one.fold, one.weight * every[1][one.code], of.folds)
    less = less + np.bincount(other.fold, other.weight * every[0][other.code], of.folds)
    cells = [each.fold * of.values + each.code for each in (one, other)]
    cell, place = np.unique(np.concatenate(cells), return_inverse=True)
    places = np.split(place.reshape(-1), [len(one.code)])
    part = [
        np.bincount(at, each.weight, len(cell))
        for at, each in zip(places, (one, other), strict=True)
    ]
    again = np.bincount(cell // max(of.values, 1), part[0] * part[1], of.folds)
    total = every[0] @ every[1]
    return np.concatenate([[total], total - less + again])


def _by_fold(tally: _Tally, of: Ratings) -> Array:
    """The weight of each value in each part: parts × values."""
    cell = tally.fold * of.values + tally.code
    found = np.bincount(cell, tally.weight, of.folds * of.values).astype(np.float64)
    return found.reshape(of.folds, of.values)
