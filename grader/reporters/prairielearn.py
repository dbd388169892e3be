"""PrairieLearn's `results.json` of an external grader."""

from __future__ import annotations

import msgspec

from grader.content.kata import Kata
from grader.graded import GradedFile
from grader.reporters import words


def render(file: GradedFile, kata: Kata) -> str:
    """Renders one submission; what could not be graded through no fault of its own costs no attempt."""
    result = file.result
    content = {
        "gradable": result.status != "error",
        "score": round(result.score / result.max_score, 4) if result.max_score else 0.0,
        "message": f"{kata.spec.title}: {words.VERDICTS[result.status]}, {words.score(result)}",
        "tests": [
            {
                "name": words.line(test.description),
                "points": round(test.points, 2),
                "max_points": round(test.max_points, 2),
                "output": words.message(test),
            }
            for test in result.tests
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"
