"""Checks of what holds several results: a tuple, a list or a dict."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.testing.mismatch import check
from grader.testing.values import as_start
from grader.testing.values import assert_close


def unpack(returned: Any, *names: str, next_step: str | None = None) -> list[Any]:
    """Checks that several results were returned together, and returns them one by one.

    Args:
        returned: what the submission returned, a tuple or a list.
        names: what the results are, in their order, as a learner would call the variables.
        next_step: one thing to try, a full sentence; by default "End with `return ...`".

    Raises:
        Mismatch: it is neither a tuple nor a list, or holds a different number of results.

    Examples:
        >>> weights, velocity = unpack([1.0, 2.0], "weights", "velocity")
        >>> unpack(1.0, "weights", "velocity")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: These are not the 2 results `weights, velocity`.
    """
    listed = ", ".join(names)
    check(
        isinstance(returned, tuple | list) and len(returned) == len(names),
        f"These are not the {len(names)} results `{listed}`.",
        returned=returned,
        expected=f"({listed})",
        next_step=next_step or f"End with `return {listed}`.",
    )
    return list(returned)


def assert_length(returned: Any, length: int, *, of: str = "entries", next_step: str | None = None) -> list[Any]:
    """Checks that a value is a list, a tuple or an array of so many entries, and returns it as a list.

    Args:
        returned: what the submission returned.
        length: how many entries it should have.
        of: what the entries are, in the plural.
        next_step: one thing to try, a full sentence.

    Raises:
        Mismatch: it is none of these, or has a different number of entries.

    Examples:
        >>> assert_length([1.0, 2.0], 3, of="networks")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: That is not a list of 3 networks: it has 2.
    """
    is_list = isinstance(returned, tuple | list) or (isinstance(returned, np.ndarray) and returned.ndim > 0)
    check(
        is_list and len(returned) == length,
        f"That is not a list of {length} {of}{f': it has {len(returned)}' if is_list else ''}.",
        returned=returned,
        expected=f"a list of {length} {of}",
        next_step=next_step or f"Count the {of} that the docstring asks for.",
    )
    return list(returned)


def assert_arrays(
    returned: Any,
    expected: Sequence[Any] | Mapping[str, Any],
    *,
    of: str = "arrays",
    names: Sequence[str] | None = None,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    next_step: str | None = None,
    tag: str | None = None,
) -> None:
    """Checks a list of arrays, or a dict of arrays by their names, each as `assert_close` does.

    Args:
        returned: what the submission returned.
        expected: a list of arrays, or a dict.
        of: what the arrays are, in the plural.
        names: what each array of a list is; by default "number 2 of the 3 arrays".
        rtol: relative tolerance, at least 0.
        atol: absolute tolerance, at least 0.
        next_step: one thing to try if a value is too far away, a full sentence.
        tag: as for `check`; for values that are too far away.

    Raises:
        Mismatch: a different number of arrays or other names, or what `assert_close` finds in the first array that is
            wrong.

    Examples:
        >>> assert_arrays([1.0, 2.0], [1.0, 3.0], of="losses")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: Number 2 of the 2 losses: the value is 2, and it should be 3.
    """
    if isinstance(expected, Mapping):
        check(
            isinstance(returned, dict) and returned.keys() == expected.keys(),
            f"That is not a dict with the names {sorted(expected)}.",
            returned=returned,
            next_step="Return one array for each of these names, and nothing else.",
        )
        names, wanted = [f'"{name}"' for name in expected], list(expected.values())
        arrays = [returned[name] for name in expected]
    else:
        wanted = list(expected)
        arrays = assert_length(returned, len(wanted), of=of)
        names = names or [f"number {number} of the {len(wanted)} {of}" for number in range(1, len(wanted) + 1)]
    for name, array, values in zip(names, arrays, wanted, strict=True):
        assert_close(array, values, rtol=rtol, atol=atol, name=name, next_step=next_step, tag=tag)


def assert_callable(returned: Any, name: str, *, next_step: str | None = None) -> None:
    """Checks that a result can be called, as a function, a model or a layer can.

    Args:
        returned: what the submission returned.
        name: what it is, such as "the encoder".
        next_step: one thing to try, a full sentence.

    Raises:
        Mismatch: it cannot be called.

    Examples:
        >>> assert_callable(3, "the encoder")
        Traceback (most recent call last):
        grader.testing.mismatch.Mismatch: The encoder cannot be called.
    """
    check(
        callable(returned),
        f"{as_start(name)} cannot be called.",
        returned=returned,
        expected="a model or a function",
        next_step=next_step or "Return the model or the function itself, and not what it gives for some inputs.",
    )
