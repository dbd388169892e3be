"""How often a threshold decides wrongly, at most: upper confidence bounds from the values that seeds have given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

CONFIDENCE: Final = 0.95
_FARTHEST: Final = 8.0
"""This many standard deviations away, a normal tail is below 1e-15 and no smaller number means anything."""


def clopper_pearson_bound(num_missed: int, num_seeds: int) -> float:
    """Bounds the probability of an event from how often it was seen, whatever the distribution.

    C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
    Biometrika 26, 1934: the p at which seeing so few is only as likely as 1 - CONFIDENCE.

    Args:
        num_missed: how often it was seen, 0 to `num_seeds`.
        num_seeds: how often it could have been seen, at least 1.

    Examples:
        >>> round(clopper_pearson_bound(0, 12), 3)
        0.221
    """
    from scipy import stats

    if num_missed == num_seeds:
        return 1.0
    return float(stats.beta.ppf(CONFIDENCE, num_missed + 1, num_seeds - num_missed))


def normal_tolerance_bound(values: Sequence[float], limit: float, *, at_most: bool) -> float:
    """Bounds the probability of missing a limit from the distance of normally distributed values to it.

    The one-sided normal tolerance limit (D. B. Owen, "Factors for One-Sided Tolerance Limits and for Variables Sampling
    Plans", Sandia SCR-607, 1963): with n values of mean m and standard deviation s, (limit - m) sqrt(n) / s follows a
    noncentral t distribution with n - 1 degrees of freedom and noncentrality z sqrt(n), where the tail beyond z is the
    wanted probability.

    Args:
        values: at least one; a single one, or many that are equal, counts as the same with every seed.
        limit: what the values are compared with.
        at_most: whether a value above the limit misses it, or one below.

    Returns:
        The bound, from 0 to 1.
    """
    from scipy import optimize
    from scipy import stats

    array = np.asarray(values, dtype=float)
    room = (limit - array.mean()) * (1 if at_most else -1)
    deviation = float(array.std(ddof=1)) if array.size > 1 else 0.0
    if deviation <= 1e-12 * max(1.0, float(np.abs(array).max())):
        return 0.0 if room >= 0 else 1.0
    root = float(np.sqrt(array.size))
    statistic = float(room) / deviation * root

    def excess(z: float) -> float:
        probability = float(stats.nct.cdf(statistic, array.size - 1, z * root))
        if np.isnan(probability):  # SciPy's answer far out, where the distribution lies wholly on one side.
            probability = 1.0 if z * root < statistic else 0.0
        return probability - CONFIDENCE

    if excess(_FARTHEST) >= 0:
        return float(stats.norm.sf(_FARTHEST))
    if excess(-_FARTHEST) <= 0:
        return 1.0
    return float(stats.norm.sf(optimize.brentq(excess, -_FARTHEST, _FARTHEST)))


def proposed_limit(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Returns the limit that is as many standard deviations away from the values to pass as from those to fail.

    Examples:
        >>> proposed_limit([1.0, 1.2], [4.0, 4.4])
        2.133333
    """
    first, second = np.asarray(right, dtype=float), np.asarray(wrong, dtype=float)
    deviations = [float(array.std(ddof=1)) if array.size > 1 else 0.0 for array in (first, second)]
    weight = deviations[0] / sum(deviations) if sum(deviations) > 0 else 0.5
    return round(float(first.mean() + weight * (second.mean() - first.mean())), 6)
