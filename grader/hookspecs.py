"""The hooks, in the order in which a command meets them; plugins implement them with `grader.hookimpl`.

A plugin is a module that an installed distribution names in the entry-point group `grader`. What ships with the grader is
built from the same hooks.

A hook that raises, or answers with something else than its type, is named in a warning and counts as without an answer; it
changes no verdict. What a hook offers by name, a format or an executor, ends the command with exit code 2 if it was chosen and
raises. Plain hooks only: wrappers are refused. The hooks of a class are in `grader.class_hookspecs`; docs/plugins.md has an
example of each.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from grader.content.kata import Kata
    from grader.content.pack import Pack
    from grader.result import Result
    from grader.service.executor import Executor

hookspec = pluggy.HookspecMarker("grader")
hookimpl = pluggy.HookimplMarker("grader")


@hookspec
def grader_register_commands(group: click.Group) -> None:
    """Called once at start, to add commands to `grader`; import what they need inside them."""


@hookspec
def grader_packs() -> Sequence[Pack]:
    """Called when a command needs the catalogue; returns the packs of katas that the plugin provides."""
    raise NotImplementedError


@hookspec(firstresult=True)
def grader_load_submission(path: Path, kata: Kata) -> bytes | None:
    """Called with an existing file or folder that is to be graded; the first plugin that knows its format answers.

    Args:
        path: the file or the folder; what `grader batch` found in an archive is unpacked for as long as the batch runs.
        kata: what it is to be graded against.

    Returns:
        Python source code, or None to leave the path to another plugin.
    """


@hookspec
def grader_executors() -> dict[str, Callable[[int], Executor]]:
    """Called when a class is graded; returns what can grade it, by name: each is called with the number of parallel grades."""
    raise NotImplementedError


@hookspec
def grader_grading_started(kata: Kata, path: Path) -> None:
    """Called before a submission is graded."""


@hookspec
def grader_grading_finished(kata: Kata, path: Path, result: Result) -> None:
    """Called after a submission was graded and its result was saved."""


@hookspec
def grader_reporters() -> dict[str, Callable[[Result, Kata], str]]:
    """Called when a submission is graded; returns by name what `--format` can choose: each renders the whole text.

    One that needs the path of the submission, or the lines at which it failed, is a `grader.graded.Reporter`.
    """
    raise NotImplementedError
