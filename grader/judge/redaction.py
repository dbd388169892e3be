"""How much a result tells of the hidden tests: everything for learning, less or nothing where they must stay hidden."""

from __future__ import annotations

from grader.content.hints import read_hints
from grader.content.kata import Kata
from grader.result import Feedback
from grader.result import Result
from grader.result import TestResult


def redact(result: Result, feedback: Feedback, kata: Kata) -> Result:
    """Takes out of a result what a policy keeps from the learner.

    Why a file cannot be loaded, and what is not the submission's fault, are no secrets of the tests, and stay.
    """
    if feedback == "full":
        return result
    hide = _keep_property if feedback == "property" else _keep_points
    result.tests = [
        test if test.status == "error" or test.task == 0 else hide(test, number, kata)
        for number, test in enumerate(result.tests, 1)
    ]
    if feedback == "none":
        result.misconception, result.is_diagnosis_pending, result.thresholds = None, False, []
    return result


def _keep_property(test: TestResult, _: int, kata: Kata) -> TestResult:
    test.output = ""
    if test.status == "fail" and not (test.message or "").startswith("Not "):
        test.message = f"This does not hold for your code yet.\nNext step: {read_hints(kata.hints)[test.task][0]}"
    return test


def _keep_points(test: TestResult, number: int, _: Kata) -> TestResult:
    return TestResult(
        name=f"hidden_{number}",
        task=test.task,
        description=f"Hidden test {number}.",
        status=test.status,
        points=test.points,
        max_points=test.max_points,
    )
