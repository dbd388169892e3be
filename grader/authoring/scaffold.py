"""Writes new packs and katas: every file that one must have, with TODOs where the author's own words and code go."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from grader.content.solution import NAME
from grader.errors import UsageError

_TEMPLATES: Final = Path(__file__).parent / "templates"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def new_pack(folder: Path) -> list[Path]:
    """Writes a distribution with a pack that has no kata yet, named after its folder.

    Raises:
        UsageError: the folder's name cannot be that of a Python package, or something is there already.
    """
    pack = folder.resolve().name.replace("-", "_")
    _check_name(pack, "a folder's name")
    words = {"pack": pack, "distribution": pack.replace("_", "-")}
    written = _write(
        {folder / "pyproject.toml": "pack/pyproject.toml.txt", folder / pack / "__init__.py": "pack/plugin.py.txt"},
        words,
    )
    for root in ("katas", "reference"):
        (folder / pack / root).mkdir(exist_ok=True)
    return written


def new_kata(name: str, pack: Path, chapter: str) -> list[Path]:
    """Writes the two folders of a kata into a pack.

    Args:
        name: of the kata.
        pack: the folder of the pack's distribution, or the one that holds its `katas/` and `reference/`.
        chapter: the folder between.

    Raises:
        UsageError: a name is not as it must be, there is no pack, or something is there already.
    """
    _check_name(name, "a kata's name")
    _check_name(chapter, "a chapter's name")
    root = _root_of(pack)
    folder, reference = root / "katas" / chapter / name, root / "reference" / chapter / name
    templates = {
        folder / "kata.toml": "kata/kata.toml.txt",
        folder / "README.md": "kata/README.md.txt",
        folder / "hints.md": "kata/hints.md.txt",
        folder / f"{name}.py": "kata/stub.py.txt",
        reference / f"{name}.py": "reference/reference.py.txt",
        reference / "test_hidden.py": "reference/test_hidden.py.txt",
        reference / "right/with_loops.py": "reference/right.py.txt",
        reference / "right/with_numpy.py": "reference/right.py.txt",
        reference / "misconceptions.toml": "reference/misconceptions.toml.txt",
    }
    title = name.replace("_", " ").capitalize()
    return _write(templates, {"name": name, "title": title, "style": "plain loops, or NumPy alone"})


def _root_of(pack: Path) -> Path:
    """Finds the folder of a pack that holds its two roots."""
    for candidate in (pack, *sorted(entry for entry in pack.glob("*") if entry.is_dir())):
        if (candidate / "katas").is_dir() and (candidate / "reference").is_dir():
            return candidate
    raise UsageError(
        f"{pack}: expected a pack, found no folder with katas/ and reference/; `grader new --pack {pack}` makes one."
    )


def _check_name(name: str, what: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r}: expected {what} of lower-case words joined by underscores; choose another.")


def _write(templates: dict[Path, str], words: dict[str, str]) -> list[Path]:
    """Fills in templates, unless any of the files exists."""
    for file in templates:
        if file.exists():
            raise UsageError(f"{file} exists already, so nothing was written; choose another name.")
    for file, template in templates.items():
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_PLACEHOLDER.sub(lambda found: words[found[1]], text), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{file}: cannot be written ({error.strerror}); choose a folder of your own.") from error
    return list(templates)
