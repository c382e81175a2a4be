"""Agreement coefficients from counts: chance-corrected, with weights, undefined where they are.

Everything is computed from sums over units, so that a value over any resample of articles is the
same function of the summed counts: arguments carry leading batch axes, `nan` says undefined (no
pairable unit, or one category only; never 0 or 1 by convention).
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
    return _ratio(2 * matched, one + other)


def cohen_kappa(table: Array) -> Array:
    """Kappa of two annotators from their contingency table (… × k × k).

    Cohen (1960), doi:10.1177/001316446002000104.
    """
    total = table.sum((-1, -2))
    observed = _ratio(np.trace(table, axis1=-2, axis2=-1), total)
    chance = _ratio((table.sum(-1) * table.sum(-2)).sum(-1), total**2)
    return _above_chance(observed, chance)


def pair_counts(items: Array) -> Array:
    """Additive sums of items (n × k: how many annotators gave each category), for `fleiss_kappa`
    and `ac1`: per item its weight, its pairwise agreement and its share of each category.

    Items that fewer than two annotators judged count nothing. Shape n × (2 + k).
    """
    raters = items.sum(-1)
    pairs = np.maximum(raters * (raters - 1), 1)
    agreeing = (items * (items - 1)).sum(-1) / pairs
    shares = items / np.maximum(raters, 1)[:, None]
    counted = (raters >= 2).astype(np.float64)
    sums: Array = np.column_stack([counted, agreeing, shares]) * counted[:, None]
    return sums


def fleiss_kappa(sums: Array) -> Array:
    """Kappa of any number of annotators from summed `pair_counts` (… × (2 + k)).

    Fleiss (1971), doi:10.1037/h0031619; shares are averaged over items where their number varies.
    """
    observed, shares = _observed_and_shares(sums)
    return _above_chance(observed, (shares**2).sum(-1))


def ac1(sums: Array) -> Array:
    """AC1 from summed `pair_counts` (… × (2 + k)); steady where one category dominates.

    Gwet (2008), doi:10.1348/000711006X126600.
    """
    observed, shares = _observed_and_shares(sums)
    used = sums.shape[-1] - 2
    if used < 2:
        return np.full(sums.shape[:-1], np.nan)
    chance = (shares * (1 - shares)).sum(-1) / (used - 1)
    return _above_chance(observed, chance)


def coincidences(items: Array) -> Array:
    """Krippendorff's coincidences of each item (n × k counts → n × k × k); sums are additive.

    A unit that m annotators judged gives each of its ordered pairs 1 / (m - 1); one that fewer than
    two judged gives nothing.
    """
    raters = items.sum(-1)
    pairs = items[:, :, None] * items[:, None, :]
    diagonal = np.arange(items.shape[1])
    pairs[:, diagonal, diagonal] -= items
    return np.where(
        (raters >= 2)[:, None, None], pairs / np.maximum(raters - 1, 1)[:, None, None], 0
    )


def alpha(coincidence: Array, *, ordinal: bool = False) -> Array:
    """Krippendorff's alpha from summed coincidences (… × k × k), nominal or ordinal.

    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    marginals = coincidence.sum(-1)
    distance = _ordinal_distance(marginals) if ordinal else 1 - np.eye(coincidence.shape[-1])
    observed = (coincidence * distance).sum((-1, -2))
    expected = (marginals[..., :, None] * marginals[..., None, :] * distance).sum((-1, -2))
    total = marginals.sum(-1)
    return 1 - _ratio(observed * (total - 1), expected)


def nominal_alpha(sums: Array) -> Array:
    """Nominal alpha from (agreeing coincidences, n_1 … n_k) on the last axis.

    The same value as `alpha`, from what it needs alone: k may be large here.
    """
    agreeing, marginals = sums[..., 0], sums[..., 1:]
    total = marginals.sum(-1)
    expected = total**2 - (marginals**2).sum(-1)
    return 1 - _ratio((total - agreeing) * (total - 1), expected)


def unitizing_alpha(sums: Array) -> Array:
    """Unitizing alpha from (observed, expected) disagreement; see `unitizing`."""
    return 1 - _ratio(sums[..., 0], sums[..., 1])


def _ordinal_distance(marginals: Array) -> Array:
    """Squared ordinal distances between ranks, from how often each was used."""
    upto = np.cumsum(marginals, -1) - marginals / 2
    return (upto[..., :, None] - upto[..., None, :]) ** 2


def _observed_and_shares(sums: Array) -> tuple[Array, Array]:
    counted = sums[..., 0]
    return _ratio(sums[..., 1], counted), _ratio(sums[..., 2:], counted[..., None])


def _above_chance(observed: Array, chance: Array) -> Array:
    return _ratio(observed - chance, 1 - chance)


def _ratio(above: Array, below: Array) -> Array:
    """The quotient; nan where the divisor is 0 (or so near that only rounding is left)."""
    usable = np.abs(below) > 1e-12
    return np.where(usable, above / np.where(usable, below, 1), np.nan)
