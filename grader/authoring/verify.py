"""Checks katas: inspects their files, grades their solutions, and caches what has not changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from grader import cache
from grader.authoring.calibrate import make_job_for
from grader.authoring.cheats import find_undeserved
from grader.authoring.cheats import make_cheats
from grader.authoring.finding import Finding
from grader.authoring.inspection import inspect
from grader.authoring.mutants import MutationReport
from grader.authoring.review import Grades
from grader.authoring.review import find_long_tests
from grader.authoring.review import find_unclear
from grader.authoring.review import read_if_good
from grader.authoring.review import review
from grader.authoring.review import seconds_of
from grader.content import fingerprint
from grader.content.calibration import REFERENCE
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.content.solution import read_solution
from grader.diagnosis.replay import TraceCache
from grader.diagnosis.trace import Traces
from grader.service.client import traces_folder
from grader.service.executor import Executor

REFERENCE_CPU_SECONDS: Final = 5.0
"""How much processor time a whole run of a reference may take."""

LONGER_REFERENCE_CPU_SECONDS: Final = 8.0
"""The same for katas of reinforcement learning, whose agents need episodes."""

CPU_SECONDS: Final = 30.0
"""How much processor time a verification with one seed may take."""

KATAS_AT_A_TIME: Final = 8
"""How many are verified together; what is found is kept before the next begin, lest an interruption lose it."""

_Wanted = tuple[Kata, Solution, int]
"""A grade to make: of which kata and solution, with which seed."""


class Verification(msgspec.Struct, kw_only=True):
    """What was found about one kata; no finding means that it passes all checks."""

    kata: str
    num_right: int
    num_wrong: int
    num_seeds: int
    seconds: float
    """The longest that all tests of the reference took."""
    reference_cpu_seconds: float = 0.0
    """The most processor time that a whole run of the reference took."""
    cpu_seconds: float = 0.0
    """The processor time of all grades with one seed."""
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
    with_budget: bool = True,
    folder: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Verification]:
    """Verifies katas; one that has not changed is not graded again, unless the grader has.

    Args:
        catalog: where the katas come from.
        katas: what to verify.
        executor: grades the solutions.
        num_seeds: with how many seeds each solution is graded.
        fresh: whether to forget what earlier runs have found.
        with_budget: whether to report what takes too much processor time; on a slow machine it may be the machine.
        folder: keeps what was found; by default one in the user's cache.
        advance: called after each grade.

    Returns:
        One report a kata, in their order.
    """
    folder = folder or cache.default_folder() / "verified"
    files = {kata.name: folder / f"{kata.name}-{num_seeds}.json" for kata in katas}
    # Findings name files, so what was found of a copy elsewhere is of no use.
    versions = {kata.name: fingerprint.compose(fingerprint.of_graded(kata), str(kata.folder)) for kata in katas}
    known = {} if fresh else {name: found for name in files if (found := _load(files[name], versions[name]))}
    unknown = [kata for kata in katas if kata.name not in known]
    grades: dict[str, Grades] = {kata.name: {} for kata in unknown}
    cheats: dict[str, Grades] = {kata.name: {} for kata in unknown}
    cpu_seconds: defaultdict[str, float] = defaultdict(float)

    def grade(wanted: list[_Wanted], long_tests: dict[str, set[str]], into: dict[str, Grades] = grades) -> None:
        """Grades solutions and adds their results; with long tests, those come last and only if all others pass."""
        solutions = {(kata.name, solution.key, seed): solution for kata, solution, seed in wanted}
        jobs = [
            make_job_for(
                catalog,
                kata,
                solution,
                seed,
                examples=kata.statement.read_text(encoding="utf-8")
                if (solution.kind, seed) == ("reference", 0)
                else None,
                deferred=long_tests.get(kata.name, ()),
            )
            for kata, solution, seed in wanted
        ]
        for job, result in executor.run(jobs):
            name, seed = job.kata.name, job.request.seed
            into[name][solutions[name, str(job.request.solution), seed], seed] = result
            cpu_seconds[name] += result.cpu_seconds or 0.0
            advance()

    for first in range(0, len(unknown), KATAS_AT_A_TIME):
        part = unknown[first : first + KATAS_AT_A_TIME]
        everything = [
            (kata, solution, seed) for kata in part for seed in range(num_seeds) for solution in _solutions(kata)
        ]
        grade([wanted for wanted in everything if wanted[1].kind != "wrong"], {})
        evidence = {kata.name: read_if_good(kata) for kata in part}
        long_tests = {kata.name: find_long_tests(kata, grades[kata.name], evidence[kata.name]) for kata in part}
        grade([wanted for wanted in everything if wanted[1].kind == "wrong"], long_tests)
        # A mistake that its short tests do not tell apart from others is told apart by the long ones, or not at all.
        unclear = {kata.name: find_unclear(kata, grades[kata.name], evidence[kata.name]) for kata in part}
        grade([wanted for wanted in everything if wanted[1:] in unclear[wanted[0].name]], {})
        # The cheats know what the reference answers with seed 0, and meet a seed that nothing else was graded with.
        traces = {kata.name: _trace_of(kata) for kata in part}
        grade([(kata, cheat, num_seeds) for kata in part for cheat in make_cheats(kata, traces[kata.name])], {}, cheats)
        for kata in part:
            known[kata.name] = _report(kata, grades[kata.name], num_seeds, cpu_seconds[kata.name] / num_seeds)
            for (cheat, _), result in cheats[kata.name].items():
                known[kata.name].findings += find_undeserved(kata, cheat, result, traces[kata.name])
            cache.store(files[kata.name], versions[kata.name], msgspec.json.encode(known[kata.name]))
    if with_budget:
        for kata in katas:
            known[kata.name].findings += find_excess(kata, known[kata.name])
    return [known[kata.name] for kata in katas]


def count_grades(katas: list[Kata], num_seeds: int) -> int:
    """Counts the grades that a verification makes of these katas' own solutions when nothing is known yet."""
    return sum(len(_solutions(kata)) for kata in katas) * num_seeds


