"""The same wait with otter-grader and nbgrader, which are installed for it: `python benchmarks/others.py [ENVIRONMENT]`.

Their exercise is the smallest there is, one function and two assertions in their own format; ours is the kata `perceptron`
with all its tests, graded from the shell by a warm `grader run`. Notebooks and archives are made beforehand and not
counted. The environment is made where none is yet; the three are timed in turn.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
from table import row
from table import run
from warm_grade import time_of

from grader.content.catalog import load_catalog
from grader.plugins import create_manager

SOLUTION = "def double(values):\n    return values + values\n"
ASSERTIONS = [
    "assert np.allclose(double(np.array([1.0, -2.0])), [2.0, -4.0])",
    "assert np.allclose(double(np.arange(6.0).reshape(2, 3)), [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]])",
]
OTTER_TEST = """
OK_FORMAT = True
cases = [{{"code": ">>> import numpy as np\\n>>> " + line, "hidden": False, "locked": False}} for line in {assertions!r}]
suite = {{"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}}
test = {{"name": "q1", "points": 2, "suites": [suite]}}
"""
NBGRADER_NOTEBOOKS = """
import pathlib, nbformat
from nbformat.v4 import new_code_cell, new_notebook

def cell(source, **facts):
    made = new_code_cell(source)
    plain = dict(schema_version=3, locked=False, grade=False, solution=False, points=0, cell_type="code", task=False)
    made.metadata["nbgrader"] = {{**plain, **facts}}
    return made

cells = [cell({solution!r}, solution=True, grade_id="s")]
for number, line in enumerate({assertions!r}):
    cells.append(cell("import numpy as np\\n" + line, grade=True, locked=True, points=1, grade_id=f"t{{number}}"))
notebook = new_notebook(cells=cells)
notebook.metadata["kernelspec"] = dict(name="python3", display_name="Python 3", language="python")
for folder in ("source/ps1", "submitted/s1/ps1"):
    pathlib.Path(folder).mkdir(parents=True)
    nbformat.write(notebook, f"{{folder}}/p1.ipynb")
pathlib.Path("nbgrader_config.py").write_text("c = get_config()\\nc.CourseDirectory.course_id = 'c'\\n")
"""


def call(*command: object, folder: Path, path: Path) -> None:
    """Runs a program of the other graders' environment."""
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{words}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def prepare_otter(folder: Path, path: Path) -> Callable[[], None]:
    """Makes otter's exercise and returns what grades it once."""
    (folder / "tests").mkdir(parents=True)
    (folder / "out").mkdir()
    (folder / "tests/q1.py").write_text(OTTER_TEST.format(assertions=ASSERTIONS))
    (folder / "answer.py").write_text(SOLUTION)
    (folder / "requirements.txt").touch()
    call(
        path / "otter", "generate", "-t", "tests", "-r", "requirements.txt", "-o", "made.zip", folder=folder, path=path
    )
    return lambda: call(path / "otter", "run", "-a", "made.zip", "-o", "out", "answer.py", folder=folder, path=path)


def prepare_nbgrader(folder: Path, path: Path) -> Callable[[], None]:
    """Makes nbgrader's course and returns what grades its only submission once."""
    folder.mkdir()
    make = NBGRADER_NOTEBOOKS.format(solution=SOLUTION, assertions=ASSERTIONS)
    call(path / "python", "-c", make, folder=folder, path=path)
    call(path / "nbgrader", "generate_assignment", "ps1", folder=folder, path=path)
    return lambda: call(path / "nbgrader", "autograde", "ps1", "--student", "s1", "--force", folder=folder, path=path)


@click.command()
@click.argument("environment", default=Path(tempfile.gettempdir(), "other-graders"), type=click.Path(path_type=Path))
@click.option("--rounds", default=5, show_default=True)
def main(environment: Path, rounds: int) -> None:
    """Print the seconds of one grade with each, and the ratio to ours."""
    path = environment / "bin"
    if not (path / "otter").exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([path / "pip", "install", "--quiet", "otter-grader", "nbgrader"], check=True)
    kata = load_catalog(create_manager()).find("perceptron")
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as made:
        folder = Path(made)
        os.environ["XDG_CACHE_HOME"] = made
        programs = {
            "ours": lambda: run("run", kata.name, kata.reference, folder=folder),
            "otter-grader": prepare_otter(folder / "otter", path),
            "nbgrader": prepare_nbgrader(folder / "nbgrader", path),
        }
        times: dict[str, list[float]] = {name: [] for name in programs}
        for number in range(rounds + 1):
            for name, program in programs.items():
                seconds = time_of(program)
                if number:  # The first round compiles and starts what stays.
                    times[name].append(seconds)
        run("zygote", "stop", folder=folder)
    ours = statistics.median(times["ours"])
    row("one grade, from the shell", "ours", "theirs", None)
    for name in ("otter-grader", "nbgrader"):
        theirs = statistics.median(times[name])
        row(name, f"{ours:.3f} s", f"{theirs:.3f} s", theirs / ours)


if __name__ == "__main__":
    main()
