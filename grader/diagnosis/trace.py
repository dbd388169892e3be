"""What a solution does in the hidden tests: its answers one by one and how each test ends, so that two can be compared."""

from __future__ import annotations

import dataclasses
from typing import Any
from typing import Final

import numpy as np
import numpy.typing as npt

RELATIVE_TOLERANCE: Final = 1e-3
"""Two codes for one formula differ by rounding; two formulas differ by more than this somewhere."""

_ABSOLUTE_TOLERANCE: Final = 1e-5


@dataclasses.dataclass
class Answer:
    """What came back from a solution: a value, an exception, a death, or a call of one of the judge's functions."""

    kind: str
    function: str
    value: Any = None

    def agrees_with(self, other: Answer) -> bool:
        """Says whether both are the same but for rounding."""
        return (self.kind, self.function) == (other.kind, other.function) and agree(self.value, other.value)


UNWRITTEN: Final = "unwritten"
"""The status of a test that the stub's own exception has ended."""


@dataclasses.dataclass
class Trace:
    """What a solution did in one test."""

    status: str
    check: list[int] = dataclasses.field(default_factory=list)
    """The lines of the hidden tests, outermost first, at which the test ended early."""
    tag: str | None = None
    """What the failed check says about the mistake, whatever the value was."""
    compared: Any = None
    """The value that the failed check was about."""
    answers: list[Answer] = dataclasses.field(default_factory=list)
    is_timed: bool = False
    """Whether the number of calls depends on the clock."""
    measured: dict[str, float] = dataclasses.field(default_factory=dict)
    """The values of the thresholds that the test has checked."""

    def ends_like(self, other: Trace) -> bool:
        """Says whether both passed, or failed the same check with the same tag."""
        return (self.status, self.check, self.tag) == (other.status, other.check, other.tag)

    def fails_over_the_same_value_as(self, other: Trace) -> bool:
        """Says whether both passed, or failed the same check with the same value."""
        return self.ends_like(other) and agree(self.compared, other.compared)

    def agrees_with(self, other: Trace) -> bool:
        """Says whether both ended alike and all answers were the same but for rounding."""
        if not self.ends_like(other) or (len(self.answers) != len(other.answers) and not self.is_timed):
            return False
        return all(map(Answer.agrees_with, self.answers, other.answers))

    def results(self) -> list[Answer]:
        """Returns the answers without the calls of the judge's functions on the way to them."""
        return [answer for answer in self.answers if answer.kind != "called"]

    def calls(self) -> list[Answer]:
        """Returns the calls of the judge's functions."""
        return [answer for answer in self.answers if answer.kind == "called"]

    def fails_with_the_same_tag_as(self, other: Trace) -> bool:
        """Says whether both failed the same check with the same tag, if it gives one."""
        return self.tag is not None and self.ends_like(other)

    def is_close_to(self, other: Trace) -> bool:
        """Says whether both failed with the same tag, or ended alike with the same results.

        Some calls of the judge's functions more or less are no difference.
        """
        if self.fails_with_the_same_tag_as(other):
            return True
        mine, theirs = self.results(), other.results()
        if not self.ends_like(other) or len(mine) != len(theirs) or not all(map(Answer.agrees_with, mine, theirs)):
            return False
        fewer, more = sorted((self.calls(), other.calls()), key=len)
        return all(any(call.agrees_with(known) for known in more) for call in fewer)


Traces = dict[str, Trace]
"""What a solution did, by the names of the tests."""


def agree(mine: Any, theirs: Any) -> bool:
    """Says whether two plain values are the same but for rounding, and for how numbers are packed.

    Examples:
        >>> agree([1, 2.0], np.array([1.0, 2.0]))
        True
        >>> agree(1, True), agree(1.0, 1.01), agree([1.0], 1.0)
        (False, False, False)
    """
    if mine is theirs:
        return True
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return mine.keys() == theirs.keys() and all(agree(mine[key], theirs[key]) for key in mine)
    numbers, others = _as_numbers(mine), _as_numbers(theirs)
    if numbers is not None and others is not None:
        return _numbers_agree(numbers, others)
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(agree, mine, theirs))
    return type(mine) is type(theirs) and numbers is None and mine == theirs


def _as_numbers(value: Any) -> npt.NDArray[Any] | None:
    """Returns a value as an array if it is made of numbers only."""
    if value is None or isinstance(value, str | bytes | dict):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array if array.dtype.kind in "biufc" else None


def _numbers_agree(mine: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    if mine.shape != theirs.shape or (mine.dtype.kind == "b") != (theirs.dtype.kind == "b"):
        return False
    finite = np.abs(theirs[np.isfinite(theirs)])
    slack = _ABSOLUTE_TOLERANCE * max(1.0, float(finite.max(initial=0.0)))
    with np.errstate(all="ignore"):
        return np.allclose(mine, theirs, rtol=RELATIVE_TOLERANCE, atol=slack, equal_nan=True)
