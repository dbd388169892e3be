"""What ships with the grader, through the same hooks that any plugin has: commands, a loader and formats."""

from __future__ import annotations

import copy
import functools
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from grader.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

    from grader.content.kata import Kata
    from grader.graded import GradedClass
    from grader.result import Result
    from grader.service.executor import Executor


@hookimpl
def grader_register_commands(group: click.Group) -> None:
    """Adds the commands."""
    from grader.cli import batch
    from grader.cli import calibrate
    from grader.cli import diff
    from grader.cli import export
    from grader.cli import gradebook
    from grader.cli import hint
    from grader.cli import history
    from grader.cli import list_
    from grader.cli import locate
    from grader.cli import new
    from grader.cli import plugins
    from grader.cli import reset
    from grader.cli import run
    from grader.cli import service
    from grader.cli import show
    from grader.cli import site
    from grader.cli import solution
    from grader.cli import start
    from grader.cli import try_
    from grader.cli import verify
    from grader.cli import verify_receipt
    from grader.cli import watch

    for module in (
        *(list_, start, run, watch, hint, locate, try_, solution, history, diff, reset, site),
        *(batch, gradebook, verify_receipt),
        *(new, verify, show, calibrate, export),
        *(service, plugins),
    ):
        group.add_command(module.command)
    alias = copy.copy(service.command)
    alias.hidden = True  # What it was called before; scripts may still say so.
    group.add_command(alias, "zygote")


@hookimpl
def grader_load_submission(path: Path, kata: Kata) -> bytes | None:
    """Loads Python files and Jupyter notebooks."""
    from grader.content.submission import load_python_file

    if path.suffix == ".ipynb" and path.is_file():
        from grader.content.notebook import load_notebook

        return load_notebook(path)
    return load_python_file(path, kata)


@hookimpl
def grader_executors() -> dict[str, Callable[[int], Executor]]:
    """Offers this machine."""
    from grader.service.executor import LocalExecutor

    return {"local": LocalExecutor}


@hookimpl
def grader_reporters() -> dict[str, Callable[[Result, Kata], str]]:
    """Offers text, JSON, and what CI systems, graders of other systems and merge requests read."""
    from grader.graded import Reporter

    ci = ("junit", "github", "gitlab", "markdown")
    graders = ("gradescope", "exercism", "github-classroom", "prairielearn", "autolab")
    return {
        "text": _later("grader.learner.report:render_text"),
        "json": _render_json,
        **{name: Reporter(_later(f"grader.reporters.{name.replace('-', '_')}:render")) for name in (*ci, *graders)},
    }


@hookimpl
def grader_class_reporters() -> dict[str, Callable[[GradedClass], str]]:
    """Offers a summary, JSON, and what CI systems and merge requests read."""
    return {
        "text": _later("grader.classroom.summary:summarize"),
        "json": _later("grader.classroom.summary:to_json"),
        **{name: _later(f"grader.reporters.{name}:render_class") for name in ("junit", "github", "gitlab", "markdown")},
    }


@hookimpl
def grader_gradebook_formats() -> dict[str, Callable[[GradedClass], str]]:
    """Offers tables for Canvas and Moodle, and a plain one."""
    export = _later("grader.classroom.gradebook:export")
    return {form: functools.partial(export, form=form) for form in ("plain", "canvas", "moodle")}


def _render_json(result: Result, kata: Kata) -> str:
    from grader.result import to_json

    return to_json(result) + "\n"


def _later(name: str) -> Callable[..., str]:
    """Returns a function that is imported when it is called, so that no format costs a command that does without it."""

    def call(*arguments: object, **options: object) -> str:
        rendered: str = pkgutil.resolve_name(name)(*arguments, **options)
        return rendered

    return call
