"""Reads who handed in what, from a folder, an archive or a manifest, and who was expected to.

A manifest is a CSV file with the columns student, kata and path, or JSON Lines with these keys; paths are relative to it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.classroom import tables
from grader.classroom.collection import Collection
from grader.classroom.collection import Submission
from grader.classroom.collection import arrange
from grader.classroom.collection import is_wanted
from grader.classroom.files import list_archive
from grader.classroom.files import list_folder
from grader.content.catalog import Catalog
from grader.errors import GraderError
from grader.errors import UsageError

_COLUMNS: Final = ("student", "kata", "path")


@contextlib.contextmanager
def open_class(source: Path, catalog: Catalog) -> Iterator[Collection]:
    """Lists the submissions in a folder, a manifest or an archive; they can be read until the context is left.

    Raises:
        UsageError: there is no such thing, it cannot be read, or it has an unknown form.
    """
    with contextlib.ExitStack() as stack:
        try:
            collection = _collect(source, catalog, stack)
        except OSError as error:
            raise UsageError(f"{source}: cannot be read ({error}); check its permissions and the disk.") from error
        if not collection.submissions and not collection.problems:
            raise UsageError(
                f"{source}: found no submissions; expected student/KATA.py, or a manifest with one row for each."
            )
        yield collection


def read_roster(file: Path) -> Collection:
    """Reads the students who are expected to hand in: a CSV file with the column student, beside others.

    Returns:
        A collection without submissions: the students, and what is to be said about the file.

    Raises:
        UsageError: it cannot be read, has no such column, or names nobody.
    """
    table = tables.read_csv(file, ("student",))
    lines: dict[str, int] = {}
    problems = []
    for row in table.rows:
        student = row.cells.get("student", "")
        if row.problem or not student:
            problems.append(f"{file}, line {row.line}: {row.problem or f'expected a student, found {row.cells}'}.")
        elif student in lines:
            problems.append(
                f"{file}, line {row.line}: {student!r} is in line {lines[student]}, too; grades are kept by name, so give "
                f"each student a name of their own."
            )
        else:
            lines[student] = row.line
    if not lines:
        raise UsageError(f"{file}: expected the names of students below the column student, found none; add them.")
    return Collection(students=set(lines), problems=problems, notes=table.notes)


def _collect(source: Path, catalog: Catalog, stack: contextlib.ExitStack) -> Collection:
    suffix = source.suffix.lower()
    if source.is_dir():
        next(source.iterdir(), None)  # A folder that cannot be listed is not an empty one.
        return arrange(list_folder(source), catalog)
    if not source.is_file():
        raise UsageError(f"{source}: expected a folder, a manifest or an archive of submissions, found nothing there.")
    if suffix in (".csv", ".tsv"):
        return _read_manifest(source, catalog, tables.read_csv(source, _COLUMNS))
    if suffix in (".jsonl", ".ndjson"):
        return _read_manifest(source, catalog, tables.read_json_lines(source))
    if suffix in (".xlsx", ".ods"):
        raise UsageError(f'{source}: expected a text file, found a workbook; save it as "CSV UTF-8".')
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-")))
    collection = arrange(list_archive(source, scratch, lambda name: is_wanted(name, catalog)), catalog)
    return dataclasses.replace(collection, archive=source)


def _read_manifest(manifest: Path, catalog: Catalog, table: tables.Table) -> Collection:
    collection = Collection(notes=table.notes)
    taken: dict[tuple[str, str], tuple[int, Submission]] = {}
    for row in table.rows:
        student, kata, path = (row.cells.get(column, "") for column in _COLUMNS)
        where = f"{manifest}, line {row.line}"
        if student:
            collection.students.add(student)
        if row.problem or not (student and kata and path):
            problem = row.problem or f"expected {', '.join(_COLUMNS)}, found {row.cells}"
            collection.problems.append(f"{where}: {problem}.")
            continue
        try:
            found = catalog.find(kata.lower())
        except GraderError as error:
            collection.problems.append(f"{where}: {error}")
            continue
        file = _beside(manifest, path)
        if not file:
            collection.problems.append(f"{where}: {student}'s file {path} is not there; paths start at the manifest.")
            continue
        line, earlier = taken.get((student, found.name), (0, None))
        if earlier and earlier.path != file:
            collection.problems.append(
                f"{manifest}, line {line}: {earlier.name} is not graded; line {row.line} has {path} for the same student and "
                f"kata, and the later row counts."
            )
        taken[student, found.name] = row.line, Submission(student, found, file, f"{path} ({student})")
    collection.submissions = [submission for _, submission in taken.values()]
    return collection


def _beside(manifest: Path, path: str) -> Path | None:
    """Returns the file that a manifest names, which may be spelled as Windows does; None if it is not there."""
    for spelling in (path, path.replace("\\", "/")):
        with contextlib.suppress(OSError, ValueError):
            if (manifest.parent / spelling).exists():
                return manifest.parent / spelling
    return None
