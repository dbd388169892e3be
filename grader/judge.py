"""The judge: collects the hidden tests of one kata once, and forks itself for each submission to run them.

A judge is trusted. It holds tests, reference, seeds and clocks, and sees of a submission only the plain values that come
over the wire. It is forked by the service, collects, and then waits; each grade runs in a fork of the state after
collection, so that neither pytest's start nor what a test leaves behind is paid for or seen by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from typing import Final

import msgspec
import pytest

from grader import channel
from grader import wire
from grader.channel import GradeRequest
from grader.channel import Introduction
from grader.channel import JudgeRequest
from grader.errors import EngineError
from grader.errors import GraderError
from grader.errors import PackError
from grader.errors import SubmissionError
from grader.errors import SubmissionRaised
from grader.errors import SubmissionStopped
from grader.errors import UsageError
from grader.feedback import explain
from grader.kata import Kata
from grader.kata import load_kata
from grader.pictures import Pictures
from grader.pictures import preload as preload_pictures
from grader.process import FIRST_START_SECONDS
from grader.process import START_SECONDS
from grader.process import WorkerProcess
from grader.pytest_plugin import HiddenTestPlugin
from grader.remote import Code
from grader.remote import RemoteCode
from grader.result import Result
from grader.result import TestResult
from grader.thresholds import Thresholds

MAX_LOST_WORKERS: Final = 2
"""After so many dead workers the remaining tests are not run: each may cost the whole time of a call."""

_MAX_OUTPUT: Final = 500
_PYTEST_OPTIONS: Final = [
    "--noconftest",
    "--strict-markers",
    "--capture=no",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:terminal",
    "-p",
    "no:junitxml",
    "-p",
    "no:doctest",
    "-p",
    "no:pastebin",
    "-p",
    "no:faulthandler",
    "-p",
    "no:logging",
]


class Judge(HiddenTestPlugin):
    """The state after collection: one kata and its hidden tests."""

    def __init__(self, kata: Kata, zygote: socket.socket, requests: socket.socket) -> None:
        super().__init__()
        self.kata = kata
        self.zygote = zygote
        self.requests = requests
        self.start_seconds = FIRST_START_SECONDS
        self.reference_source = kata.reference.read_bytes()
        self.support_source = kata.support.read_bytes() if kata.support.exists() else None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Takes the place of pytest's loop: every request is graded by a fork of this process."""
        problem = "\n".join(self.collection_errors)[-2000:] or self._find_problem(session.items)
        if any("pictures" in getattr(item, "fixturenames", ()) for item in session.items):
            preload_pictures()
        gc.collect()
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self.requests, channel.MAX_REQUEST_BYTES, 1)
            if not packet:
                return True
            with socket.socket(fileno=descriptors[0]) as client:
                if os.fork() == 0:
                    try:
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        introduction = msgspec.msgpack.decode(packet, type=Introduction)
                        self.start_seconds = START_SECONDS if introduction.zygote_is_ready else FIRST_START_SECONDS
                        self._answer(client, session.items, problem)
                    finally:
                        os._exit(0)

    def _find_problem(self, items: list[pytest.Item]) -> str | None:
        """Checks what every hidden test must have."""
        file = self.kata.hidden_tests
        tasks = Counter[int]()
        for item in items:
            mark = item.get_closest_marker("task")
            number = mark.args[0] if mark and mark.args else None
            if not isinstance(number, int) or not 1 <= number <= len(self.kata.spec.tasks):
                return (
                    f"{file}: expected @pytest.mark.task(n) with n from 1 to {len(self.kata.spec.tasks)} on {item.name}, "
                    f"found {number!r}; mark the test with its task."
                )
            if not _description(item):
                return (
                    f"{file}: expected a docstring on {item.name}, found none; it is the line that the learner reads."
                )
            tasks[number] += 1
        for number, task in enumerate(self.kata.spec.tasks, 1):
            if not tasks[number]:
                return f"{file}: task {number} ({task.title}) has no test; add one, or remove the task from kata.toml."
        return None

    def _answer(self, client: socket.socket, items: list[pytest.Item], problem: str | None) -> None:
        answer: channel.Answer
        try:
            if problem:
                raise PackError(problem)
            request = channel.receive(client, GradeRequest)
            if request is None:
                return
            _end_with(client)
            self.grade = Grade(self, request)
            answer = self.grade.run(items)
        except GraderError as error:
            answer = channel.Failure(type(error).__name__, str(error))
        except Exception as error:
            answer = channel.Failure("EngineError", f"The judge failed ({type(error).__name__}: {error}).")
        with contextlib.suppress(OSError):
            fcntl.fcntl(client, fcntl.F_SETFL, 0)
            channel.send(client, answer)


