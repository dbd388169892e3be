"""One grade against a running zygote, as a ratio to the same hidden tests in a cold pytest process.

Run `python benchmarks/warm_grade.py [KATA] [--rounds N]`. The two are measured in turn, so that both see the same machine;
what counts is the ratio of the medians. Before each warm grade there is a pause, as there is between two saves. The
baseline is fair: the same tests and calls, its bytecode cached by a first run that is not counted, and the submission
imported without any protection.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from grader.content.catalog import Catalog
from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service.connection import OwnService

HERE = Path(__file__).parent
WARM_PER_ROUND = 5
PAUSE_SECONDS = 1.0


def time_of(action: Callable[[], None]) -> float:
    """Returns the seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def run_cold(kata: Kata, submission: Path) -> None:
    """Runs the hidden tests as a cold process of pytest."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "in_process", "-p", "no:cacheprovider", "--noconftest"]
    command += ["-c", os.devnull, "--submission", str(submission)]
    command += ["--kata", str(kata.folder), "--reference", str(kata.reference_folder), str(kata.hidden_tests)]
    run = subprocess.run(
        command,
        env={**environment, "PYTHONPATH": str(HERE), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise click.ClickException(f"the baseline fails:\n{run.stdout[-2000:]}")


def run_warm(service: OwnService, catalog: Catalog, kata: Kata, submission: Path) -> None:
    """Grades against a service that runs already."""
    preload, hidden = catalog.pack_of(kata).preload, catalog.hidden_folders()
    result, _ = client.grade(
        service, client.GradeJob.of(kata, GradeRequest(source=submission.read_bytes()), preload=preload, hidden=hidden)
    )
    if result.status != "pass":
        raise click.ClickException(f"the grade is {result.status}")


@click.command()
@click.argument("name", default="conv2d")
@click.option("--rounds", default=5, show_default=True, help="Cold runs; each is followed by five warm ones.")
@click.option("--submission", type=click.Path(path_type=Path), help="What is graded; the reference by default.")
def main(name: str, rounds: int, submission: Path | None) -> None:
    """Print the times of a cold and of a warm grade of a kata, and their ratio."""
    catalog = load_catalog(create_manager())
    kata = catalog.find(name)
    file = submission or kata.reference
    with OwnService() as service:
        first = time_of(lambda: run_warm(service, catalog, kata, file))
        run_cold(kata, file)
        cold, warm = [], []
        for _ in range(rounds):
            cold.append(time_of(lambda: run_cold(kata, file)))
            for _ in range(WARM_PER_ROUND):
                time.sleep(PAUSE_SECONDS)
                warm.append(time_of(lambda: run_warm(service, catalog, kata, file)))
    ratio = statistics.median(cold) / statistics.median(warm)
    click.echo(f"{kata.name}, {file.name}: {len(cold)} cold and {len(warm)} warm grades in turn")
    for label, values in (("cold pytest", cold), ("warm grade", warm)):
        low, proposed_limit, high = min(values), statistics.median(values), max(values)
        click.echo(f"  {label:<12} {proposed_limit:8.3f} s  (from {low:.3f} to {high:.3f})")
    click.echo(f"  first grade  {first:8.3f} s  (starts the service and the zygote)")
    click.echo(f"  ratio        {ratio:8.1f} x")


if __name__ == "__main__":
    main()
