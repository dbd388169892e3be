"""`grader history`: the attempts at a kata."""

from __future__ import annotations

import click

from grader.cli import options
from grader.plugins import PluginManager


@click.command("history", short_help="Show your attempts at a kata.")
@options.kata_or_here
@click.pass_obj
def command(manager: PluginManager, kata: str | None) -> None:
    """Show your latest attempts at a kata: when, the points, the verdict, and the mistake where it is a known one.

    KATA may be left out in its folder.
    """
    from grader.content.catalog import load_catalog
    from grader.harmless import harmless
    from grader.learner.history import MAX_ATTEMPTS
    from grader.learner.history import format_points
    from grader.learner.history import read_attempts
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    attempts = read_attempts(use_workspace(found).history_file(found))
    if not attempts:
        click.echo(f"No attempt at {found.name} yet; the first one: grader run {found.name}")
        return
    verdicts = {"pass": ("PASS", "green"), "fail": ("NOT YET", "red"), "error": ("ERROR", "yellow")}
    for attempt in attempts:
        points = f"{format_points(attempt.score)} of {format_points(attempt.max_score)} points"
        verdict, color = verdicts[attempt.status]
        line = f"{attempt.graded_at.astimezone():%Y-%m-%d %H:%M}  {points:>16}  {click.style(verdict, fg=color)}"
        known = f"{' ' * (9 - len(verdict))}{harmless(attempt.misconception)}" if attempt.misconception else ""
        click.echo(line + known)
    if len(attempts) == MAX_ATTEMPTS:
        click.echo(f"The latest {MAX_ATTEMPTS}; older ones are not kept.")
