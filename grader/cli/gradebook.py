"""`grader gradebook`: the grades of a class for other systems."""

from __future__ import annotations

from pathlib import Path

import click


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
    type=click.Choice(["plain", "canvas", "moodle"]),
    help="The system that the table is for.",
)
def export(db: Path, form: str) -> None:
    """Print the grades in DB as CSV, for Canvas, for Moodle or as a plain table."""
    from grader.classroom import gradebook
    from grader.classroom.store import Store

    with Store(db, read_only=True) as store:
        click.echo(gradebook.export(store.results(), form, store.without_grade()), nl=False)
