"""Figures pooled over articles, with intervals that say what few articles can tell.

Articles are what is sampled. The jackknife (Tukey 1958; Efron and Stein 1981, doi:10.1214/aos/1176345462)
leaves out one article at a time and gives the variance of a figure; the interval is Wilson's (1927) with
that variance in place of the binomial one and Student's t in place of the normal quantile, as in surveys
(Franco, Little, Louis and Slud 2019, doi:10.1093/jssam/smy019). Nothing is drawn by chance.
docs/decisions/intervals.md has the simulation that it was chosen by.
"""

from collections.abc import Mapping
from math import isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.estimates import Estimate, Value
from qawl.agreement.figures import Figure
from qawl.agreement.matching import Ints

FOLDS = 500
"""Parts that the articles are divided into, of which one is left out at a time; up to so many
articles, each is a part of its own."""

FEW = 30
"""Articles below which a report warns that its intervals rest on few."""

QUANTILE = 1.959963984540054
"""The .975 quantile of the normal distribution."""

Where = tuple[str, ...]
"""Where a figure stands in the report: its keys from the layer down."""


def folds_of(articles: int) -> int:
    """How many parts so many articles are divided into."""
    return min(articles, FOLDS)


def without_each(parts: Array) -> Array:
    """From sums by part (parts × …) the sum of all, then that of all but each: (1 + parts) × …"""
    total = parts.sum(0, keepdims=True)
    return np.concatenate([total, total - parts])


def estimate(
    values: Array, used: NDArray[np.bool_], *, n: float, chances: float, bottom: float
) -> Estimate:
    """A figure with its 95 % interval and its n, for the report.

    `values` are that of all articles, then those without each part (1 + parts); `used` says which
    parts hold anything that the figure is made of. `chances` is how many disagreements there could be,
    as many as chance would give, and `bottom` the least value of the figure.
    """
    value = float(values[0])
    low, high = interval(value, values[1:][used], int(used.sum()), chances, bottom)
    return Estimate(plain(value), plain(low), plain(high), round(n))


def interval(
    value: float, without: Array, parts: int, chances: float, bottom: float
) -> tuple[float, float]:
    """The 95 % interval of a figure between `bottom` and 1, from its values without each of the parts.

    It is never narrower than if each of the chances to disagree had been one of its own. nan where
    the figure is undefined, or rests on a single part.
    """
    if isnan(value) or parts < 2:
        return np.nan, np.nan
    bottom = min(bottom, value)
    room = (1 - value) * (value - bottom)
    widest = 1 / max(chances * (1 - bottom), 1e-9)
    share = max(_variance(without) / room, widest) if room > 1e-9 else widest
    spread = student(parts - 1) ** 2 * share
    middle = 2 * value + spread * (1 + bottom)
    reach = sqrt(max(middle**2 - 4 * (1 + spread) * (value**2 + spread * bottom), 0))
    low, high = ((middle + side * reach) / (2 * (1 + spread)) for side in (-1, 1))
    return max(min(low, value), bottom), min(max(high, value), 1)


def _variance(without: Array) -> float:
    """The jackknife's variance, from the values without each part that are defined."""
    defined = without[~np.isnan(without)]
    if len(defined) < 2:
        return 0
    return float(np.var(defined)) * (len(defined) - 1)


def student(freedom: int) -> float:
    """The .975 quantile of Student's t, to 2 in 1,000 (Abramowitz and Stegun 1964, 26.7.5)."""
    if freedom < 3:
        return (12.706205, 4.302653)[freedom - 1]
    z = QUANTILE
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom**power) for power, term in enumerate(terms, start=1))


class Pool:
    """Sums of figures over parts of the articles; blocks of articles come one by one."""

    def __init__(self, articles: int) -> None:
        self._folds = folds_of(articles)
        self._figures: dict[Where, Figure] = {}
        self._sums: dict[Where, Sums] = {}

    def add(
        self, first: int, figures: Mapping[Where, Figure], *, without: str | None = None
    ) -> None:
        """Takes the figures of the articles from the `first` on; `without` those of such parts, also of
        what came before."""
        for where in [each for each in self._figures if each[0] == without and len(each) > 1]:
            del self._figures[where], self._sums[where]
        for where, figure in figures.items():
            if where[0] == without and len(where) > 1:
                continue
            fold = (first + np.arange(len(figure.sums))) % self._folds
            self._figures[where] = figure
            self._sums.setdefault(where, Sums(self._folds)).add(fold, figure)

    def estimates(self) -> dict[Where, Estimate]:
        """Each figure with its interval and its n."""
        return {where: self._estimate(where) for where in self._figures}

    def _estimate(self, where: Where) -> Estimate:
        figure, sums = self._figures[where], self._sums[where]
        return estimate(
            figure.value(without_each(sums.total)),
            figure.count(sums.total) > 0,
            n=float(figure.count(sums.total.sum(0))),
            chances=float(sums.chances.sum()),
            bottom=figure.bottom,
        )


class Grouped:
    """Sums of figures over groups of articles (those of one source), without intervals."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Sums]] = {}
        self._figures: Mapping[str, Figure] = {}

    def add(self, groups: NDArray[np.str_], figures: Mapping[str, Figure]) -> None:
        """Takes the figures of articles that stand in these groups."""
        self._figures = figures
        for group in np.unique(groups):
            known = self._groups.setdefault(str(group), {})
            rows = np.where(groups == group, 0, 1)
            for name, figure in figures.items():
                known.setdefault(name, Sums(1)).add(rows, figure)

    def values(self) -> dict[str, dict[str, Value]]:
        """Each group's value and n of each figure."""
        return {
            group: {
                name: _whole(self._figures[name], sums.total[0]) for name, sums in known.items()
            }
            for group, known in sorted(self._groups.items())
        }


def _whole(figure: Figure, total: Array) -> Value:
    return Value(plain(float(figure.value(total))), round(float(figure.count(total))))


class Sums:
    """The sums of one figure by part; columns that have a name are added to those of that name."""

    def __init__(self, parts: int) -> None:
        self.total = np.zeros((parts, 0))
        self.chances = np.zeros(parts)
        self._column: dict[int, int] = {}

    def add(self, part: Ints, figure: Figure) -> None:
        """Adds the rows of a figure to their parts; rows of parts that are not kept are passed over."""
        kept = part < len(self.total)
        columns = self._columns(figure)
        grown = np.zeros((len(self.total), max(len(self._column), self.total.shape[1])))
        grown[:, : self.total.shape[1]] = self.total
        np.add.at(grown, (part[kept][:, None], columns), figure.sums[kept])
        self.total = grown
        np.add.at(self.chances, part[kept], figure.chances[kept])

    def _columns(self, figure: Figure) -> Ints:
        """Where the columns of a figure stand in the sums."""
        names = range(figure.sums.shape[1]) if figure.names is None else figure.names
        columns = [self._column.setdefault(int(each), len(self._column)) for each in names]
        return np.array(columns, np.int64)


def plain(value: float) -> float | None:
    """A number for JSON, without digits that carry nothing; None where undefined."""
    return None if isnan(value) else round(value, 6) + 0.0
