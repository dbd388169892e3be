"""Runs the examples of a statement in a worker, where the solution and its support code can be imported."""

from __future__ import annotations

import doctest
import io
import sys
from typing import Any

import numpy as np

_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def run_examples(text: str) -> str:
    """Runs the lines behind `>>>` in a Markdown text as they stand, imports included.

    Returns:
        What differs from the text, or nothing.
    """
    test = doctest.DocTestParser().get_doctest(text.replace("```", ""), {}, "README.md", "README.md", 0)
    report = io.StringIO()
    shown, sys.__displayhook__ = sys.__displayhook__, _show
    try:
        doctest.DocTestRunner(optionflags=_OPTIONS).run(test, out=report.write)
    finally:
        sys.__displayhook__ = shown
    return report.getvalue()


def _show(value: Any) -> None:
    """Shows a tensor as the array that it is, and integers of any width alike."""
    if value is None:
        return
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        array = array.astype(int) if array.dtype.kind in "iu" else array
        value = array.item() if array.ndim == 0 else array
    print(repr(value))  # noqa: T201  It is what a display hook does.
