"""Inspects a kata without grading it: its files, its prose, and what gives the answer away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from grader.authoring.export import find_leaks
from grader.authoring.finding import Finding
from grader.content.hints import read_hints
from grader.content.kata import Kata
from grader.errors import PackError

_TOO_HEAVY: Final = ("tensorflow", "keras", "torch", "jax")
_MANY_LINES: Final = 200


def inspect(kata: Kata) -> Iterator[Finding]:
    """Yields what its author has to fix."""
    yield from _look_at_files(kata)
    yield from _look_at_prose(kata)
    yield from _look_for_todos(kata)
    for file, line in find_leaks(kata):
        yield Finding.about(file, f"leaks a line of the reference or of a hidden test: {line}")


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
    yield from _look_at_hidden_tests(kata)


def _look_at_hidden_tests(kata: Kata) -> Iterator[Finding]:
    """Checks their length, for which a reason may be given, and what they import."""
    source = kata.hidden_tests.read_text(encoding="utf-8")
    tree = ast.parse(source)
    num_lines, reason = len(source.splitlines()), f"more than {_MANY_LINES} lines"
    if num_lines > _MANY_LINES and reason not in " ".join((ast.get_docstring(tree) or "").split()):
        problem = f"expected at most {_MANY_LINES} lines, found {num_lines}"
        advice = f"use the checks of grader.testing, or say in its docstring why it has {reason}"
        yield Finding.about(kata.hidden_tests, f"{problem}; {advice}")
    for name in _imports(tree):
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
    readme = kata.statement
    text = readme.read_text(encoding="utf-8")
    for number, task in enumerate(kata.spec.tasks, 1):
        if number not in hinted:
            yield Finding.about(kata.hints, f"expected hints for task {number} ({task.title}), found none")
        if not re.search(rf"^## Task {number}\b", text, re.MULTILINE):
            yield Finding.about(readme, f"expected a heading '## Task {number}: {task.title}', found none")
    if ">>>" not in text:
        yield Finding.about(readme, "expected a worked example with '>>>', found none")


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
