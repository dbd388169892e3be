"""Thresholds: a measured value beside its limit, and the measurement of speed as a ratio to the reference."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any
from typing import Final

from grader.errors import PackError
from grader.kata import Threshold
from grader.remote import RemoteCode
from grader.result import ThresholdResult
from grader.testing import Mismatch

MIN_SAMPLES: Final = 3
SURE_SAMPLES: Final = 5
MAX_SAMPLES: Final = 15
CLEAR_FACTOR: Final = 2.0
"""Fewer samples are enough when every ratio is this far from the limit."""


class Thresholds:
    """The thresholds of one grade, as they are measured."""

    def __init__(self, limits: dict[str, Threshold], file: str) -> None:
        self.limits = limits
        self.file = file
        self.results: list[ThresholdResult] = []

    def check(self, name: str, value: Any, samples: int = 1, *, next_step: str | None = None) -> None:
        """Records a value and fails the test if its limit is missed.

        Args:
            name: a `[thresholds.NAME]` of the kata.toml.
            value: a number that the judge computed.
            samples: how many measurements it stands for.
            next_step: one thing to try if the limit is missed, a full sentence.

        Raises:
            PackError: the kata has no such threshold.
            Mismatch: the limit is missed, or the value is not a finite number.
        """
        threshold = self.limit(name)
        value = float(value)
        met = math.isfinite(value) and threshold.is_met(value)
        self.results.append(
            ThresholdResult(
                name=name,
                value=value if math.isfinite(value) else math.copysign(1e308, value),
                limit=threshold.limit,
                direction=threshold.direction,
                unit=threshold.unit,
                samples=samples,
                status="pass" if met else "fail",
            )
        )
        if not met:
            raise Mismatch(
                f"The {name.replace('_', ' ')} is {value:.4g} {threshold.unit}; "
                f"{threshold.direction} {threshold.limit:g} is asked for.",
                returned=value,
                expected=f"{threshold.direction} {threshold.limit:g}",
                next_step=next_step,
            )

    def limit(self, name: str) -> Threshold:
        """Returns the limit of a threshold."""
        if name not in self.limits:
            known = ", ".join(self.limits) or "none"
            raise PackError(
                f"{self.file}: a hidden test uses the threshold {name!r}; found {known}. Add it to the file."
            )
        return self.limits[name]


def measure_speed(
    submission: RemoteCode,
    reference: RemoteCode,
    function: str,
    make_inputs: Callable[[], tuple[Any, ...]],
    check: Callable[[Any, Any], None],
    limit: float,
) -> tuple[float, int]:
    """Measures how many times longer a function of the submission takes than the reference's.

    Both are timed by the judge's clock, from the call to the last byte of the result, in turn and on the same inputs, which
    are fresh each time; every result is checked. The submission is held while the reference runs. Sampling ends
    early when all ratios lie on the same side of the limit, clearly so after three of them.

    Args:
        submission, reference: the code to compare, in two workers.
        function: the name of the function in both.
        make_inputs: returns the positional arguments of one call.
        check: raises if the submission's result does not agree with the reference's.
        limit: the largest ratio that passes.

    Returns:
        The median ratio and the number of samples.
    """
    ratios: list[float] = []
    warm_up = make_inputs()
    check(getattr(submission.module, function)(*warm_up), getattr(reference.module, function)(*warm_up))
    while len(ratios) < MAX_SAMPLES:
        inputs = make_inputs()
        submission.worker().pause()
        try:
            expected, reference_seconds = _time(reference, function, inputs)
        finally:
            submission.worker().resume()
        returned, submission_seconds = _time(submission, function, inputs)
        check(returned, expected)
        ratios.append(submission_seconds / reference_seconds)
        margin = CLEAR_FACTOR if len(ratios) < SURE_SAMPLES else 1.0
        if len(ratios) >= MIN_SAMPLES and (max(ratios) <= limit / margin or min(ratios) > limit * margin):
            break
    return statistics.median(ratios), len(ratios)


def _time(code: RemoteCode, function: str, inputs: tuple[Any, ...]) -> tuple[Any, float]:
    call = getattr(code.module, function)
    start = time.perf_counter()
    returned = call(*inputs)
    return returned, time.perf_counter() - start