def _solutions(kata: Kata) -> list[Solution]:
    return [read_solution("stub", kata.stub), *kata.solutions()]


def _trace_of(kata: Kata) -> Traces:
    """Looks up what the reference did with seed 0."""
    return TraceCache(traces_folder(), kata.name, fingerprint.of_graded(kata), 0).load(REFERENCE)


def _report(kata: Kata, grades: Grades, num_seeds: int, cpu_seconds: float) -> Verification:
    """Puts together what the files say and what the grades say."""
    references = [result for (solution, _), result in grades.items() if solution.kind == "reference"]
    reference_cpu_seconds = max(result.cpu_seconds or 0.0 for result in references)
    return Verification(
        kata=kata.name,
        num_right=len(kata.right_solutions()),
        num_wrong=len(kata.wrong_solutions()),
        num_seeds=num_seeds,
        seconds=max(map(seconds_of, references)),
        reference_cpu_seconds=reference_cpu_seconds,
        cpu_seconds=cpu_seconds,
        findings=[*inspect(kata), *review(kata, grades)],
    )


def find_excess(kata: Kata, report: Verification) -> Iterator[Finding]:
    """Yields what makes a kata slow to grade or to verify."""
    most = LONGER_REFERENCE_CPU_SECONDS if kata.chapter == "reinforcement" else REFERENCE_CPU_SECONDS
    cure = "use smaller data, or fewer and better tests"
    if report.reference_cpu_seconds > most:
        needed = f"the reference takes {report.reference_cpu_seconds:.1f} s of processor time"
        yield Finding.about(kata.hidden_tests, f"{needed}, and {most:g} s are accepted; {cure}")
    if report.cpu_seconds > CPU_SECONDS:
        needed = f"verifying takes {report.cpu_seconds:.1f} s of processor time a seed"
        yield Finding.about(kata.hidden_tests, f"{needed}, and {CPU_SECONDS:g} s are accepted; {cure}")


def _load(file: Path, version: str) -> Verification | None:
    content = cache.load(file, version)
    try:
        known = msgspec.json.decode(content, type=Verification) if content else None
    except msgspec.MsgspecError:
        return None
    if known:
        known.is_cached = True
    return known
