"""What a class has done, kata by kata."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Iterable

from grader.result import Result

_MOST = 3


def summarize(results: Iterable[tuple[str, Result]], without_grade: Iterable[tuple[str, bool]] = ()) -> str:
    """Says for each kata how many passed, the mean score, the commonest first failures and the slowest grade.

    Args:
        results: the students' results.
        without_grade: the expected students without any grade, and whether they have handed in anything; they are named.
    """
    by_kata: defaultdict[str, list[tuple[str, Result]]] = defaultdict(list)
    for student, result in results:
        by_kata[result.kata].append((student, result))
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
    for student, handed_in in without_grade:
        missing[handed_in].append(student)
    for words, students in (("handed in nothing", missing[False]), ("without a grade", missing[True])):
        lines += [f"{words}: {len(students)} ({', '.join(students)})"] if students else []
    return "".join(f"{line}\n" for line in lines)


def _first_failure(result: Result) -> str:
    """Names the misconception where it is known, else what the first failing test asks for."""
    if result.misconception:
        return result.misconception.title
    return next(f"fails: {test.description}" for test in result.tests if test.status == "fail")
