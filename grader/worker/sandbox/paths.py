"""Which files a worker may read: Python, its libraries and a few facts about the machine, but no pack and no grader."""

from __future__ import annotations

import glob
import os
import site
import sys
import sysconfig
from collections.abc import Iterable

DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
_GPU = ("/dev/nvidia*", "/dev/nvidia-caps", "/proc", "/sys")


def readable_paths(hidden: Iterable[str], *, gpu: bool = False) -> list[str]:
    """Lists the files and folders that a worker may read, without any of the hidden ones.

    Args:
        hidden: folders that must stay unreadable, such as the packs with their hidden tests and references.
        gpu: whether to add what a CUDA driver reads.

    Returns:
        Absolute real paths; none lies within another, and none contains a hidden one.
    """
    python = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    roots = [*_SYSTEM, *python, *site.getsitepackages(), os.path.join(sys.base_prefix, "lib")]
    if gpu:
        roots += [path for pattern in _GPU for path in glob.glob(pattern)]
    concealed = {os.path.realpath(path) for path in hidden}
    # Other folders of libraries, which .pth files name; a checkout that has something hidden is not one of them.
    others = {os.path.realpath(path) for path in sys.path if os.path.isdir(path)}
    roots += [path for path in others if not any(_contains(path, secret) for secret in concealed)]
    found: set[str] = set()
    for root in sorted({os.path.realpath(root) for root in roots if os.path.exists(root)}):
        if not any(_contains(other, root) for other in found):
            found.update(_without(root, concealed))
    return sorted(found)


def _without(path: str, concealed: set[str]) -> list[str]:
    """Returns `path`, or what lies in it if something concealed does, too."""
    if path in concealed:
        return []
    if not any(_contains(path, other) for other in concealed):
        return [path]
    try:
        entries = sorted(os.listdir(path))
    except OSError:
        return []
    return [kept for entry in entries for kept in _without(os.path.join(path, entry), concealed)]


def _contains(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
