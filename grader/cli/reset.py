"""`grader reset`: starts a kata over."""

from __future__ import annotations

import click
import pluggy

from grader.cli import options


@click.command("reset", short_help="Start a kata over; your file is kept.")
@options.kata_or_here
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str | None) -> None:
    """Put the stub back in the place of your file, of which a copy is kept beside it; progress and history stay.

    KATA may be left out in its folder.
    """
    from grader.content.catalog import load_catalog
    from grader.learner.stub import reset
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    workspace = use_workspace(found)
    copy = reset(workspace, found)
    click.echo(f"{workspace.submission_path(found)} is the stub again; what you had is in {copy.name} beside it.")
