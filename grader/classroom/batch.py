"""Grades a class: what has no grade yet goes to an executor, and every grade goes to the store at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import Final
from typing import Literal

from grader.classroom.roster import Delivery
from grader.classroom.store import Store
from grader.content import fingerprint
from grader.content.catalog import Catalog
from grader.protocol.channel import GradeRequest
from grader.result import Feedback
from grader.result import Result
from grader.service.client import GradeJob
from grader.service.client import make_job
from grader.service.executor import Executor

DIAGNOSIS_SECONDS: Final = 60.0
"""How long a diagnosis may take; nobody waits, and what a kata's own solutions do is found out once."""


class Batch:
    """One run over the submissions of a class."""

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        executor: Executor,
        *,
        seed: int,
        device: Literal["cpu", "gpu"],
        feedback: Feedback | None = None,
    ) -> None:
        self.catalog = catalog
        self.store = store
        self.executor = executor
        self.seed = seed
        self.device = device
        self.feedback = feedback
        self.versions = {
            kata.name: fingerprint.compose(fingerprint.of_graded(kata), feedback or "")
            for kata in catalog.katas.values()
        }

    def run(self, submissions: list[Delivery], report: Callable[[str, Result | None], None]) -> None:
        """Grades what has not been graded.

        Args:
            submissions: the class; of two with the same student and kata the last one counts.
            report: called once for each submission with its student and, unless its grade was known, the result.
        """
        latest = {(submission.student, submission.kata): submission for submission in submissions}
        same: dict[tuple[str, str], list[str]] = {}
        for job, result in self.executor.run(self._jobs(latest, same, report)):
            content = _digest(job.request.source)
            for student in same.pop((job.kata.name, content)):
                self.store.put(student, content, self.versions[job.kata.name], result)
                report(student, result)

    def _jobs(
        self,
        submissions: dict[tuple[str, str], Delivery],
        same: dict[tuple[str, str], list[str]],
        report: Callable[[str, Result | None], None],
    ) -> Iterator[GradeJob]:
        """Yields one job for each content; `same` collects the students who wait for it."""
        for (student, name), submission in submissions.items():
            kata, version, source = self.catalog.katas[name], self.versions[name], submission.read()
            content = _digest(source)
            if self.store.holds(student, name, content, version, self.seed):
                report(student, None)
                continue
            known = self.store.find(name, content, version, self.seed)
            if known:
                self.store.put(student, content, version, known)
                report(student, known)
            elif (name, content) in same:
                same[name, content].append(student)
            else:
                same[name, content] = [student]
                request = GradeRequest(
                    source=source,
                    seed=self.seed,
                    device=self.device,
                    with_pictures=False,
                    diagnosis_seconds=DIAGNOSIS_SECONDS,
                    feedback=self.feedback,
                )
                yield make_job(self.catalog, kata, request)


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()
