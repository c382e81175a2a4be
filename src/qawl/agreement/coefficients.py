"""Agreement coefficients from sums over articles, undefined where they are.

Sums are additive, so that the value over any choice of articles is the same function of their summed
counts. Arguments carry leading batch axes; `nan` says undefined (nothing to compare, or one category
only; never 0 or 1 by convention). Coefficients of attributes: `ratings`.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def f1(counts: Array) -> Array:
    """F1 from (true positives, spans of one, spans of the other) on the last axis.

    nan where neither marked anything. With one annotator as the key this is the F1 of Hripcsak and
    Rothschild (2005), doi:10.1197/jamia.M1733, to which kappa converges when true negatives can't
    be counted.
    """
    matched, one, other = np.moveaxis(counts, -1, 0)
    return ratio(2 * matched, one + other)


def nominal_alpha(sums: Array) -> Array:
    """Krippendorff's nominal alpha from (agreeing coincidences, n_1 … n_k) on the last axis.

    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    agreeing, marginals = sums[..., 0], sums[..., 1:]
    total = marginals.sum(-1)
    expected = total**2 - (marginals**2).sum(-1)
    return 1 - ratio((total - agreeing) * (total - 1), expected)


def unitizing_alpha(sums: Array) -> Array:
    """Unitizing alpha from (observed, expected) disagreement; see `alpha_unitizing`."""
    return 1 - ratio(sums[..., 0], sums[..., 1])


def above_chance(observed: Array, chance: Array) -> Array:
    """How much was reached of the agreement that chance leaves open."""
    return ratio(observed - chance, 1 - chance)


def ratio(above: Array, below: Array) -> Array:
    """The quotient; nan where the divisor is 0 (or so near that only rounding is left)."""
    usable = np.abs(below) > 1e-12
    return np.where(usable, above / np.where(usable, below, 1), np.nan)
