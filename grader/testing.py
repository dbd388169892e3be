"""What hidden tests compare with: each check says what was returned, what was expected, and one next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Mismatch", "assert_close", "assert_equal", "assert_shape", "check", "describe", "numeric_gradient"]

_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}
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
        'array([1. , 0.5])'
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
        entries = (f"{key!r}: {describe(entry, brief=brief)}" for key, entry in value.items())
        return "{" + ", ".join(entries) + "}"
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
        return np.array2string(array, separator=", ", precision=6, prefix="array(").join(("array(", ")"))
    first = ", ".join(describe(entry.item()) for entry in array.flat[:4])
    return f"{facts}, starting [{first}]"


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


def assert_shape(returned: Any, shape: tuple[int, ...], *, next_step: str | None = None) -> npt.NDArray[Any]:
    """Checks that a value is an array of exactly this shape, and returns it as one.

    Lists and tuples of numbers count as arrays; a shape that would only broadcast does not count as equal.

    Raises:
        Mismatch: it is not numeric, is ragged, or has another shape.
    """
    array = _as_array(returned, shape, next_step)
    if array.shape != shape:
        raise Mismatch(
            f"The shape is {array.shape}, and it should be {shape}.",
            returned=returned,
            expected=f"an array of shape {shape}",
            compared=array.shape,
            next_step=next_step or "Print the shape of every intermediate value and find the first that surprises you.",
        )
    return array


def assert_equal(
    returned: Any, expected: Any, *, kind: str | None = None, next_step: str | None = None, tag: str | None = None
) -> None:
    """Checks that two values are exactly the same, number by number.

    Args:
        returned: what the submission returned.
        expected: a number, an array or nested lists of numbers; or a string, None, or a list of those.
        kind: "bool", "integer" or "float" where the kind of number matters; None takes any but mixing bool and numbers.
        next_step: one thing to try, a full sentence.
        tag: as for `check`; for values that differ, not for a wrong kind or shape.

    Raises:
        Mismatch: kind, shape or any value differs.
    """
    if not _is_numeric(expected):
        if type(returned) is not type(expected) or returned != expected:
            raise Mismatch("That is not the expected value.", returned=returned, expected=expected, next_step=next_step)
        return
    wanted = np.asarray(expected)
    array = assert_shape(returned, wanted.shape, next_step=next_step)
    _check_kind(array, kind or ("bool" if wanted.dtype.kind == "b" else None), returned, expected, next_step)
    differs = ~((array == wanted) | (np.isnan(array) & np.isnan(wanted)))
    if differs.any():
        problem = _first_difference(array, wanted, differs)
        raise Mismatch(problem, returned=returned, expected=expected, next_step=next_step, tag=tag)


def assert_close(
    returned: Any,
    expected: Any,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    next_step: str | None = None,
    tag: str | None = None,
) -> None:
    """Checks that |returned - expected| <= atol + rtol * |expected| for every entry.

    The default tolerances take float32 arithmetic as correct. NaN equals only NaN, and infinity only itself.

    Args:
        returned: what the submission returned: a number, an array, or nested lists of numbers.
        expected: the same from an independent formula or a literal.
        rtol: relative tolerance, at least 0.
        atol: absolute tolerance, at least 0.
        next_step: one thing to try, a full sentence.
        tag: as for `check`; for values that are too far away, not for a wrong kind or shape.

    Raises:
        Mismatch: shape or kind differs, a value is not finite, or a value is too far away.
    """
    wanted = np.asarray(expected)
    array = assert_shape(returned, wanted.shape, next_step=next_step)
    if array.dtype.kind == "b" and wanted.dtype.kind != "b":
        _check_kind(array, "float", returned, expected, next_step)
    wide = complex if "c" in (array.dtype.kind, wanted.dtype.kind) else float
    array, wanted = array.astype(wide), wanted.astype(wide)
    with np.errstate(invalid="ignore"):
        close = (array == wanted) | (np.isfinite(wanted) & (np.abs(array - wanted) <= atol + rtol * np.abs(wanted)))
    close |= np.isnan(array) & np.isnan(wanted)
    if not close.all():
        problem = _first_difference(array, wanted, ~close)
        raise Mismatch(problem, returned=returned, expected=expected, next_step=next_step, tag=tag)


def numeric_gradient(
    function: Callable[[npt.NDArray[np.float64]], Any], point: npt.ArrayLike, *, step: float = 1e-5
) -> npt.NDArray[np.float64]:
    """Differentiates a function by central differences, to check a gradient that was derived in another way.

    For every entry i of the point w, with e_i the unit vector of that entry:

        gradient_i = (f(w + step e_i) - f(w - step e_i)) / (2 step)

    The error is about step² f''' / 6 + 1e-16 |f| / step; in float64 the default leaves some nine correct digits where f
    and its derivatives are near 1.

    Args:
        function: takes a float64 array of the shape of `point`, which it must not keep or change, and returns a number.
        point: number or array of any shape.
        step: half the distance of the two values that are compared, greater than 0.

    Returns:
        Float64 array of the shape of `point`.

    Examples:
        >>> numeric_gradient(lambda w: np.sum(w**2), [1.0, -2.0]).round(6)
        array([ 2., -4.])
    """
    around = np.array(point, dtype=np.float64)
    gradient = np.empty_like(around)
    for index in np.ndindex(around.shape):
        center = around[index]
        around[index] = center + step
        above = float(function(around.copy()))
        around[index] = center - step
        below = float(function(around.copy()))
        around[index] = center
        gradient[index] = (above - below) / (2 * step)
    return gradient


def _is_numeric(value: object) -> bool:
    if value is None or isinstance(value, str):
        return False
    try:
        return np.asarray(value).dtype.kind in _KINDS
    except ValueError:
        return False  # Lists of different lengths are compared as lists.


def _as_array(returned: Any, shape: tuple[int, ...], next_step: str | None) -> npt.NDArray[Any]:
    expected = "a number" if shape == () else f"an array of shape {shape}"
    if returned is None:
        raise Mismatch(
            "Nothing was returned.",
            returned=None,
            expected=expected,
            next_step=next_step or "Check that every path through the function ends in `return`.",
        )
    try:
        array = np.asarray(returned)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in _KINDS:
        raise Mismatch(
            "That is not a value made of numbers only.", returned=returned, expected=expected, next_step=next_step
        )
    return array


def _check_kind(
    array: npt.NDArray[Any], kind: str | None, returned: object, expected: object, step: str | None
) -> None:
    found = _KINDS[array.dtype.kind]
    if (kind and found != kind) or (kind is None and found == "bool"):
        raise Mismatch(
            f"The values are of kind {found}, and they should be {kind or 'numbers'}.",
            returned=returned,
            expected=expected,
            next_step=step or "Convert the values before you return them.",
        )


def _first_difference(array: npt.NDArray[Any], wanted: npt.NDArray[Any], differs: npt.NDArray[np.bool_]) -> str:
    if array.shape == ():
        return f"The value is {describe(array.item())}, and it should be {describe(wanted.item())}."
    index = tuple(int(axis) for axis in np.argwhere(differs)[0])
    where = index[0] if len(index) == 1 else index
    share = "Every value differs" if differs.all() else f"{differs.sum()} of {differs.size} values differ"
    return (
        f"{share}; the first is at index {where}: "
        f"{describe(array[index].item())}, and it should be {describe(wanted[index].item())}."
    )
