"""Unitizing alpha: agreement on where units are, not only on what they are.

Krippendorff (2004), Measuring the Reliability of Qualitative Text Analysis Data, Quality & Quantity 38,
doi:10.1007/s11135-004-8107-7. Each article is a continuum of its own; what an annotator marked twice with
one label (nested, overlapping) is one unit. Sums over articles are additive, weighted by the square of
their length in code points as the coefficient itself weights a continuum.
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints
from qawl.agreement.segments import Sections, joined, marked
from qawl.agreement.spans_table import Units

Mask = NDArray[np.bool_]


def unitizing(units: Units) -> Array:
    """Labels × articles × (observed, expected).

    Alpha of a label, or of several whose sums are added, is 1 - observed / expected. Each label of each
    article is a continuum, so that all labels are counted in one go.
    """
    count = len(units.labels)
    articles = len(units.articles)
    found = np.zeros((count, articles, 2))
    if len(units.annotators) < 2:
        return found
    sections = [marked(units, annotator) for annotator in range(len(units.annotators))]
    active = np.zeros(count * articles, bool)
    for each in sections:
        active[each.home] = True
    done = np.tile(units.done, count)
    active &= done.sum(0) >= 2
    sums = _sums(sections, done, active, np.tile(units.lengths, count))
    return sums.reshape(found.shape)


def _sums(sections: list[Sections], done: NDArray[np.bool_], active: Mask, lengths: Ints) -> Array:
    units = [_in(each, active & done[annotator]) for annotator, each in enumerate(sections)]
    gaps = [
        _gaps(each, np.flatnonzero(active & done[annotator]), lengths)
        for annotator, each in enumerate(units)
    ]
    count = len(lengths)
    observers = done.sum(0).astype(np.float64)
    observed = np.zeros(count)
    for one, other in permutations(range(len(units)), 2):
        observed += _differences(units[one], units[other], count)
        observed += 2 * _alone(units[one], gaps[other], count)
    pairs = np.maximum(observers * (observers - 1), 1)
    expected = _expected(units, gaps, observers, lengths.astype(np.float64), count)
    return np.stack([np.where(active, observed / pairs, 0), np.where(active, expected, 0)], -1)


def _in(sections: Sections, wanted: Mask) -> Sections:
    rows = wanted[sections.home]
    return Sections(sections.home[rows], sections.start[rows], sections.end[rows])


def _gaps(units: Sections, articles: Ints, lengths: Ints) -> Sections:
    """What lies between the units of these articles."""
    home = np.concatenate([articles, units.home])
    start = np.concatenate([np.zeros(len(articles), np.int64), units.end])
    end = np.concatenate([lengths[articles], units.start])
    by_start, by_end = np.lexsort((start, home)), np.lexsort((end, home))
    found = Sections(home[by_start], start[by_start], end[by_end])
    rows = found.length > 0
    return Sections(found.home[rows], found.start[rows], found.end[rows])


def _differences(one: Sections, other: Sections, count: int) -> Array:
    """Squared differences of the ends of units that overlap, per article."""
    left, right = joined(one.home, other.home)
    meets = (one.start[left] < other.end[right]) & (other.start[right] < one.end[left])
    left, right = left[meets], right[meets]
    apart = (one.start[left] - other.start[right]) ** 2 + (one.end[left] - other.end[right]) ** 2
    found: Array = np.bincount(one.home[left], weights=apart, minlength=count).astype(np.float64)
    return found


def _alone(one: Sections, gaps: Sections, count: int) -> Array:
    """Squared lengths of units that lie in a gap of the other annotator, per article."""
    left, right = joined(one.home, gaps.home)
    inside = (gaps.start[right] <= one.start[left]) & (one.end[left] <= gaps.end[right])
    left = left[inside]
    found: Array = np.bincount(
        one.home[left], weights=one.length[left] ** 2, minlength=count
    ).astype(np.float64)
    return found


def _expected(
    units: list[Sections], gaps: list[Sections], observers: Array, lengths: Array, count: int
) -> Array:
    """Expected disagreement times the square of the length, per article."""
    article = np.concatenate([each.home for each in units])
    order = np.argsort(article, kind="stable")
    article = article[order]
    length = np.concatenate([each.length for each in units])[order].astype(np.float64)
    empty_home = np.concatenate([each.home for each in gaps])
    by_home = np.argsort(empty_home, kind="stable")
    empty = np.concatenate([each.length for each in gaps])[by_home].astype(np.float64)
    number = np.bincount(article, minlength=count)
    among = (number[article] - 1) / 3 * (2 * length**3 - 3 * length**2 + length)
    left, right = joined(article, empty_home[by_home])
    fits = empty[right] >= length[left]
    left, right = left[fits], right[fits]
    places = np.bincount(left, weights=empty[right] - length[left] + 1, minlength=len(article))
    total = np.bincount(article, weights=among + length**2 * places, minlength=count)
    used = np.bincount(article, weights=length * (length - 1), minlength=count)
    possible = observers * lengths * (observers * lengths - 1) - used
    return np.where(possible > 0, 2 * lengths * total / np.where(possible > 0, possible, 1), 0)
