"""`grader calibrate`: measures the evidence for the thresholds of a kata."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from grader.cli import options
from grader.errors import PackError
from grader.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from grader.content.calibration import Evidence
    from grader.content.kata import Kata


@click.command("calibrate", short_help="Measure how reliable thresholds are.")
@options.kata
@click.option("--seeds", default=12, show_default=True, type=click.IntRange(3, 10_000), help="Seeds for each solution.")
@options.jobs
@click.option("--show", is_flag=True, help="Only show what the existing calibration.json says.")
@click.pass_context
def command(ctx: click.Context, kata: str, seeds: int, num_parallel: int, *, show: bool) -> None:
    """Measure how often the thresholds of KATA fail correct solutions and pass wrong ones.

    All its solutions are graded with many seeds; what they reach is written to calibration.json, beside the reference.
    The limits in kata.toml stay as they are.
    """
    from rich.console import Console
    from rich.progress import Progress

    from grader.authoring.calibrate import calibrate
    from grader.content.calibration import assess
    from grader.content.calibration import read_calibration
    from grader.content.calibration import write_calibration
    from grader.content.catalog import load_catalog
    from grader.service.executor import LocalExecutor

    catalog = load_catalog(ctx.obj)
    found = catalog.find(kata)
    if show:
        evidence = read_calibration(found)
        if evidence is None:
            raise UsageError(f"{kata} has no calibration.json; run `grader calibrate {kata}`.")
    else:
        _make_room(found)
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            bar = progress.add_task("grading", total=len(found.solutions()) * seeds)
            evidence = calibrate(catalog, found, LocalExecutor(num_parallel), seeds, lambda: progress.advance(bar))
        click.echo(f"Wrote {write_calibration(found, evidence)}.")
    for name, threshold in found.spec.thresholds.items():
        if name in evidence.values:
            Console(width=None if os.isatty(1) else 120).print(_table(assess(evidence, name, threshold)))


def _make_room(kata: Kata) -> None:
    """Removes a calibration.json that cannot be read: with it nothing could be graded."""
    from grader.content.calibration import file_of
    from grader.content.calibration import read_calibration

    try:
        read_calibration(kata)
    except PackError as error:
        click.echo(f"Replacing it: {error}", err=True)
        file_of(kata).unlink()


def _table(evidence: Evidence) -> Table:
    from rich.table import Table

    proposed = f", halfway would be {evidence.proposed:.4g}" if evidence.proposed is not None else ""
    table = Table(title=f"{evidence.name}: limit {evidence.limit:g}{proposed}", title_justify="left")
    for heading in ("solution", "mean", "sd", "worst", "misjudged at most*", "counted**"):
        table.add_column(heading, justify="left" if heading == "solution" else "right")
    for rate in (*evidence.right, *evidence.wrong):
        numbers = (rate.mean, rate.standard_deviation, rate.worst)
        table.add_row(
            rate.solution,
            *(f"{number:.4g}" for number in numbers),
            "never" if rate.normal_bound == 0 else f"{rate.normal_bound:.1e}",
            f"{rate.counted_bound:.2g}",
        )
    table.caption = (
        "* with 95 % confidence, if the values are normally distributed   ** whatever their distribution\n"
        "wrong/ lists those that no other test catches"
    )
    return table
