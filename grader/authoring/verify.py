"""Checks that katas are good enough: inspects their files, grades their solutions, and remembers what has not changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.authoring.calibrate import make_job_for
from grader.authoring.finding import Finding
from grader.authoring.inspection import inspect
from grader.authoring.mutants import MutationReport
from grader.authoring.review import Grades
from grader.authoring.review import review
from grader.authoring.review import seconds_of
from grader.cache import default_folder
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.kata import digest_of
from grader.files import write_whole
from grader.service.executor import Executor


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
    memory: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Verification]:
    """Verifies katas; one that has not changed, nor has the grader, is not graded again.

    Args:
        catalog: where the katas come from.
        katas: what to verify.
        executor: grades the solutions.
        num_seeds: with how many seeds each solution is graded.
        fresh: whether to forget what earlier runs have found.
        memory: the folder that remembers what was found; by default one in the user's cache.
        advance: called after each grade.

    Returns:
        One report a kata, in their order.
    """
    memory = memory or default_folder() / "verified"
    memories = {kata.name: _memory(memory, kata, num_seeds) for kata in katas}
    known = {} if fresh else {name: found for name, file in memories.items() if (found := _recall(file))}
    unknown = [kata for kata in katas if kata.name not in known]
    results: defaultdict[str, Grades] = defaultdict(dict)
    tasks = [(make_job_for(catalog, kata, file, seed), file) for kata, file, seed in _grades(unknown, num_seeds)]
    files = {id(task): file for task, file in tasks}
    for task, result in executor.run(task for task, _ in tasks):
        results[task.kata.name][files[id(task)], task.seed] = result
        advance()
    for kata in unknown:
        known[kata.name] = _report(kata, results[kata.name], num_seeds)
        _remember(memories[kata.name], known[kata.name])
    return [known[kata.name] for kata in katas]


def count_grades(katas: list[Kata], num_seeds: int) -> int:
    """Counts the grades that a verification of these katas makes when nothing is known yet."""
    return len(_grades(katas, num_seeds))


def _grades(katas: list[Kata], num_seeds: int) -> list[tuple[Kata, Path, int]]:
    return [(kata, file, seed) for kata in katas for seed in range(num_seeds) for file in _solutions(kata)]


def _solutions(kata: Kata) -> list[Path]:
    return [kata.stub, kata.reference, *kata.right_solutions(), *kata.wrong_solutions()]


def _report(kata: Kata, grades: Grades, num_seeds: int) -> Verification:
    """Puts together what the files say and what the grades say."""
    return Verification(
        kata=kata.name,
        num_right=len(kata.right_solutions()),
        num_wrong=len(kata.wrong_solutions()),
        num_seeds=num_seeds,
        seconds=max(seconds_of(grades[kata.reference, seed]) for seed in range(num_seeds)),
        findings=[*inspect(kata), *review(kata, grades)],
    )


def _memory(folder: Path, kata: Kata, num_seeds: int) -> Path:
    """Names the file that remembers the report on these very contents, by this very grader."""
    return folder / f"{kata.name}-{num_seeds}-{digest_of(kata)[:32]}.json"


def _recall(file: Path) -> Verification | None:
    try:
        known = msgspec.json.decode(file.read_bytes(), type=Verification)
    except (OSError, msgspec.MsgspecError):
        return None
    known.is_cached = True
    return known


def _remember(file: Path, found: Verification) -> None:
    try:
        for older in file.parent.glob(f"{found.kata}-*.json"):
            older.unlink()
        write_whole(file, msgspec.json.encode(found))
    except OSError:
        return  # It will be verified again next time.
