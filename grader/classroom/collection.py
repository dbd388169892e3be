"""What a class handed in: sorts files by student and kata, and says of each that is not graded why.

Every student has a folder with `KATA.py` or `KATA/KATA.py` in it, and all of these may be inside one more folder. What
teachers download from Moodle and Canvas is read as it is: `Jane Doe_123_assignsubmission_file_/KATA.py`, and
`doejane_LATE_123_456_KATA-1.py` without a folder. Nothing is graded on a guess: a file of another name is named and left out.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath
from typing import Final

from grader.classroom.files import Found
from grader.classroom.files import is_junk
from grader.content.catalog import Catalog
from grader.content.kata import Kata

_MOODLE: Final = re.compile(r"(?P<student>.+)_(?P<id>\d+)_assignsubmission_[a-z]+(_(?P<file>.*))?")
_CANVAS: Final = re.compile(r"(?P<student>[^_]+)_(LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
_NUMBERED: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d+)(?P<suffix>\.\w+)")
_CODE: Final = frozenset({".py", ".ipynb", ".zip", ".gz", ".tar", ".7z", ".rar"})
"""The forms in which code is handed in; of other forms only what is named after a kata may be an answer."""
_MOST_NAMES: Final = 5
"""How many names are listed before the rest is only counted."""


@dataclasses.dataclass(frozen=True)
class Submission:
    """One student's answer to one kata."""

    student: str
    kata: Kata
    path: Path
    name: str
    """What messages call the file: its path within what was handed in."""


@dataclasses.dataclass
class Collection:
    """What a class handed in."""

    submissions: list[Submission] = dataclasses.field(default_factory=list)
    students: set[str] = dataclasses.field(default_factory=set)
    """Everyone who handed in anything, even something that cannot be graded."""
    problems: list[str] = dataclasses.field(default_factory=list)
    """A sentence about each file that is not graded."""
    notes: list[str] = dataclasses.field(default_factory=list)
    """What costs nobody a grade, and may be worth a look."""
    archive: Path | None = None
    """What the files were unpacked from, into a folder that will be gone."""

    def paths(self) -> dict[tuple[str, str], str]:
        """Returns by student and kata where each file is; of a member of an archive, ARCHIVE/MEMBER."""
        return {
            (submission.student, submission.kata.name): str(
                self.archive / submission.name if self.archive else submission.path
            )
            for submission in self.submissions
        }


@dataclasses.dataclass(frozen=True)
class _Item:
    """A file or folder of one student."""

    student: str
    id: str
    """What keeps two students of one name apart: their number in Moodle or Canvas; "" elsewhere."""
    parts: tuple[str, ...]
    """Its path below the student's folder."""
    found: Found
    copy: int = 0
    """Canvas gives a number to a file that was handed in again under the same name."""


def is_wanted(name: str, catalog: Catalog) -> bool:
    """Says by the name of a file whether it may be an answer to a kata."""
    item = _item_of(Found((name,)), (name,), catalog)
    return PurePath(item.parts[-1] if item and item.parts else name).stem in catalog.katas


def arrange(entries: Iterable[Found], catalog: Catalog) -> Collection:
    """Sorts by student and kata what is in a folder or in an archive.

    Args:
        entries: all files and folders.
        catalog: the katas.
    """
    collection = Collection()
    found = _last_of_each(entries, collection)
    wrapper = _wrapper_of(found, catalog)
    if wrapper:
        collection.notes.append(
            f"Everything is in the folder {wrapper!r}; the folders in it are taken to be the students'."
        )
    items, strays = [], []
    for entry in found:
        parts = entry.parts[1:] if wrapper and entry.parts[0] == wrapper else entry.parts
        item = _item_of(entry, parts, catalog) if parts else None
        if item:
            items.append(item)
        elif not entry.is_folder:
            strays.append(entry)
    unread: list[str] = []
    for student, own in sorted(_by_student(items).items()):
        unread += _take(student, own, catalog, collection)
    for entry in strays:
        if entry.problem or PurePath(entry.name).suffix.lower() in _CODE:
            reason = entry.problem or "is in no student's folder; expected STUDENT/KATA.py"
            collection.problems.append(f"{entry.name}: {reason}.")
        else:
            unread.append(entry.name)
    if unread:
        collection.notes.append(f"Not looked at, because they are not named after a kata: {_some(unread)}.")
    return collection


def _last_of_each(entries: Iterable[Found], collection: Collection) -> list[Found]:
    """Drops what nobody handed in, and of members with one name all but the last, which is what unpacking would leave."""
    last: dict[tuple[str, ...], Found] = {}
    for entry in entries:
        if not entry.parts:
            collection.problems += [f"{entry.problem}."] if entry.problem else []
        elif not is_junk(entry.parts):
            if entry.parts in last and not entry.is_folder:
                collection.problems.append(f"{entry.name}: is there more than once; the last one was taken.")
            last[entry.parts] = entry
    return sorted(last.values(), key=lambda entry: entry.parts)


def _wrapper_of(found: Sequence[Found], catalog: Catalog) -> str:
    """Returns the folder in which all students' folders are; "" where they are at the top.

    It is the only folder at the top, holds what look like students' folders, and no answer such as a student's own
    folder has.
    """
    tops = {entry.parts[0] for entry in found if len(entry.parts) > 1 or entry.is_folder}
    if len(tops) != 1 or any(_lms_name(entry.parts[0]) for entry in found):
        return ""
    below = [entry.parts[1:] for entry in found if len(entry.parts) > 1]
    has_students = any(len(parts) > 1 or _lms_name(parts[0]) for parts in below)
    return tops.pop() if has_students and not any(_is_answer(parts, catalog) for parts in below) else ""


