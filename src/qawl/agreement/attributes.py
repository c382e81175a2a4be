"""The figures of attributes: what annotators say of the same spans, or of the same article."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from qawl.agreement import ratings as coefficients
from qawl.agreement.coefficients import Array
from qawl.agreement.figures import Matches, same_spans
from qawl.agreement.intervals import estimate, folds_of
from qawl.agreement.matching import Ints
from qawl.agreement.ratings import Ratings
from qawl.agreement.spans_table import Category, Marks, Units
from qawl.scheme.attributes import Attribute

Estimate = dict[str, Any]
Values = tuple[Ints, Ints]
"""Codes (items × annotators, -1 where unset), and the article of each item."""


class Gathered:
    """The values of a layer's attributes by item; blocks of articles come one by one."""

    def __init__(self, attributes: Iterable[Attribute], marks: Marks) -> None:
        self._attributes = tuple(attributes)
        self._marks = marks
        self._parts: dict[str, list[Values]] = {each.name: [] for each in self._attributes}
        for each in self._attributes:
            if not each.of and each.name in marks.said:
                values = marks.said[each.name].T, np.arange(len(marks.articles))
                self._parts[each.name].append(_comparable(*values))

    def add(self, first: int, units: Units, matched: Matches) -> None:
        """Takes the spans of the articles from the `first` on."""
        names = [each.name for each in self._attributes if each.of]
        if any(name in units.attributes for name in names):
            item = same_spans(units, matched)
            for name in names:
                if name in units.attributes:
                    codes, article = _of_spans(units, item, units.attributes[name])
                    self._parts[name].append((codes, first + article))

    def estimates(self) -> dict[str, dict[str, Any]]:
        """The figures of each attribute; see `measured`."""
        return {each.name: self._estimate(each) for each in self._attributes}

    def _estimate(self, attribute: Attribute) -> dict[str, Any]:
        marks, name = self._marks, attribute.name
        empty = np.zeros((0, len(marks.annotators)), np.int64), np.zeros(0, np.int64)
        parts = [empty, *self._parts[name]]
        known = (marks.values if attribute.of else marks.sayings).get(name, ())
        folds = folds_of(len(marks.articles))
        codes, article = (np.concatenate(each) for each in zip(*parts, strict=True))
        ratings = Ratings(codes, article % max(folds, 1), folds, len(known))
        return measured(attribute, known, ratings, marks.annotators)


def _of_spans(units: Units, item: Ints, codes: Ints) -> Values:
    """The values of spans by item; an annotator who left it unset gives the item none."""
    rows = np.flatnonzero(codes >= 0)
    first, place = np.unique(item[rows], return_index=True, return_inverse=True)[1:]
    found = np.full((len(first), len(units.annotators)), -1, np.int64)
    found[place.reshape(-1), units.annotator[rows]] = codes[rows]
    return _comparable(found, units.article[rows[first]])


def _comparable(codes: Ints, article: Ints) -> Values:
    """The items that two annotators or more gave a value."""
    kept = (codes >= 0).sum(1) >= 2
    return codes[kept], article[kept]


def measured(
    attribute: Attribute, known: Sequence[Category], given: Ratings, annotators: Sequence[str]
) -> dict[str, Any]:
    """The figures of an attribute for the report, each with its interval and n, the number of items.

    `known` has the value of each code. Alpha takes values as equal or not, on a scale by their order
    there, sets of choices by their MASI distance. Kappa and AC1 take values as equal or not, and are
    undefined for sets; AC1 is for texts, which have no number of categories. Under `pairs` is
    Cohen's kappa of each two annotators, of which `cohen_kappa` is the mean (Light 1971).
    """
    categories, code = _categories(attribute, known)
    ratings = given.recoded(code, len(categories))
    undefined = np.full(1 + ratings.folds, np.nan)
    of_set = attribute.family == "set"
    pairs = {} if of_set else _kappas(ratings)
    values = {
        "percent": coefficients.percent(ratings),
        "cohen_kappa": _mean(pairs.values(), undefined),
        "fleiss_kappa": undefined if of_set else coefficients.fleiss_kappa(ratings),
        "ac1": undefined if of_set or attribute.family == "text" else coefficients.ac1(ratings),
    }
    found: dict[str, Any] = {name: _estimate(ratings, each, name) for name, each in values.items()}
    found["cohen_kappa"]["n"] = sum(len(ratings.between(*pair).codes) for pair in pairs)
    found["alpha"] = _alpha(attribute, categories, ratings)
    found["pairs"] = {
        f"{annotators[one]} {annotators[other]}": {
            "cohen_kappa": _estimate(ratings.between(one, other), each, "cohen_kappa")
        }
        for (one, other), each in pairs.items()
    }
    return found


def _categories(
    attribute: Attribute, known: Sequence[Category]
) -> tuple[list[Category], list[int]]:
    """The scheme's values and then others that were given, and the index there of each known one.

    Where values are sets, a single choice is a set of one.
    """
    if attribute.family == "set":
        given: list[Category] = [(each,) if isinstance(each, str) else each for each in known]
        found = list(dict.fromkeys(given))
    else:
        given = list(known)
        found = list(dict.fromkeys([*attribute.categories, *given]))
    index = {value: number for number, value in enumerate(found)}
    return found, [index[value] for value in given]


def _alpha(attribute: Attribute, categories: Sequence[Category], ratings: Ratings) -> Estimate:
    """Alpha as the attribute's family has it. A value that is not on a scale is no point on it: it is
    missing."""
    if attribute.family == "set":
        distance = coefficients.masi(categories)
        return _estimate(ratings, coefficients.distance_alpha(ratings, distance), "alpha", distance)
    if attribute.family == "ordinal":
        steps = np.arange(len(attribute.categories))
        code = [*steps, *[-1] * (len(categories) - len(steps))]
        on_scale = ratings.recoded(code, len(steps))
        distance = ((steps[:, None] - steps) / max(len(steps) - 1, 1)) ** 2.0
        return _estimate(on_scale, coefficients.ordinal_alpha(on_scale), "alpha", distance)
    return _estimate(ratings, coefficients.nominal_alpha(ratings), "alpha")


def _estimate(
    ratings: Ratings, values: Array, name: str, distance: Array | None = None
) -> Estimate:
    items = coefficients.items(ratings)
    of_share = name == "percent"
    return estimate(
        values,
        items > 0,
        n=int(items.sum()),
        chances=len(ratings.codes) if of_share else coefficients.chances(ratings, distance),
        bottom=0 if of_share else -1,
    )


def _kappas(ratings: Ratings) -> dict[tuple[int, int], Array]:
    """Cohen's kappa of every two annotators who judged an item in common (1 + parts each)."""
    pairs = combinations(range(ratings.codes.shape[1]), 2)
    return {
        pair: coefficients.cohen_kappa(ratings, *pair)
        for pair in pairs
        if len(ratings.between(*pair).codes)
    }


def _mean(kappas: Iterable[Array], undefined: Array) -> Array:
    """The mean of those that are defined."""
    every = np.array([*kappas]).reshape(-1, len(undefined))
    defined = ~np.isnan(every)
    counted = defined.sum(0)
    return np.where(
        counted > 0, np.where(defined, every, 0).sum(0) / np.maximum(counted, 1), np.nan
    )
