"""The standard streams, made such that no terminal, encoding, full disk or closed pipe decides an exit code."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import select
import sys
from typing import Final

_ESCAPE: Final = "grader_escape"


def prepare() -> None:
    """Opens the standard streams that are closed, and lets all escape what their encoding lacks."""
    # A file or socket that is opened later would get the number of a closed stream, and the stream's output.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))
    codecs.register_error(_ESCAPE, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPE)


def finish() -> None:
    """Writes what is buffered; what cannot be written is dropped, or Python would try it again and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_reader_gone() -> bool:
    """Says whether standard output is a pipe that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    return False


def _escape(error: UnicodeError) -> tuple[str, int]:
    r"""Writes characters as JSON does, `\u2713`, which keeps JSON valid and text readable."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end
