"""Checks of numbers: their shape first, then their kind, then their finiteness, and their values last."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.testing.mismatch import Mismatch
from grader.testing.mismatch import describe

_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}
_KIND_STEPS = {
    "bool": "Return True or False, or an array of these.",
    "integer": "Compute with integers, or convert the values with `int` or `astype(int)` before you return them.",
    "float": "Return floating-point numbers: convert the values with `float` or `astype(float)`.",
    "numbers": "Return numbers: `int` or `astype(int)` turns True and False into 1 and 0.",
}
_SHAPE_STEP = "Print the shape of every intermediate value and find the first that surprises you."
_FINITE_STEP = "Look for a division by 0, the logarithm of 0, the root of a negative number, or exp of a large one."

Shape = tuple[int | None, ...]


def assert_shape(
    returned: Any, shape: Shape, *, name: str | None = None, next_step: str | None = None
) -> npt.NDArray[Any]:
    """Checks that a value is an array of exactly this shape, and returns it as one.

    Lists and tuples of numbers count as arrays; a shape that would only broadcast does not count as equal.

    Args:
        returned: what the submission returned.
        shape: lengths of the axes; None takes any length.
        name: what the value is, such as "the velocity", where a test looks at several.
        next_step: one thing to try if the shape is different, a full sentence.

    Raises:
        Mismatch: it is not numeric, is ragged, or has another shape.

    Examples:
        >>> assert_shape([[1, 2], [3, 4]], (None, 2)).shape
        (2, 2)
        >>> assert_shape([1, 2], (2, 1), name="the biases")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: The biases: the shape is (2,), and it should be (2, 1).
    """
    array = _as_array(returned, shape, name)
    if not _fits(array.shape, shape):
        raise Mismatch(
            _about(name, f"The shape is {array.shape}, and it should be {shape}."),
            returned=returned,
            expected=_of_shape(shape),
            compared=array.shape,
            next_step=next_step or _step_for_shape(array.shape, shape),
        )
    return array


def assert_equal(
    returned: Any,
    expected: Any,
    *,
    kind: str | None = None,
    name: str | None = None,
    next_step: str | None = None,
    tag: str | None = None,
) -> None:
    """Checks that two values are exactly the same, number by number.

    Args:
        returned: what the submission returned.
        expected: a number, an array or nested lists of numbers; or a string, None, or a list of those.
        kind: "bool", "integer" or "float" where the kind of number matters; None takes any but mixing bool and numbers.
        name: as for `assert_shape`.
        next_step: one thing to try if values differ, a full sentence; a wrong shape or kind has a step of its own.
        tag: as for `check`; for values that differ, not for a wrong kind or shape.

    Raises:
        Mismatch: kind, shape or any value differs.
    """
    if not _is_numeric(expected):
        if type(returned) is not type(expected) or returned != expected:
            problem = _about(name, "That is not the expected value.")
            raise Mismatch(problem, returned=returned, expected=expected, next_step=next_step, tag=tag)
        return
    wanted = np.asarray(expected)
    array = assert_shape(returned, wanted.shape, name=name)
    _check_something(expected, name)
    _check_kind(array, kind or ("bool" if wanted.dtype.kind == "b" else None), returned, expected, name)
    differs = ~((array == wanted) | (np.isnan(array) & np.isnan(wanted)))
    if differs.any():
        problem = _about(name, _largest_difference(array, wanted, differs))
        raise Mismatch(problem, returned=returned, expected=expected, next_step=next_step, tag=tag)


def assert_close(
    returned: Any,
    expected: Any,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    name: str | None = None,
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
        name: as for `assert_shape`.
        next_step: one thing to try if a value is too far away, a full sentence; a wrong shape or kind and a value that is
            not finite have steps of their own.
        tag: as for `check`; for values that are too far away, not for a wrong kind or shape.

    Raises:
        Mismatch: shape or kind differs, a value is not finite, a value is too far away, or `expected` is an array without
            entries: any two of them are equal, which says nothing.

    Examples:
        >>> assert_close([1.0, 2.5], [1.0, 2.0], name="the path")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: The path: 1 of 2 values differs, at index 1: 2.5, and it should be 2.
    """
    wanted = np.asarray(expected)
    array = assert_shape(returned, wanted.shape, name=name)
    _check_something(expected, name)
    if array.dtype.kind == "b" and wanted.dtype.kind != "b":
        _check_kind(array, None, returned, expected, name)
    wide = complex if "c" in (array.dtype.kind, wanted.dtype.kind) else float
    array, wanted = array.astype(wide), wanted.astype(wide)
    _check_finite(array, ~np.isfinite(array) & np.isfinite(wanted), returned, expected, name, None)
    with np.errstate(invalid="ignore"):
        close = (array == wanted) | (np.isfinite(wanted) & (np.abs(array - wanted) <= atol + rtol * np.abs(wanted)))
    close |= np.isnan(array) & np.isnan(wanted)
    if not close.all():
        problem = _about(name, _largest_difference(array, wanted, ~close))
        raise Mismatch(problem, returned=returned, expected=expected, next_step=next_step, tag=tag)


