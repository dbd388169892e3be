"""What authors start from and what leaves the house: scaffolds, mutants of a reference, and the learners' version."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT

from grader import Pack
from grader.authoring.export import export
from grader.authoring.mutants import find_survivors
from grader.authoring.mutants import make_mutants
from grader.authoring.verify import verify
from grader.cli import create_cli
from grader.content.catalog import Catalog
from grader.errors import PackError
from grader.plugins import create_manager
from grader.service.executor import LocalExecutor

TINY = ROOT / "tests/packs/tiny"


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def catalog_of(root: Path) -> Catalog:
    return Catalog([Pack("pack", "Pack", root / "katas", root / "reference", preload=("numpy",))])


FILLED = {
    "katas/basics/triple/kata.toml": (
        'title = "Triple"\nsummary = "Three times a number."\nsection = "0"\n\n'
        '[[tasks]]\ntitle = "Three times"\npoints = 10\n'
    ),
    "katas/basics/triple/README.md": (
        "# Triple\n\n## Task 1: Three times\n\n```python\n>>> import numpy as np\n>>> from triple import triple\n"
        ">>> triple(np.array([1.0]))\narray([3.])\n```\n"
    ),
    "katas/basics/triple/hints.md": "# Hints\n\n## Task 1\n\n- Add.\n",
    "katas/basics/triple/triple.py": (
        '"""Triple."""\n\n\ndef triple(inputs):\n    """Triples."""\n    raise NotImplementedError("TODO: task 1")\n'
    ),
    "reference/basics/triple/triple.py": "def triple(inputs):\n    return 3 * inputs\n",
    "reference/basics/triple/test_hidden.py": (
        "import numpy as np\nimport pytest\nfrom grader.testing import assert_close\n\n\n@pytest.mark.task(1)\n"
        'def test_any(submission, rng):\n    """Triples."""\n    x, y = rng.normal(size=2).tolist()\n'
        "    assert_close(submission.triple(np.array([x, y])), [x + x + x, y + y + y])\n"
    ),
    "reference/basics/triple/right/with_loops.py": "def triple(inputs):\n    return [3 * value for value in inputs]\n",
    "reference/basics/triple/right/with_numpy.py": "def triple(inputs):\n    return inputs + inputs + inputs\n",
    "reference/basics/triple/misconceptions.toml": (
        'base = "right/with_numpy.py"\n\n[doubles]\ntitle = "It doubles."\nexplanation = "Three times is once more."\n'
        'changes = [["inputs + inputs + inputs", "inputs + inputs"]]\n'
    ),
}


def test_scaffold_has_all_files_and_verify_asks_for_its_todos_until_they_are_filled(tmp_path: Path) -> None:
    pack = tmp_path / "my-pack"
    assert grader("new", "--pack", pack).exit_code == 0
    made = grader("new", "triple", "--pack", pack)
    assert made.exit_code == 0, made.output
    root = pack / "my_pack"
    catalog = catalog_of(root)  # Loading is strict: every file is there, and no other.
    findings = verify(catalog, [catalog.find("triple")], LocalExecutor(2), num_seeds=1)[0].findings
    with_todos = {Path(finding.file).name for finding in findings if "still has a TODO" in finding.problem}
    assert with_todos >= {"kata.toml", "README.md", "hints.md", "triple.py", "test_hidden.py", "with_loops.py"}
    for name, text in FILLED.items():
        assert (root / name).exists()
        (root / name).write_text(text)
    catalog = catalog_of(root)
    assert verify(catalog, [catalog.find("triple")], LocalExecutor(2), num_seeds=1)[0].findings == []


def test_scaffold_is_valid_python(tmp_path: Path) -> None:
    grader("new", "--pack", tmp_path / "pack")
    grader("new", "some_kata", "--pack", tmp_path / "pack", "--chapter", "more")
    files = sorted((tmp_path / "pack").rglob("*.py"))
    assert len(files) == 6
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--isolated", "--select", "E7,E9,F", *map(str, files)],
        check=True,
    )
    subprocess.run([sys.executable, "-m", "ruff", "format", "--check", "--quiet", *map(str, files)], check=True)


def existing_kata(folder: Path) -> tuple[object, ...]:
    grader("new", "--pack", folder / "pack")
    grader("new", "triple", "--pack", folder / "pack")
    return ("triple", "--pack", folder / "pack")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (existing_kata, "exists already, so nothing was written"),
        (lambda folder: ("triple", "--pack", folder / "nowhere"), "grader new --pack"),
        (lambda folder: ("Triple", "--pack", folder), "lower-case words"),
        (lambda folder: ("triple", "--pack", folder, "--chapter", "../x"), "lower-case words"),
        (lambda folder: ("--pack", folder / "1st"), "lower-case words"),
        (lambda folder: ("--pack", "/proc/pack"), "cannot be written"),
    ],
)
def test_what_cannot_be_made_gets_one_sentence(
    tmp_path: Path, arguments: Callable[[Path], tuple[object, ...]], words: str
) -> None:
    run = grader("new", *arguments(tmp_path))
    assert run.exit_code == 2
    assert words in run.output
    assert len(run.output.strip().splitlines()) == 1


def test_learners_get_everything_but_the_answers(tmp_path: Path) -> None:
    run = grader("export", tmp_path / "course", "--pack", "deep_learning_course")
    assert run.exit_code == 0, run.output
    catalog = Catalog([pack for packs in create_manager().hook.grader_packs() for pack in packs])
    exported = {file.relative_to(tmp_path / "course") for file in (tmp_path / "course").rglob("*") if file.is_file()}
    expected = {
        Path(kata.chapter) / kata.name / file.name
        for kata in catalog.katas.values()
        for file in kata.folder.iterdir()
        if file.is_file()
    }
    assert exported == expected
    text = "\n".join((tmp_path / "course" / file).read_text() for file in exported)
    assert "def test_" not in text


@pytest.mark.parametrize("source", ["reference", "hidden test"])
def test_nothing_is_exported_if_an_answer_would_be(tmp_path: Path, source: str) -> None:
    grader("new", "--pack", tmp_path / "pack")
    grader("new", "triple", "--pack", tmp_path / "pack")
    root = tmp_path / "pack/pack"
    for name, text in FILLED.items():
        (root / name).write_text(text)
    leak = "assert_close(submission.triple(np.array([x, y])), [x + x + x, y + y + y])"
    if source == "reference":
        leak = "tripled_values = 3 * inputs"
        (root / "reference/basics/triple/triple.py").write_text(
            f"def triple(inputs):\n    {leak}\n    return tripled_values\n"
        )
    with (root / "katas/basics/triple/hints.md").open("a") as hints:
        hints.write(f"- Try {leak}.\n")
    with pytest.raises(PackError, match=r"hints\.md: leaks a line of the answer"):
        export(list(catalog_of(root).katas.values()), tmp_path / "course")
    assert not (tmp_path / "course").exists()


def test_export_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Mine.")
    run = grader("export", tmp_path)
    assert (run.exit_code, len(run.output.strip().splitlines())) == (2, 1)
    assert grader("export", tmp_path / "x", "--pack", "nowhere").exit_code == 2


def test_mutants_are_small_changes_each_made_once() -> None:
    source = '"""Doc -1."""\n\n\ndef f(a, b):\n    if a > 0 and not b:\n        return a - 2 * b\n    return -b\n'
    mutants = {mutant.change for mutant in make_mutants(source)}
    assert "if a > 0 and not b:  ->  if a >= 0 and not b:" in mutants
    assert "if a > 0 and not b:  ->  if a > 0 or not b:" in mutants
    assert "return a - 2 * b  ->  return a + 2 * b" in mutants
    assert "return a - 2 * b  ->  return a - 3 * b" in mutants
    assert len({mutant.source for mutant in make_mutants(source)}) == len(list(make_mutants(source)))
    assert {mutant.line for mutant in make_mutants(source)} == {5, 6, 7}


def test_mutant_that_no_test_notices_is_reported() -> None:
    catalog = catalog_of(TINY)
    report = find_survivors(catalog, catalog.find("double"), LocalExecutor(2))
    assert report.num_mutants >= 1
    assert report.survivors == []
    run = grader("verify", "perceptron", "--seeds", "1", "--mutate")
    assert run.exit_code == 0
    assert "mutants of the reference" in run.output
    # The weights of a gate may be larger, as long as the table stays the same.
    assert 'line 8: "OR"' in run.output
