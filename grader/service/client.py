"""The client of a service: asks it for grades and turns its answers into results."""

from __future__ import annotations

import contextlib
import glob
import select
import socket
import time
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal

import msgspec

from grader import cache
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.submission import find_problem
from grader.errors import EngineError
from grader.errors import NoAnswerError
from grader.errors import OverloadError
from grader.errors import PackError
from grader.errors import UsageError
from grader.protocol import channel
from grader.protocol.channel import DrawnPicture
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import JudgeRequest
from grader.protocol.limits import FIRST_START_SECONDS
from grader.protocol.limits import WALL_FACTOR
from grader.result import Result
from grader.result import TestResult
from grader.service.connection import Connection

Device = Literal["auto", "cpu", "gpu"]
_WALLS: Final = 2 * WALL_FACTOR
"""A grade takes at most this many times what its tests may take: the reference may run too, and the machine may be busy."""

MAX_ATTEMPTS: Final = 3
"""How often a grade is begun when the machinery, and not the submission, fails."""

_PAUSE_SECONDS: Final = 0.5
"""The pause before the next attempt, so that a machine that is short of something can recover."""

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
    """One grade to make, wherever it is made: which judge is asked for, and what it is asked."""

    kata: Kata
    judge: JudgeRequest
    request: GradeRequest

    @classmethod
    def of(
        cls,
        kata: Kata,
        request: GradeRequest,
        *,
        preload: Iterable[str] = (),
        hidden: Iterable[str] = (),
        num_gpu_jobs: int = 1,
    ) -> GradeJob:
        """Makes a job.

        Args:
            kata: what is graded against.
            request: what is asked of its judge.
            preload: the modules that the kata's zygote imports.
            hidden: the folders that no worker may read.
            num_gpu_jobs: for how many grades at a time the GPU has memory.
        """
        judge = JudgeRequest(
            folder=str(kata.folder),
            reference_folder=str(kata.reference_folder),
            pack=kata.pack,
            preload=list(preload),
            hidden=list(hidden),
            gpu=request.device == "gpu",
            num_gpu_jobs=num_gpu_jobs,
        )
        return cls(kata=kata, judge=judge, request=msgspec.structs.replace(request, traces_folder=str(traces_folder())))


def make_job(catalog: Catalog, kata: Kata, request: GradeRequest, *, num_gpu_jobs: int = 1) -> GradeJob:
    """Makes a job with what a catalogue knows about a kata: what its pack preloads, and what no worker may read."""
    preload, hidden = catalog.pack_of(kata).preload, catalog.hidden_folders()
    return GradeJob.of(kata, request, preload=preload, hidden=hidden, num_gpu_jobs=num_gpu_jobs)


