"""`grader site`: writes the course as static pages."""

from __future__ import annotations

from pathlib import Path

import click

from grader.plugins import PluginManager


@click.command("site", short_help="Write the course as web pages.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def command(manager: PluginManager, folder: Path) -> None:
    """Write the course as web pages into FOLDER, to be read in a browser without a server.

    There are the map with your progress, and a page for each kata: statement, folded hints, your latest report with its
    pictures, and the solutions once you have passed. A site that is there already is brought up to date.
    """
    from grader.content.catalog import load_catalog
    from grader.learner.workspace import use_workspace
    from grader.site.folder import write_site
    from grader.site.pages import render_site

    catalog = load_catalog(manager)
    write_site(folder, render_site(manager, catalog, use_workspace()))
    click.echo(f"Wrote the map and {len(catalog.katas)} katas; open {folder / 'index.html'} in a browser.")
