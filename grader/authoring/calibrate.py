"""Measures the evidence for a kata's thresholds: grades all its solutions with many seeds."""

from __future__ import annotations

import itertools
import platform
import statistics
from collections.abc import Callable
from collections.abc import Iterable

from grader.authoring.review import Grades
from grader.authoring.review import find_long_tests
from grader.authoring.review import find_unclear
from grader.authoring.review import look_at_speed
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

    A long test is run for a wrong solution only if nothing else catches it, or tells it apart from the others.

    Raises:
        PackError: the reference fails or cannot be graded, so that there is nothing to calibrate; or the speed threshold
            does not separate right solutions from slow ones.
    """
    grades: Grades = {}
    solutions = {solution.key: solution for solution in kata.solutions()}

    def grade(wanted: list[Solution], long_tests: Iterable[str] = ()) -> None:
        """Grades solutions with all seeds; with long tests, those come last and only if all others pass."""
        pairs = itertools.product(wanted, range(num_seeds))
        jobs = [make_job_for(catalog, kata, solution, seed, deferred=long_tests) for solution, seed in pairs]
        for job, result in executor.run(jobs):
            grades[solutions[str(job.request.solution)], job.request.seed] = result
            advance()

    def evidence() -> Calibration:
        return _sum_up(kata, grades, num_seeds)

    right = [solution for solution in solutions.values() if solution.kind != "wrong"]
    wrong = [solution for solution in solutions.values() if solution.kind == "wrong"]
    grade(right)
    _check_verdicts(kata, grades)
    grade(wrong, find_long_tests(kata, grades, evidence()))
    unclear = {solution for solution, _ in find_unclear(kata, grades, evidence())}
    grade([solution for solution in wrong if solution in unclear])
    _check_verdicts(kata, grades)
    _check_speed(kata, grades)
    return evidence()


def _sum_up(kata: Kata, grades: Grades, num_seeds: int) -> Calibration:
    """Puts together what the grades say of the solutions that were graded."""
    seeds = range(num_seeds)
    graded = [solution for solution in kata.solutions() if (solution, 0) in grades]
    results = {solution.key: [grades[solution, seed] for seed in seeds] for solution in graded}
    calibration = Calibration(
        seeds=num_seeds,
        machine=f"{platform.system()} {platform.machine()}, one thread",
        versions=fingerprint.library_versions(),
        seconds={
            test.name: round(statistics.median(result.tests[index].seconds for result in results[REFERENCE]), 3)
            for index, test in enumerate(results[REFERENCE][0].tests)
        },
        values={name: _values(name, results) for name in kata.spec.thresholds if name != "speed"},
        outcomes={},
    )
    digest = fingerprint.of_graded(kata)
    caches = [TraceCache(traces_folder(), kata.name, digest, seed) for seed in seeds]
    for solution in graded:
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


def _check_verdicts(kata: Kata, grades: Grades) -> None:
    for (solution, seed), result in grades.items():
        is_refused = solution.kind == "reference" and len(result.tests) < 2 and result.status == "fail"
        if result.status == "error" or is_refused:
            message = next(test.message for test in result.tests if test.status != "pass")
            raise PackError(f"{kata.name}, {solution.key}, seed {seed}: cannot be graded ({message}).")


def _check_speed(kata: Kata, grades: Grades) -> None:
    problems = [f"{finding.file}: {finding.problem}." for finding in look_at_speed(kata, grades)]
    if problems:
        raise PackError("\n".join(problems))


def _values(threshold: str, results: Results) -> dict[str, list[float | None]]:
    return {solution: [_value(threshold, result) for result in graded] for solution, graded in results.items()}


def _value(threshold: str, result: Result) -> float | None:
    """Returns the value that decided; where a threshold is used several times, a missed one."""
    found = sorted((entry for entry in result.thresholds if entry.name == threshold), key=lambda entry: entry.status)
    return float(f"{found[0].value:.5g}") if found else None


def _outcomes(graded: list[Result], all_traces: list[Traces], long_tests: set[str]) -> Outcomes:
    failed = [{test.name for test in result.tests if test.status == "fail"} for result in graded]
    skipped = {test.name for result in graded for test in result.tests if test.status == "skip"} & long_tests
    always = set.intersection(*failed) - skipped
    tags: dict[str, set[str]] = {}
    for traces in all_traces:
        for test in long_tests & traces.keys():
            if tag := traces[test].tag:
                tags.setdefault(test, set()).add(tag)
    return Outcomes(
        always=sorted(always),
        sometimes=sorted(set.union(*failed) - always - skipped),
        skipped=sorted(skipped),
        tags={test: sorted(found) for test, found in tags.items() if test not in skipped},
    )
