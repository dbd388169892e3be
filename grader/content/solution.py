"""The solutions that come with a kata: the stub, the reference, other right ones, and the mistakes that learners make."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final
from typing import Literal

import msgspec

NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""What katas and misconceptions may be called."""

Kind = Literal["stub", "reference", "right", "wrong", "cheat"]


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """One solution of a kata, as a submission would hand it in."""

    kind: Kind
    name: str
    """The name of its file, or of its misconception."""
    source: bytes
    file: Path
    """Where its author changes it."""
    title: str = ""
    explanation: str = ""
    """What a learner is told whose code makes the same mistake; of wrong solutions only."""
    variant: int = 1
    """The number of the spelling, where a misconception is on file in several."""

    @property
    def entry(self) -> str:
        """Its name, with the number of the spelling from the second on."""
        return f"{self.name}.{self.variant}" if self.variant > 1 else self.name

    @property
    def key(self) -> str:
        """What it is called among the solutions of its kata: "reference", "right/with_loops", "wrong/flips_the_kernel"."""
        return self.kind if self.kind in ("stub", "reference") else f"{self.kind}/{self.entry}"

    @property
    def where(self) -> str:
        """Names the file, and the entry in it if it holds several."""
        return str(self.file) if self.file.suffix == ".py" else f"{self.file} [{self.entry}]"


def read_solution(kind: Kind, file: Path) -> Solution:
    """Reads a solution that is a file of its own; the docstring of a wrong one is for the learner."""
    source = file.read_bytes()
    title, explanation = _words_of(source) if kind == "wrong" else ("", "")
    return Solution(kind=kind, name=file.stem, source=source, file=file, title=title, explanation=explanation)


def _words_of(source: bytes) -> tuple[str, str]:
    try:
        docstring = ast.get_docstring(ast.parse(source)) or ""
    except (SyntaxError, ValueError):
        return "", ""  # It may be a wrong solution because of that.
    title, _, explanation = docstring.partition("\n")
    return title.strip(), " ".join(explanation.split())
