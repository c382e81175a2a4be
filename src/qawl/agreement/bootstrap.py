"""Figures pooled over articles, with intervals over resampled articles.

The percentile bootstrap of Efron (1979), doi:10.1214/aos/1176344552, with articles as its units.
"""

from collections.abc import Mapping
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.figures import Figure

SEED = 0
CHUNK = 10
"""Resamples that are drawn at a time."""

Path = tuple[str, ...]
"""Where a figure stands in the report."""


class Pool:
    """Sums of figures over all articles, and over each resample; blocks of articles come one by one.

    A resample weights every article by how often it was drawn, so that its sums are one matrix product,
    for all figures at once.
    """

    def __init__(self, articles: int, resamples: int) -> None:
        self._weights = _resamples(articles, resamples)
        self._figures: dict[Path, Figure] = {}
        self._total: dict[Path, Array] = {}
        self._drawn: dict[Path, Array] = {}

    def add(self, first: int, figures: Mapping[Path, Figure]) -> None:
        """Takes the figures of the articles from the `first` on."""
        sums = np.concatenate([each.sums for each in figures.values()], 1)
        weights = self._weights[:, first : first + len(sums)].astype(np.float64)
        total, drawn = sums.sum(0), weights @ sums
        at = 0
        for path, figure in figures.items():
            columns = slice(at, at := at + figure.sums.shape[1])
            self._figures[path] = figure
            self._total[path] = _added(self._total.get(path), total[columns])
            self._drawn[path] = _added(self._drawn.get(path), drawn[:, columns])

    def estimates(self) -> dict[Path, dict[str, Any]]:
        """Each figure with its 95 % percentile interval, and its n."""
        return {path: self._estimate(path) for path in self._figures}

    def _estimate(self, path: Path) -> dict[str, Any]:
        figure, total = self._figures[path], self._total[path]
        drawn = figure.value(self._drawn[path]) if len(self._weights) else np.array([])
        drawn = drawn[~np.isnan(drawn)]
        low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
        value = float(figure.value(total))
        defined = not np.isnan(value)
        return {
            "value": plain(value),
            "low": plain(float(low)) if defined else None,
            "high": plain(float(high)) if defined else None,
            "n": round(float(figure.count(total))),
        }


class Grouped:
    """Sums of figures over groups of articles (those of one source), without intervals."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, Array]] = {}
        self._figures: Mapping[str, Figure] = {}

    def add(self, groups: NDArray[np.str_], figures: Mapping[str, Figure]) -> None:
        """Takes the figures of articles that stand in these groups."""
        self._figures = figures
        for group in np.unique(groups):
            known = self._sums.setdefault(str(group), {})
            for name, figure in figures.items():
                part = figure.sums[groups == group].sum(0)
                known[name] = _added(known.get(name), part)

    def values(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Each group's value and n of each figure."""
        return {
            group: {
                name: {
                    "value": plain(float(self._figures[name].value(total))),
                    "n": round(float(self._figures[name].count(total))),
                }
                for name, total in sums.items()
            }
            for group, sums in sorted(self._sums.items())
        }


def plain(value: float) -> float | None:
    """A number for JSON, without digits that carry nothing; None where undefined."""
    return None if isnan(value) else round(value, 6) + 0.0


def _added(before: Array | None, more: Array) -> Array:
    """The sum of both; later blocks may have columns that the earlier ones did not need."""
    if before is None:
        return more
    grown = np.zeros_like(more)
    grown[..., : before.shape[-1]] = before
    return grown + more


def _resamples(articles: int, count: int) -> NDArray[np.uint8]:
    """How often each article stands in each resample: count × articles, seeded.

    Drawn in chunks and kept as bytes, since no array here is larger. A byte is enough: that one of many
    articles is drawn more than 255 times in a resample has a chance below 1e-500.
    """
    if articles < 2:
        return np.zeros((0, articles), np.uint8)
    generator = np.random.default_rng(SEED)
    share = [1 / articles] * articles
    found = np.empty((count, articles), np.uint8)
    for low in range(0, count, CHUNK):
        chunk = found[low : low + CHUNK]
        chunk[:] = generator.multinomial(articles, share, size=len(chunk))
    return found
