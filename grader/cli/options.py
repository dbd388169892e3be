"""Parameters that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import TypeVar

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from grader.content.catalog import Catalog
    from grader.content.kata import Kata

Offered = TypeVar("Offered")


def count_processors() -> int:
    """Asks the function that the service asks, when it is known that there is something to grade."""
    from grader.service.admission import count_processors

    return count_processors()


jobs = click.option(
    "--jobs",
    "num_parallel",
    default=count_processors,
    show_default="number of processors",
    type=click.IntRange(1, 256),
    help="Grades at a time.",
)

seed = click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1), help="Seed of the tests' inputs."
)
device = click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "gpu"]))
feedback = click.option(
    "--feedback",
    type=click.Choice(["full", "property", "none"]),
    help="How much failed tests tell; by default as the kata says.",
)


class KataName(click.types.StringParamType):
    """The name of a kata, which the shell completes from the catalogue."""

    name = "kata"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Lists the katas whose names begin like that."""
        from click.shell_completion import CompletionItem

        from grader.content.catalog import load_catalog

        katas = load_catalog(ctx.obj, lambda _: None).katas  # No warning may disturb the line that is being typed.
        return [
            CompletionItem(name, help=kata.spec.summary) for name, kata in katas.items() if name.startswith(incomplete)
        ]


kata = click.argument("kata", type=KataName())
kata_or_here = click.argument("kata", type=KataName(), required=False)
"""A kata that may be left out in its folder; `find_kata` says which one is meant."""


def find_kata(catalog: Catalog, name: str | None) -> Kata:
    """Returns the kata of a name, or the one in whose folder the command is given.

    Raises:
        UsageError: there is none of that name, or the current folder is that of no kata.
        PackError: there is one, and it cannot be used.
    """
    from grader.learner import workspace as workspaces

    if name is None:
        name = workspaces.find_kata_of(workspaces.current_folder(), catalog.katas)
    if name is None:
        command = click.get_current_context().command_path
        raise UsageError(
            f"No kata is named, and the current folder is not that of one; "
            f"name it, as in `{command} {next(iter(catalog.katas), 'KATA')}`."
        )
    return catalog.find(name)


def guess(name: str, names: Iterable[str], there_are: str = "there are") -> str:
    """Ends the sentence about a name that is unknown: with the one that may be meant, or else with all there are."""
    import difflib  # Only a slip needs it.

    names = list(names)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; {there_are} {', '.join(names) or 'none yet'}."


def choose_format(name: str, offers: Iterable[Mapping[str, Offered]]) -> Offered:
    """Returns what renders a format; of two plugins that offer one of the same name, the last counts.

    Raises:
        UsageError: no plugin offers it; says which there are.
    """
    formats = {key: offered for found in offers for key, offered in found.items()}
    if name not in formats:
        raise UsageError(f"There is no format called {name!r}{guess(name, sorted(formats), 'the formats are')}")
    return formats[name]
