"""Mistakes that are written as the lines that differ: what they expand to, and what is said of those that cannot be."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from conftest import WriteKata

from grader.cli import create_cli
from grader.content.catalog import Catalog
from grader.content.misconceptions import ChangeError
from grader.content.misconceptions import apply_changes
from grader.content.misconceptions import read_misconceptions
from grader.errors import PackError
from grader.plugins import create_manager

BASE = "def double(values):\n    total = values + values\n    return total\n"
FIRST = """
base = "right/adding.py"

[subtracts]
title = "The values are subtracted."
explanation = \"\"\"
Twice a number is the number
plus itself.
\"\"\"
changes = [["values + values", "values - values"]]
"""


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    (tmp_path / "right").mkdir()
    (tmp_path / "right/adding.py").write_text(BASE)
    (tmp_path / "double.py").write_text("def double(values):\n    return 2 * values\n")
    file = tmp_path / "misconceptions.toml"
    file.write_text(FIRST)
    return file


def test_mistake_is_the_base_with_its_changes(toml: Path) -> None:
    (solution,) = read_misconceptions(toml)
    assert solution.source.decode() == BASE.replace("+", "-")
    assert (solution.key, solution.title) == ("wrong/subtracts", "The values are subtracted.")
    assert solution.explanation == "Twice a number is the number plus itself."
    assert solution.where == f"{toml} [subtracts]"


def test_changes_are_made_one_after_another() -> None:
    assert apply_changes("a b", [("a", "c"), ("c b", "d")]) == "d"


def test_variants_are_spellings_of_one_mistake_and_may_have_another_base(toml: Path) -> None:
    toml.write_text(
        FIRST
        + '[[subtracts.variants]]\nchanges = [["values + values", "values + -values"]]\n'
        + '[[subtracts.variants]]\nbase = "double.py"\nchanges = [["2 * values", "0 * values"]]\n'
    )
    solutions = read_misconceptions(toml)
    assert [solution.key for solution in solutions] == ["wrong/subtracts", "wrong/subtracts.2", "wrong/subtracts.3"]
    assert {solution.name for solution in solutions} == {"subtracts"}
    assert {solution.title for solution in solutions} == {"The values are subtracted."}
    assert "0 * values" in solutions[2].source.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[a]\nchanges = [["product", "sum"]]', "expected 'product' exactly once in the base, found it nowhere"),
        ('[a]\nchanges = [["total", "sum"]]', "expected 'total' exactly once in the base, found it 2 times"),
        ('[a]\nchanges = [["", "sum"]]', "found it nowhere"),
        ('[a]\nchanges = [["values + values", "values + values"]]', "expected a change, found 'values + values' twice"),
        (
            '[a]\nchanges = [["+", "-"]]\n[b]\nchanges = [["values + values", "values - values"]]',
            "[b]: expands to the same text as [a]",
        ),
        ('[a]\nbase = "right/other.py"\nchanges = [["+", "-"]]', "found 'right/other.py'"),
        ('[a]\nbase = "../double.py"\nchanges = [["+", "-"]]', "found '../double.py'"),
        ('[A]\nchanges = [["+", "-"]]', "found 'A'"),
        ('[a]\nchange = [["+", "-"]]', "[a]: Object"),
        ('[a]\nchanges = [["+"]]', "[a]: Expected `array` of length 2"),
        ("[a", "expected valid TOML"),
    ],
)
def test_what_cannot_be_expanded_is_said_in_a_sentence(toml: Path, text: str, words: str) -> None:
    toml.write_text(f'base = "right/adding.py"\n{text}\n')
    with pytest.raises(PackError) as caught:
        read_misconceptions(toml)
    assert words in str(caught.value)
    assert str(toml) in str(caught.value)


def test_a_change_error_names_no_file() -> None:
    with pytest.raises(ChangeError, match="nowhere"):
        apply_changes("a", [("b", "c")])


def test_mistake_in_two_places_is_refused(write_kata: WriteKata) -> None:
    kata = write_kata()
    (kata.reference_folder / "wrong").mkdir()
    (kata.reference_folder / "wrong/squares.py").write_text("def double(values):\n    return values**2\n")
    toml = kata.reference_folder / "misconceptions.toml"
    toml.write_text('[squares]\nbase = "double.py"\nchanges = [["values + values", "values**2"]]\n')
    with pytest.raises(PackError, match="is also in"):
        kata.wrong_solutions()
    toml.write_text('[cubes]\nbase = "double.py"\nchanges = [["values + values", "values**3"]]\n')
    assert [solution.name for solution in kata.wrong_solutions()] == ["cubes", "squares"]


def test_show_prints_a_solution_as_it_is_graded(catalog: Catalog) -> None:
    kata = catalog.find("perceptron")
    for solution in kata.solutions():
        name = solution.key.removeprefix("wrong/")
        shown = CliRunner().invoke(create_cli(create_manager()), ["show", "perceptron", name])
        assert (shown.exit_code, shown.stdout_bytes) == (0, solution.source)
    unknown = CliRunner().invoke(create_cli(create_manager()), ["show", "perceptron", "drops_the_bia"])
    assert unknown.exit_code == 2
    assert "did you mean 'drops_the_bias'?" in unknown.stderr


def test_expanded_mistakes_are_clean_code(catalog: Catalog, tmp_path: Path) -> None:
    ruff = Path(sysconfig.get_path("scripts")) / "ruff"
    for kata in catalog.katas.values():
        for solution in kata.wrong_solutions():
            file = tmp_path / "reference" / kata.chapter / kata.name / f"{solution.entry.replace('.', '_')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(solution.source)
    config = ["--config", str(ROOT / "pyproject.toml")]
    for command in (
        ["check", *config, "--quiet", "--no-cache"],
        ["format", *config, "--check", "--quiet", "--no-cache"],
    ):
        run = subprocess.run([ruff, *command, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
