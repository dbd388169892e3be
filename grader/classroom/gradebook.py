"""Writes the grades of a class as tables that other systems import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from grader.graded import GradedClass


def export(graded: GradedClass, form: str) -> str:
    """Renders grades as CSV.

    Canvas: the header that its importer checks for (Student, ID, SIS Login ID, Section), then one column a kata; row 2 has the
    points possible; the student's name is the SIS login. Moodle: an ID number and one column a kata, for its grade import,
    which maps columns by hand. Plain: one row a grade, and one with the status "missing" for a student who has handed in
    nothing, or "left out" for one whose files could not be graded.

    Args:
        graded: the students' grades.
        form: "plain", "canvas" or "moodle".
    """
    results = [(file.student, file.result) for file in graded.files]
    if form == "plain":
        rows: list[list[object]] = [["student", "kata", "status", "score", "max_score"]]
        rows += [[student, result.kata, result.status, result.score, result.max_score] for student, result in results]
        rows += [
            [student, "", "left out" if handed_in else "missing", "", ""] for student, handed_in in graded.without_grade
        ]
        return _csv(rows)
    scores: dict[str, dict[str, float]] = {student: {} for student, _ in graded.without_grade}
    possible: dict[str, float] = {}
    for student, result in results:
        of_student = scores.setdefault(student, {})
        if result.status != "error":  # What could not be graded stays blank instead of counting as nothing.
            of_student[result.kata] = result.score
        possible[result.kata] = result.max_score
    table = [[student, *(_cell(found.get(kata)) for kata in possible)] for student, found in sorted(scores.items())]
    if form == "moodle":
        return _csv([["ID number", *possible], *table])
    header = ["Student", "ID", "SIS Login ID", "Section", *possible]
    points = ["    Points Possible", "", "", "", *(_cell(points) for points in possible.values())]
    return _csv([header, points, *([student, "", student, "", *cells] for student, *cells in table)])


def _cell(score: float | None) -> str:
    return "" if score is None else f"{score:.2f}"


def _csv(rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return buffer.getvalue()


def _harmless(value: object) -> object:
    """Keeps a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
