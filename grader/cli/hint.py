"""`grader hint`: the next hint of the first task that is not solved yet."""

from __future__ import annotations

import click
import pluggy


@click.command("hint", short_help="Show the next hint.")
@click.argument("kata")
@click.option("--task", type=int, metavar="N", help="Hints of this task, instead of the first unsolved one.")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str, task: int | None) -> None:
    """Show the next hint; they go from a nudge to a plan."""
    from grader.content.catalog import load_catalog
    from grader.learner.hints import next_hint
    from grader.learner.workspace import use_workspace

    found = load_catalog(manager).find(kata)
    click.echo(next_hint(found, use_workspace(found), task))
