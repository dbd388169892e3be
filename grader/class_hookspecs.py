"""The hooks of a class: what happens to it, and the forms in which its grades are told.

The rules are those of `grader.hookspecs`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.hookspecs import hookspec

if TYPE_CHECKING:
    from grader.graded import GradedClass


@hookspec
def grader_batch_started(submissions: Path, num_submissions: int) -> None:
    """Called before a class is graded.

    Args:
        submissions: the folder, the manifest or the archive.
        num_submissions: how many it holds that can be graded; what has not changed since an earlier batch is among them.
    """


@hookspec
def grader_batch_finished(submissions: Path, graded: GradedClass) -> None:
    """Called after a class was graded and every grade was saved."""


@hookspec
def grader_class_reporters() -> dict[str, Callable[[GradedClass], str]]:
    """Called when a class is graded; returns by name what `grader batch --format` can choose: each renders the whole text."""
    raise NotImplementedError


@hookspec
def grader_gradebook_formats() -> dict[str, Callable[[GradedClass], str]]:
    """Called when grades are exported; returns by name what `grader gradebook export --format` can choose.

    The grades come from a database, which knows neither paths nor what was left out.
    """
    raise NotImplementedError
