"""Grades a class: what has no grade yet goes to an executor, and every grade goes to the store at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

from grader.classroom.collection import Submission
from grader.classroom.store import Store
from grader.content import fingerprint
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.submission import read_submission
from grader.errors import GraderError
from grader.protocol.channel import GradeRequest
from grader.result import Feedback
from grader.result import Result
from grader.service.client import GradeJob
from grader.service.client import make_job
from grader.service.executor import Executor

if TYPE_CHECKING:
    from grader.plugins import PluginManager

DIAGNOSIS_SECONDS: Final = 60.0
"""How long a diagnosis may take; nobody waits, and what a kata's own solutions do is found out once."""


Report = Callable[[Submission, Result | None], None]
"""Called once for each submission, with its result; None if its grade is there already, or if it could not be read."""


class Batch:
    """One run over the submissions of a class."""

    def __init__(
        self,
        manager: PluginManager,
        catalog: Catalog,
        store: Store,
        executor: Executor,
        *,
        seed: int,
        device: Literal["cpu", "gpu"],
        num_gpu_jobs: int = 1,
        feedback: Feedback | None = None,
    ) -> None:
        self.manager = manager
        self.catalog = catalog
        self.store = store
        self.executor = executor
        self.seed = seed
        self.device = device
        self.num_gpu_jobs = num_gpu_jobs
        self.feedback = feedback
        self.problems: list[str] = []
        """A sentence about each submission that has no grade afterwards."""
        self._versions: dict[str, str] = {}

    def run(self, submissions: list[Submission], report: Report) -> None:
        """Grades what has not been graded.

        Args:
            submissions: the class, with at most one submission for a student and a kata.
            report: what is told of each.
        """
        waiting: defaultdict[tuple[str, str], list[Submission]] = defaultdict(list)
        for job, result in self.executor.run(self._jobs(submissions, waiting, report)):
            content = _digest(job.request.source)
            for submission in waiting.pop((job.kata.name, content), ()):
                self._keep(submission, content, result, report)
        for lost in waiting.values():
            for submission in lost:
                self.problems.append(f"{submission.name}: the executor returned no result; run again with --resume.")
                report(submission, None)

    def _jobs(
        self, submissions: list[Submission], waiting: defaultdict[tuple[str, str], list[Submission]], report: Report
    ) -> Iterator[GradeJob]:
        """Yields one job for each content; `waiting` collects the submissions that get its result."""
        for submission in submissions:
            kata = submission.kata
            version = self._version_of(kata)
            try:
                source = read_submission(self.manager, submission.path, kata, name=submission.name)
            except GraderError as error:
                self.problems.append(str(error))
                report(submission, None)
                continue
            content = _digest(source)
            if self.store.holds(submission.student, kata.name, content, version, self.seed):
                report(submission, None)
                continue
            self.manager.hook.grader_grading_started(kata=kata, path=submission.path)
            known = self.store.find(kata.name, content, version, self.seed)
            if known:
                self._keep(submission, content, known, report)
                continue
            is_new = (kata.name, content) not in waiting
            waiting[kata.name, content].append(submission)
            if is_new:
                request = GradeRequest(
                    source=source,
                    seed=self.seed,
                    device=self.device,
                    with_pictures=False,
                    diagnosis_seconds=DIAGNOSIS_SECONDS,
                    feedback=self.feedback,
                )
                yield make_job(self.catalog, kata, request, num_gpu_jobs=self.num_gpu_jobs)

    def _version_of(self, kata: Kata) -> str:
        """Returns what changes with anything that could change a grade in this kata."""
        if kata.name not in self._versions:
            self._versions[kata.name] = fingerprint.compose(fingerprint.of_graded(kata), self.feedback or "")
        return self._versions[kata.name]

    def _keep(self, submission: Submission, content: str, result: Result, report: Report) -> None:
        """Saves a grade and tells of it, in the order in which `run` and `watch` do."""
        self.store.put(submission.student, content, self._version_of(submission.kata), result)
        self.manager.hook.grader_grading_finished(kata=submission.kata, path=submission.path, result=result)
        report(submission, result)


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()
