"""Finds the line of a mistake: grades small changes of the learner's code until one makes the tests of a failed task pass.

Each is graded like any submission, in a confined worker and behind whoever waits for a verdict. What a learner is told of a
change that repairs is its line, and on request what it is of; never the code.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Final

import msgspec

from grader.content.kata import Kata
from grader.errors import GraderError
from grader.learner.changes import Change
from grader.learner.changes import Kind
from grader.learner.changes import make_changes
from grader.learner.unwritten import find_failed
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader.service.client import GradeJob
from grader.service.client import PendingGrade
from grader.service.client import wait_for_any
from grader.service.connection import Connection

MakeJob = Callable[[GradeRequest], GradeJob]

_OTHER_SEED: Final = 1
"""Of the grade that shows whether a repair was an accident of the first inputs."""

_LEAST_PATIENCE_SECONDS: Final = 3.0
_PATIENCE_FACTOR: Final = 4.0
"""A changed file that takes that many times as long as the original is given up: it may loop for ever."""

_AT_LINE: Final = re.compile(r"^At .*, line (\d+)", re.MULTILINE)
_TODO: Final = re.compile(r"TODO: task (\d+)")
_NEAR: Final = 2
"""Lines at most this far from one that raised come first."""

_PROVEN: Final = 3
"""How much farther a change is in a function whose own task passes."""

_QUICK_SECONDS: Final = 0.2
_QUICK_FACTOR: Final = 3.0


class Suspect(msgspec.Struct, frozen=True):
    """A line in which a small change repairs a task."""

    line: int
    kind: Kind
    tasks: list[int]


class Search(msgspec.Struct, kw_only=True):
    """What a search for a repair has found."""

    suspects: list[Suspect]
    """At most two, the likelier one first."""
    num_tried: int
    num_changes: int
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether all changes were tried."""
        return self.num_tried == self.num_changes


def search(
    service: Connection,
    make_job: MakeJob,
    kata: Kata,
    result: Result,
    source: str,
    *,
    seconds: float,
    num_parallel: int,
) -> Search:
    """Searches for the line of a mistake.

    Args:
        service: where grades are made.
        make_job: makes the job of a request.
        kata: what is graded against.
        result: what came of the submission, with all details.
        source: the submission; it is Python.
        seconds: how long the search may take.
        num_parallel: grades at a time.
    """
    return _Search(service, make_job, kata, result, source, num_parallel).run(seconds)


class _Trial:
    """A change on its way through its grades: a short one first, then all tests, then all tests with other inputs."""

    def __init__(self, change: Change, stages: list[GradeRequest]) -> None:
        self.change = change
        self.stages = stages
        self.tasks: set[int] = set()
        """What it repairs, as far as is known."""
        self.pending: PendingGrade | None = None
        self.start = time.monotonic()


class _Search:
    def __init__(
        self, service: Connection, make_job: MakeJob, kata: Kata, result: Result, source: str, num_parallel: int
    ) -> None:
        self.service = service
        self.make_job = make_job
        self.num_parallel = num_parallel
        self.source = source.encode()
        self.result = result
        self.passed = {test.name for test in result.tests if test.status == "pass"}
        self.of_task: dict[int, set[str]] = {}
        for test in result.tests:
            if test.status != "skip":
                self.of_task.setdefault(test.task, set()).add(test.name)
        self.failed = find_failed(result)
        self.put_off = [test.name for test in result.tests if test.name not in _quick_failures(result, self.failed)]
        self.patience = max(_LEAST_PATIENCE_SECONDS, _PATIENCE_FACTOR * result.seconds)
        self.changes = _order(make_changes(source), self.failed, kata, result, source)
        self.num_tried = 0
        self.repairs: list[tuple[Change, set[int]]] = []

    def run(self, seconds: float) -> Search:
        start = time.monotonic()
        deadline = start + seconds
        waiting = iter(self.changes)
        trials: list[_Trial] = []
        try:
            while time.monotonic() < deadline and not self._is_decided():
                while len(trials) < self.num_parallel and (trial := self._begin_next(waiting)):
                    trials.append(trial)
                if not trials:
                    break
                left = min(deadline, *(trial.start + self.patience for trial in trials)) - time.monotonic()
                under_way = [trial.pending for trial in trials if trial.pending]
                wait_for_any(under_way, seconds=max(0.0, left))
                trials = [trial for trial in trials if self._goes_on(trial)]
        finally:
            for trial in trials:
                self._cancel(trial)
        suspects = [Suspect(change.line, change.kind, sorted(tasks)) for change, tasks in self._distinct()[:2]]
        return Search(
            suspects=suspects,
            num_tried=self.num_tried,
            num_changes=len(self.changes),
            seconds=time.monotonic() - start,
        )

    def _distinct(self) -> list[tuple[Change, set[int]]]:
        """Lists the nearest repair of each statement, without what another one repairs together with more."""
        best: dict[int, tuple[Change, set[int]]] = {}
        for change, tasks in sorted(self.repairs, key=lambda repair: self.changes.index(repair[0])):
            if not any(tasks < others for _, others in self.repairs):
                best.setdefault(change.statement, (change, tasks))
        return list(best.values())

    def _is_decided(self) -> bool:
        return len(self._distinct()) > 1

    def _begin_next(self, waiting: Iterator[Change]) -> _Trial | None:
        """Begins to grade the next change that is worth it, if there is one."""
        for change in waiting:
            if self.repairs:
                first = self._distinct()[0][0]
                if change.statement == first.statement or change.cost > first.cost:
                    continue  # Another line counts if what it takes there is no more.
            changed = change.apply(self.source)
            try:
                ast.parse(changed)
            except (SyntaxError, ValueError):
                self.num_tried += 1
                continue
            trial = _Trial(change, self._stages(changed))
            self._advance(trial)
            return trial
        return None

    def _stages(self, source: bytes) -> list[GradeRequest]:
        """Returns the grades of a change, last first; the first puts off all but the quickest failed test of each task."""
        request = GradeRequest(source=source, with_pictures=False, diagnosis_seconds=0.0, feedback="full")
        again = msgspec.structs.replace(request, seed=self.result.seed + _OTHER_SEED)
        first = msgspec.structs.replace(request, seed=self.result.seed)
        return [again, first, msgspec.structs.replace(first, deferred=self.put_off)]

    def _advance(self, trial: _Trial) -> None:
        trial.start = time.monotonic()
        trial.pending = PendingGrade(self.service, self.make_job(trial.stages.pop()), is_urgent=False)

    def _goes_on(self, trial: _Trial) -> bool:
        """Takes a grade that has arrived; says whether the change goes on to its next one, or is still being graded."""
        try:
            finished = trial.pending.poll() if trial.pending else None
        except GraderError:
            self.num_tried += 1
            return False
        if finished is None:
            if time.monotonic() < trial.start + self.patience:
                return True
            self._cancel(trial)
            self.num_tried += 1
            return False
        trial.tasks = self._repaired(finished[0], is_first=len(trial.stages) == 2)
        if trial.tasks and trial.stages:
            self._advance(trial)
            return True
        self.num_tried += 1
        if trial.tasks:
            self.repairs.append((trial.change, trial.tasks))
        return False

    def _repaired(self, result: Result, *, is_first: bool) -> set[int]:
        """Lists the failed tasks that pass now; none if a test fails that passed before.

        Args:
            result: what came of a change.
            is_first: whether tests were put off, and may have been left out because another task fails.
        """
        status = {test.name: test.status for test in result.tests}
        kept = {"pass", "skip"} if is_first else {"pass"}
        if result.status == "error" or any(status.get(name) not in kept for name in self.passed):
            return set()

        def passes(task: int) -> bool:
            found = [status.get(name, "fail") for name in self.of_task[task]]
            return "pass" in found and all(each in kept for each in found)

        return {task for task in self.failed if passes(task)}

    def _cancel(self, trial: _Trial) -> None:
        if trial.pending:
            trial.pending.cancel()


