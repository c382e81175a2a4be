"""The figures of attributes: what annotators say of the same spans, or of the same article."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import structs

from qawl.agreement import ratings as coefficients
from qawl.agreement.coefficients import Array
from qawl.agreement.estimates import AttributeAgreement, Distanced, Estimate, OfPair
from qawl.agreement.figures import Matches, same_spans
from qawl.agreement.intervals import estimate, folds_of
from qawl.agreement.matching import Ints
from qawl.agreement.pairs import LISTED, of_items
from qawl.agreement.ratings import Ratings
from qawl.agreement.spans_table import Category, Marks, Units
from qawl.scheme.attributes import Attribute, as_number

DISTANCES = {"set": "MASI", "ordinal": "ordinal", "interval": "interval"}
"""The distance that alpha takes by the family of an attribute, where values are not just equal or not."""

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

    def estimates(self) -> dict[str, AttributeAgreement]:
        """The figures of each attribute; see `measured`."""
        return {each.name: self._estimate(each) for each in self._attributes}

    def _estimate(self, attribute: Attribute) -> AttributeAgreement:
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
) -> AttributeAgreement:
    """The figures of an attribute for the report, each with its interval and n, the number of items.

    `known` has the value of each code. Alpha takes values as equal or not, on a scale by their order
    there, sets of choices by their MASI distance. Kappa and AC1 take values as equal or not, and are
    undefined for sets; AC1 is for texts, which have no number of categories. Under `pairs` is
    Cohen's kappa of each two annotators, of which `cohen_kappa` is the mean (Light 1971).
    """
    categories, code = _categories(attribute, known)
    ratings = given.recoded(code, len(categories))
    of = coefficients.summary(ratings)
    chances = coefficients.chances(of)
    undefined = np.full_like(of.items, np.nan)
    of_set = attribute.family == "set"
    kappas = {} if of_set else _kappas(ratings)
    kappa = _estimate(ratings, _mean(kappas.values(), undefined), chances)
    fleiss = undefined if of_set else coefficients.fleiss_kappa(of)
    counted = attribute.family in {"nominal", "ordinal"}
    ac1 = coefficients.ac1(of, len(categories)) if counted else undefined
    pairable = sum(len(between.codes) for between, _ in kappas.values())
    alpha = _alpha(attribute, categories, ratings, chances)
    return AttributeAgreement(
        percent=_estimate(ratings, coefficients.percent(of), len(ratings.codes), bottom=0),
        cohen_kappa=structs.replace(kappa, n=pairable),
        fleiss_kappa=_estimate(ratings, fleiss, chances),
        ac1=_estimate(ratings, ac1, chances),
        alpha=Distanced(
            alpha.value, alpha.low, alpha.high, alpha.n, DISTANCES.get(attribute.family, "nominal")
        ),
        pairs={
            f"{annotators[one]} {annotators[other]}": OfPair(_kappa_of_two(*each))
            for (one, other), each in kappas.items()
            if len(kappas) < LISTED
        },
    )


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


def _alpha(
    attribute: Attribute, categories: Sequence[Category], ratings: Ratings, chances: float
) -> Estimate:
    """Alpha as the attribute's family has it. A value that is not on a scale is no point on it: it is
    missing."""
    if attribute.family == "set":
        distance = coefficients.masi(categories)
        chances = coefficients.weighed_chances(ratings, distance)
        return _estimate(ratings, coefficients.distance_alpha(ratings, distance), chances)
    if attribute.family == "interval":
        return _interval(categories, ratings)
    if attribute.family == "ordinal":
        steps = np.arange(len(attribute.categories))
        code = [*steps, *[-1] * (len(categories) - len(steps))]
        ratings = ratings.recoded(code, len(steps))
        chances = coefficients.weighed_chances(ratings, (steps[:, None] - steps) ** 2.0)
        return _estimate(ratings, coefficients.ordinal_alpha(ratings), chances)
    return _estimate(ratings, coefficients.nominal_alpha(ratings), chances)


def _interval(categories: Sequence[Category], ratings: Ratings) -> Estimate:
    """Alpha of numbers: distances are squares of differences, as shares of the widest."""
    numbers = {code: as_number(each) for code, each in enumerate(categories)}
    code = [n if isinstance(each, int | float) else -1 for n, each in numbers.items()]
    ratings = ratings.recoded(code, len(categories))
    line = np.array([each if isinstance(each, int | float) else 0 for each in numbers.values()])
    apart = np.abs(line[:, None] - line)
    distance = (apart / max(apart.max(initial=0), 1e-300)) ** 2.0
    chances = coefficients.weighed_chances(ratings, distance)
    return _estimate(ratings, coefficients.distance_alpha(ratings, distance), chances)


def _estimate(ratings: Ratings, values: Array, chances: float, bottom: int = -1) -> Estimate:
    items = coefficients.items(ratings)
    return estimate(values, items > 0, n=int(items.sum()), chances=chances, bottom=bottom)


def _kappas(ratings: Ratings) -> dict[tuple[int, int], tuple[Ratings, Array]]:
    """The items that every two annotators have in common, if any, and their kappa (1 + parts)."""
    common = {pair: ratings.between(*pair) for pair in of_items(ratings.codes >= 0)}
    return {pair: (between, coefficients.cohen_kappa(between)) for pair, between in common.items()}


def _kappa_of_two(between: Ratings, kappa: Array) -> Estimate:
    return _estimate(between, kappa, coefficients.chances(coefficients.summary(between)))


def _mean(kappas: Iterable[tuple[Ratings, Array]], undefined: Array) -> Array:
    """The mean of those that are defined."""
    every = np.array([kappa for _, kappa in kappas]).reshape(-1, len(undefined))
    defined = ~np.isnan(every)
    counted = defined.sum(0)
    return np.where(
        counted > 0, np.where(defined, every, 0).sum(0) / np.maximum(counted, 1), np.nan
    )
