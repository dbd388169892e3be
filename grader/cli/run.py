"""`grader run`: grades a submission and shows the verdict."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Literal

import click

from grader import messages
from grader.cli import options
from grader.errors import GraderError
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.content.catalog import Catalog
    from grader.content.kata import Kata
    from grader.learner.workspace import Workspace
    from grader.plugins import PluginManager
    from grader.protocol.channel import DrawnPicture
    from grader.result import Feedback
    from grader.result import Result
    from grader.service.client import GradeJob

EXIT_CODES = {"pass": 0, "fail": 1, "error": 2}


@click.command("run", short_help="Grade a submission.")
@options.kata_or_here
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "format_", default="text", show_default=True, metavar="text|json|...", help="Form of the output."
)
@options.seed
@options.device
@options.feedback
@click.option(
    "--receipt",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a signed record of the grade to FILE.",
)
@click.option("--cold", is_flag=True, help="Use fresh processes, and stop them afterwards.")
@click.pass_context
def command(
    ctx: click.Context,
    kata: str | None,
    path: Path | None,
    format_: str,
    seed: int,
    device: Literal["auto", "cpu", "gpu"],
    feedback: Feedback | None,
    receipt: Path | None,
    cold: bool,
) -> None:
    """Grade a submission: your file in the workspace, or the one at PATH.

    KATA may be left out in its folder, where your own file is graded.
    Exit code 0 means pass, 1 means fail, 2 means that the grader or the command line is at fault.
    """
    from grader.content.catalog import load_catalog
    from grader.content.submission import read_submission
    from grader.graded import GradedFile
    from grader.graded import Reporter
    from grader.learner.workspace import use_workspace
    from grader.protocol.channel import GradeRequest
    from grader.service import client

    manager: PluginManager = ctx.obj
    reporter = options.choose_format(format_, manager.hook.grader_reporters())
    catalog = load_catalog(manager)
    found = options.find_kata(catalog, kata)
    workspace = use_workspace(None if path else found)
    submission = path or workspace.submission_path(found)
    source = read_submission(manager, submission, found)
    manager.hook.grader_grading_started(kata=found, path=submission)
    place = client.resolve_device(device)
    request = GradeRequest(source=source, seed=seed, device=place, feedback=feedback)
    job = client.make_job(catalog, found, request)
    result, pictures = _grade(job, cold=cold)
    workspace.keep(found, submission, result, pictures, may_make=path is None)
    manager.hook.grader_grading_finished(kata=found, path=submission, result=result)
    if receipt:
        _write_receipt(receipt, found, source, result)
    file = submission / f"{found.name}.py" if submission.is_dir() else submission
    graded = GradedFile(str(file), result)
    text = reporter.render(graded, found) if isinstance(reporter, Reporter) else reporter(result, found)
    if format_ == "text" and result.status == "pass":
        text += _what_follows(catalog, found, workspace)
    try:
        click.echo(text, nl=False)
    except (OSError, ValueError) as error:
        if not isinstance(error, BrokenPipeError):  # Whoever read it has had enough.
            messages.warn(
                f"The report could not be written ({messages.describe(error)}); the verdict is {result.status!r}, "
                f"{result.score:g} of {result.max_score:g} points."
            )
    ctx.exit(EXIT_CODES[result.status])


def _write_receipt(file: Path, kata: Kata, source: bytes, result: Result) -> None:
    from grader.learner import receipt as receipts

    try:
        file.write_bytes(receipts.sign(receipts.make_receipt(kata, source, result)))
    except (OSError, GraderError) as error:
        messages.warn(
            f"The receipt could not be written ({messages.describe(error)}); the verdict is {result.status!r}."
        )


def _what_follows(catalog: Catalog, kata: Kata, workspace: Workspace) -> str:
    """Says after a pass what is open now, where to compare, and what to type next."""
    from grader.learner.position import command_for
    from grader.learner.position import describe_pass
    from grader.learner.position import next_open

    try:
        passed = workspace.passed()
    except UsageError:  # The progress is damaged; all that is lost is a proposal.
        return ""
    following = next_open(catalog, passed | {kata.name}, kata)
    command = f"`{command_for(following, workspace)}`" if following else "`grader list` shows that you have them all"
    return f"{describe_pass(catalog, kata, passed)}Next: {command}.\n"


def _grade(job: GradeJob, *, cold: bool) -> tuple[Result, list[DrawnPicture]]:
    from grader.service import client
    from grader.service import connection

    refused = client.refuse(job)
    if refused:
        return refused, []
    with connection.open_service(cold=cold) as service, _waiting():
        try:
            pending = client.PendingGrade(service, job)
            import grader.learner.report  # noqa: F401  What takes long to load is loaded while the judge works.

            return pending.wait()
        except GraderError as error:
            return client.error_result(job, str(error)), []


def _waiting() -> contextlib.AbstractContextManager[object]:
    """Shows on a terminal that something is going on."""
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("Starting TensorFlow and grading ...")
