"""`grader solution`: the reference and other right solutions, for those who have passed."""

from __future__ import annotations

import click

from grader import messages
from grader.cli import options
from grader.errors import UsageError
from grader.plugins import PluginManager


@click.command("solution", short_help="Compare your solution with ours.")
@options.kata_or_here
@click.option("--style", default="reference", show_default=True, metavar="NAME", help="Which right solution.")
@click.option("--give-up", is_flag=True, help="Show it although you have not passed.")
@click.pass_obj
def command(manager: PluginManager, kata: str | None, style: str, give_up: bool) -> None:
    """Show a right solution of a kata that you have passed beside your own, and name the others.

    KATA may be left out in its folder.
    """
    from grader.content.catalog import load_catalog
    from grader.learner.stub import read_text
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    workspace = use_workspace(found)
    if not give_up and found.name not in workspace.passed():
        raise UsageError(
            f"You have not passed {found.name} yet, and its solution would spoil it; go on with `grader hint {found.name}`, "
            f"or see it with `grader solution {found.name} --give-up`."
        )
    from grader.learner.solutions import render_solutions
    from grader.learner.solutions import right_solutions

    names = right_solutions(found)
    if style not in names:
        raise UsageError(f"{found.name} has no solution called {style!r}{options.guess(style, names)}")
    file = workspace.submission_path(found)
    mine = None
    try:
        mine = read_text(manager, file, found) if file.exists() else None
    except UsageError as error:
        messages.warn(f"Yours is not shown: {error}")
    click.echo(render_solutions(found, style, mine), nl=False)
