"""Finds the entry points of installed plugins, and caches them until something is installed or removed.

Asking the metadata of every installed distribution takes longer than all else that a command does before it begins.
"""

from __future__ import annotations

import contextlib
import json
import pkgutil
import sys
import zlib
from pathlib import Path
from typing import Any
from typing import NamedTuple

from grader import cache


class EntryPoint(NamedTuple):
    """The name of a plugin, the module or object that it is, and the distribution that brings it."""

    name: str
    value: str
    owner: str

    def load(self) -> Any:
        """Imports the plugin."""
        return pkgutil.resolve_name(self.value)


def find_entry_points(group: str, folder: Path | None = None) -> list[EntryPoint]:
    """Returns the entry points of a group.

    Args:
        group: the name of the group in the distributions' metadata.
        folder: where they are remembered; by default in the user's cache.
    """
    folder = folder or cache.default_folder()
    file = folder / f"entry-points-{zlib.crc32(f'{group} {sys.prefix}'.encode()):08x}.json"
    version = " ".join(sys.path)
    known = cache.load(file, version)
    if known:
        with contextlib.suppress(ValueError, TypeError):  # The file is damaged.
            return [EntryPoint(*point) for point in json.loads(known)]
    stamps = cache.stamp(sys.path)
    found = _look_up(group)
    cache.store(file, version, json.dumps(found).encode(), stamps)
    return found


def _look_up(group: str) -> list[EntryPoint]:
    """Asks each distribution by itself: `metadata.entry_points` raises where the file of a single one is malformed."""
    from importlib import metadata

    found: dict[str, list[EntryPoint]] = {}
    for distribution in metadata.distributions():
        with contextlib.suppress(Exception):  # Whatever it is that cannot be read, it may be no plugin at all.
            name = distribution.name
            if name not in found:  # The first on the path is the one that is imported.
                points = distribution.entry_points.select(group=group)
                found[name] = [EntryPoint(point.name, point.value, name) for point in points]
    return [point for points in found.values() for point in points]
