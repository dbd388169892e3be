"""Exercism's `results.json`, version 3, which its website and its editor show test by test."""

from __future__ import annotations

from typing import Any
from typing import Final

import msgspec

from grader.content.kata import Kata
from grader.graded import GradedFile
from grader.harmless import harmless
from grader.reporters import words
from grader.result import TestResult

_MAX_OUTPUT: Final = 500
_MAX_MESSAGE: Final = 65_535


def render(file: GradedFile, _: Kata) -> str:
    """Renders one submission; a file that cannot be loaded, and what is not its fault, is an error without tests.

    Skipped tests, for which there is no status, are left out, and so is the code of the tests, which is hidden.
    """
    result = file.result
    stopped = next((test for test in result.tests if not test.task and test.status != "pass"), None)
    content: dict[str, Any] = {"version": 3, "status": result.status, "message": None, "tests": []}
    if result.status == "error" or stopped:
        told = stopped or next((failure.test for failure in file.failures), None)
        message = words.message(told) if told else words.VERDICTS["error"]
        content |= {"status": "error", "message": message[:_MAX_MESSAGE]}
    else:
        content["tests"] = [_test(test) for test in result.tests if test.status != "skip"]
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _test(test: TestResult) -> dict[str, Any]:
    told: dict[str, Any] = {"name": words.line(test.description), "status": test.status, "task_id": test.task}
    if test.status != "pass":
        told["message"] = harmless(test.message or "") or "The test did not pass."
    if test.output:
        told["output"] = harmless(test.output)[:_MAX_OUTPUT]
    return told
