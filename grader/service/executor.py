"""Grades many submissions at once on this machine; executors for other places are plugins with the same shape."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Protocol

from grader.errors import GraderError
from grader.result import Result
from grader.service import client
from grader.service.client import GradeJob
from grader.service.client import PendingGrade
from grader.service.connection import open_service


class Executor(Protocol):
    """Grades jobs in whatever order suits it."""

    def run(self, jobs: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each job once, with its result, as soon as it is graded; takes no more jobs than it can begin."""


class LocalExecutor:
    """Grades on this machine, up to `num_parallel` submissions at a time, through the service that stays."""

    def __init__(self, num_parallel: int) -> None:
        self.num_parallel = num_parallel

    def run(self, jobs: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each job with its result as soon as it is graded."""
        waiting = iter(jobs)
        under_way: list[PendingGrade] = []
        with open_service() as service:
            while True:
                while len(under_way) < self.num_parallel:
                    job = next(waiting, None)
                    if job is None:
                        break
                    refused = client.refuse(job)
                    if refused:
                        yield job, refused
                    else:
                        under_way.append(PendingGrade(service, job, is_urgent=False))
                if not under_way:
                    return
                client.wait_for_any(under_way)
                for pending in list(under_way):
                    result = _poll(pending)
                    if result:
                        under_way.remove(pending)
                        yield pending.job, result


def _poll(pending: PendingGrade) -> Result | None:
    """Returns the result of a grade that is over, which is an error where none could be made; None while it is under way."""
    try:
        finished = pending.poll()
    except GraderError as error:
        return client.error_result(pending.job, str(error))
    return finished[0] if finished else None
