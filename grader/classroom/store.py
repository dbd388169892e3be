"""Keeps the grades of a class in an SQLite database, one row a submission and kata."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

import peewee

from grader.errors import UsageError
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.result import Result
from grader.result import from_json
from grader.result import to_json

SCHEMA_VERSION: Final = 1
"""Kept in the database's user_version."""


class GradeRow(peewee.Model):
    """The latest grade of one student for one kata."""

    student = peewee.TextField()
    kata = peewee.TextField()
    content = peewee.TextField()
    """SHA-256 of the submission."""
    kata_version = peewee.TextField()
    """Digest of the kata's files."""
    seed = peewee.BigIntegerField()
    status = peewee.TextField()
    score = peewee.FloatField()
    max_score = peewee.FloatField()
    seconds = peewee.FloatField()
    result = peewee.TextField()
    """The whole JSON result."""

    class Meta:
        """Where the rows are, and what is looked up."""

        table_name = "grade"
        primary_key = peewee.CompositeKey("student", "kata")
        indexes = ((("kata", "content", "kata_version", "seed"), False),)


class ExpectedRow(peewee.Model):
    """A student who is expected to hand in."""

    student = peewee.TextField(primary_key=True)
    handed_in = peewee.BooleanField()
    """Whether there was anything of theirs, even something that could not be graded."""

    class Meta:
        """Where the rows are."""

        table_name = "expected"


class Store:
    """An open database of grades, for one batch at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Opens or makes a database.

        Args:
            path: the file.
            read_only: whether nothing will be written; then the file must exist, and a batch may be running.

        Raises:
            UsageError: it cannot be opened, is in use, or was written by another version.
        """
        self.path = path
        with self._explained(), contextlib.ExitStack() as opened:
            if read_only and not path.is_file():
                raise UsageError(
                    f"{path}: expected a database of grades, found no such file; `grader batch` makes one."
                )
            if not read_only:
                opened.callback(os.close, self._take_lock())
            self._database = peewee.SqliteDatabase(str(path), pragmas={"journal_mode": "wal", "synchronous": "normal"})
            self._grades = _made_for(self._database, GradeRow)
            self._expected = _made_for(self._database, ExpectedRow)
            opened.callback(self._database.close)
            self._database.connect()
            is_new = not self._database.get_tables()
            found = self._database.execute_sql("PRAGMA user_version").fetchone()[0]
            if not is_new and found != SCHEMA_VERSION:
                raise UsageError(
                    f"{path}: expected grades of version {SCHEMA_VERSION}, found version {found}; name another file."
                )
            if is_new:
                self._database.create_tables([self._grades])
                self._database.execute_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            if not read_only:
                # Databases from before there was a roster have no such table.
                self._database.create_tables([self._expected])
            self._opened = opened.pop_all()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def is_empty(self) -> bool:
        """Says whether there is no grade yet."""
        return not self._grades.select().exists()

    def latest_seed(self) -> int | None:
        """Returns the seed of the grade that was written last, or None if there is no grade yet."""
        row = self._grades.select(self._grades.seed).order_by(peewee.SQL("rowid").desc()).first()
        return None if row is None else int(row.seed)

    def find(self, kata: str, content: str, kata_version: str, seed: int) -> Result | None:
        """Returns the result of the same content, for whichever student it was made; errors are not results."""
        same = self._grades.select(self._grades.result).where(self._is_of(kata, content, kata_version, seed)).limit(1)
        found = same.scalar()
        return None if found is None else from_json(found.encode())

    def holds(self, student: str, kata: str, content: str, kata_version: str, seed: int) -> bool:
        """Says whether this very submission has been graded."""
        same = self._grades.select().where(
            self._is_of(kata, content, kata_version, seed), self._grades.student == student
        )
        return bool(same.exists())

    def put(self, student: str, content: str, kata_version: str, result: Result) -> None:
        """Writes one grade; it is on disk when this returns, and replaces an older one of the same student and kata."""
        with self._explained():
            self._grades.replace(
                student=student,
                kata=result.kata,
                content=content,
                kata_version=kata_version,
                seed=result.seed,
                status=result.status,
                score=result.score,
                max_score=result.max_score,
                seconds=result.seconds,
                result=to_json(result),
            ).execute()

    def expect(self, students: dict[str, bool]) -> None:
        """Keeps who is expected to hand in, in place of those from before, and whether they have handed in anything."""
        with self._explained(), self._database.atomic():
            self._expected.delete().execute()
            for student, handed_in in students.items():
                self._expected.create(student=student, handed_in=handed_in)

    def without_grade(self) -> list[tuple[str, bool]]:
        """Lists the expected students who have no grade at all, and whether they have handed in anything."""
        if not self._expected.table_exists():
            return []
        graded = {row.student for row in self._grades.select(self._grades.student).distinct()}
        rows = self._expected.select().order_by(self._expected.student)
        return [(row.student, row.handed_in) for row in rows if row.student not in graded]

    def graded(self, paths: Mapping[tuple[str, str], str] | None = None, problems: Sequence[str] = ()) -> GradedClass:
        """Returns all that is kept.

        Args:
            paths: the files that are known, by student and kata.
            problems: a sentence about each file that was left out.
        """
        files = [
            GradedFile((paths or {}).get((student, result.kata), ""), result, student)
            for student, result in self.results()
        ]
        return GradedClass(files, self.without_grade(), problems)

    def results(self) -> Iterator[tuple[str, Result]]:
        """Yields every student's results, by kata and student."""
        for row in self._grades.select().order_by(self._grades.kata, self._grades.student).iterator():
            yield row.student, from_json(row.result.encode())

    def _take_lock(self) -> int:
        lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise UsageError(
                f"{self.path}: another batch is writing to it; wait for it, or name another file."
            ) from None
        return lock

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns errors of the database and of the disk into sentences."""
        try:
            yield
        except peewee.PeeweeException as error:
            raise UsageError(
                f"{self.path}: the database cannot be used ({error}); finished grades are kept."
            ) from error
        except OSError as error:
            raise UsageError(
                f"{self.path}: cannot be opened ({error.strerror}); choose a folder of your own."
            ) from error

    def _is_of(self, kata: str, content: str, kata_version: str, seed: int) -> peewee.Expression:
        """Selects the grades of a content; an error is no grade."""
        row = self._grades
        is_same = (
            (row.kata == kata) & (row.content == content) & (row.kata_version == kata_version) & (row.seed == seed)
        )
        is_grade: peewee.Expression = is_same & (row.status != "error")
        return is_grade


def _made_for(database: peewee.Database, model: type[peewee.Model]) -> Any:
    """Derives a model whose rows are in a database, so that several stores may be open at once."""
    meta = type("Meta", (), {"database": database, "table_name": model._meta.table_name})
    return type(model.__name__, (model,), {"Meta": meta})
