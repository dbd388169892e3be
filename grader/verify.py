"""Checks that a kata is good enough: what a learner gets, what the references do, and what every wrong solution meets."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from grader.catalog import Catalog
from grader.client import GradeTask
from grader.client import make_task
from grader.errors import PackError
from grader.executor import Executor
from grader.hints import read_hints
from grader.kata import Kata
from grader.kata import digest_of
from grader.result import Result

LIMIT_FACTOR: Final = 3.0
"""Limits are at least so many times what the reference needs, lest a slow machine fail a correct solution."""

_PATIENCE_SECONDS: Final = 600.0
_TOO_HEAVY: Final = ("tensorflow", "keras", "torch", "jax")
_SHORTEST_GIVEAWAY: Final = 25
_EXAMPLE_SECONDS: Final = 120
_EXAMPLE: Final = '''
import doctest, pathlib, runpy, sys
import numpy as np

def plain(value):
    """Shows a tensor as the array that it is, and integers of any width alike."""
    if not hasattr(value, "__array__"):
        return value
    array = np.asarray(value)
    array = array.astype(int) if array.dtype.kind in "iu" else array
    return array.item() if array.ndim == 0 else array

sys.__displayhook__ = lambda value: None if value is None else print(repr(plain(value)))
readme, *files = map(pathlib.Path, sys.argv[1:])
names = {"np": np}
for file in files:
    names |= runpy.run_path(str(file))
text = readme.read_text(encoding="utf-8").replace("```", "")
test = doctest.DocTestParser().get_doctest(text, names, readme.name, str(readme), 0)
runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
runner.run(test)
sys.exit(runner.failures > 0)
'''


class Finding(msgspec.Struct, frozen=True):
    """Something about a kata that its author has to mend: which file, and what about it."""

    file: str
    problem: str


class Report(msgspec.Struct, kw_only=True):
    """What was found about one kata; no finding means that it is good enough."""

    kata: str
    num_right: int
    num_wrong: int
    num_seeds: int
    seconds: float
    """The longest that all tests of the reference took."""
    findings: list[Finding]
    is_cached: bool = False


def verify(
    catalog: Catalog,
    katas: list[Kata],
    executor: Executor,
    *,
    num_seeds: int,
    fresh: bool = False,
    memory: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Report]:
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
    memory = memory or Path(platformdirs.user_cache_dir("grader"), "verified")
    memories = {kata.name: _memory(memory, kata, num_seeds) for kata in katas}
    known = {} if fresh else {name: found for name, file in memories.items() if (found := _recall(file))}
    unknown = [kata for kata in katas if kata.name not in known]
    results: defaultdict[str, dict[tuple[Path, int], Result]] = defaultdict(dict)
    tasks = [(_task(catalog, kata, file, seed), file) for kata, file, seed in _grades(unknown, num_seeds)]
    files = {id(task): file for task, file in tasks}
    for task, result in executor.run(task for task, _ in tasks):
        results[task.kata.name][files[id(task)], task.seed] = result
        advance()
    for kata in unknown:
        known[kata.name] = _judge(kata, results[kata.name], num_seeds)
        _remember(memories[kata.name], known[kata.name])
    return [known[kata.name] for kata in katas]


def count_grades(katas: list[Kata], num_seeds: int) -> int:
    """Counts the grades that a verification of these katas makes when nothing is known yet."""
    return len(_grades(katas, num_seeds))


def _grades(katas: list[Kata], num_seeds: int) -> list[tuple[Kata, Path, int]]:
    return [(kata, file, seed) for kata in katas for seed in range(num_seeds) for file in _solutions(kata)]


def _solutions(kata: Kata) -> list[Path]:
    return [kata.stub, kata.reference, *kata.right_solutions(), *kata.wrong_solutions()]


def _task(catalog: Catalog, kata: Kata, file: Path, seed: int) -> GradeTask:
    return make_task(catalog, kata, file.read_bytes(), seed=seed, with_pictures=False, patience=_PATIENCE_SECONDS)


def _judge(kata: Kata, results: dict[tuple[Path, int], Result], num_seeds: int) -> Report:
    """Puts together what the files say and what the grades say."""
    return Report(
        kata=kata.name,
        num_right=len(kata.right_solutions()),
        num_wrong=len(kata.wrong_solutions()),
        num_seeds=num_seeds,
        seconds=max(_seconds(results[kata.reference, seed]) for seed in range(num_seeds)),
        findings=[*_look_at_files(kata), *_look_at_grades(kata, results), *_run_examples(kata)],
    )


def _look_at_files(kata: Kata) -> Iterator[Finding]:
    """Checks what can be seen without running anything."""
    if len(kata.right_solutions()) < 2:
        yield _finding(kata.reference_folder / "right", "expected at least two correct solutions, in unlike styles")
    if not kata.wrong_solutions():
        yield _finding(kata.reference_folder / "wrong", "expected a wrong solution for each misconception, found none")
    for file in kata.wrong_solutions():
        if not ast.get_docstring(ast.parse(file.read_bytes())):
            yield _finding(file, "expected a docstring that explains the misconception to the learner, found none")
    for name in _imports(kata.hidden_tests):
        if name.partition(".")[0] in _TOO_HEAVY:
            yield _finding(kata.hidden_tests, f"imports {name}, which the judge must not load; compute with NumPy")
    yield from _look_at_prose(kata)
    yield from _find_giveaways(kata)


def _look_at_prose(kata: Kata) -> Iterator[Finding]:
    """Checks that every task has hints and a section of the statement, and that there is an example."""
    try:
        hinted = set(read_hints(kata.hints))
    except PackError as error:
        yield _finding(kata.hints, str(error))
        hinted = set(range(1, len(kata.spec.tasks) + 1))
    readme = kata.folder / "README.md"
    text = readme.read_text(encoding="utf-8")
    for number, task in enumerate(kata.spec.tasks, 1):
        if number not in hinted:
            yield _finding(kata.hints, f"expected hints for task {number} ({task.title}), found none")
        if not re.search(rf"^## Task {number}\b", text, re.MULTILINE):
            yield _finding(readme, f"expected a heading '## Task {number}: {task.title}', found none")
    if ">>>" not in text:
        yield _finding(readme, "expected a worked example with '>>>', found none")


def _find_giveaways(kata: Kata) -> Iterator[Finding]:
    """Looks for lines of the reference's functions in what the learner gets."""
    answer = set()
    for function in ast.walk(ast.parse(kata.reference.read_bytes())):
        if isinstance(function, ast.FunctionDef):
            body = function.body[1:] if ast.get_docstring(function) else function.body
            answer |= {line.strip() for part in body for line in ast.unparse(part).splitlines()}
    answer = {line for line in answer if len(line) >= _SHORTEST_GIVEAWAY}
    for file in (kata.stub, kata.hints, kata.folder / "README.md"):
        given = file.read_text(encoding="utf-8")
        for line in sorted(answer):
            if line in given:
                yield _finding(file, f"gives a line of the reference away: {line}")