class PendingGrade:
    """A grade under way, begun again where the machinery fails: it can be polled, waited for, or cancelled.

    This is the one place where a grade is tried again. A service that cannot be reached counts as an attempt, too.
    """

    def __init__(self, service: Connection, job: GradeJob, *, is_urgent: bool = True) -> None:
        """Hands a submission to a judge; what is not urgent lets others go first."""
        self.service = service
        self.job = job
        self.judge = msgspec.structs.replace(job.judge, is_urgent=is_urgent)
        self.num_attempts = 0
        self.connection: socket.socket | None = None
        """Where the verdict arrives; None in the pause before an attempt."""
        self.start = self.deadline = time.monotonic()
        """When the attempt began; when its verdict must have arrived, or the pause is over."""
        self.poll()

    def seconds_left(self) -> float:
        """Returns after how many seconds `poll` has something to do even if nothing arrives."""
        return max(0.0, self.deadline - time.monotonic())

    def poll(self) -> tuple[Result, list[DrawnPicture]] | None:
        """Takes the verdict if it has arrived, and begins the next attempt if it is time for that; never waits.

        Returns:
            The result, and the pictures that the tests left; None as long as the grade is under way.

        Raises:
            PackError: the kata cannot be graded with.
            UsageError: there is no such device.
            EngineError: the machinery failed in every attempt.
        """
        try:
            if self.connection:
                return self._receive(self.connection)
            if not self.seconds_left():
                self._begin()
        except EngineError as error:
            self.cancel()
            if self.num_attempts == MAX_ATTEMPTS:
                raise
            if isinstance(error, NoAnswerError):
                self.service.renew()
            if not isinstance(error, OverloadError):
                self.judge = msgspec.structs.replace(self.judge, suspect_since=self.start)
            self.deadline = time.monotonic() + _PAUSE_SECONDS
        return None

    def wait(self) -> tuple[Result, list[DrawnPicture]]:
        """Waits for the verdict; returns and raises what `poll` does."""
        while (finished := self.poll()) is None:
            wait_for_any([self])
        return finished

    def cancel(self) -> None:
        """Lets go of the judge, which ends with its workers."""
        if self.connection:
            self.connection.close()
            self.connection = None

    def _begin(self) -> None:
        self.num_attempts += 1
        self.start = time.monotonic()
        self.deadline = self.start + self._longest_seconds()
        self.connection = self.service.connect(self.judge)
        # A judge that is gone already shows when its answer is missing.
        with contextlib.suppress(OSError):
            channel.send(self.connection, self.job.request)

    def _longest_seconds(self) -> float:
        wall_seconds = self.job.kata.spec.limits.wall_seconds
        return FIRST_START_SECONDS + _WALLS * wall_seconds + self.job.request.diagnosis_seconds

    def _receive(self, connection: socket.socket) -> tuple[Result, list[DrawnPicture]] | None:
        if not select.select([connection], [], [], 0)[0]:
            if self.seconds_left():
                return None
            raise NoAnswerError("The grading service is not responding. Retry, or use --cold.")
        answer = channel.receive(connection, channel.Response)  # type: ignore[arg-type]
        if isinstance(answer, channel.Queued):
            self.deadline = time.monotonic() + self._longest_seconds()
            return None
        connection.close()
        if isinstance(answer, channel.Verdict):
            return msgspec.json.decode(answer.result, type=Result), answer.pictures
        if isinstance(answer, channel.GradeFailure):
            kinds = {kind.__name__: kind for kind in (PackError, UsageError, OverloadError)}
            raise kinds.get(answer.kind, EngineError)(answer.message)
        raise EngineError("The judge ended before it had a verdict; run the command again.")


def wait_for_any(
    pending: Iterable[PendingGrade], files: Sequence[Any] = (), *, seconds: float | None = None
) -> list[Any]:
    """Sleeps until `poll` may have something to do for one of the grades, or one of the files can be read.

    Args:
        pending: the grades under way.
        files: whatever has a descriptor, or the descriptor itself.
        seconds: after how long to return in any case; None for no such limit.

    Returns:
        The files that can be read.
    """
    pending = list(pending)
    limits = [grade.seconds_left() for grade in pending]
    longest = min(limits if seconds is None else [*limits, seconds], default=None)
    connections = [grade.connection for grade in pending if grade.connection]
    ready, _, _ = select.select([*files, *connections], [], [], longest)
    return [file for file in files if file in ready]


def grade(service: Connection, job: GradeJob) -> tuple[Result, list[DrawnPicture]]:
    """Grades a submission and waits for the verdict; raises what `PendingGrade.poll` does."""
    refused = refuse(job)
    return (refused, []) if refused else PendingGrade(service, job).wait()


def prepare(service: Connection, job: GradeJob) -> None:
    """Has the service get ready for grades in a kata and for their diagnoses, and waits for nothing.

    Raises:
        EngineError: the service cannot be reached.
    """
    request = msgspec.structs.replace(job.request, prepares_only=True)
    with (
        service.connect(msgspec.structs.replace(job.judge, is_urgent=False)) as connection,
        contextlib.suppress(OSError),
    ):
        channel.send(connection, request)


def refuse(job: GradeJob) -> Result | None:
    """Returns the result of what no judge needs to see, because it cannot be Python source; None if it can."""
    problem = find_problem(job.request.source)
    return _result_of_one(job, "fail", "load", "Loads your file.", problem) if problem else None


def error_result(job: GradeJob, message: str) -> Result:
    """Returns the result of a grade that failed through no fault of the submission."""
    return _result_of_one(job, "error", "grader", "Grades your file.", message)


def _result_of_one(
    job: GradeJob, status: Literal["fail", "error"], name: str, description: str, message: str
) -> Result:
    """Returns a result whose only test stands for the whole kata."""
    points = sum(part.points for part in job.kata.spec.tasks)
    test = TestResult(
        name=name, task=0, description=description, status=status, points=0.0, max_points=points, message=message
    )
    return Result(kata=job.kata.name, status=status, score=0.0, max_score=points, tests=[test], seed=job.request.seed)