class Grade:
    """One submission's way through the hidden tests."""

    def __init__(self, judge: Judge, request: GradeRequest) -> None:
        self.judge = judge
        self.request = request
        self.kata = judge.kata
        self.submission = self._remote(request.source)
        self.reference = self._remote(judge.reference_source, is_trusted=True)
        self.subject = self.submission
        """Whose functions the tests call: the submission, or the reference when it stands in for it."""
        self.thresholds = Thresholds(self.kata.spec.thresholds, str(self.kata.folder / "kata.toml"))
        self.pictures = Pictures()
        self.num_lost = 0

    def run(self, items: list[pytest.Item]) -> channel.Verdict:
        """Runs all tests and returns the verdict with its pictures."""
        start = time.monotonic()
        try:
            tests = self._run_tests(items)
            pictures = []
            if self.request.with_pictures:
                pictures = [channel.DrawnPicture(picture.name, picture.png()) for picture in self.pictures.taken]
        finally:
            layers = self.submission.layers()
            self.submission.close()
            self.reference.close()
        result = Result(
            kata=self.kata.name,
            status=_overall(tests),
            score=round(sum(test.points for test in tests), 6),
            max_score=round(sum(test.max_points for test in tests), 6),
            tests=tests,
            thresholds=self.thresholds.results,
            seed=self.request.seed,
            device="gpu" if self.request.device == "gpu" else "cpu",
            seconds=round(time.monotonic() - start, 4),
            sandbox=layers,
        )
        return channel.Verdict(msgspec.json.encode(result), pictures)

    def _remote(self, source: bytes, *, is_trusted: bool = False) -> RemoteCode:
        kata, spec = self.kata, self.kata.spec
        code = Code(kata.name, source, kata.support, self.judge.support_source, tuple(spec.forbidden))
        return RemoteCode(code, spec.limits, self._start_worker, is_trusted=is_trusted)

    def _start_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self.judge.zygote, self.kata.spec.limits, self.judge.start_seconds)
        if self.request.device == "gpu":
            deadline = time.monotonic() + self.judge.start_seconds
            if not worker.request(wire.Message("count_gpus", 0), deadline=deadline):
                worker.kill()
                raise UsageError(
                    "--device gpu: expected a GPU that TensorFlow can use, found none; use --device cpu, "
                    "or install the libraries with: pip install 'kata-grader[gpu]'"
                )
        return worker

    def _run_tests(self, items: list[pytest.Item]) -> list[TestResult]:
        points = self._points(items)
        self.submission.begin_test(self.request.seed)
        try:
            self.submission.worker()
        except SubmissionError as error:
            if not self._is_ours(error, None):
                return [self._load_failure(error)]
        self.submission.deadline = time.monotonic() + self.kata.spec.limits.wall_seconds
        return [self._run_test(item, points[item.nodeid]) for item in items]

    def _points(self, items: list[pytest.Item]) -> dict[str, float]:
        """Shares the points of each task among its tests, in equal parts."""
        tasks = {item.nodeid: _task(item) for item in items}
        counts = Counter(tasks.values())
        return {nodeid: self.kata.spec.tasks[task - 1].points / counts[task] for nodeid, task in tasks.items()}

    def _load_failure(self, error: SubmissionError) -> TestResult:
        return TestResult(
            name="load",
            task=0,
            description="Loads your file.",
            status="fail",
            points=0.0,
            max_points=sum(task.points for task in self.kata.spec.tasks),
            message=explain(error, [], self.request.source, self.kata.stub.name),
            output=self.submission.output()[-_MAX_OUTPUT:],
        )

    def _run_test(self, item: pytest.Item, max_points: float) -> TestResult:
        result = TestResult(
            name=item.name,
            task=_task(item),
            description=_description(item),
            status="pass",
            points=0.0,
            max_points=max_points,
        )
        if self.num_lost >= MAX_LOST_WORKERS or time.monotonic() >= self.submission.deadline:
            result.status = "fail"
            result.message = (
                "Not run, because earlier tests stopped your code or used up the time.\nNext step: Mend those."
            )
            return result
        start = time.monotonic()
        error = self._execute(item)
        result.seconds = round(time.monotonic() - start, 4)
        result.output = self.submission.output()[:_MAX_OUTPUT]
        if error is None:
            result.points = max_points
        elif isinstance(error, pytest.skip.Exception):
            result.status, result.max_points, result.message = "skip", 0.0, str(error)
        elif isinstance(error, GraderError):
            raise error
        else:
            if isinstance(error, SubmissionStopped):
                self.num_lost += 1
            message = explain(error, self.submission.calls, self.request.source, self.kata.stub.name)
            problem = self._is_ours(error, item)
            result.status = "error" if problem else "fail"
            result.message = problem or message
        return result

    def _execute(self, item: pytest.Item) -> BaseException | None:
        """Runs one test with the current subject and returns what ended it, if anything did."""
        self.judge.raised = None
        self.subject.begin_test(self.request.seed)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return self.judge.raised.value if self.judge.raised is not None else None

    def _is_ours(self, error: BaseException, item: pytest.Item | None) -> str | None:
        """Where the submission need not be to blame, lets the reference take its place and says what is wrong if it fails too.

        Returns:
            None if it is the submission's failure, else a sentence for the instructor.
        """
        is_certain = isinstance(error, AssertionError | SubmissionRaised)
        if is_certain or (isinstance(error, SubmissionStopped) and not error.is_doubtful):
            return None
        again = self._stand_in(item)
        if again is None:
            return None
        where = f"{self.kata.hidden_tests}::{item.name}" if item else str(self.kata.reference)
        return (
            f"{where}: the reference fails here, too ({type(again).__name__}: {again}), "
            f"so this is not the submission's fault. Tell the author of the kata, or run it again on a quieter machine."
        )

    def _stand_in(self, item: pytest.Item | None) -> BaseException | None:
        """Runs a test, or only the loading, with a fresh reference as the subject."""
        recorded, taken = list(self.thresholds.results), list(self.pictures.taken)
        self.subject = self._remote(self.judge.reference_source)
        try:
            if item is None:
                self.subject.begin_test(self.request.seed)
                self.subject.worker()
                return None
            item._initrequest()  # type: ignore[attr-defined]  # As rerun plugins do: fixtures are made once otherwise.
            return self._execute(item)
        except SubmissionError as error:
            return error
        finally:
            self.subject.close()
            self.subject = self.submission
            self.thresholds.results, self.pictures.taken = recorded, taken


