"""Where a learner is among the katas: the one worked on last, what it needs next, and the one to go on with after it."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.errors import UsageError
from grader.learner.history import format_points
from grader.learner.history import read_attempts
from grader.learner.workspace import Progress
from grader.learner.workspace import Workspace


class Position(NamedTuple):
    """A kata, how far the learner has come with it, and the command that leads on."""

    kata: Kata
    state: str
    """A sentence."""
    command: str


def last_touched(catalog: Catalog, workspace: Workspace) -> Kata | None:
    """Returns the kata whose file was saved last, if any was started."""
    saved = {}
    for kata in catalog.katas.values():
        with contextlib.suppress(OSError):  # It is not started, or its folder cannot be read.
            saved[kata.name] = workspace.submission_path(kata).stat().st_mtime
    return catalog.katas[max(saved, key=lambda name: saved[name])] if saved else None


def next_open(catalog: Catalog, passed: set[str], after: Kata | None = None) -> Kata | None:
    """Returns the next kata that is open and not passed, in the order of the catalogue, and after its end from the start.

    Args:
        catalog: all katas.
        passed: the names of those that are passed.
        after: where to begin; by default at the start.
    """
    katas = list(catalog.katas.values())
    begin = katas.index(after) + 1 if after else 0
    waiting = (
        kata
        for kata in katas[begin:] + katas[:begin]
        if kata.name not in passed and passed >= set(kata.spec.prerequisites)
    )
    return next(waiting, None)


def find_position(catalog: Catalog, workspace: Workspace) -> Position | None:
    """Finds the kata that was worked on last, or the next one if that is passed; None where nothing is left to do.

    Raises:
        UsageError: the progress is damaged.
    """
    passed = workspace.passed()
    kata = last_touched(catalog, workspace)
    if kata is None or kata.name in passed:
        kata = next_open(catalog, passed, kata)
    return Position(kata, *_state_of(kata, workspace)) if kata else None


def command_for(kata: Kata, workspace: Workspace) -> str:
    """Returns the command with which a kata is begun, or gone on with."""
    return f"grader {'watch' if workspace.submission_path(kata).is_file() else 'start'} {kata.name}"


def describe_pass(catalog: Catalog, kata: Kata, passed: set[str]) -> str:
    """Says in lines what a pass has opened, and where to compare solutions."""
    opened = catalog.opened_by(kata, passed)
    lines = [f"Open now: {', '.join(opened)}."] if opened else []
    if kata.name in passed:  # Another file than the learner's own may have been graded.
        lines.append(f"Compare: `grader solution {kata.name}` shows yours beside ours.")
    return "".join(f"{line}\n" for line in lines)


def max_points(kata: Kata) -> float:
    """Returns the points of all tasks."""
    return sum(task.points for task in kata.spec.tasks)


def points_of(kata: Kata, progress: Progress) -> float:
    """Returns the points that a learner has, in the measure that the kata has today."""
    if progress.get("passed"):
        return max_points(kata)  # Whatever an older grader noted: it kept the latest score, and not the best.
    known = progress.get("max_score", 0.0)
    return progress.get("score", 0.0) / known * max_points(kata) if known > 0 else 0.0


def _state_of(kata: Kata, workspace: Workspace) -> tuple[str, str]:
    file = workspace.submission_path(kata)
    try:
        if file.read_bytes() == kata.stub.read_bytes():
            return "Started; the file is still the stub.", command_for(kata, workspace)
        attempts = read_attempts(workspace.history_file(kata))
    except FileNotFoundError:
        return "Open, and not started.", command_for(kata, workspace)
    except OSError as error:
        return f"Started; {file} cannot be read ({error.strerror}).", f"grader run {kata.name}"
    except UsageError as error:  # Only the history is lost.
        return str(error), f"grader run {kata.name}"
    if not attempts:
        return "Begun, and not graded yet.", f"grader run {kata.name}"
    latest = attempts[-1]
    best = points_of(kata, workspace.progress().get(kata.name, {}))
    state = f"{format_points(best)} of {format_points(max_points(kata))} points at best"
    if latest.status != "fail" or file.stat().st_mtime > latest.graded_at.timestamp():
        return f"{state}, saved since it was graded.", f"grader run {kata.name}"
    when = f"{latest.graded_at.astimezone():%Y-%m-%d %H:%M}"
    known = f" This looked familiar: {latest.misconception}" if latest.misconception else ""
    return f"{state}, last graded {when}.{known}", f"grader hint {kata.name}"