def _lms_name(name: str) -> re.Match[str] | None:
    """Takes apart what Moodle or Canvas calls a student's folder or file."""
    return _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name)


def _item_of(entry: Found, parts: tuple[str, ...], catalog: Catalog) -> _Item | None:
    """Returns an entry as a student's; None if it is nobody's."""
    first, *rest = parts
    match = _MOODLE.fullmatch(first)
    if match:
        return _Item(match["student"], match["id"], (*([match["file"]] if match["file"] else []), *rest), entry)
    match = None if rest or entry.is_folder else _CANVAS.fullmatch(first)
    if match:
        file, copy = match["file"], 0
        numbered = _NUMBERED.fullmatch(file)
        if numbered and numbered["stem"] in catalog.katas:
            file, copy = numbered["stem"] + numbered["suffix"], int(numbered["number"])
        return _Item(match["student"], match["id"], (file,), entry, copy)
    return _Item(first, "", tuple(rest), entry) if rest or entry.is_folder else None


def _by_student(items: list[_Item]) -> dict[str, list[_Item]]:
    """Groups by student; where two have one name, their numbers keep them apart."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        ids[item.student].add(item.id)
    grouped: defaultdict[str, list[_Item]] = defaultdict(list)
    for item in items:
        is_shared = len(ids[item.student]) > 1 and item.id
        grouped[f"{item.student}_{item.id}" if is_shared else item.student].append(item)
    return grouped


def _take(student: str, items: list[_Item], catalog: Catalog, collection: Collection) -> list[str]:
    """Takes one file for each kata that a student answered; returns the files that are no code."""
    shipped = {file.name for kata in catalog.katas.values() for file in (kata.statement, kata.hints, kata.support)}
    shipped.add("kata.toml")
    answers: defaultdict[str, list[_Item]] = defaultdict(list)
    code: list[str] = []
    unread: list[str] = []
    num_problems = len(collection.problems)
    collection.students.add(student)
    for item in items:
        if item.found.problem:
            collection.problems.append(f"{item.found.name}: {item.found.problem}.")
        elif item.found.is_folder or not item.parts or item.parts[-1] in shipped:
            continue
        elif _is_answer(item.parts, catalog):
            answers[PurePath(item.parts[-1]).stem].append(item)
        else:
            (code if _is_code(item) else unread).append(item.found.name)
    taken: dict[str, str] = {}
    for kata, candidates in answers.items():
        first, *others = sorted(candidates, key=_preference)
        if _is_code(first):  # Beside it, pictures and texts of the same name are not answers.
            unread += [other.found.name for other in others if not _is_code(other)]
            others = [other for other in others if _is_code(other)]
        assert first.found.path is not None  # What may be an answer is unpacked, or has a problem.
        collection.submissions.append(Submission(student, catalog.katas[kata], first.found.path, first.found.name))
        taken[kata] = first.found.name
        for other in others:
            why = _why(first, other)
            collection.problems.append(f"{other.found.name}: {first.found.name} was taken as {kata}, {why}.")
    collection.problems += _misnamed(code, taken, catalog)
    if not answers and len(collection.problems) == num_problems:
        only = f", only {_some(unread)}" if unread else ""
        collection.problems.append(f"{student}: found no file that is named after a kata{only}.")
        return []
    return unread


def _is_answer(parts: tuple[str, ...], catalog: Catalog) -> bool:
    """Says whether a path below a student's folder is where an answer belongs: KATA.py, or KATA/KATA.py."""
    *folders, name = parts
    path = PurePath(name)
    return path.stem in catalog.katas and bool(path.suffix) and folders in ([], [path.stem])


def _preference(item: _Item) -> tuple[object, ...]:
    return not item.parts[-1].endswith(".py"), not _is_code(item), len(item.parts), -item.copy, item.parts


def _is_code(item: _Item) -> bool:
    return PurePath(item.parts[-1]).suffix.lower() in _CODE


def _why(taken: _Item, other: _Item) -> str:
    if taken.parts[-1].endswith(".py") != other.parts[-1].endswith(".py"):
        return "which is a Python file"
    if taken.copy != other.copy:
        return "which was handed in later"
    if len(taken.parts) != len(other.parts):
        return "which is nearer to the student's folder"
    return "which is the first by name"


def _misnamed(names: list[str], taken: dict[str, str], catalog: Catalog) -> list[str]:
    """Says of code that is not where an answer belongs what it may have been meant for."""
    problems, unknown = [], []
    for name in names:
        kata = _meant(PurePath(name).stem.casefold(), catalog)
        if kata in taken:
            problems.append(f"{name}: {taken[kata]} was taken as {kata}, which has the expected name and place.")
        elif kata:
            problems.append(
                f"{name}: expected {kata}.py in the student's folder, or in {kata}/ there; rename or move it."
            )
        else:
            unknown.append(name)
    if unknown:
        problems.append(f"{_some(unknown)}: named after no kata; only KATA.py is graded.")
    return problems


def _meant(stem: str, catalog: Catalog) -> str:
    """Guesses for a message which kata a file was meant for; "" where nothing is like its name."""
    contained = [kata for kata in catalog.katas if kata in stem]
    close = difflib.get_close_matches(stem, catalog.katas, n=1, cutoff=0.75)
    return max(contained, key=len, default=close[0] if close else "")


def _some(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
