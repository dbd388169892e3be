"""One submission's way through the hidden tests of a kata, from its first load to the verdict."""

from __future__ import annotations

import functools
import time
import traceback
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import msgspec
import pytest

from grader.content.solution import Solution
from grader.diagnosis.replay import ReplayTimeout
from grader.diagnosis.trace import UNWRITTEN
from grader.diagnosis.trace import Trace
from grader.diagnosis.trace import Traces
from grader.errors import GraderError
from grader.errors import SubmissionError
from grader.errors import SubmissionRaised
from grader.errors import SubmissionStopped
from grader.errors import UsageError
from grader.errors import was_perhaps_killed
from grader.harmless import harmless
from grader.judge.code import Code
from grader.judge.code import CodeProxy
from grader.judge.context import KataContext
from grader.judge.deadline import OwnTimeDeadline
from grader.judge.description import describe
from grader.judge.feedback import explain
from grader.judge.pictures import Pictures
from grader.judge.process import WorkerProcess
from grader.judge.proxy import Call
from grader.judge.proxy import without_objects
from grader.judge.thresholds import Thresholds
from grader.protocol import wire
from grader.protocol.channel import EXAMPLES
from grader.protocol.channel import GradeRequest
from grader.protocol.messages import SUBMISSION
from grader.result import NOT_RUN
from grader.result import Result
from grader.result import TestResult
from grader.testing import Mismatch

if TYPE_CHECKING:
    from grader.judge.pytest_plugin import HiddenTestPlugin

MAX_LOST_WORKERS: Final = 2
"""After this many dead workers, the other tests of a task are not run: each may cost the whole time of a call."""

_MAX_OUTPUT: Final = 500
_MAX_MESSAGE: Final = 10_000
"""Characters; a value that a submission returns may be nested so that it takes millions to write down."""


