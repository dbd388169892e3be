"""Words that several formats share; all of them are harmless where they are shown."""

from __future__ import annotations

import os
from typing import Final

from grader.graded import Failure
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.harmless import harmless
from grader.result import Result
from grader.result import TestResult

VERDICTS: Final = {"pass": "pass", "fail": "fail", "error": "could not be graded, which is not the submission's fault"}


def points(value: float) -> str:
    """Writes points to two places, and whole ones without."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(result: Result) -> str:
    """Says how many points there are."""
    return f"{points(result.score)} of {points(result.max_score)} points"


def line(text: str) -> str:
    """Puts a text into one line."""
    return " ".join(harmless(text).split())


def message(test: TestResult) -> str:
    """Says why a test did not pass, and what the submission printed meanwhile."""
    parts = [harmless(test.message or "")]
    if test.output.strip():
        parts.append(f"Your code printed:\n{harmless(test.output).rstrip()}")
    return "\n".join(part for part in parts if part)


def problem(test: TestResult) -> str:
    """Says in a line what went wrong: the last line of the message that is neither a place nor an advice."""
    lines = (test.message or "").splitlines()
    told = [text for text in lines if not text.startswith(("At  ", "Next step: "))]
    return line(told[-1] if told else "")


def first(file: GradedFile) -> Failure | None:
    """Returns the first failure."""
    return next(iter(file.failures), None)


def reason(file: GradedFile) -> str:
    """Says in a line why a submission did not pass: the misconception where it is known, else what failed first."""
    found, failure = file.result.misconception, first(file)
    return line(found.title if found else failure.test.description if failure else "")


def without_grade(graded: GradedClass) -> list[tuple[str, str]]:
    """Returns the expected students without a grade, and what is the matter with each."""
    return [
        (line(student), "nothing that was handed in could be graded" if handed_in else "handed in nothing")
        for student, handed_in in graded.without_grade
    ]


def path_below(path: str, variable: str) -> str:
    """Returns a path as a CI system wants it: relative to the repository, where it is in there.

    Args:
        path: as seen from the current folder.
        variable: the environment variable that names the folder of the repository; without it, the current folder is that.
    """
    if not path:
        return ""
    relative = os.path.relpath(path, os.environ.get(variable) or os.curdir)
    return line(path if relative.split(os.sep)[0] == os.pardir else relative)
