"""`grader list`: the map of the katas."""

from __future__ import annotations

import click
import pluggy

from grader.cli import options
from grader.errors import UsageError


@click.command("list", short_help="Show the map of katas.")
@click.option("--chapter", metavar="C", help="Show one chapter only, with the summaries in full.")
@click.pass_obj
def command(manager: pluggy.PluginManager, chapter: str | None) -> None:
    """Show the map: passed, partly passed, open, or locked by prerequisites."""
    from grader.content.catalog import load_catalog
    from grader.learner.overview import render_map
    from grader.learner.overview import terminal_width
    from grader.learner.workspace import use_workspace

    catalog = load_catalog(manager)
    chapters = catalog.chapters()
    if chapter is not None and chapter not in chapters:
        raise UsageError(
            f"There is no chapter called {chapter!r}{options.guess(chapter, chapters, 'the chapters are')}"
        )
    click.echo(render_map(catalog, use_workspace(), terminal_width(), chapter))
