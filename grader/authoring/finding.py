"""Something about a kata that its author has to fix."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Which file, and what about it."""

    file: str
    problem: str

    @classmethod
    def about(cls, file: Path, problem: str) -> Finding:
        """Makes a finding about a file."""
        return cls(str(file), problem)
