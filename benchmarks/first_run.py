"""What a learner is told on the first failing run after `grader start`: `python benchmarks/first_run.py [KATA ...]`.

Each kata is started in a new workspace, with a cache that has never seen it; after some seconds for the statement a wrong
submission, whose author had not seen the kata's own mistakes, is graded from the shell. For each kata it prints how long
that took, and how many of the submissions were told their misconception on the first run and how many on the second.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from unseen import HERE
from unseen import submissions_of

from grader.result import Result
from grader.result import from_json

GRADER = [sys.executable, "-m", "grader"]
OUTCOMES = ("named", "second run", "otherwise", "unnamed", "passed")


def run(kata: str, folder: Path) -> tuple[Result, float]:
    """Grades the learner's file from the shell; returns the result and the seconds."""
    start = time.perf_counter()
    command = [*GRADER, "run", kata, "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return from_json(done.stdout), time.perf_counter() - start


def outcome_of(kata: str, misconception: str, folder: Path) -> tuple[str, float]:
    """Grades the learner's file, and once more if its misconception was still being looked up."""
    result, seconds = run(kata, folder)
    found = result.misconception
    if result.status != "fail":
        return "passed", seconds
    if not found and result.is_diagnosis_pending:
        time.sleep(2.0)
        again = run(kata, folder)[0].misconception
        return "second run" if again and again.name == misconception else "unnamed", seconds
    if not found:
        return "unnamed", seconds
    names = {found.name, *(other.name for other in found.alternatives)}
    return "named" if misconception in names else "otherwise", seconds


@click.command()
@click.argument("katas", nargs=-1)
@click.option("--each", default=1, show_default=True, help="Submissions a kata.")
@click.option("--reading", default=5.0, show_default=True, help="Seconds between `grader start` and the run.")
def main(katas: tuple[str, ...], each: int, reading: float) -> None:
    """Print how long the first failing run takes, and what it tells."""
    names = katas or sorted(folder.name for folder in HERE.iterdir() if list(folder.glob("*.toml")))
    total, times = Counter[str](), []
    click.echo(f"{'kata':28}{'seconds':>9}" + "".join(f"{outcome:>12}" for outcome in OUTCOMES))
    for kata in names:
        found, slowest = Counter[str](), 0.0
        for _, misconception, source in itertools.islice(submissions_of(kata), each):
            with tempfile.TemporaryDirectory(prefix="grader-first-") as made:
                folder = Path(made)
                os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
                # A grade of another kata has started the service, and it is warm.
                other = "xor" if kata == "perceptron" else "perceptron"
                subprocess.run([*GRADER, "start", other], cwd=folder, capture_output=True, check=True)
                run(other, folder)
                time.sleep(reading)
                subprocess.run([*GRADER, "start", kata], cwd=folder, capture_output=True, check=True)
                time.sleep(reading)
                (folder / kata / f"{kata}.py").write_bytes(source)
                outcome, seconds = outcome_of(kata, misconception, folder)
                subprocess.run([*GRADER, "service", "stop"], cwd=folder, capture_output=True, check=True)
            found[outcome] += 1
            times.append(seconds)
            slowest = max(slowest, seconds)
        total += found
        click.echo(f"{kata:28}{slowest:>9.2f}" + "".join(f"{found[outcome] or '-':>12}" for outcome in OUTCOMES))
    click.echo(f"{'all':28}{max(times):>9.2f}" + "".join(f"{total[outcome] or '-':>12}" for outcome in OUTCOMES))
    click.echo(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