def _look_at_grades(kata: Kata, results: dict[tuple[Path, int], Result]) -> Iterator[Finding]:
    """Checks what became of each solution, with every seed."""
    for (file, seed), result in results.items():
        status = "fail" if file == kata.stub or file.parent.name == "wrong" else "pass"
        if result.status != status:
            problem = next(
                (test.message for test in result.tests if test.status in ("fail", "error")), "no test failed"
            )
            yield _finding(file, f"expected the verdict {status} with seed {seed}, found {result.status}: {problem}")
        elif file == kata.stub:
            for test in result.tests:
                if not (test.message or "").startswith("Not started"):
                    yield _finding(file, f"expected {test.name} to say 'Not started', found: {test.message}")
        elif status == "fail" and not any("Next step: " in (test.message or "") for test in result.tests):
            yield _finding(file, "no failing test tells the learner a next step")
        elif status == "fail":
            yield from _look_at_diagnosis(file, seed, result)
        if file == kata.reference:
            yield from _look_at_limits(kata, result)
    for file in kata.wrong_solutions():
        grades = [result for (graded, _), result in results.items() if graded == file]
        caught = [{test.name for test in result.tests if test.status == "fail"} for result in grades]
        if all(caught) and not set.intersection(*caught):
            yield _finding(file, "is caught by other tests with other seeds; one test has to catch it always")


def _look_at_diagnosis(file: Path, seed: int, result: Result) -> Iterator[Finding]:
    """Checks that a wrong solution is told apart from all others: it must be taken for itself."""
    found = result.misconception
    names = [found.name, *(other.name for other in found.alternatives)] if found else []
    others = [name for name in names if name != file.stem]
    if others:
        yield _finding(file, f"with seed {seed} no test tells it apart from {', '.join(others)}; add one, or drop one")
    elif not names:
        yield _finding(file, f"with seed {seed} it is not recognised as itself; its answers depend on chance")


def _look_at_limits(kata: Kata, result: Result) -> Iterator[Finding]:
    limits, file = kata.spec.limits, kata.folder / "kata.toml"
    needed = _seconds(result)
    if needed * LIMIT_FACTOR > limits.wall_seconds:
        yield _finding(file, f"wall_seconds is {limits.wall_seconds:g}, and the reference takes {needed:.1f} s")
    slowest = max(result.tests, key=lambda test: test.seconds)
    if slowest.seconds * LIMIT_FACTOR > limits.call_seconds:
        problem = f"call_seconds is {limits.call_seconds:g}, and the reference takes {slowest.seconds:.1f} s"
        yield _finding(file, f"{problem} in {slowest.name}")


def _seconds(result: Result) -> float:
    """Adds up what the tests took; the grade as a whole may have waited for TensorFlow."""
    return sum(test.seconds for test in result.tests)


def _run_examples(kata: Kata) -> Iterator[Finding]:
    """Runs the statement's example with the reference, in a process of its own."""
    readme = kata.folder / "README.md"
    files = [*([kata.support] if kata.support.exists() else []), kata.reference]
    command = [sys.executable, "-c", _EXAMPLE, str(readme), *map(str, files)]
    environment = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=_EXAMPLE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        yield _finding(readme, f"its example takes more than {_EXAMPLE_SECONDS} s")
        return
    if run.returncode:
        yield _finding(readme, f"its example does not give what it says:\n{(run.stdout or run.stderr)[-1500:]}")


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _finding(file: Path, problem: str) -> Finding:
    return Finding(str(file), problem)


def _memory(folder: Path, kata: Kata, num_seeds: int) -> Path:
    """Names the file that remembers the report on these very contents, by this very grader."""
    return folder / f"{kata.name}-{num_seeds}-{digest_of(kata)[:32]}.json"


def _recall(file: Path) -> Report | None:
    try:
        known = msgspec.json.decode(file.read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError):
        return None
    known.is_cached = True
    return known


def _remember(file: Path, found: Report) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for older in file.parent.glob(f"{found.kata}-*.json"):
            older.unlink()
        file.write_bytes(msgspec.json.encode(found))
    except OSError:
        return  # It will be verified again next time.
