"""`grader start`: copies a kata into the workspace."""

from __future__ import annotations

from pathlib import Path

import click
import pluggy


@click.command("start", short_help="Copy a kata into your workspace.")
@click.argument("kata")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str) -> None:
    """Copy a kata's folder into the workspace; nothing is ever overwritten."""
    from grader.content.catalog import load_catalog
    from grader.learner.workspace import find_workspace

    found = load_catalog(manager).find(kata)
    folder = find_workspace(Path.cwd()).start(found)
    click.echo(f"Made {folder}. Read README.md, fill in {found.stub.name}, then: grader run {found.name}")
    click.echo(f"The theory is in section {found.spec.section} of the course notes.")
