"""`grader gradebook`: the grades of a class for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import options

if TYPE_CHECKING:
    from grader.plugins import PluginManager


@click.group("gradebook", short_help="Export the grades of a class.")
def command() -> None:
    """Export the grades of a class to another system."""


@command.command("export", short_help="Print the grades as CSV.")
@click.argument("db", default="grades.sqlite", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    default="plain",
    show_default=True,
    metavar="plain|canvas|moodle|...",
    help="The system that the table is for.",
)
@click.pass_obj
def export(manager: PluginManager, db: Path, form: str) -> None:
    """Print the grades in DB as CSV, for Canvas, for Moodle or as a plain table."""
    from grader.classroom.store import Store

    render = options.choose_format(form, manager.hook.grader_gradebook_formats())
    with Store(db, read_only=True) as store:
        click.echo(render(store.graded()), nl=False)
