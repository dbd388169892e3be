"""The output of a step that GitHub Classroom's reporter adds up: `result`, a JSON document in base64."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec

from grader.content.kata import Kata
from grader.graded import GradedFile
from grader.reporters import words
from grader.result import TestResult


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission as a line of the file `$GITHUB_OUTPUT`, with an entry for each task.

    The points of tests are fractions, whose sum, as the reporter shows it, may be 9.999999999999998.
    """
    result = file.result
    titles = {0: "Loads your file.", **{number: task.title for number, task in enumerate(kata.spec.tasks, 1)}}
    parts = {number: [test for test in result.tests if test.task == number] for number in titles}
    content = {
        "version": 3,
        "status": result.status,
        "max_score": round(result.max_score, 2),
        "tests": [
            _entry(file, words.line(titles[number]), tests) | {"task_id": number}
            for number, tests in parts.items()
            if tests
        ],
    }
    return f"result={base64.b64encode(msgspec.json.encode(content)).decode()}\n"


def _entry(file: GradedFile, name: str, tests: Sequence[TestResult]) -> dict[str, Any]:
    failures = [failure for failure in file.failures if failure.test in tests]
    statuses = {test.status for test in tests}
    return {
        "name": name,
        "status": next((status for status in ("fail", "error") if status in statuses), "pass"),
        "score": round(sum(test.points for test in tests), 2),
        "message": "\n\n".join(
            f"{words.line(failure.test.description)}\n{words.message(failure.test)}" for failure in failures
        ),
        "test_code": "",  # It is hidden.
        "filename": words.path_below(file.path, "GITHUB_WORKSPACE"),
        "line_no": next((failure.line for failure in failures if failure.line), 0),
        "duration": round(sum(test.seconds for test in tests) * 1000),
    }
