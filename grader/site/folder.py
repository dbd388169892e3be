"""Writes the files of a site, and never over or instead of anything that is not a site's own."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import UsageError
from grader.files import write_whole

LIST: Final = ".grader-site.json"
"""Names the files that were written, with the digests of what was, or was about to be, written."""


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a site, in the place of the one that was written there before.

    Args:
        folder: where to; it must be empty, not be there yet, or hold a site.
        files: what to write, by the path in the folder.

    Raises:
        UsageError: the folder holds something else, or cannot be read or written; nothing of others was touched.
    """
    try:
        ours = _read_list(folder)
        for name in ours.keys() | files.keys():
            _require_ours(folder / name, ours.get(name, []))
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        # Whenever this is interrupted, each file is what one of the digests says.
        _write(
            folder / LIST,
            msgspec.json.encode(
                {name: [*ours.get(name, []), digests[name]] for name in files}
                | {name: known for name, known in ours.items() if name not in files}
            ),
        )
        for name, content in files.items():
            _write(folder / name, content)
        for name in ours.keys() - files.keys():
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()
        _write(folder / LIST, msgspec.json.encode({name: [digest] for name, digest in digests.items()}))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}); choose a folder that you own.") from error


def _read_list(folder: Path) -> dict[str, list[str]]:
    """Returns the digests of the files that were written, by path."""
    if not folder.exists() and not folder.is_symlink():
        return {}
    try:
        ours = msgspec.json.decode((folder / LIST).read_bytes(), type=dict[str, list[str]])
        if all(Path(name).parts and not Path(name).is_absolute() and ".." not in Path(name).parts for name in ours):
            return ours
    except FileNotFoundError:
        if not any(folder.iterdir()):
            return {}
    except (NotADirectoryError, ValueError):
        pass
    raise UsageError(
        f"{folder}: expected no folder, an empty one, or one that `grader site` wrote, found something else; choose another."
    )


def _require_ours(file: Path, digests: list[str]) -> None:
    """Checks that a file is not there, or as it was written."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        is_ours = False
    else:
        is_ours = not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() in digests
    if not is_ours:
        raise UsageError(
            f"{file}: expected what `grader site` wrote, found something else, which was left as it is; move it elsewhere, or "
            f"choose another folder."
        )


def _write(file: Path, content: bytes) -> None:
    write_whole(file, content)
    file.chmod(0o644)  # A site is for others to read, too.
