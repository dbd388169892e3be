"""Finds the entry points of installed plugins, and remembers them until something is installed or removed.

Asking the metadata of every installed distribution takes longer than all else that a command does before it begins.
"""

from __future__ import annotations

import contextlib
import json
import os
import pkgutil
import sys
import zlib
from pathlib import Path
from typing import Any
from typing import NamedTuple

import platformdirs


class EntryPoint(NamedTuple):
    """The name of a plugin, the module or object that it is, and the distribution that brings it."""

    name: str
    value: str
    owner: str

    def load(self) -> Any:
        """Imports the plugin."""
        return pkgutil.resolve_name(self.value)


def find_entry_points(group: str, memory: Path | None = None) -> list[EntryPoint]:
    """Returns the entry points of a group.

    Args:
        group: the name of the group in the distributions' metadata.
        memory: the file that remembers them; by default one in the user's cache.
    """
    environment = zlib.crc32(f"{group} {sys.prefix}".encode())
    memory = memory or Path(platformdirs.user_cache_dir("grader"), f"entry-points-{environment:08x}.json")
    folders = _folders()
    return _recall(memory, folders) or _look_up(group, memory, folders)


def _folders() -> list[list[Any]]:
    """Lists the folders of libraries with their times of change: each installation makes or removes an entry in one."""
    found: list[list[Any]] = []
    for folder in sys.path:
        with contextlib.suppress(OSError):
            found.append([folder, os.stat(folder).st_mtime_ns])
    return found


def _recall(memory: Path, folders: list[list[Any]]) -> list[EntryPoint]:
    """Returns what was found when the folders were as they are now; nothing if that is not known."""
    try:
        known = json.loads(memory.read_bytes())
        return [EntryPoint(*map(str, point)) for point in known["points"]] if known["folders"] == folders else []
    except (OSError, ValueError, TypeError, LookupError):
        return []


def _look_up(group: str, memory: Path, folders: list[list[Any]]) -> list[EntryPoint]:
    from importlib import metadata

    points = [
        EntryPoint(point.name, point.value, point.dist.name if point.dist else "an unknown distribution")
        for point in metadata.entry_points(group=group)
    ]
    with contextlib.suppress(OSError):  # Then they are looked up again next time.
        memory.parent.mkdir(parents=True, exist_ok=True)
        new = memory.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({"folders": folders, "points": points}), encoding="utf-8")
        new.replace(memory)
    return points
