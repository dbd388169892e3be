"""The line that a learner reads about each hidden test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest


def describe(items: Iterable[pytest.Item]) -> dict[str, str]:
    """Returns the description of each test by its name: its docstring with the values of its parameters filled in.

    Where several tests would read alike, the parameters that the docstring does not mention are added at the end.
    """
    filled = {item.name: _fill_in(item) for item in items}
    counts = Counter(description for description, _ in filled.values())
    return {
        name: f"{description} ({', '.join(unsaid)})"
        if description and unsaid and counts[description] > 1
        else description
        for name, (description, unsaid) in filled.items()
    }


def _fill_in(item: pytest.Item) -> tuple[str, list[str]]:
    docstring = getattr(getattr(item, "function", None), "__doc__", None) or ""
    description = " ".join(docstring.split())
    unsaid = []
    for name, value in getattr(getattr(item, "callspec", None), "params", {}).items():
        if f"`{name}`" in description:
            description = description.replace(f"`{name}`", f"{value}")
        elif isinstance(value, str | int | float | tuple):
            unsaid.append(f"{name} = {value}")
    return description, unsaid
