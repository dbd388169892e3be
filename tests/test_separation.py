"""A speed threshold separates: right solutions take half the limit at most, slow wrong ones twice at least."""

from __future__ import annotations

import re

import pytest

from grader import result
from grader.authoring.separation import find_unseparated
from grader.content.kata import Threshold
from grader.result import Result
from grader.result import ThresholdResult

LIMIT = Threshold(limit=4.0, direction="at most", unit="x reference")


def graded(ratio: float, *failed: str) -> Result:
    """A grade with this ratio, whose test of speed fails above the limit; the other tests that fail are named."""
    is_slow = ratio > 4.0
    names = {*failed, *(["test_is_fast"] if is_slow else [])}
    tests = [
        result.TestResult(
            name=name, task=1, description="", status="fail" if name in names else "pass", points=0, max_points=1
        )
        for name in ("test_works", "test_is_fast")
    ]
    speed = ThresholdResult(
        name="speed",
        value=ratio,
        limit=4.0,
        direction="at most",
        unit="x reference",
        samples=3,
        status="fail" if is_slow else "pass",
    )
    status = "fail" if names else "pass"
    return Result(kata="k", status=status, score=0, max_score=2, tests=tests, thresholds=[speed])


RIGHT = {"reference": [graded(1.0), graded(1.1)], "right/other": [graded(2.0)]}
SLOW = {"wrong/slow": [graded(8.0), graded(9.0)]}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (RIGHT | SLOW, []),
        # What another test catches may be as fast as it likes, and what was never timed has no ratio.
        (RIGHT | SLOW | {"wrong/fast": [graded(1.0, "test_works")]}, []),
        (
            {"right/other": [graded(1.0), graded(2.5)]} | SLOW,
            [r"right/other takes 2\.5 times .* 2 times or less, half"],
        ),
        (RIGHT | {"wrong/slow": [graded(9.0), graded(7.0)]}, [r"wrong/slow takes 7 times .* 8 times or more, twice"]),
        (RIGHT | {"wrong/slow": [graded(3.0)]}, [r"wrong/slow takes 3 times .* 8 times or more, twice"]),
        (RIGHT | {"wrong/slow": [graded(5.0, "test_works")]}, [r"wrong/slow takes 5 times .* 8 times or more, twice"]),
        (
            RIGHT | {"wrong/fast": [graded(1.0, "test_works")]},
            [r"no wrong solution shows what the speed limit of 4 is"],
        ),
    ],
)
def test_what_is_too_close_to_the_limit_is_named(results: dict[str, list[Result]], expected: list[str]) -> None:
    found = list(find_unseparated(LIMIT, results))
    assert len(found) == len(expected)
    assert all(re.match(pattern, problem) for pattern, problem in zip(expected, found, strict=True)), found
