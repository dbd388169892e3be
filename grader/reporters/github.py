"""GitHub workflow commands, which become annotations at the lines that failed, and a summary of the job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from typing import Literal

from grader import messages
from grader.content.kata import Kata
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.harmless import harmless
from grader.reporters import markdown
from grader.reporters import words

_MAX_SUMMARY_BYTES: Final = 2**20
"""For all summaries of a step; GitHub refuses a longer one as a whole."""


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission: a notice with the points, and an error for each test that failed.

    GitHub shows ten annotations of a kind, so the first failures are what one sees; all are in the log and in the summary.
    """
    _append_summary(markdown.render(file, kata))
    path, result = words.path_below(file.path, "GITHUB_WORKSPACE"), file.result
    lines = [_command("notice", words.VERDICTS[result.status], title=f"{kata.spec.title}: {words.score(result)}")]
    lines += [
        _command("error", words.message(test), file=path, line=failure.line, title=test.description)
        for failure in file.failures
        for test in (failure.test,)
    ]
    return "".join(lines)


def render_class(graded: GradedClass) -> str:
    """Renders a class: an error for each submission that did not pass, and a warning for each that was left out."""
    _append_summary(markdown.render_class(graded))
    lines = []
    for file in graded.files:
        failure, result = words.first(file), file.result
        if result.status != "pass":
            lines.append(
                _command(
                    "error",
                    "\n".join([words.reason(file), *([words.message(failure.test)] if failure else [])]),
                    file=words.path_below(file.path, "GITHUB_WORKSPACE"),
                    line=failure.line if failure else None,
                    title=f"{file.student}, {result.kata}: {words.VERDICTS[result.status]}, {words.score(result)}",
                )
            )
    lines += [_command("warning", why, title=f"{student}: no grade") for student, why in words.without_grade(graded)]
    lines += [_command("warning", problem, title="Left out") for problem in graded.problems]
    return "".join(lines)


def _command(
    kind: Literal["notice", "warning", "error"], text: str, *, title: str, file: str = "", line: int | None = None
) -> str:
    """Writes one workflow command; what strangers wrote in it can neither end it nor begin another."""
    properties = {"file": file, "line": str(line or "") if file else "", "title": words.line(title)}
    listed = ",".join(f"{name}={_escape(value, in_property=True)}" for name, value in properties.items() if value)
    return f"::{kind} {listed}::{_escape(text, in_property=False)}\n"


def _escape(text: str, *, in_property: bool) -> str:
    text = harmless(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def _append_summary(report: str) -> None:
    """Adds a report to the summary of the job, where there is one; a failure changes nothing else."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    try:
        with Path(name).open("ab") as file:
            content = f"{report}\n".encode(errors="backslashreplace")
            if file.tell() + len(content) > _MAX_SUMMARY_BYTES:
                content = b"The report is too long for this summary; `--format markdown` prints it.\n"
            file.write(content)
    except OSError as error:
        messages.warn(f"The job summary could not be written ({messages.describe(error)}), which changes no verdict.")
