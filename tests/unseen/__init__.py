"""Wrong submissions whose authors had not seen the katas' own mistakes, only what each is called.

`KATA/STYLE.py` is a correct solution in some style; `KATA/STYLE.toml` has the changes that make each mistake in it, in the form
of a misconceptions.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.content.misconceptions import read_misconceptions

HERE = Path(__file__).parent


def submissions_of(kata: str) -> Iterator[tuple[str, str, bytes]]:
    """Yields the style, the misconception and the source of each wrong submission for a kata."""
    for file in sorted((HERE / kata).glob("*.toml")):
        for solution in read_misconceptions(file):
            yield file.stem, solution.name, solution.source
