"""Reading a submission from disk, and what can be said about it before any of it runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from grader.content.kata import Kata
from grader.errors import GraderError
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.plugins import PluginManager

MAX_BYTES: Final = 256 * 1024


def read_submission(manager: PluginManager, path: Path, kata: Kata, *, name: str = "") -> bytes:
    """Reads what is to be graded, through the first plugin that knows the format: `run`, `watch` and `batch` all do it here.

    Args:
        manager: the plugins.
        path: the file or the folder.
        kata: what it is to be graded against.
        name: what messages call it, where that is not its path: a member of an archive has been unpacked somewhere.

    Raises:
        UsageError: the path does not exist, cannot be read, or holds nothing that a plugin knows.
    """
    name = name or str(path)
    num_failures = len(manager.failures)
    try:
        if not path.exists():
            raise UsageError(
                f"{name}: no submission there; check the path, or leave it out to grade your own "
                f"{kata.name}/{kata.name}.py, which `grader start {kata.name}` makes where it is missing."
            )
        source: bytes | None = manager.hook.grader_load_submission(path=path, kata=kata)
    except GraderError as error:  # A loader knows a member of an archive only by where it has been unpacked.
        raise type(error)(str(error).replace(str(path), name)) from error
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror}); check its permissions.") from error
    if source is None:
        for failure in manager.failures[num_failures:]:  # Of the plugin that knows the format, most likely.
            raise UsageError(f"{name}: the {failure}; check the file, and `grader plugins` for who wrote the plugin.")
        found = f"a folder without {kata.name}.py" if path.is_dir() else f"{path.name!r}"
        raise UsageError(f"{name}: expected a Python file, found {found}; name the file that you want graded.")
    return source


def load_python_file(path: Path, kata: Kata) -> bytes | None:
    """Loads a `.py` file, or the kata's file in a folder; reads no more than a submission may have."""
    if path.is_dir():
        path = path / f"{kata.name}.py"
    if not path.is_file() or path.suffix != ".py":
        return None
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def find_problem(source: bytes) -> str | None:
    """Says in a message for the learner why this cannot be a submission; None if it can.

    Its encoding is what Python takes it for (PEP 263): UTF-8, or what one of the first two lines declares.
    """
    if len(source) > MAX_BYTES:
        return (
            f"The file is larger than {MAX_BYTES // 1024} KiB.\n"
            "Next step: Submit code only; weights and data are made when it runs."
        )
    if not source.strip():
        return "The file is empty.\nNext step: Start from the stub; `grader start` copies it where there is none yet."
    try:
        importlib.util.decode_source(source)
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            return (
                f"{str(error).capitalize()}.\nNext step: Save the file as UTF-8, and remove the line that declares it."
            )
        return _not_text(source, "utf-8")
    except UnicodeDecodeError as error:
        return _not_text(source, error.encoding)
    except (LookupError, ValueError):  # Of a codec that is not one of texts, such as rot13, or that takes no file.
        return (
            "The encoding that one of the first two lines declares is none of texts.\n"
            "Next step: Save the file as UTF-8, and remove the line that declares it."
        )
    if b"\0" in source:
        return "The file has null bytes, so it is not Python source.\nNext step: Check that this is the right file."
    return None


def _not_text(source: bytes, encoding: str) -> str:
    try:
        source.decode(encoding)
        place = ""
    except UnicodeDecodeError as error:
        place = f" (byte {error.start} is 0x{source[error.start]:02x})"
    return (
        f"The file is not {encoding.upper()} text{place}.\n"
        "Next step: Check that this is the Python source, and save it as UTF-8."
    )
