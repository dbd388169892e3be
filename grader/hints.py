"""The hints of a kata: a Markdown file with one heading a task and one list entry a hint, given one at a time."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from grader.errors import PackError
from grader.errors import UsageError
from grader.kata import Kata
from grader.workspace import Workspace

_HEADING = re.compile(r"## Task (\d+)\b")


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


def next_hint(kata: Kata, workspace: Workspace, task: int | None = None) -> str:
    """Returns the next hint, after the last one back to the first, and notes that it was given.

    Args:
        kata: what the hint is for.
        workspace: remembers how many hints were given; one that cannot be written gives the same hint again.
        task: whose hint; by default that of the first unsolved task.

    Raises:
        UsageError: there is no such task.
    """
    hints = read_hints(kata.hints)
    number = task or _first_unsolved(kata, workspace)
    if number not in hints:
        raise UsageError(f"{kata.name} has no task {number}; its tasks are {', '.join(map(str, sorted(hints)))}.")
    given = dict(workspace.progress().get(kata.name, {}).get("hints", {}))
    count = given.get(str(number), 0)
    round_, index = divmod(count, len(hints[number]))
    given[str(number)] = count + 1
    with contextlib.suppress(OSError):
        workspace.record(kata, hints=given)
    again = "That was the last one; from the first again. " if round_ and not index else ""
    return f"{again}Task {number}, hint {index + 1} of {len(hints[number])}: {hints[number][index]}"


def _first_unsolved(kata: Kata, workspace: Workspace) -> int:
    """Looks into the latest result for the first task with a failing test."""
    from grader.result import from_json

    try:
        result = from_json((workspace.results_folder(kata) / "result.json").read_bytes())
    except (OSError, ValueError):
        return 1
    failing = [test.task for test in result.tests if test.status == "fail"]
    return max(1, min(failing, default=1))
