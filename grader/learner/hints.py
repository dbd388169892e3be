"""The hints of a kata: a Markdown file with one heading a task and one list entry a hint, given one at a time."""

from __future__ import annotations

import contextlib

from grader.content.hints import read_hints
from grader.content.kata import Kata
from grader.errors import UsageError
from grader.learner.workspace import Workspace


def next_hint(kata: Kata, workspace: Workspace, task: int | None = None) -> str:
    """Returns the next hint, after the last one back to the first, and notes in a workspace that it was given.

    Args:
        kata: what the hint is for.
        workspace: remembers how many hints were given; a folder that is none yet, or cannot be written, gives the same
            hint again.
        task: whose hint; by default that of the first unsolved task.

    Raises:
        UsageError: there is no such task.
    """
    hints = read_hints(kata.hints)
    number = task or _first_unsolved(kata, workspace)
    if number not in hints:
        raise UsageError(f"{kata.name} has no task {number}; its tasks are {', '.join(map(str, sorted(hints)))}.")
    given = workspace.progress().get(kata.name, {}).get("hints", {})
    count = given.get(str(number), 0)
    round_, index = divmod(count, len(hints[number]))
    given[str(number)] = count + 1
    if workspace.exists or workspace.submission_path(kata).exists():
        with contextlib.suppress(OSError):
            workspace.record(kata, {"hints": given})
    again = "That was the last hint. Starting over: " if round_ and not index else ""
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
