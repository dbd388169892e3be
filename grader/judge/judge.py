"""The judge: collects the hidden tests of one kata once, and forks itself for each submission to run them.

A judge is trusted. It holds tests, reference, seeds and clocks, and sees of a submission only the plain values that come
over the wire. It is forked by the service, collects, and then waits; each grade runs in a fork of the state after
collection, so that neither pytest's start nor what a test leaves behind is paid for or seen by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
import pytest

from grader import memory
from grader.content import fingerprint
from grader.content.calibration import read_calibration
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.errors import EngineError
from grader.errors import GraderError
from grader.errors import PackError
from grader.judge.context import KataContext
from grader.judge.description import describe
from grader.judge.grade import Grade
from grader.judge.libraries import Zygotes
from grader.judge.pictures import preload as preload_pictures
from grader.judge.pytest_plugin import HiddenTestPlugin
from grader.judge.verdict import finish_diagnosis
from grader.judge.verdict import give_verdict
from grader.judge.verdict import prepare_diagnoses
from grader.protocol import channel
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import Introduction
from grader.protocol.channel import JudgeRequest
from grader.protocol.limits import FIRST_START_SECONDS
from grader.protocol.limits import START_SECONDS

_UNUSED_PLUGINS: Final = (
    *(
        "cacheprovider",
        "terminal",
        "junitxml",
        "doctest",
        "pastebin",
        "faulthandler",
        "logging",
        "debugging",
        "unittest",
    ),
    *("warnings", "threadexception", "unraisableexception", "setuponly", "setupplan", "legacypath"),
)
"""Parts of pytest that hidden tests have no use for; some take part in every test, and that takes time."""

_PYTEST_OPTIONS: Final = [
    *("--noconftest", "--strict-markers", "--capture=no", "--import-mode=importlib"),
    *(word for name in _UNUSED_PLUGINS for word in ("-p", f"no:{name}")),
]


class Judge(HiddenTestPlugin):
    """The state after collection: one kata and its hidden tests."""

    def __init__(self, kata: Kata, zygotes: Zygotes, requests: socket.socket) -> None:
        super().__init__()
        self.requests = requests
        self.context = KataContext(
            kata=kata,
            digest=fingerprint.of_graded(kata),
            zygotes=zygotes,
            reference_source=kata.reference.read_bytes(),
            baseline_source=kata.baseline.read_bytes(),
            support_source=kata.support.read_bytes() if kata.support.exists() else None,
            data={file.name: file.read_bytes() for file in kata.data_files()},
            calibration=read_calibration(kata),
            start_seconds=FIRST_START_SECONDS,
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Takes the place of pytest's loop: every request is graded by a fork of this process."""
        problem = "\n".join(self.collection_errors)[-2000:] or self._find_problem(session.items)
        if any("pictures" in getattr(item, "fixturenames", ()) for item in session.items):
            preload_pictures()
        for item in session.items:
            _ = item.location  # Computed once here, and not in every grade.
        memory.settle()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self.requests, channel.MAX_REQUEST_BYTES, 2)
            if not packet:
                return True
            with socket.socket(fileno=descriptors[0]) as client, socket.socket(fileno=descriptors[1]) as ticket:
                if os.fork() == 0:
                    try:
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        introduction = msgspec.msgpack.decode(packet, type=Introduction)
                        self.context.has_libraries = introduction.zygotes_are_ready
                        if introduction.zygotes_are_ready:
                            self.context.start_seconds = START_SECONDS
                        self._answer(client, ticket, session.items, problem)
                    finally:
                        os._exit(0)

    def _find_problem(self, items: list[pytest.Item]) -> str | None:
        """Checks what every hidden test must have."""
        file, parts = self.context.kata.hidden_tests, self.context.kata.spec.tasks
        descriptions, tasks = describe(items), Counter[int]()
        for item in items:
            mark = item.get_closest_marker("task")
            number = mark.args[0] if mark and mark.args else None
            if not isinstance(number, int) or not 1 <= number <= len(parts):
                return (
                    f"{file}: expected @pytest.mark.task(n) with n from 1 to {len(parts)} on {item.name}, "
                    f"found {number!r}; mark the test with its task."
                )
            if not descriptions[item.name]:
                return (
                    f"{file}: expected a docstring on {item.name}, found none; it is the line that the learner reads."
                )
            tasks[number] += 1
        for number, task in enumerate(parts, 1):
            if not tasks[number]:
                return f"{file}: task {number} ({task.title}) has no test; add one, or remove the task from kata.toml."
        return None

    def _answer(
        self, client: socket.socket, ticket: socket.socket, items: list[pytest.Item], problem: str | None
    ) -> None:
        answer: channel.Response
        grade: Grade | None = None
        try:
            if problem:
                raise PackError(problem)
            request = channel.receive(client, GradeRequest)
            if request is None:
                return
            grade = Grade(self.context, self, items, request)
            if request.prepares_only:
                if _may_diagnose(ticket):
                    prepare_diagnoses(grade)
                return
            _end_with(client)
            answer = give_verdict(grade)
        except GraderError as error:
            answer = channel.GradeFailure(type(error).__name__, str(error))
        except Exception as error:
            answer = channel.GradeFailure("EngineError", f"The judge failed ({type(error).__name__}: {error}).")
        with contextlib.suppress(OSError):
            fcntl.fcntl(client, fcntl.F_SETFL, 0)
            channel.send(client, answer)
        client.close()
        if grade and grade.wants_diagnosis and _may_diagnose(ticket):
            finish_diagnosis(grade)


def _end_with(client: socket.socket) -> None:
    """Lets the kernel end this process when the client goes away: it has nothing more to say, so any event is its end."""
    fcntl.fcntl(client, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(client, fcntl.F_SETFL, os.O_ASYNC)


def _may_diagnose(ticket: socket.socket) -> bool:
    """Waits until nobody else needs the processor; False if the service would rather not."""
    try:
        ticket.send(channel.WANTS_DIAGNOSIS)
        return ticket.recv(1) == channel.PROCEED
    except OSError:
        return False


def main(request: JudgeRequest, zygotes: Zygotes, requests: socket.socket) -> None:
    """Runs a judge in the calling process until `requests` is closed.

    Args:
        request: names the kata.
        zygotes: who forks its workers.
        requests: delivers the clients' sockets.
    """
    try:
        kata = load_kata(Path(request.folder), Path(request.reference_folder), request.pack)
        judge = Judge(kata, zygotes, requests)
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
        _refuse_all(requests, channel.GradeFailure(type(error).__name__, str(error)))
    except Exception as error:
        _refuse_all(requests, channel.GradeFailure(EngineError.__name__, f"The judge failed to start: {error}"))
    sys.stdout.flush()


def _refuse_all(requests: socket.socket, failure: channel.GradeFailure) -> None:
    while True:
        packet, descriptors, _, _ = socket.recv_fds(requests, channel.MAX_REQUEST_BYTES, 2)
        if not packet:
            return
        with socket.socket(fileno=descriptors[0]) as client, contextlib.suppress(OSError):
            channel.send(client, failure)
        os.close(descriptors[1])
