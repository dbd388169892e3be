"""Wrong submissions whose authors had not seen the katas' own wrong solutions, only what each mistake is called.

A module of `tests/unseen/<kata>/` is a correct solution in some style, and for each misconception the changes that make it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def submissions_of(kata: str) -> Iterator[tuple[str, str, str]]:
    """Yields the style, the misconception and the source of each wrong submission for a kata."""
    for file in sorted((HERE / kata).glob("*.py")):
        source, changes = read(file)
        for name, change in changes.items():
            if isinstance(change, str):
                yield file.stem, name, change
                continue
            text = source
            for old, new in change:
                assert text.count(old) == 1, (
                    f"{file}: {name} changes {old!r}, which stands there {text.count(old)} times"
                )
                text = text.replace(old, new)
            yield file.stem, name, text


def read(file: Path) -> tuple[str, dict[str, str | list[tuple[str, str]]]]:
    """Returns the correct solution of a module and the changes, without running it."""
    values = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(file.read_bytes()).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    return values["SOURCE"], values["CHANGES"]
