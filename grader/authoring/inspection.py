"""Inspects a kata without grading it: its files, its prose, what gives the answer away, and the statement's example."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.authoring.export import find_leaks
from grader.authoring.finding import Finding
from grader.content.hints import read_hints
from grader.content.kata import Kata
from grader.errors import PackError

_TOO_HEAVY: Final = ("tensorflow", "keras", "torch", "jax")
_EXAMPLE_SECONDS: Final = 120
_EXAMPLE: Final = '''
import doctest, pathlib, runpy, sys
import numpy as np

def plain(value):
    """Shows a tensor as the array that it is, and integers of any width alike."""
    if not hasattr(value, "__array__"):
        return value
    array = np.asarray(value)
    array = array.astype(int) if array.dtype.kind in "iu" else array
    return array.item() if array.ndim == 0 else array

sys.__displayhook__ = lambda value: None if value is None else print(repr(plain(value)))
readme, *files = map(pathlib.Path, sys.argv[1:])
names = {"np": np}
for file in files:
    names |= runpy.run_path(str(file))
text = readme.read_text(encoding="utf-8").replace("```", "")
test = doctest.DocTestParser().get_doctest(text, names, readme.name, str(readme), 0)
runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
runner.run(test)
sys.exit(runner.failures > 0)
'''


def inspect(kata: Kata) -> Iterator[Finding]:
    """Yields what its author has to mend."""
    yield from _look_at_files(kata)
    yield from _look_at_prose(kata)
    yield from _look_for_todos(kata)
    for file, line in find_leaks(kata):
        yield Finding.about(file, f"gives a line of the reference or of a hidden test away: {line}")
    yield from _run_examples(kata)


def _look_at_files(kata: Kata) -> Iterator[Finding]:
    """Checks what can be seen without running anything."""
    if len(kata.right_solutions()) < 2:
        yield Finding.about(
            kata.reference_folder / "right", "expected at least two correct solutions, in unlike styles"
        )
    wrong = kata.wrong_solutions()
    if not wrong:
        yield Finding.about(kata.misconceptions, "expected the mistakes that learners make, found none")
    for solution in wrong:
        if not (solution.title and solution.explanation):
            yield Finding(solution.where, "expected a title and an explanation for the learner; write what is missing")
    for name in _imports(kata.hidden_tests):
        if name.partition(".")[0] in _TOO_HEAVY:
            yield Finding.about(kata.hidden_tests, f"imports {name}, which the judge must not load; compute with NumPy")


def _look_for_todos(kata: Kata) -> Iterator[Finding]:
    """Finds what a scaffold has left to its author."""
    for folder in (kata.folder, kata.reference_folder):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".md", ".toml"):
                for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                    if "TODO" in line and (file != kata.stub or "NotImplementedError" not in line):
                        yield Finding.about(file, f"line {number} still has a TODO: {line.strip()}")


def _look_at_prose(kata: Kata) -> Iterator[Finding]:
    """Checks that every task has hints and a section of the statement, and that there is an example."""
    try:
        hinted = set(read_hints(kata.hints))
    except PackError as error:
        yield Finding.about(kata.hints, str(error))
        hinted = set(range(1, len(kata.spec.tasks) + 1))
    readme = kata.folder / "README.md"
    text = readme.read_text(encoding="utf-8")
    for number, task in enumerate(kata.spec.tasks, 1):
        if number not in hinted:
            yield Finding.about(kata.hints, f"expected hints for task {number} ({task.title}), found none")
        if not re.search(rf"^## Task {number}\b", text, re.MULTILINE):
            yield Finding.about(readme, f"expected a heading '## Task {number}: {task.title}', found none")
    if ">>>" not in text:
        yield Finding.about(readme, "expected a worked example with '>>>', found none")


def _run_examples(kata: Kata) -> Iterator[Finding]:
    """Runs the statement's example with the reference, in a process of its own."""
    readme = kata.folder / "README.md"
    files = [*([kata.support] if kata.support.exists() else []), kata.reference]
    command = [sys.executable, "-c", _EXAMPLE, str(readme), *map(str, files)]
    environment = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=_EXAMPLE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        yield Finding.about(readme, f"its example takes more than {_EXAMPLE_SECONDS} s")
        return
    if run.returncode:
        yield Finding.about(readme, f"its example does not give what it says:\n{(run.stdout or run.stderr)[-1500:]}")


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
