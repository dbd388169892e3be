"""Reads the hints of a kata."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from grader.errors import PackError

_HEADING: Final = re.compile(r"## Task (\d+)\b")


def read_hints(path: Path) -> dict[int, list[str]]:
    """Reads the hints by task, in the order in which they are given.

    Raises:
        PackError: the file is not of that form.
    """
    hints: dict[int, list[str]] = {}
    task: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        heading = _HEADING.match(line)
        if heading:
            task = hints.setdefault(int(heading[1]), [])
        elif line.startswith("- ") and task is not None:
            task.append(line[2:].strip())
        elif line.startswith("  ") and task:
            task[-1] += " " + line.strip()
    if not hints or not all(hints.values()):
        raise PackError(f"{path}: expected headings '## Task 1', '## Task 2', ... with a list of hints below each.")
    return hints
