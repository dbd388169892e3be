"""Remembers on disk what was made out of files and folders, until one of them changes."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

from grader.files import write_whole

Stamp = tuple[str, int | None]
"""A path and when it last changed, in nanoseconds; None where there is nothing."""


def default_folder() -> Path:
    """Returns the folder of this user where all that can be made again is kept."""
    return Path(platformdirs.user_cache_dir("grader"))


def stamp(paths: Iterable[str]) -> list[Stamp]:
    """Notes when files and folders last changed; a folder changes when something is added to it or taken out."""
    return [(path, _time_of_change(path)) for path in paths]


def load(file: Path, version: str) -> Any:
    """Returns what was stored in a file, or None if it is of another version or anything has changed since."""
    try:
        known = json.loads(file.read_bytes())
        is_current = known["version"] == version and all(
            _time_of_change(path) == time for path, time in known["stamps"]
        )
        return known["value"] if is_current else None
    except (OSError, ValueError, TypeError, LookupError):
        return None


def store(file: Path, version: str, stamps: list[Stamp], value: Any) -> None:
    """Keeps a value that JSON can hold; where it cannot be written it is made again next time.

    Args:
        file: where to keep it.
        version: changes when the same files would give another value.
        stamps: of everything that it depends on, taken before it was made.
        value: what to keep.
    """
    content = json.dumps({"version": version, "stamps": stamps, "value": value})
    with contextlib.suppress(OSError):
        write_whole(file, content.encode())


def _time_of_change(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None
