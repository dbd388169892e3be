"""The failure of a check, and how values are written in it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

_LONGEST_LIST = 16


class Mismatch(AssertionError):
    """A returned value is not the expected one; carries the facts, and leaves the sentence to whoever reports it."""

    def __init__(
        self,
        problem: str,
        *,
        returned: object = None,
        expected: object = None,
        next_step: str | None = None,
        tag: str | None = None,
        compared: object = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.returned = returned
        self.expected = expected
        self.next_step = next_step
        self.tag = tag
        """What every solution with the same mistake has in common, where the value itself depends on its other choices."""
        self.compared = returned if compared is None else compared
        """What is compared with wrong solutions that fail the same check."""


def describe(value: object, *, brief: bool = False) -> str:
    """Writes a value as a learner wants to read it: small ones in full, large arrays by shape and first entries.

    Args:
        value: what to write; objects with a `__repr__` of their own are written as that says.
        brief: whether to write every array by its shape alone.

    Examples:
        >>> describe(np.array([1.0, 0.5]))
        'np.array([1., 0.5])'
        >>> describe(np.arange(4).reshape(1, 2, 2, 1))
        'np.array([[0, 1], [2, 3]]).reshape(1, 2, 2, 1)'
        >>> describe(np.zeros((100, 3)))
        'float64 array of shape (100, 3), starting [0, 0, 0, 0]'
        >>> describe({"w": np.zeros(2)}, brief=True)
        "{'w': float64 array of shape (2,)}"
        >>> describe("a" * 200)[-4:]
        "...'"
        >>> describe(describe), describe(lambda x: x)
        ('describe', 'a function')
    """
    if isinstance(value, np.ndarray):
        return _describe_array(value, brief=brief)
    if isinstance(value, str):
        return repr(value if len(value) <= 100 else value[:97] + "...")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        open_, close = ("[", "]") if isinstance(value, list) else ("(", ")")
        shown = ", ".join(describe(entry, brief=brief) for entry in value[:_LONGEST_LIST])
        rest = f", ... {len(value)} in all" if len(value) > _LONGEST_LIST else ""
        return f"{open_}{shown}{rest}{close}"
    if isinstance(value, dict):
        first = itertools.islice(value.items(), _LONGEST_LIST)
        shown = ", ".join(f"{describe(key)}: {describe(entry, brief=brief)}" for key, entry in first)
        rest = f", ... {len(value)} in all" if len(value) > _LONGEST_LIST else ""
        return f"{{{shown}{rest}}}"
    written = repr(value)
    if " at 0x" in written:  # Python's own words for an object, which say nothing.
        name = getattr(value, "__name__", type(value).__name__)
        return "a function" if name == "<lambda>" else name
    return written


def _describe_array(array: npt.NDArray[Any], *, brief: bool) -> str:
    facts = f"{array.dtype} array of shape {array.shape}"
    if brief:
        return facts
    if array.size <= _LONGEST_LIST:
        return _as_code(array)
    first = ", ".join(describe(entry.item()) for entry in array.flat[:4])
    return f"{facts}, starting [{first}]"


def _as_code(array: npt.NDArray[Any]) -> str:
    """Writes an array on one line that can be pasted; axes that would only add brackets are left to `reshape`."""
    shape = tuple(length for length in array.shape if length != 1) if array.ndim > 2 else array.shape
    rows = array.reshape(shape if len(shape) <= 2 else -1)
    reshaped = "" if rows.shape == array.shape else f".reshape{array.shape}"
    return f"np.array({_entries(rows)}){reshaped}"


def _entries(array: npt.NDArray[Any]) -> str:
    if array.ndim:
        return f"[{', '.join(map(_entries, array))}]"
    written = describe(array.item())
    return f"{written}." if array.dtype.kind == "f" and written.lstrip("-").isdigit() else written


def check(
    condition: object, problem: str, *, next_step: str | None = None, tag: str | None = None, **facts: object
) -> None:
    """Fails with `problem` unless `condition` holds.

    Args:
        condition: what must be true; anything with a truth value.
        problem: a full sentence for the learner.
        next_step: one thing to try, a full sentence.
        tag: what every solution with the same mistake has in common, where the value depends on its other choices.
        facts: `returned=` and `expected=`, where there are such values to show.

    Raises:
        Mismatch: the condition does not hold.
    """
    if not condition:
        raise Mismatch(problem, next_step=next_step, tag=tag, **facts)
