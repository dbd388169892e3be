"""A jail of Linux namespaces that a zygote enters once: own processes, no network, and a root with the readable files only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Final

from grader.protocol.limits import SCRATCH_BYTES
from grader.protocol.limits import SCRATCH_FILES
from grader.worker.sandbox import linux
from grader.worker.sandbox.paths import DEVICES
from grader.worker.sandbox.trial import works

SCRATCH_PARENT: Final = "/scratch"
"""What a Landlock rule has to name: it looks at the folder above a mount, not at the one that the mount covers."""

SCRATCH: Final = f"{SCRATCH_PARENT}/own"
"""Where the zygote, and each worker for itself, has a writable folder."""

_SCRATCH_OPTIONS: Final = f"size={SCRATCH_BYTES},nr_inodes={SCRATCH_FILES},mode=1777"
_ROOT_OPTIONS: Final = "size=1m,nr_inodes=8192,mode=755"


def enter(readable: Iterable[str]) -> None:
    """Moves the process into new namespaces and returns in a child that is the first process there.

    The calling process stays behind, waits for the child and ends as the child does. When the child ends, the kernel kills
    every process that descends from it. An ordinary user needs a user namespace for this; root does not, and keeps the
    power to give each worker a user id of its own.

    Args:
        readable: absolute paths that are visible inside, read-only, at their own names.

    Raises:
        OSError: the kernel or the container refuses; the process may be in some of the namespaces already.
    """
    inside = linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
    _unshare(inside)
    child = os.fork()
    if child:
        _wait_and_end_alike(child)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    _change_root(readable)


def is_possible(readable: Iterable[str]) -> bool:
    """Says whether all of it works here, tried in a child: half a jail is worse than none, and there is no way back."""

    def attempt() -> None:
        enter(readable)
        mount_scratch()

    return works(attempt)


def mount_scratch() -> None:
    """Gives the calling process, and nobody else, an empty writable folder of 64 MiB at `SCRATCH`.

    For an ordinary user it also gets a user namespace of its own, in which its threads are counted apart from those of others.
    """
    _unshare(linux.CLONE_NEWNS)
    linux.mount("scratch", SCRATCH, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, _SCRATCH_OPTIONS)


def _unshare(namespaces: int) -> None:
    """Moves the process into new namespaces; an ordinary user needs a new user namespace as well, and keeps its own ids."""
    user, group = os.getuid(), os.getgid()
    linux.unshare(namespaces | (0 if user == 0 else linux.CLONE_NEWUSER))
    if user != 0:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")


def _change_root(readable: Iterable[str]) -> None:
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    # A mount point is needed that exists everywhere and that no worker may read: the folder of this very package.
    root = os.path.dirname(os.path.realpath(__file__))
    linux.mount("root", root, "tmpfs", linux.MS_NOSUID, _ROOT_OPTIONS)
    for path in (*readable, *DEVICES):
        if path.startswith("/proc/"):
            continue  # A new /proc shows them.
        target = root + path
        if os.path.isdir(path):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _write(target, "")
        linux.mount(path, target, flags=linux.MS_BIND | linux.MS_REC)
    for link in ("/lib", "/lib64", "/usr/lib64"):
        if os.path.islink(link):
            os.symlink(os.readlink(link), root + link)
    for folder in ("/proc", SCRATCH):
        os.makedirs(root + folder)
    temporary = root + "/tmp"  # noqa: S108  Its usual name is where programs look for it.
    if not os.path.lexists(temporary):
        os.symlink(SCRATCH, temporary)
    linux.make_read_only(root)
    linux.mount("proc", root + "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV)
    linux.mount("scratch", root + SCRATCH, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, _SCRATCH_OPTIONS)
    linux.change_root(root)


def _wait_and_end_alike(child: int) -> None:
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
