"""Thresholds: a measured value beside its limit, and the measurement of speed as a ratio to a baseline."""

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
from grader.judge.code import CodeProxy
from grader.result import ThresholdResult
from grader.testing import Mismatch

MAX_SAMPLES: Final = 40
MIN_SAMPLES: Final = 7
"""This many are enough for steady ratios, however close to the limit; a slow baseline allows no fewer."""

BUDGET_SECONDS: Final = 1.0
"""Once the baseline has used this much in its samples, a measurement ends; how slow the submission is has no say in it."""

CLEAR_FACTOR: Final = 2.0
"""A ratio that is this many times away from the limit counts twice."""

FALSE_FAIL: Final = 1e-3
"""How often, at most, code is failed that is over the limit in a quarter of its measurements."""

FALSE_PASS: Final = 1e-2
"""How often, at most, code is passed that is over the limit in three quarters of its measurements."""

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
        """Records a measured speed and fails the test if it is too slow; raises what `check` does."""
        step = "Replace loops over single numbers by operations on whole arrays."
        note = None if speed.is_conclusive else "too close to the limit to tell for certain, so the median decides"
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
                f"the limit is {threshold.direction} {threshold.limit:g}.",
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
    """How many times longer than the baseline's a function takes, and what that says about its limit."""

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
    CLEAR_FACTOR times away from the limit counts twice. Without a decision after the last sample the median decides, so that
    one fast sample never outweighs the others.

    Args:
        limit: the largest ratio that passes.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.ratios: list[float] = []
        self.baseline_seconds = 0.0
        """What the baseline has used in all samples."""
        self.evidence = 0.0
        """Of being too slow, as a logarithm."""

    def add(self, submission_seconds: float, baseline_seconds: float) -> None:
        """Takes the next sample into account."""
        ratio = submission_seconds / baseline_seconds
        self.ratios.append(ratio)
        self.baseline_seconds += baseline_seconds
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
        """Whether another sample is needed, and there is room for it."""
        if self.is_too_slow or self.is_fast_enough or len(self.ratios) == MAX_SAMPLES:
            return False
        return len(self.ratios) < MIN_SAMPLES or self.baseline_seconds < BUDGET_SECONDS

    def result(self) -> Speed:
        """Returns the decision."""
        ratio, is_conclusive = statistics.median(self.ratios), self.is_too_slow or self.is_fast_enough
        return Speed(
            ratio=ratio,
            samples=len(self.ratios),
            is_met=self.is_fast_enough if is_conclusive else ratio <= self.limit,
            is_conclusive=is_conclusive,
        )


def measure_speed(
    submission: CodeProxy,
    baseline: CodeProxy,
    function: str,
    make_inputs: Callable[[], tuple[Any, ...]],
    check: Callable[[Any, Any], None],
    limit: float,
) -> Speed:
    """Measures how many times more processor time a function of the submission takes than the baseline's.

    Both run in turn and on the same inputs, which are fresh each time; every result is checked. The submission is held while
    the baseline runs. Sleeping costs nothing, except that a call and the whole grade must end in time.

    Args:
        submission, baseline: the code to compare, in two workers.
        function: the name of the function in both.
        make_inputs: returns the positional arguments of one call.
        check: raises if the submission's result does not agree with the baseline's.
        limit: the largest ratio that passes.

    Returns:
        What a `SpeedTest` says.
    """
    test, timed_submission, timed_baseline = SpeedTest(limit), _Timed(submission), _Timed(baseline)
    warm_up = make_inputs()
    check(timed_submission.call(function, warm_up)[0], timed_baseline.call(function, warm_up)[0])
    while test.wants_more:
        inputs = make_inputs()
        submission.worker().pause()
        try:
            expected, baseline_seconds = timed_baseline.call(function, inputs)
        finally:
            submission.worker().resume()
        returned, submission_seconds = timed_submission.call(function, inputs)
        check(returned, expected)
        test.add(submission_seconds, baseline_seconds)
    return test.result()


class _Timed:
    """Code whose calls are charged with the processor time of its worker.

    A call is charged with all that was used since the call before it ended. Threads of the submission that go on, or compute
    in advance, between two calls gain nothing by it.
    """

    def __init__(self, code: CodeProxy) -> None:
        self.code = code
        self.used: float | None = None
        """What the worker had used when its last call ended; not known before the first, which warms up."""

    def call(self, function: str, inputs: tuple[Any, ...]) -> tuple[Any, float]:
        """Returns what the function does, and the seconds; by the judge's clock where there is none for processor time."""
        start = time.perf_counter()
        returned = getattr(self.code.module, function)(*inputs)
        elapsed = time.perf_counter() - start
        before, self.used = self.used, self.code.worker().usage.cpu_seconds()
        return returned, elapsed if before is None or self.used is None else self.used - before
