"""A corpus of submissions that cheat or do harm, and what must come of each.

Each module but the runner has one table for one kind of kata. A source may use names that the runner puts in its place:
`HOME`, `CWD`, `TEMPORARY` (folders of the user who grades, each with a file `marker`), `HIDDEN_TESTS`, `REFERENCE`, `ENGINE`
(paths), `VICTIM` (the number of a process of that user) and `LEFT` (the name of a file that must not be there afterwards).
"""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Attack:
    """One submission."""

    kind: str
    what: str
    source: str | bytes
    verdict: Literal["fail", "pass"] = "fail"
    """A submission that does its task and harm besides passes, and the harm is not done."""
    points: float = 0.0
    """What it has earned honestly, in tasks or tests where it does not cheat."""
    says: str = ""
    """A regular expression that the first failure's message must match, where it must tell something true."""
    relies_on: str = ""
    """The layer of the sandbox without which it does what it tries, so that the report has to call the isolation weak."""
    limits: str = ""
    """The `[limits]` of a copy of the kata, for what waits for one of them."""
    is_slow: bool = False
    """Whether it takes seconds in any case, so that it is left to `make attacks`."""


WAITS = "call_seconds = 0.5\nwall_seconds = 1"
"""Limits for what waits until it is stopped."""
