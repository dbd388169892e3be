"""`grader watch`: grades on every save."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import click

from grader.cli import options

if TYPE_CHECKING:
    from grader.plugins import PluginManager


@click.command("watch", short_help="Grade on every save.")
@options.kata_or_here
@options.device
@click.pass_obj
def command(manager: PluginManager, kata: str | None, device: Literal["auto", "cpu", "gpu"]) -> None:
    """Grade a kata each time you save its file: KATA, or that of the current folder, or else the one that you saved last.

    A kata that is not in the workspace yet is started. Single keys: n next kata, h hint, l list, r run again, q quit.
    """
    from grader.content.catalog import load_catalog
    from grader.learner import workspace as workspaces
    from grader.learner.watch import Watch
    from grader.learner.watch import first_kata
    from grader.service import client
    from grader.service import connection

    catalog, here = load_catalog(manager), workspaces.current_folder()
    name = kata if kata is not None else workspaces.find_kata_of(here, catalog.katas)
    found = catalog.find(name) if name is not None else first_kata(catalog, workspaces.find_workspace(here))
    workspace = workspaces.find_workspace(here, found)
    if not workspace.submission_path(found).parent.is_dir():
        workspace = workspaces.find_place_to_start(here, catalog.katas)
    workspaces.tell_apart(workspace, here)
    with connection.open_service() as service:
        try:
            Watch(manager, catalog, workspace, service, client.resolve_device(device)).run(found)
        except KeyboardInterrupt:
            click.echo()