def assert_finite(
    returned: Any, shape: Shape | None = None, *, name: str | None = None, next_step: str | None = None
) -> npt.NDArray[Any]:
    """Checks that all numbers are finite, and returns them as an array.

    Args:
        returned: what the submission returned.
        shape: as for `assert_shape`; None takes any shape.
        name: as for `assert_shape`.
        next_step: one thing to try if a number is not finite, a full sentence.

    Raises:
        Mismatch: it is not numeric, has another shape, or holds NaN or infinity.

    Examples:
        >>> assert_finite([1.0, np.nan], name="the logits")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: The logits: 1 of 2 values is not finite; the first is at index 1: nan.
    """
    array = _as_array(returned, shape, name) if shape is None else assert_shape(returned, shape, name=name)
    _check_finite(array, ~np.isfinite(array), returned, "finite numbers", name, next_step)
    return array


def assert_between(
    returned: Any,
    low: float,
    high: float,
    *,
    shape: Shape | None = None,
    atol: float = 1e-6,
    name: str | None = None,
    next_step: str | None = None,
) -> npt.NDArray[Any]:
    """Checks that all numbers are finite and lie in [low - atol, high + atol], and returns them as an array.

    Args:
        returned: what the submission returned.
        low: the smallest number that is right.
        high: the largest number that is right.
        shape: as for `assert_shape`; None takes any shape.
        atol: how far outside still counts as inside; the default takes float32 arithmetic as correct up to 1.
        name: as for `assert_shape`.
        next_step: one thing to try if a number lies outside, a full sentence.

    Raises:
        Mismatch: it is not numeric, has another shape, is not finite, or lies outside.

    Examples:
        >>> assert_between([0.5, 1.25], 0, 1, name="the pixels")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: The pixels: the values go from 0.5 to 1.25, and they should lie between 0 and 1.
    """
    array = assert_finite(returned, shape, name=name)
    if array.size and (array.min() < low - atol or array.max() > high + atol):
        raise Mismatch(
            _about(
                name,
                f"The values go from {array.min():.6g} to {array.max():.6g}, "
                f"and they should lie between {low:g} and {high:g}.",
            ),
            returned=returned,
            expected=f"numbers from {low:g} to {high:g}",
            next_step=next_step,
        )
    return array


def _about(name: str | None, problem: str) -> str:
    """Says first which value a problem is about, if the test says so."""
    return f"{as_start(name)}: {problem[0].lower()}{problem[1:]}" if name else problem


def as_start(name: str) -> str:
    """Begins a sentence with a name; one with an underscore is from the code and stays as it is.

    Examples:
        >>> as_start("the bias"), as_start("query_kernel after a step")
        ('The bias', '`query_kernel` after a step')
    """
    word, *rest = name.split(" ", 1)
    return " ".join([f"`{word}`" if "_" in word else f"{word[0].upper()}{word[1:]}", *rest])


def _of_shape(shape: Shape | None) -> str:
    if shape is None:
        return "numbers"
    return "a number" if shape == () else f"an array of shape {shape}" + ", None for any length" * (None in shape)


