"""`grader locate`: the line of a mistake, found by repairing it, and never the code."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT
from unseen import submissions_of

from grader.cli import create_cli
from grader.learner.changes import make_changes
from grader.plugins import create_manager

Locate = Callable[..., Result]

PERCEPTRON = """\
import numpy as np


def perceptron(inputs, weights, bias):
    scores = inputs @ weights {sign} bias
    return (scores {comparison} 0).astype(int)


def gate(name):
    biases = {{"AND": -1.5, "OR": -0.5, "NAND": 1.5}}
    sign = -1.0 if name == "NAND" else 1.0
    return np.array([sign, sign]), biases[name]
"""


@pytest.fixture
def locate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locate:
    """Runs the command on a source."""
    monkeypatch.chdir(tmp_path)

    def run(kata: str, source: str | bytes, *options: object) -> Result:
        file = tmp_path / f"{kata}.py"
        file.write_bytes(source.encode() if isinstance(source, str) else source)
        words = ["locate", kata, str(file), *map(str, options)]
        return CliRunner().invoke(create_cli(create_manager()), words)

    return run


@pytest.mark.parametrize(
    ("sign", "comparison", "line", "kind"), [("+", ">", 6, "a comparison"), ("-", ">=", 5, "an operator")]
)
def test_line_of_a_slip_is_named_and_its_kind_on_request(
    locate: Locate, sign: str, comparison: str, line: int, kind: str
) -> None:
    source = PERCEPTRON.format(sign=sign, comparison=comparison)
    said = locate("perceptron", source, "--seconds", 120)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(f"Look at line {line}: one small change there makes all tests of task")
    assert kind not in said.stdout
    assert f"In line {line} it is {kind}." in locate("perceptron", source, "--seconds", 120, "--kind").stdout


def test_code_is_never_shown(locate: Locate) -> None:
    said = locate("perceptron", PERCEPTRON.format(sign="+", comparison=">"), "--seconds", 120, "--kind")
    for word in ("scores", "astype", ">", "<"):
        assert word not in said.output


def test_line_that_repairs_all_failed_tasks_is_named_first(locate: Locate) -> None:
    wrong = {name: source for style, name, source in submissions_of("gradient_descent") if style == "plain_numpy"}
    source = wrong["climbs_the_loss"]
    (line,) = [number for number, text in enumerate(source.decode().splitlines(), 1) if "point + learning_rate" in text]
    said = locate("gradient_descent", source, "--seconds", 120).stdout
    assert said.startswith(f"Look at line {line}: one small change there makes all tests of tasks 1, 2 and 3 pass.")


def test_line_of_a_notebook_is_named_by_its_cell(locate: Locate, tmp_path: Path) -> None:
    source = PERCEPTRON.format(sign="+", comparison=">")
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Mine."}
    (tmp_path / "mine.ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [text, cell]})
    )
    words = ["locate", "perceptron", "mine.ipynb", "--seconds", "120"]
    said = CliRunner().invoke(create_cli(create_manager()), words).stdout
    assert said.startswith("Look at `return (scores > 0).astype(int)` in cell 2: one small change there")


def test_nothing_is_named_where_no_small_change_repairs(locate: Locate) -> None:
    source = PERCEPTRON.format(sign="+", comparison=">=").replace("inputs @ weights + bias", "np.ones(len(inputs))")
    said = locate("perceptron", source, "--seconds", 4)
    assert said.exit_code == 0
    assert said.stdout.startswith("No line found: none of the small changes that were tried (")


def test_budget_ends_the_search(locate: Locate) -> None:
    source = PERCEPTRON.format(sign="+", comparison=">=").replace(
        "return (scores", "while True:\n        pass\n    return (scores"
    )
    start = time.monotonic()
    said = locate("perceptron", source, "--seconds", 1)
    searched = time.monotonic() - start
    assert "in 1 s; --seconds gives it longer" in said.stdout
    assert "for at most 1 s" in said.stderr
    assert searched < 60.0  # The first grade, of a file that loops for ever, is most of it.


def test_pass_has_nothing_to_locate(locate: Locate) -> None:
    said = locate("perceptron", PERCEPTRON.format(sign="+", comparison=">="))
    assert said.stdout == "Perceptron passes all its tests: there is no mistake to locate.\n"


def test_stub_and_file_that_does_not_load_are_told_apart(locate: Locate) -> None:
    stub = (ROOT / "katas/expressivity/perceptron/perceptron.py").read_text()
    assert "not written yet" in locate("perceptron", stub).stdout
    assert "cannot be loaded" in locate("perceptron", "def perceptron(:\n").stdout


def test_run_mentions_it_only_where_code_is_complete_and_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def last_line(source: str) -> str:
        (tmp_path / "mine.py").write_text(source)
        words = ["run", "perceptron", "mine.py"]
        return CliRunner().invoke(create_cli(create_manager()), words).stdout.splitlines()[-1]

    stub = (ROOT / "katas/expressivity/perceptron/perceptron.py").read_text()
    hint = "Next: `grader hint perceptron` gives a nudge"
    assert last_line(stub) == f"{hint}."
    random = PERCEPTRON.format(sign="+", comparison=">=").replace(
        "inputs @ weights + bias", "np.cos(inputs).sum(axis=1)"
    )
    assert last_line(random) == f"{hint}, `grader locate perceptron` looks for the line."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    return x.T @ y", "    return (x) @ y"),
        ("    return np.sum(x)", "    return np.sum(x, axis=0)"),
        ("    x -= y", "    x = x - (y)"),
        ("    return y, x", "    return x, y"),
        ("    return x", "    return (2 * (x))"),
        ("    return np.dot(x, y)", "    return np.dot(y, x)"),
        ("    for _ in x:\n        y = 1\n        return y", "    for _ in x:\n        y = 1\n    return y"),
        ("    return x[:y]", "    return x[:(y) + 1]"),
    ],
)
def test_changes_are_small_and_leave_lines_where_they_are(before: str, after: str) -> None:
    head = "import numpy as np\n\n\ndef f(x, y):\n"
    source = f"{head}{before}\n"
    made = [change.apply(source.encode()).decode() for change in make_changes(source)]
    assert f"{head}{after}\n" in made
