"""Writes the learners' version of packs: what they get of each kata, and nothing that gives an answer away."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.content.kata import Kata
from grader.errors import PackError
from grader.errors import UsageError

_SHORTEST_LINE: Final = 25
"""Shorter lines, such as `return x`, are anybody's."""


def export(katas: list[Kata], folder: Path) -> list[Path]:
    """Copies the learner's folder of each kata, by chapter, and checks that no line of a reference is in it.

    Args:
        katas: what to export.
        folder: where to; it must be empty, or not be there yet.

    Returns:
        The folders that were written.

    Raises:
        UsageError: the folder is not empty or cannot be written.
        PackError: a learner's file gives a line of a reference or of a hidden test away; nothing is written then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: expected an empty folder or none, found something; choose another.")
    for kata in katas:
        for file, line in find_leaks(kata):
            raise PackError(f"{file}: leaks a line of the answer ({line}), so nothing was exported; remove it.")
    written = []
    for kata in katas:
        target = folder / kata.chapter / kata.name
        try:
            shutil.copytree(kata.folder, target, ignore=shutil.ignore_patterns("__pycache__"))
        except OSError as error:
            raise UsageError(f"{target}: cannot be written ({error}); choose a folder of your own.") from error
        written.append(target)
    return written


def find_leaks(kata: Kata) -> Iterator[tuple[Path, str]]:
    """Yields the learner's files that have a line of the reference or of a hidden test, with that line."""
    reference, tests = _lines_of(kata.reference), _lines_of(kata.hidden_tests)
    for file in sorted(kata.folder.iterdir()):
        if file.is_file():
            given = file.read_text(encoding="utf-8")
            # Support code is made for the tests, and calls what it makes as they do.
            answer = reference if file == kata.support else reference | tests
            yield from ((file, line) for line in sorted(answer) if line in given)


def _lines_of(file: Path) -> set[str]:
    """Returns what the functions of a file do, line by line, in one spelling."""
    found = set()
    for function in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(function, ast.FunctionDef):
            body = function.body[1:] if ast.get_docstring(function) else function.body
            found |= {line.strip() for part in body for line in ast.unparse(part).splitlines()}
    # A line such as `with tf.GradientTape() as tape:` says what is done, but not how.
    return {line for line in found if len(line) >= _SHORTEST_LINE and not line.endswith(":")}
