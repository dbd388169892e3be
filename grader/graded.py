"""What reporters get beside a result: the file that was graded, the lines at which it failed, and the grades of a class."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Final

from grader.result import NOT_RUN
from grader.result import Result
from grader.result import TestResult

if TYPE_CHECKING:
    from grader.content.kata import Kata

_PLACE: Final = re.compile(r"^At +.+, line ([1-9]\d{0,5}): ", re.MULTILINE)
"""Six digits are enough: a submission has at most 256 KiB."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """A test that the submission failed, or that could not be decided."""

    test: TestResult
    line: int | None
    """The line of the submission that raised; None where a value was wrong."""


@dataclasses.dataclass(frozen=True)
class GradedFile:
    """A submission and its result."""

    path: str
    """The file, as seen from the current folder; of a member of an archive, ARCHIVE/MEMBER; "" if it is not known any more."""
    result: Result
    student: str = ""
    """Who handed it in; "" outside a class."""

    @property
    def failures(self) -> list[Failure]:
        """The tests that failed, in their order, without those that got no turn."""
        return [
            Failure(test, self.find_line(test))
            for test in self.result.tests
            if test.status in ("fail", "error") and not (test.message or "").startswith(NOT_RUN)
        ]

    def find_line(self, test: TestResult) -> int | None:
        """Returns the line of the file at which a test failed, or None if its message names none.

        The last one counts: what comes before is the text of an exception, which a submission may word as it likes. Of what a
        plugin has turned into Python, such as a notebook, the lines are not those of the file.
        """
        lines = _PLACE.findall(test.message or "") if self.path.endswith(".py") else []
        return int(lines[-1]) if lines else None


@dataclasses.dataclass(frozen=True)
class GradedClass:
    """The grades of a class, those of earlier batches into the same database among them."""

    files: Sequence[GradedFile]
    """By kata and student."""
    without_grade: Sequence[tuple[str, bool]] = ()
    """The expected students who have no grade at all, and whether they have handed in anything."""
    problems: Sequence[str] = ()
    """A sentence about each file that was left out."""


@dataclasses.dataclass(frozen=True)
class Reporter:
    """A format of `grader run` that points at the file, for which the result alone is not enough."""

    render: Callable[[GradedFile, Kata], str]

    def __call__(self, result: Result, kata: Kata) -> str:
        """Renders a result without its file, so that this can stand wherever a function of the two can."""
        return self.render(GradedFile("", result), kata)
