"""The learner's file beside the stub that it was made from: what differs, and how to start over."""

from __future__ import annotations

import difflib
import importlib.util
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from grader.content.notebook import CELL
from grader.content.submission import MAX_BYTES
from grader.content.submission import read_submission
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.content.kata import Kata
    from grader.learner.workspace import Workspace
    from grader.plugins import PluginManager


def read_text(manager: PluginManager, file: Path, kata: Kata) -> str:
    """Reads the source that would be graded, as a text to be shown; bytes that are none are replaced, and cells not named.

    Raises:
        UsageError: there is nothing that can be read, or far too much.
    """
    source = read_submission(manager, file, kata)
    if len(source) > MAX_BYTES:
        raise UsageError(
            f"{file}: expected a submission of at most {MAX_BYTES // 1024} KiB, found more; check that it is the right file."
        )
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, LookupError, ValueError):  # It declares an encoding that is none, or not its own.
        text = source.decode(errors="replace")
    return CELL.sub("", text) if file.suffix == ".ipynb" else text


def diff(text: str, kata: Kata, name: str) -> list[str]:
    """Compares the learner's text with the stub.

    Args:
        text: the learner's.
        kata: has the stub.
        name: how the learner's file is called.

    Returns:
        The lines of a unified diff from the stub to the learner's text; none where the two are equal.
    """
    stub = kata.stub.read_text(encoding="utf-8")
    lines = difflib.unified_diff(
        stub.splitlines(), text.splitlines(), f"{kata.name}.py as it was started", name, lineterm=""
    )
    return list(lines)


def reset(workspace: Workspace, kata: Kata) -> Path:
    """Puts the stub, or the notebook with it, in the place of the learner's file, of which a copy is kept beside it.

    Returns:
        The copy, under a name that was free.

    Raises:
        UsageError: there is no file, it is the stub already, or the folder cannot be written.
    """
    file, stub = workspace.submission_path(kata), kata.stub.read_bytes()
    if file.suffix == ".ipynb":
        from grader.learner.starter import make_notebook

        stub = make_notebook(kata)
    try:
        content = file.read_bytes()
        if content == stub:
            raise UsageError(f"{file} is the stub already; fill it in, then: grader run {kata.name}")
        copy = _write_new(file, content)
        file.write_bytes(stub)
    except FileNotFoundError:
        raise UsageError(f"{file}: nothing to reset there; `grader start {kata.name}` copies the stub.") from None
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be reset ({error.strerror}); check the permissions of the file and of its folder."
        ) from error
    return copy


def _write_new(file: Path, content: bytes) -> Path:
    """Writes content beside a file, under the first name that is free, such as `perceptron.1.py`."""
    for number in itertools.count(1):
        copy = file.with_name(f"{file.stem}.{number}{file.suffix}")
        try:
            with copy.open("xb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())  # The original is overwritten next.
            return copy
        except FileExistsError:
            continue
    raise AssertionError("unreachable")
