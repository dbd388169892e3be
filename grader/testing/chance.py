"""Checks of what is drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.testing.mismatch import Mismatch
from grader.testing.mismatch import check

FALSE_FAIL_RATE = 1e-6
"""How often `assert_uniform` fails a solution that draws evenly."""
_LEAST_MEAN = 10


def assert_seeded(
    draw: Callable[[int], Any], seed: int, *, rtol: float = 0.0, atol: float = 0.0, next_step: str | None = None
) -> Any:
    """Checks that a seed decides what is drawn: the same seed gives the same result, and the next seed a different one.

    Args:
        draw: takes a seed and returns what the submission draws with it: a number, an array, or lists of these, in shapes
            that `draw` has checked.
        seed: a seed that the submission has to take, as `seed + 1` has to be.
        rtol: relative tolerance within which results count as the same; above 0 for what is trained.
        atol: absolute tolerance.
        next_step: one thing to try, a full sentence.

    Returns:
        What was drawn first.

    Raises:
        Mismatch: the same seed gives two results, or two seeds give the same.

    Examples:
        >>> assert_seeded(lambda seed: np.random.default_rng(seed).integers(100, size=3), 1)
        array([47, 51, 75])
        >>> assert_seeded(lambda seed: 4, 1)
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: Two different seeds give the same result.
    """
    first, again, other = (draw(number) for number in (seed, seed, seed + 1))
    step = next_step or "Make a generator from `seed` inside the function, and take every random number from it."
    problem = "Two calls with the same seed give different results."
    check(_are_alike(first, again, rtol, atol), problem, next_step=step, tag="the seed decides nothing")
    problem = "Two different seeds give the same result."
    check(not _are_alike(first, other, rtol, atol), problem, next_step=step, tag="there is no chance")
    return first


def assert_uniform(
    counts: npt.ArrayLike | Mapping[Any, int], *, next_step: str | None = None, tag: str | None = None
) -> None:
    """Checks by Pearson's chi-square test that each of several outcomes is equally likely.

    A solution that draws each of them with the same probability, every draw by itself, fails once in a million grades or so
    (`FALSE_FAIL_RATE`): this is the approximation of the chi-square distribution, and the limit that of Wilson and Hilferty.
    Draws without replacement vary less, and fail more rarely still.

    Args:
        counts: how often each outcome occurred, those that never did included; or a dict of such counts by outcome. On
            average 10 at least: for fewer the approximation fails.
        next_step: one thing to try, a full sentence.
        tag: as for `check`.

    Raises:
        Mismatch: the counts differ more than chance explains.

    Examples:
        >>> assert_uniform([18, 25, 17, 20])
        >>> assert_uniform({"heads": 70, "tails": 10})
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: In 80 draws, the 2 outcomes do not occur equally often: chance alone ...
    """
    values = np.asarray(list(counts.values()) if isinstance(counts, Mapping) else counts, dtype=float)
    mean, freedom = float(values.mean()), values.size - 1
    if mean < _LEAST_MEAN or freedom < 1:
        raise ValueError(
            f"expected two outcomes or more and {_LEAST_MEAN} draws for each, not {values.sum():g} draws in all"
        )
    statistic = float(np.sum((values - mean) ** 2) / mean)
    spread = 2 / (9 * freedom)
    limit = freedom * (1 - spread + NormalDist().inv_cdf(1 - FALSE_FAIL_RATE) * spread**0.5) ** 3
    if statistic > limit:
        raise Mismatch(
            f"In {values.sum():g} draws, the {values.size} outcomes do not occur equally often: "
            f"chance alone explains a chi-square of {limit:.3g}, and it is {statistic:.3g}.",
            returned=counts,
            expected=f"about {mean:.3g} of each",
            next_step=next_step or "Draw each of the outcomes with the same probability.",
            tag=tag,
        )


def _are_alike(one: Any, other: Any, rtol: float, atol: float) -> bool:
    if isinstance(one, list | tuple):
        return (
            isinstance(other, list | tuple)
            and len(one) == len(other)
            and all(_are_alike(*parts, rtol, atol) for parts in zip(one, other, strict=True))
        )
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True))
