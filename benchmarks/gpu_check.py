"""One kata of each kind, graded on the CPU and on a GPU, warm and cold: `python benchmarks/gpu_check.py`, or `make gpu-check`.

It grades the references by `grader run --format json`, and prints verdicts, seconds from the shell, layers of the sandbox and
ratios to the reference's speed side by side. Where there is no GPU it says so and prints the columns of the CPU. The exit
code is 1 if a verdict is not a pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.service import client

ROOT = Path(__file__).parents[1]
GRADER = [sys.executable, "-m", "grader"]
KATAS = {
    "conv2d": "a function",
    "self_attention": "a layer",
    "universal_approximation": "a training",
    "q_learning": "an environment",
    "backpropagation": "a speed",
}


@dataclass(frozen=True)
class Grade:
    """A verdict, and how long it took from the shell."""

    result: dict[str, Any]
    seconds: float

    def __str__(self) -> str:
        return f"{self.result['status']} {self.seconds:.2f} s"

    @property
    def speed(self) -> str:
        """How many times longer than the reference, on the same device, if the kata has such a threshold."""
        return "".join(f"{found['value']:.2f} x" for found in self.result["thresholds"] if found["name"] == "speed")

    @property
    def problems(self) -> list[str]:
        """What was said of each test that did not pass."""
        return [f"{test['name']}: {test['message']}" for test in self.result["tests"] if test["status"] != "pass"]


def grade(kata: str, device: str, *, cold: bool) -> Grade:
    """Grades the reference of a kata."""
    file = next(ROOT.glob(f"reference/*/{kata}/{kata}.py"))
    command = [*GRADER, "run", kata, str(file), "--device", device, "--format", "json", *(["--cold"] if cold else [])]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        raise click.ClickException(f"{kata} on the {device}: expected a verdict, found none; see the message above.")
    return Grade(json.loads(done.stdout), time.perf_counter() - start)


def row(name: str, cells: Iterable[object]) -> None:
    """Prints a line of the table."""
    click.echo(f"{name:<40}" + "".join(f"{cell!s:<16}" for cell in cells))


def check(devices: list[str]) -> list[str]:
    """Prints the table; returns what did not pass, and why."""
    ways = [(device, is_cold) for device in devices for is_cold in (False, True)]
    layers: dict[str, set[str]] = {device: set() for device in devices}
    problems = []
    row("kata", [f"{device.upper()} {'cold' if is_cold else 'warm'}" for device, is_cold in ways])
    for kata, kind in KATAS.items():
        for device in devices:
            grade(kata, device, cold=False)  # The first starts what stays.
        grades = [grade(kata, device, cold=is_cold) for device, is_cold in ways]
        row(f"{kata}, {kind}", grades)
        if any(found.speed for found in grades):
            row("  as a multiple of the reference", [found.speed for found in grades])
        for (device, _), found in zip(ways, grades, strict=True):
            layers[device].add(", ".join(found.result["sandbox"]))
            problems += [f"{kata} on the {device.upper()}: {problem}" for problem in found.problems]
    for device, active in layers.items():
        click.echo(f"sandbox on the {device.upper()}: {' or '.join(sorted(active))}")
    return problems


@click.command()
def main() -> None:
    """Print the table."""
    devices = ["cpu"]
    if client.resolve_device("auto") == "gpu":
        devices.append("gpu")
    else:
        click.echo("There is no NVIDIA GPU on this machine (no /dev/nvidia0), so there are columns of the CPU only.")
    with tempfile.TemporaryDirectory(prefix="grader-") as made:
        os.environ["XDG_CACHE_HOME"] = made
        try:
            problems = check(devices)
        finally:
            subprocess.run([*GRADER, "service", "stop"], stdout=subprocess.DEVNULL, check=False)
    for problem in problems:
        click.echo(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
