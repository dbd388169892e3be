"""Grades many submissions at once on this machine; executors for other places are plugins with the same shape."""

from __future__ import annotations

import select
import time
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final
from typing import Protocol

from grader.errors import EngineError
from grader.errors import GraderError
from grader.result import Result
from grader.service import client
from grader.service.client import GradeJob
from grader.service.client import PendingGrade
from grader.service.connection import Connection
from grader.service.connection import open_service

MAX_ATTEMPTS: Final = 3
"""How often a grade is begun when the machinery, and not the submission, fails."""

_PAUSE_SECONDS: Final = 0.5


class Executor(Protocol):
    """Grades tasks in whatever order suits it."""

    def run(self, tasks: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each task once, with its result, as soon as it is graded; takes no more tasks than it can begin."""


class LocalExecutor:
    """Grades on this machine, up to `jobs` submissions at a time, through the service that stays."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, tasks: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each task with its result as soon as it is graded."""
        waiting = iter(tasks)
        under_way: dict[PendingGrade, GradeJob] = {}
        with open_service() as service:
            while True:
                while len(under_way) < self.jobs:
                    task = next(waiting, None)
                    if task is None:
                        break
                    refused = client.refuse(task)
                    if refused:
                        yield task, refused
                    else:
                        under_way[PendingGrade(service, task)] = task
                if not under_way:
                    return
                longest = min(grading.seconds_left() for grading in under_way)
                ready, _, _ = select.select(list(under_way), [], [], longest)
                for grading in ready or [grading for grading in under_way if not grading.seconds_left()]:
                    task = under_way.pop(grading)
                    yield task, _finish(service, grading, task)


def _finish(service: Connection, grading: PendingGrade, task: GradeJob) -> Result:
    """Takes a verdict; where the machinery fails again and again the result is an error."""
    attempt = 1
    while True:
        try:
            return grading.wait()[0]
        except EngineError as error:
            if attempt == MAX_ATTEMPTS:
                return client.error_result(task, str(error))
            attempt += 1
            time.sleep(_PAUSE_SECONDS)
            grading = PendingGrade(service, task)
        except GraderError as error:
            return client.error_result(task, str(error))
