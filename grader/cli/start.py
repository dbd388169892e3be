"""`grader start`: copies a kata into the workspace."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click
import pluggy

from grader import messages
from grader.cli import options
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.content.catalog import Catalog
    from grader.content.kata import Kata


@click.command("start", short_help="Copy a kata into your workspace.")
@options.kata
@click.option("--notebook", is_flag=True, help="Begin in a Jupyter notebook, not in a Python file.")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str, notebook: bool) -> None:
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
    if notebook:
        from grader.learner.starter import make_notebook

        folder = workspace.start(found, make_notebook(found))
        click.echo(f"Made {folder}. Open {found.name}.ipynb in Jupyter and run its cells; the last one is yours.")
    else:
        folder = workspace.start(found)
        file = workspace.submission_path(found).name
        click.echo(f"Made {folder}. Read README.md, fill in {file}, then: grader run {found.name}")
    click.echo(f"The theory is in section {found.spec.section} of the course notes.")
    _prepare(catalog, found)


def _prepare(catalog: Catalog, kata: Kata) -> None:
    """Has the service get ready, so that the first run tells all that a later one would."""
    from grader.protocol.channel import GradeRequest
    from grader.service import client
    from grader.service.connection import BackgroundService
    from grader.service.connection import UnusableFolderError

    job = client.make_job(catalog, kata, GradeRequest(source=b"", device=client.resolve_device("auto")))
    with contextlib.suppress(GraderError, UnusableFolderError), BackgroundService() as service:
        client.prepare(service, job)