class Grade:
    """One submission's way through the hidden tests."""

    def __init__(
        self, context: KataContext, plugin: HiddenTestPlugin, items: Iterable[pytest.Item], request: GradeRequest
    ) -> None:
        self.context = context
        self.plugin = plugin
        self.items = {item.name: item for item in items}
        self.request = request
        self.kata = context.kata
        self.submission = self._remote(request.source)
        self.reference = self._remote(context.reference_source, is_trusted=True)
        self.baseline = self._remote(context.baseline_source, is_trusted=True)
        """What speed is measured against: as a rule the reference once more."""
        self.subject = self.submission
        """Whose functions the tests call: the submission, or the reference when it stands in for it."""
        self.thresholds = Thresholds(self.kata.spec.thresholds, str(self.kata.folder / "kata.toml"))
        self.pictures = Pictures()
        self.traces: Traces = {}
        """What the submission did in each test."""
        self.wants_diagnosis = False
        """Whether there was no time to find the misconception."""
        self.num_lost = Counter[int]()
        """How many workers each task has lost."""
        self.raised: BaseException | None = None
        """What ended the test that runs; the pytest plugin notes it."""

    @property
    def tasks(self) -> dict[str, int]:
        """The task of each test."""
        return {name: task_of(item) for name, item in self.items.items()}

    @functools.cached_property
    def descriptions(self) -> dict[str, str]:
        """The line that a learner reads about each test; a replay needs none."""
        return describe(self.items.values())

    def is_timed(self, test: str) -> bool:
        """Says whether a test compares the speed of the submission with that of the reference."""
        return "speed" in getattr(self.items[test], "fixturenames", ())

    def run(self) -> Result:
        """Runs all tests and returns what they found."""
        start, cpu_start = time.monotonic(), time.process_time()
        try:
            tests = self._run_tests()
            examples = [] if self.request.examples is None else [self._run_examples(self.request.examples)]
        finally:
            layers = self.submission.layers()
            self.close()
        result = Result(
            kata=self.kata.name,
            status=_overall(tests),
            score=round(sum(test.points for test in tests), 6),
            max_score=round(sum(test.max_points for test in tests), 6),
            tests=[*tests, *examples],
            thresholds=self.thresholds.results,
            seed=self.request.seed,
            device="gpu" if self.request.device == "gpu" else "cpu",
            seconds=round(time.monotonic() - start, 4),
            sandbox=layers,
        )
        if self.request.solution:
            workers = sum(code.cpu_seconds() for code in (self.submission, self.reference, self.baseline))
            result.cpu_seconds = round(time.process_time() - cpu_start + workers, 4)
        return result

    def start_beside(self, solution: Solution) -> Grade:
        """Returns the grade of a solution of the kata itself, with the same seed and tests.

        Raises:
            ReplayTimeout: it would have to wait until the libraries are imported.
        """
        request = msgspec.structs.replace(self.request, source=solution.source)
        grade = Grade(self.context, self.plugin, self.items.values(), request)
        if grade.submission.needs_libraries and not self.context.has_libraries:
            raise ReplayTimeout
        return grade

    def trace(self, test: str) -> Trace:
        """Runs one test; returns what the submission did in it."""
        return self._trace(self.items[test])[0]

    def _trace(self, item: pytest.Item) -> tuple[Trace, BaseException | None]:
        """Runs one test; returns what the submission did in it, and what ended it early."""
        num_thresholds = len(self.thresholds.results)
        error = self._try_twice(lambda: self._execute(item))
        if isinstance(error, GraderError):
            raise error
        trace = Trace(
            status=_status_after(error),
            check=_lines_in(str(self.kata.hidden_tests), error),
            tag=error.tag if isinstance(error, Mismatch) else None,
            compared=without_objects(error.compared) if isinstance(error, Mismatch) else None,
            answers=self.submission.answers,
            is_timed=self.is_timed(item.name),
            measured={result.name: result.value for result in self.thresholds.results[num_thresholds:]},
        )
        return trace, error

    def close(self) -> None:
        """Ends the workers."""
        for code in (self.submission, self.reference, self.baseline):
            code.close()

    def _remote(self, source: bytes, *, is_trusted: bool = False) -> CodeProxy:
        kata, spec = self.kata, self.kata.spec
        context = self.context
        code = Code(kata.name, source, kata.support, context.support_source, context.data, tuple(spec.forbidden))
        return CodeProxy(code, spec.limits, self._start_worker, is_trusted=is_trusted)

    def _start_worker(self, needs_libraries: bool) -> WorkerProcess:
        zygotes, on_gpu = self.context.zygotes, self.request.device == "gpu"
        control = zygotes.full if needs_libraries or on_gpu else zygotes.light
        worker = WorkerProcess(control, self.kata.spec.limits, self.context.start_seconds)
        if on_gpu:
            deadline = OwnTimeDeadline(self.context.start_seconds, worker.usage)
            if not worker.request(wire.Message("count_gpus", 0), deadline=deadline):
                worker.kill()
                raise UsageError(
                    "--device gpu: expected a GPU that TensorFlow can use, found none; use --device cpu, "
                    "or install the libraries with: pip install 'kata-grader[gpu]'"
                )
        return worker

    def _run_tests(self) -> list[TestResult]:
        points = self._points()
        self.submission.begin_test(self.request.seed)
        error = self._try_twice(self._load)
        if isinstance(error, SubmissionError) and not self._is_ours(error, None):
            return [self._load_failure(error)]
        self.submission.seconds_left = self.kata.spec.limits.wall_seconds
        results: dict[str, TestResult] = {}
        for name in sorted(self.items, key=lambda name: name in self.request.deferred):
            is_caught = any(result.status == "fail" for result in results.values())
            if is_caught and name in self.request.deferred:
                results[name] = _skipped(self.items[name], self.descriptions[name])
            else:
                results[name] = self._run_test(self.items[name], points[name])
        return [results[name] for name in self.items]

    def _points(self) -> dict[str, float]:
        """Shares the points of each task among its tests, in equal parts."""
        counts = Counter(self.tasks.values())
        return {name: self.kata.spec.tasks[task - 1].points / counts[task] for name, task in self.tasks.items()}

    def _load_failure(self, error: SubmissionError) -> TestResult:
        return TestResult(
            name="load",
            task=0,
            description="Loads your file.",
            status="fail",
            points=0.0,
            max_points=sum(task.points for task in self.kata.spec.tasks),
            message=self._explain(error, []),
            output=harmless(self.submission.output())[-_MAX_OUTPUT:],
        )

    def _run_test(self, item: pytest.Item, max_points: float) -> TestResult:
        result = TestResult(
            name=item.name,
            task=task_of(item),
            description=self.descriptions[item.name],
            status="pass",
            points=0.0,
            max_points=max_points,
        )
        reason = self._why_not_run(result.task)
        if reason:
            result.status = "fail"
            result.message = f"{NOT_RUN}, because {reason}.\nNext step: Fix the failures above."
            self.traces[item.name] = Trace("not run")
            return result
        start = time.monotonic()
        self.traces[item.name], error = self._trace(item)
        result.seconds = round(time.monotonic() - start, 4)
        result.output = harmless(self.submission.output()[: 2 * _MAX_OUTPUT])[:_MAX_OUTPUT]
        if error is None:
            result.points = max_points
        elif isinstance(error, pytest.skip.Exception):
            result.status, result.max_points, result.message = "skip", 0.0, str(error)
        else:
            if isinstance(error, SubmissionStopped):
                self.num_lost[result.task] += 1
            message = self._explain(error, self.submission.calls)
            problem = self._is_ours(error, item)
            result.status = "error" if problem else "fail"
            result.message = problem or message
        return result

    def _explain(self, error: BaseException, calls: list[Call]) -> str:
        """Turns what ended a test into a message that can be shown anywhere, with the next step at its end."""
        text = explain(error, calls, self.request.source, self.kata.stub.name)
        if len(text) > _MAX_MESSAGE:
            text = f"{text[: _MAX_MESSAGE // 2]} ... {text[-_MAX_MESSAGE // 2 :]}"
        return harmless(text)

    def _why_not_run(self, task: int) -> str | None:
        if self.submission.seconds_left <= 0:
            return f"your code has used up the {self.kata.spec.limits.wall_seconds:g} s of its own time that all tests may take"
        if self.num_lost[task] >= MAX_LOST_WORKERS:
            return "earlier tests of this task stopped your code"
        return None

    def _run_examples(self, statement: str) -> TestResult:
        """Runs the examples of a statement with the submission."""
        result = TestResult(
            name=EXAMPLES, task=0, description="Runs the examples.", status="pass", points=0.0, max_points=0.0
        )
        self.submission.begin_test(self.request.seed)
        try:
            problem = self.submission.ask("run_examples", SUBMISSION, value=statement)
        except SubmissionError as error:
            problem = str(error)
        if problem:
            result.status, result.message = "fail", harmless(str(problem))
        return result

    def _try_twice(self, attempt: Callable[[], BaseException | None]) -> BaseException | None:
        """Makes an attempt, and a second one, as if the first had not been, where another process may have killed a worker.

        This is the one place where a judge tries anything again.
        """
        num_thresholds, num_pictures = len(self.thresholds.results), len(self.pictures.taken)
        error = attempt()
        if error is not None and was_perhaps_killed(error):
            del self.thresholds.results[num_thresholds:]
            del self.pictures.taken[num_pictures:]
            error = attempt()
        return error

    def _load(self) -> SubmissionError | None:
        """Has the current subject loaded."""
        try:
            self.subject.worker()
        except SubmissionError as error:
            return error
        return None

    def _execute(self, item: pytest.Item) -> BaseException | None:
        """Runs one test with the current subject and returns what ended it, if anything did."""
        self.raised = None
        self.plugin.grade = self
        self.subject.begin_test(self.request.seed)
        item._initrequest()  # type: ignore[attr-defined]  # As rerun plugins do: fixtures are made once otherwise.
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return self.raised

    def _is_ours(self, error: BaseException, item: pytest.Item | None) -> str | None:
        """Where the submission need not be to blame, lets the reference take its place and says what is wrong if it fails too.

        Returns:
            None if it is the submission's failure, else a sentence for the instructor.
        """
        is_conclusive = isinstance(error, AssertionError | SubmissionRaised)
        if is_conclusive or (isinstance(error, SubmissionStopped) and not error.is_doubtful):
            return None
        again = self._run_canary(item)
        if again is None:
            return None
        if isinstance(again, GraderError):
            raise again
        where = f"{self.kata.hidden_tests}::{item.name}" if item else str(self.kata.reference)
        return (
            f"{where}: the reference fails here, too ({type(again).__name__}: {again}), "
            f"so this is not the submission's fault. Tell the author of the kata, or run it again on a quieter machine."
        )

    def _run_canary(self, item: pytest.Item | None) -> BaseException | None:
        """Runs a test, or only the loading, with a fresh reference as the subject."""
        recorded, taken = list(self.thresholds.results), list(self.pictures.taken)
        self.subject = self._remote(self.context.reference_source)
        self.subject.seconds_left = self.kata.spec.limits.wall_seconds
        self.subject.begin_test(self.request.seed)
        try:
            return self._try_twice(self._load if item is None else lambda: self._execute(item))
        except SubmissionError as error:
            return error
        finally:
            self.subject.close()
            self.subject = self.submission
            self.thresholds.results, self.pictures.taken = recorded, taken


def _status_after(error: BaseException | None) -> str:
    """Returns how a test has ended, as a trace says it."""
    if error is None:
        return "pass"
    if isinstance(error, pytest.skip.Exception):
        return "skip"
    return UNWRITTEN if isinstance(error, SubmissionRaised) and error.is_not_started else "fail"


def _lines_in(file: str, error: BaseException | None) -> list[int]:
    """Lists the lines of a file that an exception has passed, outermost first."""
    frames = traceback.walk_tb(error.__traceback__ if error else None)
    return [line for frame, line in frames if frame.f_code.co_filename == file]


def _skipped(item: pytest.Item, description: str) -> TestResult:
    return TestResult(
        name=item.name,
        task=task_of(item),
        description=description,
        status="skip",
        points=0.0,
        max_points=0.0,
        message=f"{NOT_RUN}, because a shorter test has failed already.",
    )


def _overall(tests: list[TestResult]) -> Any:
    statuses = {test.status for test in tests}
    return "error" if "error" in statuses else "fail" if "fail" in statuses else "pass"


def task_of(item: pytest.Item) -> int:
    """Returns the number of the task that a test belongs to, or 0."""
    mark = item.get_closest_marker("task")
    return int(mark.args[0]) if mark else 0
