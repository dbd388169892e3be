"""Keeps on disk what was made from other things, until its version or one of the files that it was made from changes."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from grader.files import write_whole

Stamp = tuple[str, int | None]
"""A path and when it last changed, in nanoseconds; None where there is nothing."""


def default_folder() -> Path:
    """Returns the folder of this user where all that can be made again is kept; one without a home keeps nothing."""
    try:
        return Path(platformdirs.user_cache_dir("grader"))
    except RuntimeError:
        return Path(os.devnull)


def stamp(paths: Iterable[str]) -> list[Stamp]:
    """Notes when files and folders last changed; a folder changes when something is added to it or taken out."""
    return [(path, _time_of_change(path)) for path in paths]


def load(file: Path, version: str) -> bytes | None:
    """Returns what is kept in a file, or None if it is of another version or anything has changed since."""
    try:
        header, _, content = file.read_bytes().partition(b"\n")
        known = json.loads(header)
        is_current = known["version"] == version and all(
            _time_of_change(path) == time for path, time in known["stamps"]
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None
    return content if is_current else None


def store(file: Path, version: str, content: bytes, stamps: Iterable[Stamp] = ()) -> None:
    """Keeps content; where it cannot be written it is made again next time.

    Args:
        file: where to keep it.
        version: changes when different content would be made.
        content: what to keep.
        stamps: of files that it depends on beside the version, taken before it was made.
    """
    header = json.dumps({"version": version, "stamps": list(stamps)})
    with contextlib.suppress(OSError):
        write_whole(file, header.encode() + b"\n" + content)


def _time_of_change(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None
