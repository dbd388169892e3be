"""`grader show`: one of a kata's own solutions, as it is graded."""

from __future__ import annotations

import click
import pluggy

from grader.cli import options
from grader.errors import UsageError


@click.command("show", short_help="Print one of a kata's own solutions.")
@options.kata
@click.argument("name")
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str, name: str) -> None:
    """Print the solution NAME of KATA as it is graded, for its author.

    NAME is a mistake, expanded from misconceptions.toml, or "reference", or a correct solution such as "right/with_numpy".
    Further spellings of a mistake have a number after the name: "flips_the_kernel.2".
    """
    from grader.content.catalog import load_catalog

    solutions = {solution.key: solution for solution in load_catalog(manager).find(kata).solutions()}
    key = name if name in solutions else f"wrong/{name}"
    if key not in solutions:
        names = [known.removeprefix("wrong/") for known in solutions]
        raise UsageError(f"{kata} has no solution called {name!r}{options.guess(name, names)}")
    click.echo(solutions[key].source, nl=False)
