"""Runs the demo, the quick katas and the engine's tests on each Python: `python tests/pythons.py [VERSION ...]`.

Each gets an environment of its own, `.venv-3.12` and so on, with the libraries that pip finds for it. One that is not installed
is said and not counted. It takes about seven minutes for each on two processors.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13")
SOLUTION = "reference/expressivity/perceptron/right/with_loops.py"
DISTRIBUTIONS = ("--editable", ".[dev]", "--editable", "plugins/grader-dask")
QUICK = ("perceptron", "momentum", "conv2d", "batch_norm")
"""Katas whose solutions and mistakes are all graded in seconds: NumPy, callbacks, a speed threshold, a layer of Keras."""

LEFT_OUT = {
    "test_katas.py": "verifies all katas, those that train too, for many minutes: the quick ones are verified here",
    "test_unseen.py": "is about what diagnoses say, and not about Python",
    "test_packaging.py": "builds and installs a wheel, which is the same for all, where pip has just installed the checkout",
    "test_lock.py": "is about the history of the repository, and not about Python",
}
"""Tests that are run on the default Python only, and why."""


def find(version: str) -> str | None:
    """Finds an interpreter: the latest of pyenv's, else what the path has under this name."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = sorted(
        pyenv.glob(f"versions/{version}.*/bin/python"), key=lambda path: [*map(int, re.findall(r"\d+", path.parts[-3]))]
    )
    return str(found[-1]) if found else shutil.which(f"python{version}")


def commands(version: str, interpreter: str) -> list[list[str]]:
    """Lists what is run for one version, from the making of its environment on."""
    folder = f".venv-{version}"
    python = f"{folder}/bin/python"
    return [
        [interpreter, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *DISTRIBUTIONS],
        [python, "-m", "grader", "run", "perceptron", SOLUTION],
        [python, "-m", "grader", "verify", *QUICK, "--fresh", "--seeds", "1"],
        [python, "-m", "pytest", "--quiet", *(f"--ignore=tests/{name}" for name in LEFT_OUT)],
    ]


@click.command()
@click.argument("versions", nargs=-1)
def main(versions: tuple[str, ...]) -> None:
    """Print which of the VERSIONS work; the exit code is 1 if one does not."""
    lines, is_broken = [], False
    for version in versions or VERSIONS:
        start, interpreter = time.monotonic(), find(version)
        if interpreter is None:
            lines.append(f"Python {version}: not installed, so not counted.")
            continue
        failed = next((words for words in commands(version, interpreter) if subprocess.call(words, cwd=ROOT)), None)
        is_broken |= failed is not None
        verdict = "all passed" if failed is None else f"failed: {' '.join(failed)}"
        lines.append(f"Python {version}: {verdict} ({time.monotonic() - start:.0f} s).")
    click.echo("\n".join(lines))
    sys.exit(1 if is_broken else 0)


if __name__ == "__main__":
    main()
