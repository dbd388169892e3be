"""Notebooks as submissions: what is graded of one, and how a failing cell is named."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT

from grader.cli import create_cli
from grader.content.catalog import Catalog
from grader.content.notebook import load_notebook
from grader.learner.starter import make_notebook
from grader.plugins import create_manager

RIGHT = (ROOT / "reference/expressivity/perceptron/perceptron.py").read_text()


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def write_notebook(path: Path, *cells: str) -> Path:
    """Writes a notebook whose first cell is a title."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Perceptron"), *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(notebook, path)
    return path


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        ("import numpy as np", "import numpy as np  # cell 2"),
        ("x = 1\nx", "x = 1  # cell 2\nNone  # cell 2"),
        ("%matplotlib inline\n!pip install numpy\nx = 1\nx?\ny = !ls", "x = 1  # cell 2"),
        ("%%time\nx = 1", "x = 1  # cell 2"),
        ("%%bash\nx=1", ""),
        ("# grader: skip\nx = 1", ""),
        ("print(f(3))", ""),
        ("for step in range(10**9):\n    train()", ""),
        ("f(3)", ""),
        ("import random\nrandom.seed(1)", "import random  # cell 2\nrandom.seed(1)  # cell 2"),
        ("a = (7\n% 4)", "a = (7\n% 4)  # cell 2"),
        ('text = """\n%d\n!x\n"""', 'text = """\n%d\n!x\n"""  # cell 2'),
        ("x = 1; print('é'); y = 2", "x = 1; None; y = 2  # cell 2"),
        ("x = 1\nprint(\n    x,\n)\ny = 2", "x = 1  # cell 2\nNone  # cell 2\n\n\ny = 2  # cell 2"),
        ("def f():\n    return 1 # one", "def f():  # cell 2\n    return 1 # one  # cell 2"),
        ("x = 'a\u2028b\x0c'\nprint(x)\ny = 2", "x = 'a\u2028b\x0c'  # cell 2\nNone  # cell 2\ny = 2  # cell 2"),
        ("def f(:\n    pass", "raise SyntaxError('cell 2, line 1: invalid syntax')"),
    ],
)
def test_cell_is_taken_if_it_defines_something(cell: str, taken: str, tmp_path: Path) -> None:
    assert load_notebook(write_notebook(tmp_path / "perceptron.ipynb", cell)).decode() == taken


def test_solution_in_one_cell_stays_what_it_is(tmp_path: Path) -> None:
    for file in sorted((ROOT / "reference").rglob("right/*.py"))[:20]:
        loaded = load_notebook(write_notebook(tmp_path / "perceptron.ipynb", file.read_text()))
        graded, written = (ast.parse(source).body for source in (loaded, file.read_bytes()))
        assert [ast.dump(statement) for statement in graded[1:]] == [ast.dump(statement) for statement in written[1:]]


def test_imports_of_the_future_may_be_in_any_cell(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "mine.ipynb", "import math", f"from __future__ import annotations\n{RIGHT}")
    assert load_notebook(path).startswith(b"from __future__ import annotations\nimport math  # cell 2\n")
    assert grader("run", "perceptron", path).exit_code == 0


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x = " + "-" * 200_000 + "1", "SyntaxError: cell 2: "),
        ("x = " + "(" * 1_000, "SyntaxError: cell 2, line 1: "),
        ("x = '\x00'", "SyntaxError: cell 2"),
        (f"x = '{'y' * 300_000}'", "The file is larger than 256 KiB."),
        ("x = 1\r\ny = 1 / 0\r\n", "y = 1 / 0  # cell 2"),
    ],
    ids=["deep", "parentheses", "null", "long", "line ends of Windows"],
)
def test_odd_cell_is_the_fault_of_the_submission(cell: str, words: str, tmp_path: Path) -> None:
    run = grader("run", "perceptron", write_notebook(tmp_path / "mine.ipynb", cell))
    assert (run.exit_code, run.stderr) == (1, "")
    assert words in run.stdout


def test_halves_of_characters_are_the_fault_of_the_submission(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "mine.ipynb", "x = 'HALF'")
    path.write_text(path.read_text().replace("HALF", "\\ud800"))
    run = grader("run", "perceptron", path)
    assert (run.exit_code, run.stderr) == (1, "")
    assert "SyntaxError: cell 2: " in run.stdout


