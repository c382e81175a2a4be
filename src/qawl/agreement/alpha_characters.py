"""Nominal alpha on code points: agreement on what stands under a label, character by character.

A code point is a unit, its value the set of labels that cover it, or whether one label does
(Krippendorff 2011, Computing Krippendorff's alpha-reliability). Stretches are weighted by their length,
which gives the same sums; what a span covers outside its text does not count.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints
from qawl.agreement.segments import Sections
from qawl.agreement.spans_table import Units

Mask = NDArray[np.bool_]


AGREEING = -1
"""The name of the column of agreeing coincidences; the others are named after a set of labels."""


def coverage(units: Units, marked: Sequence[Sections]) -> tuple[Array, Array, Ints]:
    """Sums (agreeing coincidences, marginals …) for `nominal_alpha` from what each annotator marked.

    Labels × articles × 3 of each label; articles × (1 + k) of the k sets of labels that occur, and a
    number for each of these columns.
    A set has the same number in other articles with the same labels to choose from.
    """
    sections = [_within(each, units) for each in marked]
    return _of_labels(units, sections), *_of_sets(units, sections)


def _within(sections: Sections, units: Units) -> Sections:
    """What of the sections lies in the text."""
    length = units.lengths[sections.home % max(len(units.articles), 1)]
    start, end = np.clip(sections.start, 0, length), np.clip(sections.end, 0, length)
    kept = start < end
    return Sections(sections.home[kept], start[kept], end[kept])


def _of_labels(units: Units, sections: list[Sections]) -> Array:
    shape = len(units.labels), len(units.articles)
    size = shape[0] * shape[1]
    raters = units.done.sum(0)
    home = np.concatenate([each.home for each in sections] or [np.zeros(0, np.int64)])
    length = np.concatenate([each.length for each in sections] or [np.zeros(0, np.int64)])
    covered = np.bincount(home, weights=length, minlength=size).reshape(shape) * (raters >= 2)
    apart = _apart(sections, np.tile(raters, shape[0])).reshape(shape)
    pairs = raters * (raters - 1) / 2
    agreeing = 2 * (pairs * units.lengths - apart) / np.maximum(raters - 1, 1)
    every = raters * units.lengths * (raters >= 2)
    return np.stack([agreeing, every - covered, covered], -1)


def _apart(sections: list[Sections], raters: Ints) -> Array:
    """How often two annotators differ in whether a code point is marked, per continuum."""
    nothing = np.zeros(0, np.int64)
    home = np.concatenate([nothing, *(each.home for each in sections)])
    start = np.concatenate([nothing, *(each.start for each in sections)])
    end = np.concatenate([nothing, *(each.end for each in sections)])
    wide = int(end.max(initial=0)) + 1
    begins, stops = ((home * wide + each) * 2 for each in (start, end))
    both = np.sort(np.concatenate([begins, stops + 1]))
    home, place = np.divmod(both // 2, wide)
    marking = np.cumsum(1 - 2 * (both % 2))  # none, where a continuum ends
    length = np.diff(place, append=place[-1:])
    differing = (length * marking * (raters[home] - marking)).astype(np.float64)
    found: Array = np.bincount(home, weights=differing, minlength=len(raters)).astype(np.float64)
    return found


def _of_sets(units: Units, sections: list[Sections]) -> tuple[Array, Ints]:
    """Each label has a random number; the sum of those that cover a stretch tells their set."""
    articles = len(units.articles)
    base = np.concatenate([[0], np.cumsum(units.lengths)])
    offsets = [base[each.home % max(articles, 1)] for each in sections]
    ends = [each.start + offset for each, offset in zip(sections, offsets, strict=True)]
    ends += [each.end + offset for each, offset in zip(sections, offsets, strict=True)]
    bounds = np.unique(np.concatenate([base, *ends]))
    numbers = np.random.default_rng(0).integers(1, 2**62, len(units.labels))
    steps = np.zeros((len(sections), len(bounds)), np.int64)
    for step, each, offset in zip(steps, sections, offsets, strict=True):
        number = numbers[each.home // max(articles, 1)]
        np.add.at(step, np.searchsorted(bounds, each.start + offset), number)
        np.subtract.at(step, np.searchsorted(bounds, each.end + offset), number)
    covering = np.cumsum(steps, 1)[:, :-1]
    sets, codes = np.unique(covering, return_inverse=True)
    codes = codes.reshape(covering.shape)
    article = np.searchsorted(base, bounds[:-1], side="right") - 1
    sums = _sums(codes, units.done[:, article], np.diff(bounds), article, articles, len(sets))
    return sums, np.concatenate([[AGREEING], sets])


def _sums(
    codes: Ints, there: Mask, length: Ints, article: Ints, articles: int, width: int
) -> Array:
    """The sums of values (annotators × stretches) that `there` says were given."""
    raters = there.sum(0)
    pairable = raters >= 2
    given = np.where(there, codes + width * np.arange(len(length)), -1)
    pairs, count = np.unique(given[given >= 0], return_counts=True)
    agreeing = np.bincount(pairs // max(width, 1), count * (count - 1.0), len(length))
    weight = length / np.maximum(raters - 1, 1)
    sums = np.zeros((articles, 1 + width))
    sums[:, 0] = np.bincount(article, weights=agreeing * weight, minlength=articles)
    stretch, code = pairs // max(width, 1), pairs % max(width, 1)
    sums[:, 1:] = np.bincount(
        article[stretch] * width + code,
        weights=count * length[stretch] * pairable[stretch],
        minlength=articles * width,
    ).reshape(articles, width)
    return sums
