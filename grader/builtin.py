"""What ships with the grader, through the same hooks that any plugin has: commands, a loader and two formats."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from grader.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

    from grader.content.kata import Kata
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
    from grader.cli import new
    from grader.cli import plugins
    from grader.cli import reset
    from grader.cli import run
    from grader.cli import service
    from grader.cli import show
    from grader.cli import solution
    from grader.cli import start
    from grader.cli import try_
    from grader.cli import verify
    from grader.cli import verify_receipt
    from grader.cli import watch

    for module in (
        *(list_, start, run, watch, hint, try_, solution, history, diff, reset),
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
    """Loads Python files."""
    from grader.content.submission import load_python_file

    return load_python_file(path, kata)


@hookimpl
def grader_executors() -> dict[str, Callable[[int], Executor]]:
    """Offers this machine."""
    from grader.service.executor import LocalExecutor

    return {"local": LocalExecutor}


@hookimpl
def grader_reporters() -> dict[str, Callable[[Result, Kata], str]]:
    """Offers text and JSON."""
    return {"text": _render_text, "json": _render_json}


def _render_text(result: Result, kata: Kata) -> str:
    from grader.learner.report import render_text

    return render_text(result, kata)


def _render_json(result: Result, kata: Kata) -> str:
    from grader.result import to_json

    return to_json(result) + "\n"
