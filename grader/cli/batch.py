"""`grader batch`: grades a class."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

import click

from grader import messages
from grader.cli import options
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.classroom.collection import Submission
    from grader.classroom.store import Store
    from grader.graded import GradedClass
    from grader.plugins import PluginManager
    from grader.result import Feedback
    from grader.result import Result
    from grader.service.executor import Executor

PROGRESS_SECONDS: Final = 5.0
"""The least time between two lines of progress where there is no terminal."""


@click.command("batch", short_help="Grade a class.")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--db", default="grades.sqlite", show_default=True, type=click.Path(path_type=Path), help="Where grades go."
)
@options.jobs
@click.option(
    "--jobs-gpu",
    "num_gpu_jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1, 256),
    help="How many of these may use a GPU at a time, as its memory allows.",
)
@click.option(
    "--resume", is_flag=True, help="Continue with a database that has grades; what has not changed is not graded again."
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .csv with a column student: those who handed in nothing are in the gradebook, too.",
)
@click.option("--executor", default="local", show_default=True, metavar="NAME", help="Where submissions are graded.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="Seed of the tests' inputs; by default one is drawn for the class, and --resume goes on with it.",
)
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "gpu"]))
@click.option(
    "--feedback",
    type=click.Choice(["full", "property", "none"]),
    help="How much failed tests tell; by default as each kata says.",
)
@click.option(
    "--format", "format_", default="text", show_default=True, metavar="text|json|...", help="Form of the output."
)
@click.pass_context
def command(
    ctx: click.Context,
    submissions: Path,
    db: Path,
    num_parallel: int,
    num_gpu_jobs: int,
    resume: bool,
    roster: Path | None,
    executor: str,
    seed: int | None,
    device: Literal["auto", "cpu", "gpu"],
    feedback: Feedback | None,
    format_: str,
) -> None:
    """Grade a class: a folder of student/KATA.py, a .csv or .jsonl manifest, or a zip or tar archive.

    Downloads from Moodle and Canvas are read as they are. Every grade is kept at once, so a batch can be stopped at any
    moment and continued with --resume. Exit code 0 means that everything was graded, whatever the verdicts, 2 that something
    was left out or could not be graded; the last lines name it.
    """
    from grader.classroom.batch import Batch
    from grader.classroom.roster import open_class
    from grader.classroom.roster import read_roster
    from grader.classroom.store import Store
    from grader.content.catalog import load_catalog
    from grader.service import client

    manager: PluginManager = ctx.obj
    render = options.choose_format(format_, _class_reporters(manager, format_))
    chosen = _executor(manager, executor, num_parallel)
    catalog = load_catalog(manager)
    place = client.resolve_device(device)
    expected = read_roster(roster) if roster else None
    if executor == "local" and num_parallel > (num_processors := options.count_processors()):
        messages.say(
            f"Note: --jobs {num_parallel}: the service runs as many grades at a time as there are processors, "
            f"here {num_processors}; the rest wait."
        )
    with open_class(submissions, catalog) as collection, Store(db) as store:
        if not resume and not store.is_empty():
            raise UsageError(f"{db} already contains grades; use --resume to continue, or name another file with --db.")
        problems, notes = collection.problems, collection.notes
        if expected:
            store.expect({student: student in collection.students for student in expected.students})
            problems, notes = expected.problems + problems, expected.notes + notes
            strangers = sorted(collection.students - expected.students)
            notes += [f"Not in {roster}: {', '.join(strangers)}."] if strangers else []
        batch = Batch(
            manager,
            catalog,
            store,
            chosen,
            seed=_draw_seed(store) if seed is None else seed,
            device=place,
            num_gpu_jobs=num_gpu_jobs,
            feedback=feedback,
        )
        manager.hook.grader_batch_started(submissions=submissions, num_submissions=len(collection.submissions))
        with _Progress(len(collection.submissions)) as progress:
            batch.run(collection.submissions, progress.advance)
        graded = store.graded(collection.paths(), [*problems, *batch.problems])
        manager.hook.grader_batch_finished(submissions=submissions, graded=graded)
        click.echo(render(graded), nl=False)
    for note in notes:
        messages.say(f"Note: {note}")
    for problem in graded.problems:
        messages.say(f"Left out: {problem}")
    for error in progress.errors:
        messages.say(f"Not graded: {error}")
    ctx.exit(2 if graded.problems or progress.errors else 0)


def _class_reporters(manager: PluginManager, name: str) -> list[dict[str, Callable[[GradedClass], str]]]:
    """Returns what plugins offer for a class.

    Raises:
        UsageError: the format that was asked for is one of single submissions only.
    """
    offers: list[dict[str, Callable[[GradedClass], str]]] = manager.hook.grader_class_reporters()
    if not any(name in found for found in offers) and any(name in found for found in manager.hook.grader_reporters()):
        raise UsageError(
            f"The format {name!r} is one of single submissions; use it with `grader run KATA PATH`, for each student."
        )
    return offers


def _draw_seed(store: Store) -> int:
    """Returns the seed of the class: that of the grades that are there, or one that nobody who hands in can know."""
    import secrets

    latest = store.latest_seed()
    return secrets.randbelow(2**32) if latest is None else latest


def _executor(manager: PluginManager, name: str, num_parallel: int) -> Executor:
    makers = {key: maker for found in manager.hook.grader_executors() for key, maker in found.items()}
    if name not in makers:
        raise UsageError(f"There is no executor called {name!r}; there are {', '.join(sorted(makers))}.")
    made: Executor = makers[name](num_parallel)
    return made


class _Progress:
    """Shows how far a batch has come: as a bar on a terminal, else in a line from time to time; collects what failed."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn
        from rich.progress import MofNCompleteColumn
        from rich.progress import Progress
        from rich.progress import TextColumn
        from rich.progress import TimeRemainingColumn

        self.total = total
        self.num_done = 0
        self.errors: list[str] = []
        """A sentence about each submission whose grade is an error."""
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.speed:.1f} a second"), TimeRemainingColumn())
        console = Console(stderr=True)
        self.bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self.task = self.bar.add_task("grading", total=total)
        self.next_line = time.monotonic() + PROGRESS_SECONDS

    def __enter__(self) -> _Progress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def advance(self, submission: Submission, result: Result | None) -> None:
        """Counts one submission more."""
        self.bar.advance(self.task)
        self.num_done += 1
        if self.bar.disable and time.monotonic() >= self.next_line:
            self.next_line = time.monotonic() + PROGRESS_SECONDS
            click.echo(f"{self.num_done} of {self.total} done.", err=True)
        if result and result.status == "error":
            messages = [test.message for test in result.tests if test.status == "error" and test.message]
            why = messages[0].splitlines()[0] if messages else "the grader failed."
            self.errors.append(f"{submission.name}: {why} Run again with --resume.")
