"""Tells the tests that fail from those that came upon code which is not written yet."""

from __future__ import annotations

from grader.result import NOT_STARTED
from grader.result import Result
from grader.result import TestResult


def is_unwritten(test: TestResult) -> bool:
    """Says whether a test came upon a stub."""
    return (test.message or "").startswith(NOT_STARTED)


def find_failed(result: Result) -> set[int]:
    """Lists the tasks of which a test fails, without those for which something is not written yet."""
    failed = [test for test in result.tests if test.status == "fail"]
    return {test.task for test in failed} - {test.task for test in failed if is_unwritten(test)}
