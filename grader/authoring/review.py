"""Reviews a kata by the grades of its own solutions: the verdicts, the diagnoses, the limits, and the evidence."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from grader.authoring.finding import Finding
from grader.authoring.separation import find_unseparated
from grader.content import fingerprint
from grader.content.calibration import MOST_FALSE_FAILS
from grader.content.calibration import Calibration
from grader.content.calibration import assess
from grader.content.calibration import file_of
from grader.content.calibration import known
from grader.content.calibration import range_of
from grader.content.calibration import read_calibration
from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.diagnosis.diagnosis import diagnose
from grader.diagnosis.replay import Replay
from grader.diagnosis.replay import ReplayTimeout
from grader.diagnosis.replay import TraceCache
from grader.errors import PackError
from grader.protocol.channel import EXAMPLES
from grader.result import NOT_STARTED
from grader.result import Result
from grader.service.client import traces_folder

LIMIT_FACTOR: Final = 3.0
"""Limits are at least this many times what the reference needs, lest a slow machine fail a correct solution."""

_DEFERRED_SECONDS: Final = 0.2
"""Where there is no evidence that depends on it, a test that takes longer is not run for a mistake that others catch."""

Grades = dict[tuple[Solution, int], Result]
"""The results by solution and seed."""


def review(kata: Kata, grades: Grades) -> Iterator[Finding]:
    """Yields what its author has to fix."""
    yield from _look_at_grades(kata, grades)
    yield from _look_at_diagnoses(kata, grades)
    yield from _look_at_evidence(kata, grades)
    yield from look_at_speed(kata, grades)


def _look_at_grades(kata: Kata, grades: Grades) -> Iterator[Finding]:
    """Checks what became of each solution, with every seed."""
    caught: defaultdict[Solution, list[set[str]]] = defaultdict(list)
    for (solution, seed), result in grades.items():
        status = "fail" if solution.kind in ("stub", "wrong") else "pass"
        if result.status != status:
            messages = (test.message for test in result.tests if test.status in ("fail", "error"))
            problem = next(messages, "no test failed")
            yield Finding(
                solution.where, f"expected the verdict {status} with seed {seed}, found {result.status}: {problem}"
            )
        elif solution.kind == "stub":
            for test in result.tests:
                if not (test.message or "").startswith(NOT_STARTED):
                    yield Finding(solution.where, f"expected {test.name} to say {NOT_STARTED!r}, found: {test.message}")
        elif status == "fail" and not any("Next step: " in (test.message or "") for test in result.tests):
            yield Finding(solution.where, "no failing test tells the learner a next step")
        for test in result.tests:
            if test.name == EXAMPLES and test.status == "fail":
                yield Finding.about(kata.statement, f"its examples do not give what it says:\n{test.message}")
        if solution.kind == "reference":
            yield from _look_at_limits(kata, result)
        elif solution.kind == "wrong":
            # What was not run because another test caught it may catch it as well.
            caught[solution].append(_failed(result) | {test.name for test in result.tests if test.status == "skip"})
    for solution, failed in caught.items():
        if all(failed) and not set.intersection(*failed):
            yield Finding(solution.where, "is caught by other tests with other seeds; one test must always catch it")


def _look_at_diagnoses(kata: Kata, grades: Grades) -> Iterator[Finding]:
    """Checks that each wrong solution is told apart from all others: it must be recognised as itself."""
    for solution, seed, names in _diagnose_all(kata, grades, read_if_good(kata)):
        others = ", ".join(name for name in names if name != solution.name)
        if others:
            problem = f"with seed {seed} no test tells it apart from {others}; add one, or drop one"
            yield Finding(solution.where, problem)
        elif not names:
            yield Finding(solution.where, f"with seed {seed} it is not recognised as itself; it depends on chance")


def find_long_tests(kata: Kata, grades: Grades, calibration: Calibration | None) -> set[str]:
    """Lists the tests that a mistake need not fail, too, once it is caught: those that no diagnosis replays, and timed ones.

    Without evidence of how long the reference takes, the fastest right solution tells. A busy machine makes all tests long, so
    they count with the share of the time in which the grade did not wait for a processor.
    """
    seconds: dict[str, float] = {}
    timed = set()
    for (solution, seed), result in grades.items():
        if solution.kind in ("reference", "right"):
            traces = TraceCache(traces_folder(), kata.name, fingerprint.of_graded(kata), seed).load(solution.key)
            timed |= {test for test, trace in traces.items() if trace.is_timed}
            share = min(1.0, (result.cpu_seconds or 0.0) / max(seconds_of(result), 1e-9))
            for test in result.tests:
                seconds[test.name] = min(share * test.seconds, seconds.get(test.name, test.seconds))
    if calibration:
        return timed | calibration.long_tests
    return timed | {test for test, least in seconds.items() if least > _DEFERRED_SECONDS}


def find_unclear(kata: Kata, grades: Grades, calibration: Calibration | None) -> set[tuple[Solution, int]]:
    """Lists the wrong solutions that are not recognised as themselves by the tests that were run, where some were not."""
    partly = {key: result for key, result in grades.items() if any(test.status == "skip" for test in result.tests)}
    found = _diagnose_all(kata, partly, calibration) if partly else ()
    return {(solution, seed) for solution, seed, names in found if names != [solution.name]}


def _diagnose_all(
    kata: Kata, grades: Grades, calibration: Calibration | None
) -> Iterator[tuple[Solution, int, list[str]]]:
    """Yields each wrong solution that fails, with its seed, and what it is taken for."""
    version, solutions = fingerprint.of_graded(kata), kata.solutions()
    caches = {seed: TraceCache(traces_folder(), kata.name, version, seed) for _, seed in grades}
    replays = {seed: Replay(solutions, cache, None, 0.0) for seed, cache in caches.items()}
    everywhere = set.intersection(*(_was_run(result) for result in grades.values()))
    for (solution, seed), result in grades.items():
        if solution.kind == "wrong" and result.status == "fail" and result.tests[0].task:
            traces, found = caches[seed].load(solution.key), []
            tasks = {test.name: test.task for test in result.tests}
            # Where another solution was not run in a test, those tests decide that all were run in.
            for tests in (_was_run(result), everywhere):
                with contextlib.suppress(ReplayTimeout):
                    known = {test: trace for test, trace in traces.items() if test in tests}
                    found = diagnose(known, tasks, replays[seed], calibration)
                    break
            yield solution, seed, [misconception.name for misconception in found]


def _was_run(result: Result) -> set[str]:
    return {test.name for test in result.tests if test.status != "skip"}


def read_if_good(kata: Kata) -> Calibration | None:
    """Reads the evidence of a kata; None if it has none, or none that can be read."""
    try:
        return read_calibration(kata)
    except PackError:
        return None  # That is a finding of its own.


def _look_at_limits(kata: Kata, result: Result) -> Iterator[Finding]:
    limits, file = kata.spec.limits, kata.folder / "kata.toml"
    needed = seconds_of(result)
    if needed * LIMIT_FACTOR > limits.wall_seconds:
        yield Finding.about(file, f"wall_seconds is {limits.wall_seconds:g}, and the reference takes {needed:.1f} s")
    slowest = max(result.tests, key=lambda test: test.seconds)
    if slowest.seconds * LIMIT_FACTOR > limits.call_seconds:
        problem = f"call_seconds is {limits.call_seconds:g}, and the reference takes {slowest.seconds:.1f} s"
        yield Finding.about(file, f"{problem} in {slowest.name}")


def seconds_of(result: Result) -> float:
    """Adds up what the tests took; the grade as a whole may have waited for TensorFlow."""
    return sum(test.seconds for test in result.tests)


def _look_at_evidence(kata: Kata, grades: Grades) -> Iterator[Finding]:
    """Checks that each threshold was calibrated, rarely fails what is right, and that the evidence still fits the kata."""
    thresholds = {name: threshold for name, threshold in kata.spec.thresholds.items() if name != "speed"}
    if not thresholds:
        return
    again, file = f"run `grader calibrate {kata.name}`", file_of(kata)
    try:
        calibration = read_calibration(kata)
    except PackError as error:
        yield Finding.about(file, str(error))
        return
    for name, threshold in thresholds.items():
        if calibration is None or name not in calibration.values:
            yield Finding.about(file, f"there is no evidence for the threshold {name}; {again}")
            continue
        evidence = assess(calibration, name, threshold)
        for rate in evidence.right:
            if rate.normal_bound > MOST_FALSE_FAILS:
                yield Finding.about(
                    kata.folder / "kata.toml",
                    f"{rate.solution} may miss the {name} of {threshold.limit:g} in {rate.normal_bound:.1g} of all grades "
                    f"(it reaches {rate.mean:.4g} ± {rate.standard_deviation:.2g}), and {MOST_FALSE_FAILS:g} are accepted; "
                    + (f"halfway would be {evidence.proposed:.4g}" if evidence.proposed else "choose another limit"),
                )
    if calibration:
        for (solution, _), result in grades.items():
            problem = _find_misfit(solution, result, calibration) if solution.kind != "stub" else None
            if problem:
                yield Finding.about(file, f"does not fit the kata any more ({solution.key}: {problem}); {again}")


def look_at_speed(kata: Kata, grades: Grades) -> Iterator[Finding]:
    """Checks that the limit of speed lies far from what right and slow wrong solutions take."""
    if "speed" in kata.spec.thresholds:
        results: defaultdict[str, list[Result]] = defaultdict(list)
        for (solution, _), result in grades.items():
            if solution.kind != "stub":
                results[solution.key].append(result)
        for problem in find_unseparated(kata.spec.thresholds["speed"], results):
            yield Finding.about(kata.folder / "kata.toml", problem)


def _find_misfit(solution: Solution, result: Result, calibration: Calibration) -> str | None:
    """Compares a grade with what the evidence lets one expect."""
    outcomes = calibration.outcomes.get(solution.entry) if solution.kind == "wrong" else None
    for threshold in result.thresholds:
        values = known(calibration.values.get(threshold.name, {}).get(solution.key, []))
        if threshold.name == "speed" or (outcomes and outcomes.skipped and not values):
            continue
        if not values:
            return f"it has no {threshold.name} there"
        low, high = range_of(values)
        if not low <= threshold.value <= high:
            return f"its {threshold.name} is {threshold.value:.4g}, and it was {min(values):.4g} to {max(values):.4g}"
    if solution.kind == "wrong":
        if outcomes is None:
            return "it is not there"
        skipped = {test.name for test in result.tests if test.status == "skip"}
        unlike = (_failed(result) ^ set(outcomes.always)) - {*outcomes.sometimes, *outcomes.skipped} - skipped
        if unlike:
            return f"{min(unlike)} ends differently"
    return None


def _failed(result: Result) -> set[str]:
    return {test.name for test in result.tests if test.status == "fail"}
