"""Folders for what workers write where the kernel grants them no mount of their own: made, measured and removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from grader.protocol.limits import SCRATCH_BYTES
from grader.protocol.limits import SCRATCH_FILES

_PREFIX: Final = "grader-scratch-"
_START_SECONDS: Final = 60.0


class ScratchFolder:
    """A zygote's folder in the temporary folder, with a folder in it for each worker."""

    def __init__(self) -> None:
        """Makes the folder, and removes those whose zygote was killed.

        Raises:
            OSError: no temporary folder can be written to.
        """
        _remove_left_behind()
        self.path = tempfile.mkdtemp(prefix=_PREFIX)
        os.chmod(self.path, 0o711)  # noqa: S103  Workers of other users pass through to their own folders.
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def make(self, worker: int, user: int | None) -> str:
        """Makes the folder of a worker, which belongs to `user` or else to the zygote's user."""
        folder = os.path.join(self.path, str(worker))
        os.mkdir(folder, 0o700)
        if user is not None:
            os.chown(folder, user, -1)
        return folder

    def is_overfull(self, worker: int) -> bool:
        """Says whether a worker has written more than it may; what it deleted and holds open is not seen."""
        return _exceeds(Path(self.path, str(worker)))

    def remove(self, worker: int) -> None:
        """Removes the folder of a worker that has ended."""
        _remove(Path(self.path, str(worker)))

    def close(self) -> None:
        """Removes all of it."""
        _remove(Path(self.path))
        os.close(self._lock)


def _exceeds(folder: Path) -> bool:
    num_bytes = num_files = 0
    unread = [folder]
    while unread:
        try:
            with os.scandir(unread.pop()) as entries:
                for entry in entries:
                    num_files += 1
                    num_bytes += entry.stat(follow_symlinks=False).st_blocks * 512
                    if num_bytes > SCRATCH_BYTES or num_files > SCRATCH_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        unread.append(Path(entry.path))
        except FileNotFoundError:
            continue  # Removed meanwhile.
        except OSError:
            return True  # Nested so deeply that its path is too long.
    return False


def _remove(folder: Path) -> None:
    """Removes a folder however deeply it is nested: what lies in its folders is moved up before they are removed."""
    with contextlib.suppress(OSError):
        while subfolders := _remove_files(folder):
            for subfolder in subfolders:
                for inner in _remove_files(subfolder):
                    inner.rename(tempfile.mkdtemp(dir=folder))  # In the place of an empty folder with a new name.
                subfolder.rmdir()
        folder.rmdir()


def _remove_files(folder: Path) -> list[Path]:
    """Removes the files of a folder and returns its folders."""
    folder.chmod(0o700)
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                subfolders.append(Path(entry.path))
            else:
                os.unlink(entry.path)
    return subfolders


def _remove_left_behind() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                status = os.fstat(descriptor)
                # One that has just been made may not be locked yet.
                if status.st_uid == os.getuid() and time.time() - status.st_ctime > _START_SECONDS:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(folder)
            finally:
                os.close(descriptor)
