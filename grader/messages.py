"""What is said beside the output: warnings, and failures of our own, whose tracebacks go to a log file."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import click

from grader import cache
from grader.errors import GraderError
from grader.harmless import harmless

LOG_NAME: Final = "errors.log"
_MAX_LOG_BYTES: Final = 2**20
"""A log that has grown beyond this is started over."""

_MAX_CHARACTERS: Final = 300
"""Of an exception's text; all of it is in the log."""


def say(text: str) -> None:
    """Writes a line to standard error; where that cannot be written nobody is listening, and nothing else changes."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(harmless(text), err=True)


def warn(text: str) -> None:
    """Tells the user of something that went wrong and changed no verdict."""
    say(f"Warning: {text}")


def describe(error: BaseException) -> str:
    """Puts an exception into a line: one of ours by its message, any other by its type and the first line of its text."""
    if isinstance(error, GraderError):
        return str(error).removesuffix(".")
    import traceback

    lines = traceback.format_exception_only(error)[-1].splitlines()
    return lines[0][:_MAX_CHARACTERS] if lines else type(error).__name__


def save_traceback(error: BaseException) -> str:
    """Appends a traceback to the log in the cache folder, or to a temporary file where there is none.

    Returns:
        The end of a sentence that says where it can be read.
    """
    import traceback

    text = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(sys.argv)}\n{''.join(traceback.format_exception(error))}\n"
    for open_log in (_open_log, _open_temporary):
        with contextlib.suppress(OSError):
            descriptor, path = open_log()
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode(errors="backslashreplace"))
            return f"the traceback is in {path}"
    return "the traceback could not be kept anywhere"


def _open_log() -> tuple[int, Path]:
    path = cache.default_folder() / LOG_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    is_full = path.exists() and path.stat().st_size > _MAX_LOG_BYTES
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if is_full else 0)
    return os.open(path, flags, 0o600), path


def _open_temporary() -> tuple[int, str]:
    return tempfile.mkstemp(prefix="grader-", suffix=".log")
