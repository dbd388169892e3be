"""Checks that katas are good enough: inspects their files, grades their solutions, and remembers what has not changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from grader import cache
from grader.authoring.calibrate import make_job_for
from grader.authoring.finding import Finding
from grader.authoring.inspection import inspect
from grader.authoring.mutants import MutationReport
from grader.authoring.review import Grades
from grader.authoring.review import review
from grader.authoring.review import seconds_of
from grader.content import fingerprint
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.content.solution import read_solution
from grader.service.executor import Executor

LONG_SECONDS: Final = 0.2
"""A test that the reference needs longer for is left out where a shorter one catches a mistake."""


class Verification(msgspec.Struct, kw_only=True):
    """What was found about one kata; no finding means that it is good enough."""

    kata: str
    num_right: int
    num_wrong: int
    num_seeds: int
    seconds: float
    """The longest that all tests of the reference took."""
    findings: list[Finding]
    is_cached: bool = False
    mutation: MutationReport | None = None


def verify(
    catalog: Catalog,
    katas: list[Kata],
    executor: Executor,
    *,
    num_seeds: int,
    fresh: bool = False,
    folder: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Verification]:
    """Verifies katas; one that has not changed, nor has the grader, is not graded again.

    Args:
        catalog: where the katas come from.
        katas: what to verify.
        executor: grades the solutions.
        num_seeds: with how many seeds each solution is graded.
        fresh: whether to forget what earlier runs have found.
        folder: keeps what was found; by default one in the user's cache.
        advance: called after each grade.

    Returns:
        One report a kata, in their order.
    """
    folder = folder or cache.default_folder() / "verified"
    files = {kata.name: folder / f"{kata.name}-{num_seeds}.json" for kata in katas}
    versions = {kata.name: fingerprint.of_graded(kata) for kata in katas}
    known = {} if fresh else {name: found for name in files if (found := _load(files[name], versions[name]))}
    unknown = [kata for kata in katas if kata.name not in known]
    grades: dict[str, Grades] = {kata.name: {} for kata in unknown}
    solutions = {kata.name: _solutions(kata) for kata in unknown}
    for kinds in (("stub", "reference", "right"), ("wrong",)):
        wanted = {
            (kata.name, solution.key, seed): (kata, solution)
            for kata in unknown
            for seed in range(num_seeds)
            for solution in solutions[kata.name]
            if solution.kind in kinds
        }
        deferred = {name: _long_tests(found) for name, found in grades.items()}
        jobs = []
        for (_, key, seed), (kata, solution) in wanted.items():
            examples = kata.statement.read_text(encoding="utf-8") if (key, seed) == ("reference", 0) else None
            jobs.append(make_job_for(catalog, kata, solution, seed, examples=examples, deferred=deferred[kata.name]))
        for job, result in executor.run(jobs):
            kata, solution = wanted[job.kata.name, str(job.solution), job.seed]
            grades[kata.name][solution, job.seed] = result
            advance()
    for kata in unknown:
        known[kata.name] = _report(kata, grades[kata.name], num_seeds)
        cache.store(files[kata.name], versions[kata.name], msgspec.json.encode(known[kata.name]))
    return [known[kata.name] for kata in katas]


def count_grades(katas: list[Kata], num_seeds: int) -> int:
    """Counts the grades that a verification of these katas makes when nothing is known yet."""
    return sum(len(_solutions(kata)) for kata in katas) * num_seeds


def _solutions(kata: Kata) -> list[Solution]:
    return [read_solution("stub", kata.stub), *kata.solutions()]


def _long_tests(grades: Grades) -> set[str]:
    """Lists the tests that the reference needs long for; where it has not been graded yet there are none."""
    results = [result for (solution, _), result in grades.items() if solution.kind == "reference"]
    return {test.name for result in results for test in result.tests if test.seconds > LONG_SECONDS}


def _report(kata: Kata, grades: Grades, num_seeds: int) -> Verification:
    """Puts together what the files say and what the grades say."""
    return Verification(
        kata=kata.name,
        num_right=len(kata.right_solutions()),
        num_wrong=len(kata.wrong_solutions()),
        num_seeds=num_seeds,
        seconds=max(seconds_of(result) for (solution, _), result in grades.items() if solution.kind == "reference"),
        findings=[*inspect(kata), *review(kata, grades)],
    )


def _load(file: Path, version: str) -> Verification | None:
    content = cache.load(file, version)
    try:
        known = msgspec.json.decode(content, type=Verification) if content else None
    except msgspec.MsgspecError:
        return None
    if known:
        known.is_cached = True
    return known
