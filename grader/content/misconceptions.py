"""Mistakes written as the lines that differ from a right solution: reads a misconceptions.toml and expands it.

base = "right/with_numpy.py"        # a right solution

[flips_the_kernel]
title = "The kernel is flipped."
explanation = "A convolutional layer does not flip."
changes = [["kernel,", "kernel[::-1, ::-1],"]]      # pairs of an old text, which occurs once, and a new one

[[flips_the_kernel.variants]]       # the same misconception in another spelling
base = "conv2d.py"
changes = [["ops.conv(", "ops.conv_transpose("]]
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from grader.content.solution import NAME
from grader.content.solution import Solution
from grader.errors import PackError

Change = tuple[str, str]
"""An old text, and the new one that takes its place."""


class ChangeError(ValueError):
    """A change cannot be made; says which and why."""


class _Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    changes: list[Change]
    base: str = ""


class _Misconception(_Variant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: str = ""
    explanation: str = ""
    variants: list[_Variant] = []


def apply_changes(text: str, changes: Iterable[Change]) -> str:
    """Makes changes one after another.

    Args:
        text: what is changed.
        changes: pairs of an old text, which must occur exactly once, and the new one in its place.

    Raises:
        ChangeError: an old text occurs not at all or several times, or the new one is the same.

    Examples:
        >>> apply_changes("return a + b", [("a + b", "a - b")])
        'return a - b'
    """
    for old, new in changes:
        if old == new:
            raise ChangeError(f"expected a change, found {old!r} twice; write what takes its place.")
        count = text.count(old) if old else 0
        if count != 1:
            found = f"{count} times" if count else "nowhere"
            cure = "quote more of the lines around it" if count else "copy it from there as it stands, with its spaces"
            raise ChangeError(f"expected {old!r} exactly once in the base, found it {found}; {cure}.")
        text = text.replace(old, new)
    return text


def read_misconceptions(file: Path) -> list[Solution]:
    """Expands every mistake of a misconceptions.toml, in the order of the file.

    Args:
        file: its bases are named by their paths relative to its folder.

    Raises:
        PackError: the file is malformed, a base is missing, a change cannot be made, or two mistakes expand to one text.
    """
    tables = _decode(file)
    default = tables.pop("base", "")
    by_source: dict[bytes, Solution] = {}
    for name, table in tables.items():
        mistake = _convert(file, name, table)
        for number, spelling in enumerate((mistake, *mistake.variants), 1):
            solution = Solution(
                kind="wrong",
                name=name,
                source=_expand(file, name, spelling.base or mistake.base or default, spelling.changes),
                file=file,
                title=mistake.title.strip(),
                explanation=" ".join(mistake.explanation.split()),
                variant=number,
            )
            same = by_source.setdefault(solution.source, solution)
            if same is not solution:
                raise PackError(
                    f"{solution.where}: expands to the same text as [{same.entry}]; change one, or drop it."
                )
    return list(by_source.values())


def _decode(file: Path) -> dict[str, Any]:
    try:
        tables: dict[str, Any] = msgspec.toml.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{file}: expected valid TOML, found: {error}; fix that line.") from error
    return tables


def _convert(file: Path, name: str, table: Any) -> _Misconception:
    if not NAME.fullmatch(name):
        raise PackError(f"{file}: expected names of lower-case words joined by underscores, found {name!r}; rename it.")
    try:
        return msgspec.convert(table, _Misconception)
    except msgspec.ValidationError as error:
        raise PackError(
            f"{file} [{name}]: {error}; a mistake has a title, an explanation, changes, and where needed base and variants."
        ) from error


def _expand(file: Path, name: str, base: object, changes: list[Change]) -> bytes:
    place = f"{file} [{name}]"
    if not base or not isinstance(base, str) or ".." in base or not (file.parent / base).is_file():
        raise PackError(
            f"{place}: expected a base that is a right solution, found {base!r}; name one, relative to the file."
        )
    text = (file.parent / base).read_text(encoding="utf-8")
    try:
        return apply_changes(text, changes).encode()
    except ChangeError as error:
        raise PackError(f"{place}, base {base}: {error}") from error
