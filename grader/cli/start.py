"""`grader start`: copies a kata into the workspace."""

from __future__ import annotations

import click
import pluggy

from grader import messages


@click.command("start", short_help="Copy a kata into your workspace.")
@click.argument("kata")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str) -> None:
    """Copy a kata's folder into the current folder, which becomes a workspace; nothing is ever overwritten.

    In the folder of a kata that you have started, the next one is put beside it.
    """
    from grader.content.catalog import load_catalog
    from grader.learner import workspace as workspaces

    catalog, here = load_catalog(manager), workspaces.current_folder()
    found = catalog.find(kata)
    above, workspace = workspaces.find_workspace(here), workspaces.find_place_to_start(here, catalog.katas)
    if above.exists and above.root != workspace.root:
        messages.say(
            f"{here} is a workspace of its own now; {above.root} remains a separate one, with its own progress."
        )
    click.echo(
        f"Made {workspace.start(found)}. Read README.md, fill in {found.stub.name}, then: grader run {found.name}"
    )
    click.echo(f"The theory is in section {found.spec.section} of the course notes.")
