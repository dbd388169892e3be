"""Options that several commands share."""

from __future__ import annotations

import click


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
