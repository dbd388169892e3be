"""GitHub Flavored Markdown, for merge requests and job summaries; nothing that a submission says is markup in it."""

from __future__ import annotations

import html
import re
from typing import Final

from grader.content.kata import Kata
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.reporters import words
from grader.result import NOT_RUN
from grader.result import TestResult

_MARKUP: Final = re.compile(r"[\\`*_{}\[\]()#!|~:$^]|(?<=www)\.", re.IGNORECASE)
_MARKS: Final = {"pass": "✅", "fail": "❌", "error": "⚠️", "skip": "➖"}


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission: the verdict, a table of tests, and each failure in full, folded."""
    result = file.result
    lines = [
        f"## {_MARKS[result.status]} {escape(kata.spec.title)}: {words.VERDICTS[result.status]}, {words.score(result)}",
        "",
        "| | Task | Test | Points |",
        "| --- | ---: | --- | ---: |",
        *(_row(test) for test in result.tests),
        "",
    ]
    if result.misconception:
        found = result.misconception
        lines += [f"**This looks familiar:** {escape(found.title)} {escape(found.explanation)}", ""]
    for threshold in result.thresholds:
        lines += [
            f"- {_MARKS[threshold.status]} {escape(threshold.name)}: {threshold.value:.4g} {escape(threshold.unit)} "
            f"({threshold.direction} {threshold.limit:g})"
        ]
    lines += [""] if result.thresholds else []
    for failure in file.failures:
        place = f" (line {failure.line})" if failure.line else ""
        # What is inside of HTML is no Markdown up to the next blank line.
        summary = f"<summary>{_html(failure.test.description)}{place}</summary>"
        lines += ["<details>", summary, "", fence(words.message(failure.test)), "", "</details>", ""]
    return "\n".join(lines)


def render_class(graded: GradedClass) -> str:
    """Renders a class: a row for each grade, then who has none and what was left out."""
    lines = ["| | Student | Kata | Points | First failure |", "| --- | --- | --- | ---: | --- |"]
    for file in graded.files:
        result = file.result
        lines.append(
            f"| {_MARKS[result.status]} | {code(file.student)} | {escape(result.kata)} | "
            f"{words.points(result.score)} / {words.points(result.max_score)} | {escape(words.reason(file))} |"
        )
    lines += [f"| {_MARKS['error']} | {code(student)} | | | {why} |" for student, why in words.without_grade(graded)]
    if graded.problems:
        lines += ["", "Left out:", "", *(f"- {code(problem)}" for problem in graded.problems)]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Puts a text into one line in which nothing is markup."""
    return _MARKUP.sub(r"\\\g<0>", _html(text))


def code(text: str) -> str:
    """Sets words of a stranger as code, which also keeps `@name` from calling anybody."""
    return f"<code>{escape(text)}</code>"


def fence(text: str) -> str:
    """Puts a text into a block that it cannot end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def _html(text: str) -> str:
    return html.escape(words.line(text), quote=False)


def _row(test: TestResult) -> str:
    was_run = not (test.message or "").startswith(NOT_RUN)
    return (
        f"| {_MARKS[test.status]} | {test.task or ''} | {escape(test.description)}{'' if was_run else ' (not run)'} | "
        f"{words.points(test.points)} / {words.points(test.max_points)} |"
    )
