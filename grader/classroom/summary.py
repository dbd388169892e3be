"""What a class has done: in a few lines, kata by kata, or all of it for machines."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict

import msgspec

from grader.graded import GradedClass
from grader.harmless import harmless
from grader.result import Result

_MOST = 3


def summarize(graded_class: GradedClass) -> str:
    """Says for each kata how many passed, the mean score, the commonest first failures and the slowest grade.

    The expected students without any grade are named.
    """
    by_kata: defaultdict[str, list[tuple[str, Result]]] = defaultdict(list)
    for file in graded_class.files:
        by_kata[file.result.kata].append((file.student, file.result))
    lines = []
    for kata, graded in by_kata.items():
        passed = sum(result.status == "pass" for _, result in graded)
        errors = sum(result.status == "error" for _, result in graded)
        share = sum(result.score / result.max_score for _, result in graded) / len(graded)
        lines.append(
            f"{kata}: {passed} of {len(graded)} pass, {share:.0%} of the points on average"
            + (f", {errors} could not be graded" if errors else "")
        )
        failures = Counter(_first_failure(result) for _, result in graded if result.status == "fail")
        lines += [f"  {count} x {words}" for words, count in failures.most_common(_MOST)]
        student, slowest = max(graded, key=lambda entry: entry[1].seconds)
        lines.append(f"  slowest: {student}, {slowest.seconds:.2f} s")
    missing: dict[bool, list[str]] = {True: [], False: []}
    for student, handed_in in graded_class.without_grade:
        missing[handed_in].append(student)
    for words, students in (("handed in nothing", missing[False]), ("without a grade", missing[True])):
        lines += [f"{words}: {len(students)} ({', '.join(students)})"] if students else []
    return harmless("".join(f"{line}\n" for line in lines))


def to_json(graded_class: GradedClass) -> str:
    """Renders the grades of a class as indented JSON, each with its whole result."""
    content = {
        "version": 1,
        "grades": [
            {"student": file.student, "path": file.path and harmless(file.path), "result": file.result}
            for file in graded_class.files
        ],
        "without_grade": [
            {"student": student, "handed_in": handed_in} for student, handed_in in graded_class.without_grade
        ],
        "left_out": list(map(harmless, graded_class.problems)),
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _first_failure(result: Result) -> str:
    """Names the misconception where it is known, else what the first failing test asks for."""
    if result.misconception:
        return result.misconception.title
    return next(f"fails: {test.description}" for test in result.tests if test.status == "fail")
