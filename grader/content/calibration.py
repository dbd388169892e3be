"""The evidence for a kata's thresholds, as its calibration.json keeps it: what each solution reached with each seed."""

from __future__ import annotations

import json
import math
import re
import statistics
from pathlib import Path
from typing import Final

import msgspec

from grader.content.kata import Kata
from grader.content.kata import Threshold
from grader.content.rates import clopper_pearson_bound
from grader.content.rates import normal_tolerance_bound
from grader.content.rates import proposed_limit
from grader.errors import PackError

REFERENCE: Final = "reference"
MOST_FALSE_FAILS: Final = 1e-3
"""A correct solution may miss a threshold this often, and no more."""

LONG_SECONDS: Final = 0.5
"""A test for which the reference needs longer is not replayed for a diagnosis; the evidence tells how it ends."""

_INNERMOST_LIST: Final = re.compile(r"\[\s+([^][{}]*?)\s+\]")


class Outcomes(msgspec.Struct, forbid_unknown_fields=True):
    """Which tests a wrong solution failed."""

    always: list[str]
    """With every seed."""
    sometimes: list[str] = []
    skipped: list[str] = []
    """Long tests that were not run with every seed, because a shorter one catches the mistake."""
    tags: dict[str, list[str]] = {}
    """What the failed checks of long tests had to say about the mistake, by test."""


class Calibration(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The content of a calibration.json."""

    seeds: int
    """Seeds 0 to seeds - 1 were used; where a list of values is longer, the seeds after them, too."""
    machine: str
    versions: dict[str, str]
    seconds: dict[str, float]
    """The median time of the reference in each test."""
    values: dict[str, dict[str, list[float | None]]]
    """By threshold and solution, one for each seed; None where a test failed before there was a value."""
    outcomes: dict[str, Outcomes]
    """Of each wrong solution."""

    @property
    def long_tests(self) -> set[str]:
        """Those whose reference takes so long that they are not replayed for a diagnosis."""
        return {test for test, seconds in self.seconds.items() if seconds > LONG_SECONDS}


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What one solution reached, and at most how often it is judged wrongly, with a confidence of 95 %."""

    solution: str
    mean: float
    standard_deviation: float
    """The standard deviation over the seeds; 0 for one that does not depend on chance."""
    worst: float
    """The value nearest to the limit, or farthest beyond it."""
    normal_bound: float
    """The bound if the values are normally distributed."""
    counted_bound: float
    """The bound whatever their distribution."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence says about one threshold."""

    name: str
    limit: float
    proposed: float | None
    """The limit halfway, in standard deviations, between the correct solutions and the closest wrong one."""
    right: list[Rate]
    """How often correct solutions fail, the reference first."""
    wrong: list[Rate]
    """How often wrong solutions pass that no other test always catches, the closest first."""


def read_calibration(kata: Kata) -> Calibration | None:
    """Reads the evidence of a kata; None if it has none.

    Raises:
        PackError: the file is malformed.
    """
    file = file_of(kata)
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Calibration)
    except msgspec.MsgspecError as error:
        raise PackError(
            f"{file}: expected what `grader calibrate {kata.name}` writes, found: {error}; run it again."
        ) from error


def write_calibration(kata: Kata, calibration: Calibration) -> Path:
    """Writes the evidence beside the kata, one line for each list of numbers, and returns the file."""
    text = json.dumps(msgspec.to_builtins(calibration), indent=1, ensure_ascii=False)
    text = _INNERMOST_LIST.sub(lambda found: "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]", text)
    file = file_of(kata)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def assess(calibration: Calibration, name: str, threshold: Threshold) -> Evidence:
    """Says how often a threshold fails correct solutions and passes wrong ones."""
    values = {solution: known(found) for solution, found in calibration.values[name].items()}
    right = {solution: found for solution, found in values.items() if not solution.startswith("wrong/")}
    wrong = {
        solution: found
        for solution, found in values.items()
        if solution.startswith("wrong/")
        and found
        and _is_left_to(threshold, found, calibration.outcomes.get(solution[6:]))
    }
    at_most = threshold.direction == "at most"
    fails = [_rate(solution, found, threshold.limit, at_most=at_most) for solution, found in right.items() if found]
    passes = [_rate(solution, found, threshold.limit, at_most=not at_most) for solution, found in wrong.items()]
    passes.sort(key=lambda rate: rate.mean if at_most else -rate.mean)
    farthest = max(fails, key=lambda rate: rate.mean if at_most else -rate.mean, default=None)
    proposed = proposed_limit(right[farthest.solution], wrong[passes[0].solution]) if farthest and passes else None
    return Evidence(name=name, limit=threshold.limit, proposed=proposed, right=fails, wrong=passes)


def known(values: list[float | None]) -> list[float]:
    """Returns the values that there are."""
    return [value for value in values if value is not None]


def range_of(values: list[float]) -> tuple[float, float]:
    """Returns the range in which another seed, on another machine, may be expected to lie."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    margin = 3 * deviation + 0.01 * max(map(abs, values))
    return min(values) - margin, max(values) + margin


def _is_left_to(threshold: Threshold, values: list[float], outcomes: Outcomes | None) -> bool:
    """Says whether a wrong solution is caught by the threshold or not at all: it fails no second test."""
    failed = [*outcomes.always, *outcomes.sometimes] if outcomes else []
    return not failed or (len(failed) == 1 and not all(map(threshold.is_met, values)))


def _rate(solution: str, values: list[float], limit: float, *, at_most: bool) -> Rate:
    """Bounds how often values do not lie on their side of a limit."""
    missed = sum(value > limit if at_most else value < limit for value in values)
    return Rate(
        solution=solution,
        mean=statistics.fmean(values),
        standard_deviation=statistics.stdev(values) if len(values) > 1 else math.nan,
        worst=max(values) if at_most else min(values),
        normal_bound=normal_tolerance_bound(values, limit, at_most=at_most),
        counted_bound=clopper_pearson_bound(missed, len(values)),
    )


def file_of(kata: Kata) -> Path:
    """Returns where the evidence of a kata is kept."""
    return kata.reference_folder / "calibration.json"
