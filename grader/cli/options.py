"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import TypeVar

import click

from grader.errors import UsageError

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


def choose_format(name: str, offers: Iterable[Mapping[str, Offered]]) -> Offered:
    """Returns what renders a format; of two plugins that offer one of the same name, the last counts.

    Raises:
        UsageError: no plugin offers it; says which there are.
    """
    formats = {key: offered for found in offers for key, offered in found.items()}
    if name not in formats:
        raise UsageError(f"There is no format called {name!r}; the formats are {', '.join(sorted(formats))}.")
    return formats[name]