def test_notebook_is_graded(tmp_path: Path) -> None:
    cells = ("%matplotlib inline\nimport numpy as np", RIGHT, "perceptron(np.ones((1, 2)), np.ones(2), 0.0)", "1 / 0")
    run = grader("run", "perceptron", write_notebook(tmp_path / "mine.ipynb", *cells))
    assert (run.exit_code, run.stderr) == (0, "")
    assert "10 of 10 points" in run.stdout


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("def perceptron(*_):\n    return [][1]", "line 5: return [][1]  # cell 4"),
        ("def perceptron(:", "SyntaxError: cell 4, line 1: invalid syntax"),
        ("x = 1 / 0", "x = 1 / 0  # cell 4"),
    ],
)
def test_failing_cell_is_named_by_its_number(cell: str, words: str, tmp_path: Path) -> None:
    run = grader("run", "perceptron", write_notebook(tmp_path / "mine.ipynb", "import math", "print(1)", cell))
    assert run.exit_code == 1
    assert words.partition(": ")[2] in run.stdout


BROKEN = [
    "",
    "{",
    "[]",
    '{"nbformat": 99, "cells": []}',
    '{"nbformat": 4, "nbformat_minor": 5, "cells": [3]}',
    "[" * 10**6,
]


@pytest.mark.parametrize("content", BROKEN, ids=lambda content: content[:20])
def test_file_that_is_no_notebook_gets_one_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text(content)
    run = grader("run", "perceptron", "mine.ipynb")
    assert run.exit_code == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("Error: mine.ipynb: expected a Jupyter notebook, found something else (")


def test_class_hands_in_notebooks_and_a_broken_one_is_named_as_in_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.write(write_notebook(tmp_path / "right.ipynb", RIGHT), "ada/perceptron.ipynb")
        archive.writestr("bob/perceptron.ipynb", "{")
    run = grader("batch", "class.zip", "--format", "json")
    assert run.exit_code == 2
    told = json.loads(run.stdout)
    assert [(grade["student"], grade["result"]["status"]) for grade in told["grades"]] == [("ada", "pass")]
    (left_out,) = told["left_out"]
    assert left_out.startswith("bob/perceptron.ipynb: expected a Jupyter notebook")


def test_start_makes_a_notebook_with_statement_and_stub_which_is_graded_as_its_file(tmp_path: Path) -> None:
    run = grader("start", "perceptron", "--notebook")
    assert run.exit_code == 0
    assert run.stdout.startswith(f"Made {tmp_path}/perceptron. Open perceptron.ipynb in Jupyter and run its cells;")
    assert sorted(file.name for file in (tmp_path / "perceptron").iterdir()) == [
        *("README.md", "hints.md", "kata.toml", "perceptron.ipynb"),
    ]
    notebook = nbformat.read(tmp_path / "perceptron/perceptron.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", *["markdown"] * 3, "code"]
    statement = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert statement == (ROOT / "katas/expressivity/perceptron/README.md").read_text().strip()
    stub = (ROOT / "katas/expressivity/perceptron/perceptron.py").read_text()
    assert notebook.cells[1].source == "%load_ext grader.jupyter"
    assert notebook.cells[-1].source == f"%%grade perceptron\n{stub.rstrip()}"
    told = grader("run", "perceptron")
    assert told.exit_code == 1
    assert told.stdout.startswith(
        "Perceptron  (perceptron)   NOT YET   0 of 10 points\n\nTask 1  A threshold unit   0 of 6\n"
    )


def test_notebook_of_every_kata_is_graded_as_its_stub(catalog: Catalog, tmp_path: Path) -> None:
    for kata in catalog.katas.values():
        (tmp_path / "kata.ipynb").write_bytes(make_notebook(kata))
        nbformat.validate(nbformat.read(tmp_path / "kata.ipynb", as_version=4))
        graded, stub = (
            [ast.dump(statement) for statement in ast.parse(source).body if not isinstance(statement, ast.Expr)]
            for source in (load_notebook(tmp_path / "kata.ipynb"), kata.stub.read_bytes())
        )
        assert graded == stub  # Docstrings of the file and of its attributes aside, which a cell only displays.


def write_solution(folder: Path) -> Path:
    """Starts a kata in a notebook and writes a right solution into its last cell."""
    assert grader("start", "perceptron", "--notebook").exit_code == 0
    file = folder / "perceptron/perceptron.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells[-1].source = f"%%grade perceptron\n{RIGHT}"
    nbformat.write(notebook, file)
    return file


def test_notebook_in_the_workspace_is_the_learners_file(tmp_path: Path) -> None:
    file = write_solution(tmp_path)
    assert grader("run", "perceptron").exit_code == 0
    assert json.loads((tmp_path / ".grader/progress.json").read_text())["perceptron"]["passed"]
    assert "# cell" not in grader("diff", "perceptron").stdout
    assert grader("diff", "perceptron").stdout.startswith(
        "--- perceptron.py as it was started\n+++ perceptron/perceptron.ipynb"
    )
    prompt = grader("try", "perceptron")
    assert (prompt.exit_code, prompt.stderr) == (
        2,
        f"Error: {file} is a notebook, which is a prompt of its own; open it in Jupyter.\n",
    )


