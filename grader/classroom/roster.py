"""Finds the submissions of a class: in a folder, in a manifest, or in an archive.

A folder and an archive have one folder a student with `KATA.py` or `KATA/KATA.py` in it. A manifest is a CSV file with the
columns student, kata and path, or JSON Lines with these keys; paths are relative to the manifest.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from pathlib import PurePosixPath
from typing import Any
from typing import Final
from typing import TypeVar

from grader.content.catalog import Catalog
from grader.content.submission import MAX_BYTES
from grader.errors import GraderError
from grader.errors import UsageError

_COLUMNS: Final = ("student", "kata", "path")


@dataclasses.dataclass(frozen=True)
class Delivery:
    """One student's answer to one kata; `read` returns its content, cut off above what a submission may have."""

    student: str
    kata: str
    read: Callable[[], bytes]


@dataclasses.dataclass
class Roster:
    """The submissions of a class, and a sentence about each that cannot be graded."""

    submissions: list[Delivery] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    archive: zipfile.ZipFile | tarfile.TarFile | None = None
    """What the submissions are read from, to be closed after the last one."""

    def __enter__(self) -> Roster:
        return self

    def __exit__(self, *_: object) -> None:
        if self.archive:
            self.archive.close()


def read_roster(source: Path, catalog: Catalog) -> Roster:
    """Lists the submissions in a folder, a manifest or an archive.

    Raises:
        UsageError: there is no such thing, it has an unknown form, or an archive tries to reach out of itself.
    """
    if source.is_dir():
        roster = _read_folder(source, catalog)
    elif not source.is_file():
        raise UsageError(f"{source}: expected a folder, a manifest or an archive of submissions, found nothing there.")
    elif source.suffix == ".csv":
        roster = _read_manifest(source, catalog, _csv_rows(source))
    elif source.suffix in (".jsonl", ".ndjson"):
        roster = _read_manifest(source, catalog, _json_rows(source))
    elif zipfile.is_zipfile(source):
        roster = _read_archive(source, catalog, zipfile.ZipFile(source), _zip_members)
    elif tarfile.is_tarfile(source):
        roster = _read_archive(source, catalog, tarfile.open(source), _tar_members)  # noqa: SIM115  The roster closes it.
    else:
        raise UsageError(
            f"{source}: expected a folder, a .csv or .jsonl manifest, or a zip or tar archive; found none of these."
        )
    if not roster.submissions and not roster.problems:
        raise UsageError(
            f"{source}: found no submissions; expected student/KATA.py, or a manifest with one row for each."
        )
    return roster


def _read_folder(folder: Path, catalog: Catalog) -> Roster:
    roster = Roster()
    for student in sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".")):
        if student.is_symlink() or not student.is_dir():
            continue
        found = [(kata, file) for kata in catalog.katas for file in _candidates(student, kata)]
        for kata, file in found:
            if file.is_symlink() or file.parent.is_symlink():
                roster.problems.append(f"{file}: expected a file, found a link; it was left out.")
            else:
                roster.submissions.append(Delivery(student.name, kata, _reader(file)))
        if not found:
            roster.problems.append(f"{student}: found no file that is named after a kata.")
    return roster


def _candidates(student: Path, kata: str) -> list[Path]:
    files = [student / f"{kata}.py", student / kata / f"{kata}.py"]
    return [file for file in files if file.is_file() or file.is_symlink()][:1]


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)

    return read


def _read_manifest(manifest: Path, catalog: Catalog, rows: Iterable[tuple[int, dict[str, Any]]]) -> Roster:
    roster = Roster()
    for line, row in rows:
        values = [row.get(column) for column in _COLUMNS]
        student, kata, path = (value if isinstance(value, str) else "" for value in values)
        if not (student and kata and path):
            roster.problems.append(f"{manifest}, line {line}: expected {', '.join(_COLUMNS)}, found {row}.")
            continue
        file = manifest.parent / path
        try:
            catalog.find(kata)
        except GraderError as error:
            roster.problems.append(f"{manifest}, line {line}: {error}")
            continue
        if not file.is_file():
            roster.problems.append(f"{manifest}, line {line}: {file} is no file.")
            continue
        roster.submissions.append(Delivery(student, kata, _reader(file)))
    return roster


def _csv_rows(manifest: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with manifest.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.DictReader(file)
        missing = set(_COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise UsageError(
                f"{manifest}: expected the columns {', '.join(_COLUMNS)}; {', '.join(sorted(missing))} is missing."
            )
        for row in reader:
            yield reader.line_num, row


def _json_rows(manifest: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with manifest.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError:
                    row = None
                yield number, row if isinstance(row, dict) else {"line": line.strip()[:80]}


@dataclasses.dataclass(frozen=True)
class _Member:
    name: str
    is_file: bool
    is_plain: bool
    """Whether it is a file or a folder, and not a link or a device."""
    read: Callable[[], bytes]


_Archive = TypeVar("_Archive", zipfile.ZipFile, tarfile.TarFile)


def _read_archive(
    path: Path, catalog: Catalog, archive: _Archive, members: Callable[[_Archive], Iterable[_Member]]
) -> Roster:
    roster = Roster(archive=archive)
    try:
        _fill(roster, path, catalog, members(archive))
    except BaseException:
        archive.close()
        raise
    return roster


def _fill(roster: Roster, archive: Path, catalog: Catalog, members: Iterable[_Member]) -> None:
    found: dict[tuple[str, str], _Member] = {}
    for member in members:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\\" in member.name or not member.is_plain:
            raise UsageError(f"{archive}: {member.name!r} is a path that escapes the archive, so none of it is graded.")
        kata = path.stem
        belongs = len(path.parts) in (2, 3) and path.suffix == ".py" and path.parts[1:-1] in ((), (kata,))
        if member.is_file and belongs and kata in catalog.katas:
            found.setdefault((path.parts[0], kata), member)
    for (student, kata), member in sorted(found.items(), key=lambda item: item[0]):
        roster.submissions.append(Delivery(student, kata, member.read))


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for entry in archive.infolist():
        mode = entry.external_attr >> 16
        is_plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode)

        def read(entry: zipfile.ZipInfo = entry) -> bytes:
            with archive.open(entry) as stream:
                return stream.read(MAX_BYTES + 1)

        yield _Member(entry.filename, not entry.is_dir(), is_plain, read)


def _tar_members(archive: tarfile.TarFile) -> Iterator[_Member]:
    for entry in archive:

        def read(entry: tarfile.TarInfo = entry) -> bytes:
            stream = archive.extractfile(entry)
            return stream.read(MAX_BYTES + 1) if stream else b""

        yield _Member(entry.name, entry.isfile(), entry.isfile() or entry.isdir(), read)
