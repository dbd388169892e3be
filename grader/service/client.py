"""The client of a service: asks it for grades and turns its answers into results."""

from __future__ import annotations

import contextlib
import glob
import select
import socket
import time
from pathlib import Path
from typing import Final
from typing import Literal

import msgspec

from grader import cache
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.submission import find_problem
from grader.errors import EngineError
from grader.errors import NoAnswerError
from grader.errors import PackError
from grader.errors import UsageError
from grader.protocol import channel
from grader.protocol.channel import DrawnPicture
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import JudgeRequest
from grader.protocol.limits import FIRST_START_SECONDS
from grader.result import Feedback
from grader.result import Result
from grader.result import TestResult
from grader.service.connection import Connection

Device = Literal["auto", "cpu", "gpu"]
_WALLS: Final = 3
"""A grade takes up to so many times what its tests may take: the reference may stand in, and there is the load."""

DIAGNOSIS_SECONDS: Final = 3.0
"""What a learner waits for a diagnosis; where that is not enough, the judge goes on for the next one."""

_GPU_FILES = ("/dev/nvidia[0-9]*", "/dev/dxg")


def resolve_device(device: Device) -> Literal["cpu", "gpu"]:
    """Decides where workers run.

    Raises:
        UsageError: a GPU is asked for and there is none.
    """
    has_gpu = any(glob.glob(pattern) for pattern in _GPU_FILES)
    if device == "gpu" and not has_gpu:
        raise UsageError(
            "--device gpu: expected an NVIDIA GPU, found no device file of one (/dev/nvidia0); "
            "use --device cpu, or check that the driver is installed with nvidia-smi."
        )
    return "gpu" if has_gpu and device != "cpu" else "cpu"


def traces_folder() -> Path:
    """Returns where the traces of the katas' own solutions are kept."""
    return cache.default_folder() / "all_traces"


class GradeJob(msgspec.Struct, frozen=True, kw_only=True):
    """What one grade needs, wherever it is made."""

    kata: Kata
    source: bytes
    """The submission."""
    preload: tuple[str, ...] = ()
    """The modules that the kata's zygote imports."""
    hidden: tuple[str, ...] = ()
    """The folders that no worker may read."""
    seed: int = 0
    """Seeds the inputs of the tests and the workers."""
    device: Literal["cpu", "gpu"] = "cpu"
    with_pictures: bool = True
    diagnosis_seconds: float = DIAGNOSIS_SECONDS
    """How long the diagnosis of a failed submission may take, in seconds."""
    solution: str | None = None
    """The key of the kata's own solution that this is, if it is one."""
    examples: str | None = None
    """A statement whose examples are run after the tests."""
    deferred: tuple[str, ...] = ()
    """Tests that are run last, and only if all others pass."""
    feedback: Feedback | None = None
    """How much a failed test tells; None leaves it to the kata."""


def make_job(
    catalog: Catalog,
    kata: Kata,
    source: bytes,
    *,
    seed: int = 0,
    device: Literal["cpu", "gpu"] = "cpu",
    with_pictures: bool = True,
    diagnosis_seconds: float = DIAGNOSIS_SECONDS,
    solution: str | None = None,
    examples: str | None = None,
    deferred: tuple[str, ...] = (),
    feedback: Feedback | None = None,
) -> GradeJob:
    """Fills in what a catalogue knows about a kata: what its pack preloads, and what no worker may read."""
    return GradeJob(
        kata=kata,
        source=source,
        preload=catalog.pack_of(kata).preload,
        hidden=catalog.hidden_folders(),
        seed=seed,
        device=device,
        with_pictures=with_pictures,
        diagnosis_seconds=diagnosis_seconds,
        solution=solution,
        examples=examples,
        deferred=deferred,
        feedback=feedback,
    )


