"""A pack: a set of katas that one plugin provides."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Pack:
    """Where the katas of a plugin lie, and what their workers need."""

    name: str
    """A short name, unique among the packs that are installed."""

    title: str
    """What `grader plugins` and `grader list` show."""

    katas: Path
    """The root of the learners' folders, `<katas>/<chapter>/<kata>/`."""

    reference: Path
    """The root of the instructors' folders, with the same paths below it."""

    chapters: tuple[str, ...] = ()
    """The chapters in the order in which they are shown; others follow by name."""

    preload: tuple[str, ...] = ("tensorflow", "keras")
    """Modules that the zygote of these katas imports, so that no submission waits for them."""
