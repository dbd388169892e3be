"""`grader diff`: what the learner has changed."""

from __future__ import annotations

import click

from grader.cli import options
from grader.plugins import PluginManager

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


@click.command("diff", short_help="Show what you have changed.")
@options.kata_or_here
@click.pass_obj
def command(manager: PluginManager, kata: str | None) -> None:
    """Show a unified diff from the stub to your file.

    KATA may be left out in its folder.
    """
    from grader.content.catalog import load_catalog
    from grader.harmless import harmless
    from grader.learner.stub import diff
    from grader.learner.stub import read_text
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    workspace = use_workspace(found)
    file = workspace.submission_path(found)
    lines = diff(read_text(manager, file, found), found, str(file.relative_to(workspace.root)))
    for number, line in enumerate(lines):
        color = _COLORS.get(line[:1]) if number > 1 else None
        click.echo(click.style(harmless(line), fg=color, bold=number < 2))
    if not lines:
        click.echo(f"{file} is still the stub.")