def _quick_failures(result: Result, failed: set[int]) -> set[str]:
    """Lists the quickest failed test of each task, without those that take far longer than the quickest of all."""
    tests = sorted(
        (test for test in result.tests if test.status == "fail"), key=lambda test: test.seconds, reverse=True
    )
    quickest = {test.task: test for test in tests if test.task in failed}
    limit = max(_QUICK_SECONDS, _QUICK_FACTOR * min(test.seconds for test in quickest.values()))
    return {test.name for test in quickest.values() if test.seconds <= limit}


def _order(changes: list[Change], failed: set[int], kata: Kata, result: Result, source: str) -> list[Change]:
    """Drops the changes of lines that no failed task comes to, and puts first what is near: in code, and to where it raised."""
    tree = ast.parse(source)
    stub = kata.stub.read_text(encoding="utf-8")
    roots = _names_of_tasks(stub, failed)
    reached = _reach(tree, roots)
    proven = _names_of_tasks(stub, {test.task for test in result.tests} - failed) - roots
    raised = {int(line) for test in result.tests for line in _AT_LINE.findall(test.message or "")}
    ranks: dict[int, int] = {}
    for unit in tree.body:
        names = _bound_by(unit)
        if not roots or names & reached:
            rank = 0 if not roots or names & roots else _PROVEN if names & proven else 1
            ranks |= dict.fromkeys(range(unit.lineno, (unit.end_lineno or unit.lineno) + 1), rank)

    def key(change: Change) -> tuple[int, int]:
        distance = min((abs(change.line - line) for line in raised), default=0)
        return change.cost + ranks[change.line] + 2 * (distance > _NEAR), distance

    return sorted((change for change in changes if change.line in ranks), key=key)


def _names_of_tasks(stub: str, tasks: set[int]) -> set[str]:
    """Lists what a stub asks for in some tasks; a task without a function of its own looks at those of others."""
    found: dict[int, set[str]] = {}
    for unit in ast.parse(stub).body:
        for number in _TODO.findall(ast.unparse(unit)):
            found.setdefault(int(number), set()).update(_bound_by(unit))
    return set().union(*(found.get(task, set()) for task in tasks))


def _reach(tree: ast.Module, roots: set[str]) -> set[str]:
    """Lists the names at the top of a module that some of them come to."""
    units = [
        (_bound_by(unit), {node.id for node in ast.walk(unit) if isinstance(node, ast.Name)}) for unit in tree.body
    ]
    reached, size = set(roots), -1
    while len(reached) > size:
        size = len(reached)
        for bound, used in units:
            if bound & reached:
                reached |= used
    return reached


def _bound_by(unit: ast.stmt) -> set[str]:
    """Lists the names that a statement at the top of a module binds."""
    if isinstance(unit, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {unit.name}
    if isinstance(unit, ast.Import | ast.ImportFrom):
        return set()
    return {node.id for node in ast.walk(unit) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
