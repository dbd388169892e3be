"""`grader` alone: goes on where the learner was."""

from __future__ import annotations

import click

from grader.errors import GraderError
from grader.plugins import PluginManager


def is_workspace_here() -> bool:
    """Says whether the current folder is a workspace, or lies in one."""
    from grader.learner import workspace as workspaces

    try:
        return workspaces.find_workspace(workspaces.current_folder()).exists
    except GraderError:
        return False


def show_position(manager: PluginManager) -> None:
    """Says which kata was worked on last, or is next, how far it has come, and what to type."""
    import textwrap

    from grader.content.catalog import load_catalog
    from grader.learner.overview import terminal_width
    from grader.learner.position import find_position
    from grader.learner.workspace import use_workspace

    catalog, workspace = load_catalog(manager), use_workspace()
    position, passed = find_position(catalog, workspace), workspace.passed() & catalog.katas.keys()
    width = terminal_width()
    if position:
        spec = position.kata.spec
        click.echo(f"{click.style(spec.title, bold=True)}  ({position.kata.name}, {position.kata.chapter})")
        click.echo(textwrap.fill(spec.summary, width))
        click.echo(textwrap.fill(position.state, width))
        click.echo(f"\nNext: {click.style(position.command, bold=True)}\n")
    else:
        click.echo("You have passed all that is open.\n")
    click.echo(
        f"{len(passed)} of {len(catalog.katas)} katas passed; `grader list` shows the map, `grader -h` all commands."
    )
