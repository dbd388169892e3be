"""`grader hint`: the next hint of the first task that is not solved yet."""

from __future__ import annotations

import click
import pluggy

from grader.cli import options


@click.command("hint", short_help="Show the next hint.")
@options.kata_or_here
@click.option("--task", type=int, metavar="N", help="Hints of this task, instead of the first unsolved one.")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str | None, task: int | None) -> None:
    """Show the next hint; they go from a nudge to a plan.

    KATA may be left out in its folder.
    """
    from grader.content.catalog import load_catalog
    from grader.learner.hints import next_hint
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    click.echo(next_hint(found, use_workspace(found), task))
