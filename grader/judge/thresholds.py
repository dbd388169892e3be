"""Thresholds: a measured value beside its limit, and the measurement of speed as a ratio to the reference."""

from __future__ import annotations

import dataclasses
import math
import statistics
import time
from collections.abc import Callable
from typing import Any
from typing import Final

from grader.content.kata import Threshold
from grader.errors import PackError
from grader.judge.proxy import CodeProxy
from grader.result import ThresholdResult
from grader.testing import Mismatch

MAX_SAMPLES: Final = 40
BUDGET_SECONDS: Final = 5.0
"""After that a measurement ends, unless all its ratios are over the limit."""

CLEAR_FACTOR: Final = 2.0
"""A ratio that is so many times away from the limit counts twice."""

FALSE_FAIL: Final = 1e-3
"""How often code is failed that is over the limit in a quarter of its measurements, at most."""

FALSE_PASS: Final = 1e-2
"""How often code is passed that is over the limit in three quarters of its measurements, at most."""

_EVIDENCE_OF_ONE: Final = math.log(3.0)
"""The logarithm of how much likelier a ratio over the limit is with 3/4 than with 1/4."""


class Thresholds:
    """The thresholds of one grade, as they are measured."""

    def __init__(self, limits: dict[str, Threshold], file: str) -> None:
        self.limits = limits
        self.file = file
        self.results: list[ThresholdResult] = []

    def check(self, name: str, value: Any, *, next_step: str | None = None, tag: str | None = None) -> None:
        """Records a value and fails the test if its limit is missed.

        Args:
            name: a `[thresholds.NAME]` of the kata.toml.
            value: a number that the judge computed.
            next_step: one thing to try if the limit is missed, a full sentence.
            tag: what every solution with the same mistake has in common; the value depends on its other choices.

        Raises:
            PackError: the kata has no such threshold.
            Mismatch: the limit is missed, or the value is not a finite number.
        """
        value = float(value)
        met = math.isfinite(value) and self.limit(name).is_met(value)
        self._record(name, value, met=met, next_step=next_step, tag=tag)

    def check_speed(self, speed: Speed) -> None:
        """Records a measured speed and fails the test if it is certainly too slow; raises what `check` does."""
        step = "Replace loops over single numbers by operations on whole arrays."
        note = None if speed.is_conclusive else "too close to the limit to tell, so it counts as met"
        self._record("speed", speed.ratio, met=speed.is_met, next_step=step, samples=speed.samples, note=note)

    def _record(
        self,
        name: str,
        value: float,
        *,
        met: bool,
        next_step: str | None,
        tag: str | None = None,
        samples: int = 1,
        note: str | None = None,
    ) -> None:
        threshold = self.limit(name)
        self.results.append(
            ThresholdResult(
                name=name,
                value=value if math.isfinite(value) else math.copysign(1e308, value),
                limit=threshold.limit,
                direction=threshold.direction,
                unit=threshold.unit,
                samples=samples,
                status="pass" if met else "fail",
                note=note,
            )
        )
        if not met:
            raise Mismatch(
                f"The {name.replace('_', ' ')} is {value:.4g} {threshold.unit}; "
                f"{threshold.direction} {threshold.limit:g} is asked for.",
                returned=value,
                expected=f"{threshold.direction} {threshold.limit:g}",
                next_step=next_step,
                tag=tag,
            )

    def limit(self, name: str) -> Threshold:
        """Returns the limit of a threshold."""
        if name not in self.limits:
            known = ", ".join(self.limits) or "none"
            raise PackError(
                f"{self.file}: a hidden test uses the threshold {name!r}; found {known}. Add it to the file."
            )
        return self.limits[name]


@dataclasses.dataclass(frozen=True)
class Speed:
    """How many times longer than the reference a function takes, and what that says about its limit."""

    ratio: float
    """The median over the samples."""
    samples: int
    is_met: bool
    is_conclusive: bool


class SpeedTest:
    """Decides from one ratio after another whether a limit is exceeded, and asks for more until it is sure.

    A. Wald, "Sequential Tests of Statistical Hypotheses", Annals of Mathematical Statistics 16, 1945. With the share p of
    ratios over the limit, it weighs p = 3/4 against p = 1/4 and stops when the logarithm of the likelihood ratio

        sum of ± log 3, + for a ratio over the limit

    reaches log((1 - FALSE_PASS) / FALSE_FAIL), too slow, or log(FALSE_PASS / (1 - FALSE_FAIL)), fast enough. A ratio that is
    CLEAR_FACTOR times away from the limit counts twice. Without a decision the limit counts as met.

    Args:
        limit: the largest ratio that passes.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.start = time.monotonic()
        self.ratios: list[float] = []
        self.evidence = 0.0
        """Of being too slow, as a logarithm."""

    def add(self, ratio: float) -> None:
        """Takes the next ratio into account."""
        self.ratios.append(ratio)
        distance = math.log(ratio / self.limit)
        weight = 2 if abs(distance) >= math.log(CLEAR_FACTOR) else 1
        self.evidence += math.copysign(weight * _EVIDENCE_OF_ONE, distance)

    @property
    def is_too_slow(self) -> bool:
        """Whether the limit is exceeded for certain."""
        return self.evidence >= math.log((1 - FALSE_PASS) / FALSE_FAIL)

    @property
    def is_fast_enough(self) -> bool:
        """Whether the limit is met for certain."""
        return self.evidence <= math.log(FALSE_PASS / (1 - FALSE_FAIL))

    @property
    def wants_more(self) -> bool:
        """Whether another ratio is needed, and there is time for it."""
        if self.is_too_slow or self.is_fast_enough or len(self.ratios) == MAX_SAMPLES:
            return False
        is_one_sided = all(ratio > self.limit for ratio in self.ratios)
        return is_one_sided or time.monotonic() - self.start < BUDGET_SECONDS

    def result(self) -> Speed:
        """Returns the decision."""
        return Speed(
            ratio=statistics.median(self.ratios),
            samples=len(self.ratios),
            is_met=not self.is_too_slow,
            is_conclusive=self.is_too_slow or self.is_fast_enough,
        )


def measure_speed(
    submission: CodeProxy,
    reference: CodeProxy,
    function: str,
    make_inputs: Callable[[], tuple[Any, ...]],
    check: Callable[[Any, Any], None],
    limit: float,
) -> Speed:
    """Measures how many times longer a function of the submission takes than the reference's.

    Both are timed by the judge's clock, from the call to the last byte of the result, in turn and on the same inputs, which
    are fresh each time; every result is checked. The submission is held while the reference runs.

    Args:
        submission, reference: the code to compare, in two workers.
        function: the name of the function in both.
        make_inputs: returns the positional arguments of one call.
        check: raises if the submission's result does not agree with the reference's.
        limit: the largest ratio that passes.

    Returns:
        What a `SpeedTest` says.
    """
    test = SpeedTest(limit)
    warm_up = make_inputs()
    check(getattr(submission.module, function)(*warm_up), getattr(reference.module, function)(*warm_up))
    while test.wants_more:
        inputs = make_inputs()
        submission.worker().pause()
        try:
            expected, reference_seconds = _time(reference, function, inputs)
        finally:
            submission.worker().resume()
        returned, submission_seconds = _time(submission, function, inputs)
        check(returned, expected)
        test.add(submission_seconds / reference_seconds)
    return test.result()


def _time(code: CodeProxy, function: str, inputs: tuple[Any, ...]) -> tuple[Any, float]:
    call = getattr(code.module, function)
    start = time.perf_counter()
    returned = call(*inputs)
    return returned, time.perf_counter() - start