def _fits(found: tuple[int, ...], shape: Shape) -> bool:
    return len(found) == len(shape) and all(length in (None, there) for there, length in zip(found, shape, strict=True))


def _step_for_shape(found: tuple[int, ...], shape: Shape) -> str:
    """Says what has probably happened, where the two shapes tell."""
    wanted = [length for length in shape if length != 1]
    if len(found) != len(shape) and [length for length in found if length != 1] == wanted:
        fewer = "Remove the axis of length 1, by an index or `np.squeeze`, and look at `keepdims`."
        return fewer if len(found) > len(shape) else "Keep the axis of length 1, or put it back with `[:, None]`."
    if len(shape) > 1 and found == shape[::-1]:
        return "The axes are in the reverse order: look up which of them comes first, and where you transpose."
    return _SHAPE_STEP


def _is_numeric(value: object) -> bool:
    if value is None or isinstance(value, str):
        return False
    try:
        return np.asarray(value).dtype.kind in _KINDS
    except ValueError:
        return False  # Lists of different lengths are compared as lists.


def _as_array(returned: Any, shape: Shape | None, name: str | None) -> npt.NDArray[Any]:
    if returned is None:
        raise Mismatch(
            _about(name, "Nothing was returned."),
            returned=None,
            expected=_of_shape(shape),
            next_step="Check that every path through the function ends in `return`.",
        )
    try:
        array = np.asarray(returned)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in _KINDS:
        raise Mismatch(
            _about(name, "That is not a value made of numbers only."),
            returned=returned,
            expected=_of_shape(shape),
            next_step="Return a number or an array; lists of numbers need rows of the same length.",
        )
    return array


def _check_something(expected: Any, name: str | None) -> None:
    """Refuses what was computed and turned out empty; whoever writes [] means it."""
    if isinstance(expected, np.ndarray) and expected.size == 0:
        problem = _about(name, "there is nothing to compare, since none of your values qualifies.")
        raise Mismatch(problem, next_step="Print what you return: are all entries 0, or is the array empty?")


def _check_kind(
    array: npt.NDArray[Any], kind: str | None, returned: object, expected: object, name: str | None
) -> None:
    found = _KINDS[array.dtype.kind]
    if (kind and found != kind) or (kind is None and found == "bool"):
        raise Mismatch(
            _about(name, f"The values are of kind {found}, and they should be {kind or 'numbers'}."),
            returned=returned,
            expected=expected,
            next_step=_KIND_STEPS[kind or "numbers"],
        )


def _check_finite(
    array: npt.NDArray[Any],
    is_bad: npt.NDArray[np.bool_],
    returned: object,
    expected: object,
    name: str | None,
    step: str | None,
) -> None:
    if not is_bad.any():
        return
    index = tuple(int(axis) for axis in np.argwhere(is_bad)[0])
    first = describe(array[index].item())
    if array.shape == ():
        problem = f"The value is {first}, and it should be finite."
    else:
        share = f"{is_bad.sum()} of {is_bad.size} values {'is' if is_bad.sum() == 1 else 'are'} not finite"
        problem = f"{share}; the first is at index {index[0] if len(index) == 1 else index}: {first}."
    raise Mismatch(_about(name, problem), returned=returned, expected=expected, next_step=step or _FINITE_STEP)


def _largest_difference(array: npt.NDArray[Any], wanted: npt.NDArray[Any], differs: npt.NDArray[np.bool_]) -> str:
    if array.shape == ():
        return f"The value is {describe(array.item())}, and it should be {describe(wanted.item())}."
    count = int(differs.sum())
    with np.errstate(invalid="ignore", over="ignore"):
        distances = np.abs(array.astype(complex) - wanted.astype(complex))
    distances = np.where(differs, np.nan_to_num(distances, nan=np.inf, posinf=np.inf), -1)
    index = tuple(map(int, np.unravel_index(distances.argmax(), distances.shape)))
    share = "Every value differs" if differs.all() else f"{count} of {differs.size} values differ{'s' * (count == 1)}"
    return (
        f"{share},{' most' * (count > 1)} at index {index[0] if len(index) == 1 else index}: "
        f"{describe(array[index].item())}, and it should be {describe(wanted[index].item())}."
    )