def test_notebook_is_started_once_and_reset_keeps_what_was_in_it(tmp_path: Path) -> None:
    file = write_solution(tmp_path)
    before = file.read_bytes()
    for words in (["start", "perceptron"], ["start", "perceptron", "--notebook"]):
        assert grader(*words).exit_code == 2
    assert file.read_bytes() == before
    (tmp_path / "perceptron/hints.md").unlink()
    assert "fill in perceptron.ipynb" in grader("start", "perceptron").stdout
    assert not (tmp_path / "perceptron/perceptron.py").exists()
    assert grader("reset", "perceptron").exit_code == 0
    assert (tmp_path / "perceptron/perceptron.1.ipynb").read_bytes() == before
    assert "raise NotImplementedError" in nbformat.read(file, as_version=4).cells[-1].source
    assert grader("reset", "perceptron").exit_code == 2  # It is the stub already.


def test_notebook_does_not_take_the_place_of_a_python_file(tmp_path: Path) -> None:
    assert grader("start", "perceptron").exit_code == 0
    run = grader("start", "perceptron", "--notebook")
    assert run.exit_code == 2
    (line,) = run.stderr.splitlines()
    assert line.endswith(
        "perceptron.py exists already and is what is graded; move it elsewhere to begin in a notebook."
    )
    assert not (tmp_path / "perceptron/perceptron.ipynb").exists()


def write_twelve(file: Path, gate: str) -> Path:
    """Writes a notebook of twelve cells: texts, magics, a shell line, trials and two functions that use a third."""
    threshold = "def threshold(score):\n    return int(score >= 0)"
    perceptron = (
        "%%time\ndef perceptron(inputs, weights, bias):\n"
        "    return np.array([threshold(row @ weights + bias) for row in inputs])"
    )
    cells = [
        "%matplotlib inline\nimport numpy as np",
        "!pip list",
        threshold,
        "threshold(0.5)",
        perceptron,
        "perceptron(np.ones((1, 2)), np.ones(2), 0.0)",
        "# grader: skip\nperceptron = None",
        "WEIGHTS = {'AND': ([1, 1], -1.5), 'OR': ([1, 1], -0.5), 'NAND': ([-1, -1], 1.5)}",
        gate,
        "for name in WEIGHTS:\n    print(gate(name))",
        "%%bash\nls",
    ]
    return write_notebook(file, *cells)


GATE = "def gate(name):\n    weights, bias = WEIGHTS[name]\n    return np.array(weights, dtype=float), bias"
RAISES = GATE.replace("WEIGHTS[name]", "WEIGHTS[name.lower()]")


def test_twelve_cells_are_graded_alike_by_run_watch_and_batch(tmp_path: Path) -> None:
    for student, gate in (("ada", GATE), ("bob", RAISES)):
        (tmp_path / "class" / student).mkdir(parents=True)
        file = write_twelve(tmp_path / "class" / student / "perceptron.ipynb", gate)
        assert len(nbformat.read(file, as_version=4).cells) == 12
    right, wrong = (grader("run", "perceptron", f"class/{student}/perceptron.ipynb") for student in ("ada", "bob"))
    assert "10 of 10 points" in right.stdout
    assert "6 of 10 points" in wrong.stdout
    assert "WEIGHTS[name.lower()]  # cell 10" in wrong.stdout
    told = json.loads(grader("batch", "class", "--format", "json").stdout)
    graded = {grade["student"]: grade["result"] for grade in told["grades"]}
    assert [(graded[student]["status"], graded[student]["score"]) for student in ("ada", "bob")] == [
        ("pass", 10.0),
        ("fail", 6.0),
    ]
    assert any("# cell 10" in (test["message"] or "") for test in graded["bob"]["tests"])
    (tmp_path / "perceptron").mkdir()
    write_twelve(tmp_path / "perceptron/perceptron.ipynb", RAISES)
    watch = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch", "perceptron"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    timer = threading.Timer(60, watch.kill)
    timer.start()
    try:
        assert "6 of 10 points" in read_until(watch, "# cell 10")
        write_twelve(tmp_path / "perceptron/perceptron.ipynb", GATE)
        assert "PASS" in read_until(watch, "10 of 10 points")
    finally:
        timer.cancel()
        watch.kill()
        watch.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Reads what a process prints up to the line with the words."""
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError(f"{words!r} was never printed: {''.join(lines)}")
