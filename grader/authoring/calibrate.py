"""Measures the evidence for a kata's thresholds: grades all its solutions with many seeds."""

from __future__ import annotations

import platform
from collections.abc import Callable
from collections.abc import Iterable

from grader.authoring.separation import find_unseparated
from grader.content import fingerprint
from grader.content.calibration import REFERENCE
from grader.content.calibration import Calibration
from grader.content.calibration import Outcomes
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.diagnosis.replay import TraceCache
from grader.diagnosis.trace import Traces
from grader.errors import PackError
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader.service.client import GradeJob
from grader.service.client import make_job
from grader.service.client import traces_folder
from grader.service.executor import Executor

Results = dict[str, list[Result]]
"""The results of each solution, in the order of the seeds."""


def calibrate(
    catalog: Catalog, kata: Kata, executor: Executor, num_seeds: int, advance: Callable[[], None] = lambda: None
) -> Calibration:
    """Grades reference, right and wrong solutions with seeds 0 to num_seeds - 1.

    Raises:
        PackError: the reference fails or cannot be graded, so that there is nothing to calibrate; or the speed threshold
            does not separate right solutions from slow ones.
    """
    grades: dict[tuple[str | None, int], Result] = {}
    solutions = kata.solutions()
    jobs = [make_job_for(catalog, kata, solution, seed) for solution in solutions for seed in range(num_seeds)]
    for job, result in executor.run(jobs):
        grades[job.request.solution, job.request.seed] = result
        advance()
    results = {solution.key: [grades[solution.key, seed] for seed in range(num_seeds)] for solution in solutions}
    _check(kata, results)
    digest = fingerprint.of_graded(kata)
    caches = [TraceCache(traces_folder(), kata.name, digest, seed) for seed in range(num_seeds)]
    calibration = Calibration(
        seeds=num_seeds,
        machine=f"{platform.system()} {platform.machine()}, one thread",
        versions=fingerprint.library_versions(),
        seconds={
            test.name: round(max(result.tests[index].seconds for result in results[REFERENCE]), 3)
            for index, test in enumerate(results[REFERENCE][0].tests)
        },
        values={name: _values(name, results) for name in kata.spec.thresholds if name != "speed"},
        outcomes={},
    )
    for solution in solutions:
        if solution.kind == "wrong":
            traces = [cache.load(solution.key) for cache in caches]
            calibration.outcomes[solution.entry] = _outcomes(results[solution.key], traces, calibration.long_tests)
    return calibration


def make_job_for(
    catalog: Catalog,
    kata: Kata,
    solution: Solution,
    seed: int,
    *,
    examples: str | None = None,
    deferred: Iterable[str] = (),
) -> GradeJob:
    """Asks for the grade of one of a kata's own solutions, whose trace is kept."""
    request = GradeRequest(
        source=solution.source,
        seed=seed,
        with_pictures=False,
        diagnosis_seconds=0.0,
        solution=solution.key,
        examples=examples,
        deferred=list(deferred),
    )
    return make_job(catalog, kata, request)


def _check(kata: Kata, results: Results) -> None:
    for solution, graded in results.items():
        for result in graded:
            if result.status == "error" or (
                solution == REFERENCE and len(result.tests) < 2 and result.status == "fail"
            ):
                message = next(test.message for test in result.tests if test.status != "pass")
                raise PackError(f"{kata.name}, {solution}, seed {result.seed}: cannot be graded ({message}).")
    if "speed" in kata.spec.thresholds:
        problems = list(find_unseparated(kata.spec.thresholds["speed"], results))
        if problems:
            raise PackError("\n".join(f"{kata.folder / 'kata.toml'}: {problem}." for problem in problems))


def _values(threshold: str, results: Results) -> dict[str, list[float | None]]:
    return {solution: [_value(threshold, result) for result in graded] for solution, graded in results.items()}


def _value(threshold: str, result: Result) -> float | None:
    """Returns the value that decided; where a threshold is used several times, a missed one."""
    found = sorted((entry for entry in result.thresholds if entry.name == threshold), key=lambda entry: entry.status)
    return float(f"{found[0].value:.5g}") if found else None


def _outcomes(graded: list[Result], all_traces: list[Traces], long_tests: set[str]) -> Outcomes:
    failed = [{test.name for test in result.tests if test.status == "fail"} for result in graded]
    always = set.intersection(*failed)
    tags: dict[str, set[str]] = {}
    for traces in all_traces:
        for test in long_tests & traces.keys():
            if tag := traces[test].tag:
                tags.setdefault(test, set()).add(tag)
    return Outcomes(
        sorted(always), sorted(set.union(*failed) - always), {test: sorted(found) for test, found in tags.items()}
    )
