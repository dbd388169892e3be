"""`grader service`: the service that keeps TensorFlow warm between commands."""

from __future__ import annotations

import click


@click.group("service", short_help="Show or stop the service that keeps TensorFlow warm.")
def command() -> None:
    """Show or stop the service that keeps TensorFlow warm between commands.

    The first `grader run` starts it, and it stops by itself after half an hour without a grade.
    """


@command.command("status", short_help="Say whether the service is running.")
def status() -> None:
    """Say whether the service is running, since when, and what it keeps ready."""
    from grader.service import connection

    try:
        with connection.BackgroundService() as service:
            found = service.status()
    except connection.UnusableFolderError as error:
        click.echo(f"No service can run here ({error}).")
        return
    if found is None:
        click.echo("No service is running; the next `grader run` starts one.")
        return
    katas = ", ".join(found.katas) or "no kata yet"
    click.echo(
        f"The service has been running for {found.seconds / 60:.1f} minutes (process {found.pid}), ready for: {katas}."
    )


@command.command("stop", short_help="Stop the service.")
def stop() -> None:
    """Stop the service; grades in progress are finished first."""
    from grader.service import connection

    try:
        with connection.BackgroundService() as service:
            stopped = service.stop()
    except connection.UnusableFolderError:
        stopped = False
    click.echo("The service has stopped." if stopped else "No service is running.")
