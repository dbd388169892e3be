"""A report in plain text, and below it the line of JSON from which Autolab takes the scores."""

from __future__ import annotations

import textwrap

import msgspec

from grader.content.kata import Kata
from grader.graded import GradedFile
from grader.reporters import words


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission; the problems of the assessment are called "Task 1", "Task 2" and so on.

    Where the grader is at fault there is no such line, so that Autolab reports a failure and gives no points.
    """
    result = file.result
    lines = [f"{kata.spec.title}: {words.VERDICTS[result.status]}, {words.score(result)}"]
    scores = {f"Task {number}": 0.0 for number in range(1, len(kata.spec.tasks) + 1)}
    for test in result.tests:
        lines.append(f"{test.status:5} {words.line(test.description)}")
        if test.status in ("fail", "error"):
            lines.append(textwrap.indent(words.message(test), "      "))
        if test.task:
            scores[f"Task {test.task}"] += test.points
    if result.status != "error":
        lines.append(
            msgspec.json.encode({"scores": {name: round(points, 2) for name, points in scores.items()}}).decode()
        )
    return "\n".join(lines) + "\n"
