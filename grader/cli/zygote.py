"""`grader zygote`: the service that keeps TensorFlow warm between commands."""

from __future__ import annotations

import click


@click.group("zygote")
def command() -> None:
    """Show or end the service that keeps TensorFlow warm between commands.

    The first `grader run` starts it, and it ends by itself after half an hour without a grade.
    """


@command.command("status")
def status() -> None:
    """Say whether the service runs, since when, and what it keeps ready."""
    from grader.service import connection

    try:
        with connection.BackgroundService() as service:
            found = service.status()
    except connection.UnusableFolderError as error:
        click.echo(f"No service can run, because of {error}.")
        return
    if found is None:
        click.echo("No service runs; the next `grader run` starts one.")
        return
    katas = ", ".join(found.katas) or "no kata yet"
    click.echo(f"A service runs since {found.seconds / 60:.1f} min (process {found.pid}), ready for: {katas}.")


@command.command("stop")
def stop() -> None:
    """End the service; grades that are being made are finished first."""
    from grader.service import connection

    try:
        with connection.BackgroundService() as service:
            stopped = service.stop()
    except connection.UnusableFolderError:
        stopped = False
    click.echo("The service has ended." if stopped else "No service runs.")
