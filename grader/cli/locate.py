"""`grader locate`: names the line in which a small change would repair a failed task."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Literal

import click

from grader import messages
from grader.cli import options

if TYPE_CHECKING:
    from grader.content.kata import Kata
    from grader.learner.repair import Search
    from grader.plugins import PluginManager
    from grader.result import Result


@click.command("locate", short_help="Name the line of a mistake.")
@options.kata_or_here
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--seconds", default=20.0, show_default=True, type=click.FloatRange(1, 600), help="How long to search at most."
)
@click.option("--kind", "names_kind", is_flag=True, help="Also say what has to change: a sign, an axis, ...")
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "gpu"]))
@click.pass_obj
def command(
    manager: PluginManager,
    kata: str | None,
    path: Path | None,
    seconds: float,
    names_kind: bool,
    device: Literal["auto", "cpu", "gpu"],
) -> None:
    """Name the line in which one small change would make the tests of a failed task pass.

    Small changes of your own code are graded, each like any submission: your file in the workspace, or the one at PATH.
    What is named is the line, never the code. KATA may be left out in its folder.
    """
    import msgspec

    from grader.content.catalog import load_catalog
    from grader.content.submission import read_submission
    from grader.errors import UsageError
    from grader.learner import repair
    from grader.learner.workspace import use_workspace
    from grader.protocol.channel import GradeRequest
    from grader.service import client
    from grader.service.admission import count_processors
    from grader.service.connection import open_service

    catalog = load_catalog(manager)
    found = options.find_kata(catalog, kata)
    if found.spec.feedback == "none":
        raise UsageError(
            f"{found.name} tells nothing about failed tests, and so no line either; `grader run {found.name}` has the points."
        )
    file = path or use_workspace(found).submission_path(found)
    source = read_submission(manager, file, found)
    place = client.resolve_device(device)

    def make_job(request: GradeRequest) -> client.GradeJob:
        return client.make_job(catalog, found, msgspec.structs.replace(request, device=place))

    with open_service() as service:
        request = GradeRequest(source=source, with_pictures=False, diagnosis_seconds=0.0, feedback="full")
        result, _ = client.grade(service, make_job(request))
        reason = _why_not_searched(found, result)
        if reason:
            click.echo(reason)
            return
        text = importlib.util.decode_source(source)
        messages.say(f"Trying small changes of your code, for at most {seconds:g} s ...")
        search = repair.search(service, make_job, found, result, text, seconds=seconds, num_parallel=count_processors())
    click.echo(_describe(found, search, text, names_kind=names_kind, seconds=seconds))


def _why_not_searched(kata: Kata, result: Result) -> str | None:
    """Says why there is no line to look for; None if there may be one."""
    from grader.learner.unwritten import find_failed

    if result.status == "pass":
        return f"{kata.spec.title} passes all its tests: there is no mistake to locate."
    run = f"`grader run {kata.name}`"
    if result.status == "error":
        return f"The file could not be graded, which is not its fault; {run} says why."
    if any(test.task == 0 for test in result.tests):
        return f"The file cannot be loaded, so no change of it can be tried; {run} names the line."
    if not find_failed(result):
        return f"What fails is not written yet; {run} says what comes next."
    return None


def _describe(kata: Kata, search: Search, source: str, *, seconds: float, names_kind: bool) -> str:
    """Says what a search has found: lines, and never what is in them."""
    count = f"{search.num_tried} of {search.num_changes}"
    if not search.suspects:
        budget = "" if search.is_complete else f" in {seconds:g} s; --seconds gives it longer"
        return (
            f"No line found: none of the small changes that were tried ({count}{budget}) repairs a task. "
            f"There may be more than one mistake, or a larger one; `grader hint {kata.name}` gives a nudge."
        )
    lines = source.split("\n")
    places = [_place(lines, suspect.line) for suspect in search.suspects]
    told: dict[str, list[str]] = {}
    for place, suspect in zip(places, search.suspects, strict=True):
        told.setdefault(_name_tasks(suspect.tasks), []).append(place)
    kinds = [f"In {place} it is {suspect.kind}." for place, suspect in zip(places, search.suspects, strict=True)]
    return " ".join(
        [
            *(
                f"Look at {', or '.join(found)}: one small change there makes all tests of {tasks} pass."
                for tasks, found in told.items()
            ),
            *(kinds if names_kind else []),
            f"({count} changes tried, {search.seconds:.1f} s of {seconds:g}.)",
        ]
    )


def _name_tasks(tasks: list[int]) -> str:
    if len(tasks) == 1:
        return f"task {tasks[0]}"
    return f"tasks {', '.join(map(str, tasks[:-1]))} and {tasks[-1]}"


def _place(lines: list[str], number: int) -> str:
    """Names a line, and one of a notebook by its cell, which a comment ends: see `grader.content.notebook`."""
    from grader.content.notebook import CELL

    for line in lines[number - 1 :]:
        cell = CELL.search(line)
        if cell:
            return f"`{lines[number - 1].removesuffix(cell[0]).strip()[:60]}` in cell {cell[1]}"
    return f"line {number}"
