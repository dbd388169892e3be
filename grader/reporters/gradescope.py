"""Gradescope's `results.json`: points for each hidden test, and measured values on the leaderboard."""

from __future__ import annotations

import msgspec

from grader.content.kata import Kata
from grader.graded import GradedFile
from grader.reporters import words


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission; what a learner may see of a test was decided before, by `--feedback`."""
    result = file.result
    content = {
        "score": round(result.score, 2),
        "execution_time": round(result.seconds, 2),
        "output": f"{kata.spec.title}: {words.VERDICTS[result.status]}, {words.score(result)}",
        "output_format": "text",
        "visibility": "visible",
        "tests": [
            {
                "number": f"{test.task}.{number}",
                "name": words.line(test.description),
                "name_format": "text",
                "status": "passed" if test.status in ("pass", "skip") else "failed",
                "score": round(test.points, 2),
                "max_score": round(test.max_points, 2),
                "output": words.message(test),
                "output_format": "text",
                "visibility": "visible",
            }
            for number, test in enumerate(result.tests, 1)
        ],
        "leaderboard": [
            {
                "name": words.line(f"{threshold.name.replace('_', ' ')} ({threshold.unit})"),
                "value": threshold.value,
                "order": "asc" if threshold.direction == "at most" else "desc",
            }
            for threshold in result.thresholds
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"
