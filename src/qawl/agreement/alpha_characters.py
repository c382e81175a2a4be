"""Nominal alpha on code points: agreement on what stands under a label, character by character.

A code point is a unit, its value the set of labels that cover it, or whether one label does
(Krippendorff 2011, Computing Krippendorff's alpha-reliability). Stretches are weighted by their length,
which gives the same sums; what a span covers outside its text does not count.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.coefficients import Array
from qawl.agreement.matching import Ints
from qawl.agreement.segments import Sections, joined, marked
from qawl.agreement.spans_table import Units

Mask = NDArray[np.bool_]


AGREEING = -1
"""The name of the column of agreeing coincidences; the others are named after a set of labels."""


def coverage(units: Units) -> tuple[Array, Array, Ints]:
    """Sums (agreeing coincidences, marginals …) for `nominal_alpha`: labels × articles × 3 of each label;
    articles × (1 + k) of the k sets of labels that occur, and a number for each of these columns.

    A set has the same number in other articles with the same labels to choose from.
    """
    sections = [
        _within(marked(units, annotator), units) for annotator in range(len(units.annotators))
    ]
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
    own = np.zeros((len(sections), *shape))
    for annotator, each in enumerate(sections):
        own[annotator] = np.bincount(each.home, weights=each.length, minlength=size).reshape(shape)
    raters = units.done.sum(0)
    apart, pairs = np.zeros(shape), np.zeros(shape[1])
    for one, other in combinations(range(len(sections)), 2):
        both = units.done[one] & units.done[other]
        pairs += both
        shared = _shared(sections[one], sections[other], size).reshape(shape)
        apart += both * (own[one] + own[other] - 2 * shared)
    covered = own.sum(0) * (raters >= 2)
    agreeing = 2 * (pairs * units.lengths - apart) / np.maximum(raters - 1, 1)
    every = raters * units.lengths * (raters >= 2)
    return np.stack([agreeing, every - covered, covered], -1)


def _shared(one: Sections, other: Sections, size: int) -> Array:
    """How many code points both mark, per continuum."""
    left, right = joined(one.home, other.home)
    end = np.minimum(one.end[left], other.end[right])
    length = end - np.maximum(one.start[left], other.start[right])
    return np.bincount(one.home[left], np.maximum(length, 0), size).astype(np.float64)


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
    agreeing = np.zeros(len(length))
    for one, other in combinations(range(len(codes)), 2):
        agreeing += 2 * (there[one] & there[other] & (codes[one] == codes[other]))
    weight = length / np.maximum(raters - 1, 1)
    sums = np.zeros((articles, 1 + width))
    sums[:, 0] = np.bincount(article, weights=agreeing * weight, minlength=articles)
    for given, code in zip(there, codes, strict=True):
        sums[:, 1:] += np.bincount(
            article * width + code,
            weights=length * (given & pairable),
            minlength=articles * width,
        ).reshape(articles, width)
    return sums
