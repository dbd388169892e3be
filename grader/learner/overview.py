"""The map of the katas: by chapter, with what is passed, what is open, the total, and where to go on."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from typing import Final

import click

from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.learner.history import format_points
from grader.learner.position import find_position
from grader.learner.position import max_points
from grader.learner.position import points_of
from grader.learner.workspace import Progress
from grader.learner.workspace import Workspace

LEGEND: Final = "✓ passed   ◐ partly   ○ open   · locked, first: ..."
_LEAST_ROOM: Final = 20
"""Beside the names, in columns; a narrower terminal breaks the lines."""


def terminal_width() -> int:
    """Returns the columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size().columns


def render_map(catalog: Catalog, workspace: Workspace, width: int, chapter: str | None = None) -> str:
    """Renders the map, in which each kata has one line.

    Args:
        catalog: all katas.
        workspace: the learner's.
        width: of the lines.
        chapter: shows only this one, and its summaries in full.

    Raises:
        UsageError: the progress is damaged.
    """
    progress = workspace.progress()
    passed = {name for name, entry in progress.items() if entry.get("passed")}
    column = max((len(name) for name in catalog.katas), default=0)
    blocks = []
    for shown in [chapter] if chapter else catalog.chapters():
        katas = [kata for kata in catalog.katas.values() if kata.chapter == shown]
        lines = [f"{click.style(shown, bold=True)}  {_count(katas, progress)}"]
        for kata in katas:
            mark, text, is_locked = _describe(kata, passed, progress.get(kata.name, {}), in_full=bool(chapter))
            indentation = column + 6
            room, max_lines = max(width - indentation, _LEAST_ROOM), None if chapter or is_locked else 1
            wrapped = textwrap.wrap(text, room, max_lines=max_lines, placeholder=" …")
            lines.append(f"  {mark} {kata.name:<{column}}  {wrapped[0] if wrapped else ''}".rstrip())
            lines += [" " * indentation + line for line in wrapped[1:]]
        blocks.append("\n".join(lines))
    position = find_position(catalog, workspace)
    blocks.append(
        f"{click.style('all', bold=True)}  {_count(catalog.katas.values(), progress)}\n"
        + (f"Next: `{position.command}`\n" if position else "")
        + click.style(LEGEND, dim=True)
    )
    return "\n\n".join(blocks)


def _count(katas: Iterable[Kata], progress: dict[str, Progress]) -> str:
    katas = list(katas)
    done = sum(progress.get(kata.name, {}).get("passed", False) for kata in katas)
    points = sum(points_of(kata, progress.get(kata.name, {})) for kata in katas)
    most = sum(max_points(kata) for kata in katas)
    return f"{done} of {len(katas)}, {format_points(points)} of {format_points(most)} points"


def _describe(kata: Kata, passed: set[str], entry: Progress, *, in_full: bool) -> tuple[str, str, bool]:
    """Returns a kata's mark, what is said of it, and whether it is locked: then that is what comes first."""
    if kata.name in passed:
        return click.style("✓", fg="green"), kata.spec.summary, False
    missing = ", ".join(name for name in kata.spec.prerequisites if name not in passed)
    first = f"first: {missing}"
    points = points_of(kata, entry)
    if points:
        share = f"{format_points(points)} of {format_points(max_points(kata))} points. "
        return click.style("◐", fg="yellow"), share + kata.spec.summary, False
    if missing:
        return "·", f"{kata.spec.summary} ({first})" if in_full else first, True
    return click.style("○", fg="cyan"), kata.spec.summary, False