def _end_with(client: socket.socket) -> None:
    """Lets the kernel end this process when the client goes away: it has nothing more to say, so any event is its end."""
    fcntl.fcntl(client, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(client, fcntl.F_SETFL, os.O_ASYNC)


def _overall(tests: list[TestResult]) -> Any:
    statuses = {test.status for test in tests}
    return "error" if "error" in statuses else "fail" if "fail" in statuses else "pass"


def _task(item: pytest.Item) -> int:
    mark = item.get_closest_marker("task")
    return int(mark.args[0]) if mark else 0


def _description(item: pytest.Item) -> str:
    docstring = getattr(getattr(item, "function", None), "__doc__", None) or ""
    description = " ".join(docstring.split())
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    for name, value in parameters.items():
        description = description.replace(f"`{name}`", f"{value}")
    return description


def main(request: JudgeRequest, zygote: socket.socket, requests: socket.socket) -> None:
    """Runs a judge in the calling process until `requests` is closed.

    Args:
        request: names the kata.
        zygote: the control socket of the zygote that forks its workers.
        requests: delivers the clients' sockets.
    """
    try:
        kata = load_kata(Path(request.folder), Path(request.reference_folder), request.pack)
        judge = Judge(kata, zygote, requests)
        arguments = [
            *_PYTEST_OPTIONS,
            "-c",
            os.devnull,
            "--rootdir",
            str(kata.reference_folder),
            str(kata.hidden_tests),
        ]
        pytest.main(arguments, plugins=[judge])
    except GraderError as error:
        _refuse_all(requests, channel.Failure(type(error).__name__, str(error)))
    except Exception as error:
        _refuse_all(requests, channel.Failure(EngineError.__name__, f"The judge failed to start: {error}"))
    sys.stdout.flush()


def _refuse_all(requests: socket.socket, failure: channel.Failure) -> None:
    while True:
        packet, descriptors, _, _ = socket.recv_fds(requests, channel.MAX_REQUEST_BYTES, 1)
        if not packet:
            return
        with socket.socket(fileno=descriptors[0]) as client, contextlib.suppress(OSError):
            channel.send(client, failure)