class PendingGrade:
    """A grade under way: it can be waited for, polled like a file, or cancelled."""

    def __init__(self, service: Connection, task: GradeJob) -> None:
        """Hands a submission to a judge.

        Raises:
            EngineError: the service cannot be reached.
        """
        self.service = service
        self.judge = JudgeRequest(
            folder=str(task.kata.folder),
            reference_folder=str(task.kata.reference_folder),
            pack=task.kata.pack,
            preload=list(task.preload),
            hidden=list(task.hidden),
            gpu=task.device == "gpu",
        )
        self.request = GradeRequest(
            source=task.source,
            seed=task.seed,
            device=task.device,
            with_pictures=task.with_pictures,
            traces_folder=str(traces_folder()),
            solution=task.solution,
            examples=task.examples,
            deferred=list(task.deferred),
            diagnosis_seconds=task.diagnosis_seconds,
            feedback=task.feedback,
        )
        self.start = time.monotonic()
        self.longest = FIRST_START_SECONDS + _WALLS * task.kata.spec.limits.wall_seconds + task.diagnosis_seconds
        self.connection = self._ask()

    def fileno(self) -> int:
        """Returns the descriptor that is readable when the verdict is there."""
        return self.connection.fileno()

    def seconds_left(self) -> float:
        """Returns how long the verdict may still take; after that something of ours hangs."""
        return max(0.0, self.deadline - time.monotonic())

    def wait(self) -> tuple[Result, list[DrawnPicture]]:
        """Waits for the verdict; when the machinery fails it tries once more.

        Returns:
            The result, and the pictures that the tests left.

        Raises:
            PackError: the kata cannot be graded with.
            EngineError: the machinery failed twice.
        """
        try:
            return self._receive()
        except EngineError as error:
            if isinstance(error, NoAnswerError):
                self.service.renew()
            self.judge = msgspec.structs.replace(self.judge, suspect_since=self.start)
            self.connection = self._ask()
            return self._receive()

    def cancel(self) -> None:
        """Lets go of the judge, which ends with its workers."""
        self.connection.close()

    def _ask(self) -> socket.socket:
        self.deadline = time.monotonic() + self.longest
        connection = self.service.connect(self.judge)
        # A judge that is gone already shows when its answer is missing.
        with contextlib.suppress(OSError):
            channel.send(connection, self.request)
        return connection

    def _receive(self) -> tuple[Result, list[DrawnPicture]]:
        with self.connection:
            if not select.select([self.connection], [], [], self.seconds_left())[0]:
                raise NoAnswerError("The grader does not answer; run the command again, with --cold if need be.")
            answer = channel.receive(self.connection, channel.Response)  # type: ignore[arg-type]
        if isinstance(answer, channel.Verdict):
            return msgspec.json.decode(answer.result, type=Result), answer.pictures
        if isinstance(answer, channel.GradeFailure):
            raise {"PackError": PackError, "UsageError": UsageError}.get(answer.kind, EngineError)(answer.message)
        raise EngineError("The judge ended before it had a verdict; run the command again.")


def grade(service: Connection, task: GradeJob) -> tuple[Result, list[DrawnPicture]]:
    """Grades a submission and waits for the verdict; raises what `PendingGrade.wait` does."""
    refused = refuse(task)
    return (refused, []) if refused else PendingGrade(service, task).wait()


def refuse(task: GradeJob) -> Result | None:
    """Returns the result of what no judge needs to see, because it cannot be Python source; None if it can."""
    problem = find_problem(task.source)
    return _result_of_one(task, "fail", "load", "Loads your file.", problem) if problem else None


def error_result(task: GradeJob, message: str) -> Result:
    """Returns the result of a grade that failed through no fault of the submission."""
    return _result_of_one(task, "error", "grader", "Grades your file.", message)


def _result_of_one(
    task: GradeJob, status: Literal["fail", "error"], name: str, description: str, message: str
) -> Result:
    """Returns a result whose only test stands for the whole kata."""
    points = sum(part.points for part in task.kata.spec.tasks)
    test = TestResult(
        name=name, task=0, description=description, status=status, points=0.0, max_points=points, message=message
    )
    return Result(kata=task.kata.name, status=status, score=0.0, max_score=points, tests=[test], seed=task.seed)
