"""Unitizing alpha: agreement on where units are, not only on what they are.

Krippendorff (2004), Measuring the Reliability of Qualitative Text Analysis Data, Quality & Quantity 38,
doi:10.1007/s11135-004-8107-7. Each article is a continuum of its own; what an annotator marked twice with
one label (nested, overlapping) is one unit. Sums over articles are additive, weighted by the square of
their length in code points as the coefficient itself weights a continuum.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints
from qawl.agreement.segments import Sections
from qawl.agreement.spans_table import Units, distinct

Mask = NDArray[np.bool_]


def unitizing(units: Units, sections: Sequence[Sections]) -> Array:
    """Labels × articles × (observed, expected), from what each annotator marked.

    Alpha of a label, or of several whose sums are added, is 1 - observed / expected. Each label of each
    article is a continuum, so that all labels are counted in one go.
    """
    count = len(units.labels)
    articles = len(units.articles)
    found = np.zeros((count, articles, 2))
    if len(units.annotators) < 2:
        return found
    active = np.zeros(count * articles, bool)
    for each in sections:
        active[each.home] = True
    done = np.tile(units.done, count)
    active &= done.sum(0) >= 2
    sums = _sums(sections, done, active, np.tile(units.lengths, count))
    return sums.reshape(found.shape)


def _sums(
    sections: Sequence[Sections], done: NDArray[np.bool_], active: Mask, lengths: Ints
) -> Array:
    units = [_in(each, active & done[annotator]) for annotator, each in enumerate(sections)]
    gaps = [
        _gaps(each, np.flatnonzero(active & done[annotator]), lengths)
        for annotator, each in enumerate(units)
    ]
    count = len(lengths)
    observers = done.sum(0).astype(np.float64)
    observed = np.zeros(count)
    different, times = _different(units)
    for annotator, each in enumerate(units):
        observed += _disagreement(different, times, each, active & done[annotator])
    pairs = np.maximum(observers * (observers - 1), 1)
    expected = _expected(units, gaps, observers, lengths.astype(np.float64), count)
    return np.stack([np.where(active, observed / pairs, 0), np.where(active, expected, 0)], -1)


def _in(sections: Sections, wanted: Mask) -> Sections:
    rows = wanted[sections.home]
    return Sections(sections.home[rows], sections.start[rows], sections.end[rows])


def _gaps(units: Sections, articles: Ints, lengths: Ints) -> Sections:
    """What of the texts of these articles lies between units, which are sorted by article and start."""
    ends = np.searchsorted(units.home, articles, "right")
    before = np.zeros(len(units.home), np.int64)  # where the unit before ends, or the text begins
    before[1:] = np.where(units.home[1:] == units.home[:-1], units.end[:-1], 0)
    last = np.zeros(len(articles), np.int64)
    some = ends > np.searchsorted(units.home, articles)
    last[some] = units.end[ends[some] - 1]
    home = np.concatenate([units.home, articles])
    start = np.maximum(np.concatenate([before, last]), 0)
    end = np.minimum(np.concatenate([units.start, lengths[articles]]), lengths[home])
    rows = start < end
    return Sections(home[rows], start[rows], end[rows])


def _different(units: list[Sections]) -> tuple[Sections, Array]:
    """The different units of all annotators, and how many have each; those of one never overlap."""
    columns = [
        np.concatenate([each.home for each in units]),
        np.concatenate([each.start for each in units]),
        np.concatenate([each.end for each in units]),
    ]
    order, fresh = distinct(columns)
    times = np.diff(np.flatnonzero(np.append(fresh, [True])))
    return Sections(*(each[order[fresh]] for each in columns)), times.astype(np.float64)


def _disagreement(units: Sections, times: Array, other: Sections, wanted: Mask) -> Array:
    """What one annotator's units have against those of all, per article: squared differences of the ends
    of units that overlap, and twice the squared lengths of units that lie in a gap."""
    low = min(units.start.min(initial=0), other.start.min(initial=0))
    wide = max(units.end.max(initial=0), other.end.max(initial=0)) - low + 1
    begin, end = (each.home * wide - low for each in (units, other))
    first = np.searchsorted(end + other.end, begin + units.start, side="right")
    last = np.searchsorted(end + other.start, begin + units.end, side="left")
    met = np.maximum(last - first, 0)
    left = np.repeat(np.arange(len(met)), met)
    right = np.arange(len(left)) + np.repeat(first - np.cumsum(met) + met, met)
    apart = (units.start[left] - other.start[right]) ** 2 + (
        units.end[left] - other.end[right]
    ) ** 2
    alone = (met == 0) & wanted[units.home]
    home = np.concatenate([units.home[left], units.home[alone]])
    sums = np.concatenate(
        [times[left] * apart, 2 * times[alone] * units.length[alone].astype(np.float64) ** 2]
    )
    found: Array = np.bincount(home, weights=sums, minlength=len(wanted)).astype(np.float64)
    return found


def _expected(
    units: list[Sections], gaps: list[Sections], observers: Array, lengths: Array, count: int
) -> Array:
    """Expected disagreement times the square of the length, per article."""
    article = np.concatenate([each.home for each in units])
    order = np.argsort(article, kind="stable")
    article = article[order]
    length = np.concatenate([each.length for each in units])[order].astype(np.float64)
    number = np.bincount(article, minlength=count)
    among = (number[article] - 1) / 3 * (2 * length**3 - 3 * length**2 + length)
    places = _places(article, length, gaps)
    total = np.bincount(article, weights=among + length**2 * places, minlength=count)
    used = np.bincount(article, weights=length * (length - 1), minlength=count)
    possible = observers * lengths * (observers * lengths - 1) - used
    return np.where(possible > 0, 2 * lengths * total / np.where(possible > 0, possible, 1), 0)


def _places(article: Ints, length: Array, gaps: list[Sections]) -> Array:
    """In how many places of the gaps of its article each unit would fit."""
    home = np.concatenate([each.home for each in gaps])
    empty = np.concatenate([each.length for each in gaps])
    wide = int(max(empty.max(initial=0), length.max(initial=0))) + 1
    both = np.sort(home * wide + empty)
    low = np.searchsorted(both, article * wide + length.astype(np.int64))
    high = np.searchsorted(both, (article + 1) * wide)
    empty = both % wide
    upto = np.concatenate([[0], np.cumsum(empty)])
    found: Array = upto[high] - upto[low] - (high - low) * (length - 1)
    return found
