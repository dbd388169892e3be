"""`grader hint`: the next hint of the first task that is not solved yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import pluggy

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.kata import Kata
    from grader.workspace import Workspace


@click.command("hint")
@click.argument("kata")
@click.option("--task", type=int, metavar="N", help="Hints of this task, instead of the first unsolved one.")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str, task: int | None) -> None:
    """Show the next hint; they go from a nudge to a plan."""
    from grader.catalog import load_catalog
    from grader.hints import read_hints
    from grader.workspace import find_workspace

    found = load_catalog(manager).find(kata)
    workspace = find_workspace(Path.cwd())
    hints = read_hints(found.hints)
    number = task or _first_unsolved(found, workspace)
    if number not in hints:
        raise UsageError(f"{found.name} has no task {number}; its tasks are {', '.join(map(str, sorted(hints)))}.")
    entry = workspace.progress().get(found.name, {})
    seen = dict(entry.get("hints", {}))
    index = seen.get(str(number), 0) % len(hints[number])
    click.echo(f"Task {number}, hint {index + 1} of {len(hints[number])}: {hints[number][index]}")
    seen[str(number)] = index + 1
    try:
        workspace.record(found, hints=seen)
    except OSError:
        click.echo("(This folder cannot be written, so the same hint will come again.)", err=True)


def _first_unsolved(kata: Kata, workspace: Workspace) -> int:
    """Looks into the latest result for the first task with a failing test."""
    from grader.result import from_json

    try:
        result = from_json((workspace.results_folder(kata) / "result.json").read_bytes())
    except (OSError, ValueError):
        return 1
    failing = [test.task for test in result.tests if test.status == "fail"]
    return max(1, min(failing, default=1))
