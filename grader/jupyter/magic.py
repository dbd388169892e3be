"""The magic `%%grade KATA`: a cell is run as any other, graded by the service that stays, and its report shown below it."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING
from typing import Literal

import click
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from grader.cli import exit_code
from grader.cli import options
from grader.content.catalog import load_catalog
from grader.content.notebook import load_cell
from grader.errors import GraderError
from grader.errors import UsageError
from grader.learner import workspace as workspaces
from grader.learner.report import render_text
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service import connection
from grader.service.client import PendingGrade
from grader.site.report import render_for_cell

if TYPE_CHECKING:
    from grader.protocol.channel import DrawnPicture
    from grader.result import Feedback
    from grader.result import Result
    from grader.service.client import GradeJob

_NAME = "%%grade"


def add_magic(shell: InteractiveShell) -> None:
    """Adds `%%grade` to a shell."""

    def grade(line: str, cell: str) -> None:
        exit_code(lambda: _grade_cell(shell, line, cell))  # It says what there is to say, and the notebook goes on.

    grade.__doc__ = (
        f"{_NAME} KATA: run the cell as any other, then grade what it defines, and show the report.\n\n"
        "The options --seed, --device and --feedback are those of `grader run`."
    )
    shell.magics_manager.register_function(grade, magic_kind="cell", magic_name="grade")


def _grade_cell(shell: InteractiveShell, line: str, cell: str) -> None:
    try:
        context = _command.make_context(_NAME, shlex.split(line), obj=(shell, cell))
    except (click.UsageError, ValueError) as error:  # The latter of quotation marks that are not closed.
        problem = error.format_message() if isinstance(error, click.UsageError) else f"{error}."
        raise UsageError(
            f"{_NAME}: {problem} Write it as `{_NAME} perceptron`; `{_NAME}?` lists the options."
        ) from error
    with context:
        _command.invoke(context)


@click.command(add_help_option=False)
@options.kata
@options.seed
@options.device
@options.feedback
@click.pass_obj
def _command(
    given: tuple[InteractiveShell, str],
    kata: str,
    seed: int,
    device: Literal["auto", "cpu", "gpu"],
    feedback: Feedback | None,
) -> None:
    shell, cell = given
    manager = create_manager()
    catalog = load_catalog(manager)
    found = catalog.find(kata)
    here = workspaces.current_folder()
    workspace = workspaces.find_workspace(here)
    place = client.resolve_device(device)
    source = load_cell(f"\n{cell}")  # The line of the magic is the first one of the cell.
    run = shell.run_cell(cell)
    if isinstance(run.error_in_exec, KeyboardInterrupt):
        raise KeyboardInterrupt
    if not source.strip():
        raise UsageError(
            f"The cell defines nothing that can be graded; write your functions into it, and what they import. "
            f"`grader start {found.name} --notebook` makes a notebook with the stub."
        )
    path = here / f"{found.name}.ipynb"  # The kernel is not told what the notebook is called.
    manager.hook.grader_grading_started(kata=found, path=path)
    request = GradeRequest(source=source, seed=seed, device=place, feedback=feedback)
    result, pictures = _grade(client.make_job(catalog, found, request))
    workspace.keep(found, path, result, pictures, may_make=False)
    manager.hook.grader_grading_finished(kata=found, path=path, result=result)
    report = {"text/html": render_for_cell(result, found, pictures), "text/plain": render_text(result, found)}
    display(report, raw=True)


def _grade(job: GradeJob) -> tuple[Result, list[DrawnPicture]]:
    refused = client.refuse(job)
    if refused:
        return refused, []
    with connection.open_service() as service, contextlib.ExitStack() as stack:
        try:
            pending = PendingGrade(service, job)
            stack.callback(pending.cancel)  # A kernel lives on after an interruption.
            return pending.wait()
        except GraderError as error:
            return client.error_result(job, str(error)), []
