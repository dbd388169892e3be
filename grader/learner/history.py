"""The history of a kata: a learner's latest attempts, oldest first."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

import msgspec

from grader.errors import UsageError
from grader.files import write_whole
from grader.result import Status

if TYPE_CHECKING:
    from grader.result import Result

MAX_ATTEMPTS: Final = 100
"""Of a kata; older ones are dropped."""


class Attempt(msgspec.Struct, kw_only=True):
    """One grade of the learner's own file."""

    graded_at: datetime.datetime
    """In UTC."""
    status: Status
    score: float
    max_score: float
    misconception: str | None = None
    """What a learner calls it: its title."""


def attempt_of(result: Result) -> Attempt:
    """Describes a grade that was just made."""
    return Attempt(
        graded_at=datetime.datetime.now(datetime.UTC),
        status=result.status,
        score=result.score,
        max_score=result.max_score,
        misconception=result.misconception.title if result.misconception else None,
    )


def read_attempts(file: Path) -> list[Attempt]:
    """Reads a history; where there is no file there were no attempts.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Attempt])
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: expected a history, cannot read one ({error}); fix or delete it.") from error


def format_points(points: float) -> str:
    """Writes points to one place, and whole ones without."""
    return f"{points:.1f}".removesuffix(".0")


def add_attempt(file: Path, attempt: Attempt) -> None:
    """Adds an attempt to a history, and drops the oldest where there are too many.

    Raises:
        OSError: the file cannot be written.
        UsageError: the file is damaged; it is left as it is.
    """
    attempts = [*read_attempts(file), attempt][-MAX_ATTEMPTS:]
    write_whole(file, msgspec.json.format(msgspec.json.encode(attempts), indent=1))
