"""Grades many submissions at once on this machine; executors for other places are plugins with the same shape."""

from __future__ import annotations

import select
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
        under_way: set[PendingGrade] = set()
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
                        under_way.add(PendingGrade(service, job))
                if not under_way:
                    return
                longest = min(pending.seconds_left() for pending in under_way)
                ready, _, _ = select.select(list(under_way), [], [], longest)
                for pending in ready or [pending for pending in under_way if not pending.seconds_left()]:
                    result = _finish(pending)
                    if result:
                        under_way.remove(pending)
                        yield pending.job, result


def _finish(pending: PendingGrade) -> Result | None:
    """Takes a verdict, or the reason why there is none; None means that the grade was begun again."""
    try:
        finished = pending.finish_attempt()
    except GraderError as error:
        return client.error_result(pending.job, str(error))
    return finished[0] if finished else None
