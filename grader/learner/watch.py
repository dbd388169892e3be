"""Grades a kata whenever its file is saved, and does what single keys ask for."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

import click
import watchfiles

from grader import messages
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.submission import read_submission
from grader.errors import GraderError
from grader.errors import UsageError
from grader.learner.hints import next_hint
from grader.learner.overview import render_map
from grader.learner.overview import terminal_width
from grader.learner.position import describe_pass
from grader.learner.position import last_touched
from grader.learner.position import next_open
from grader.learner.report import render_change
from grader.learner.workspace import Workspace
from grader.protocol.channel import DrawnPicture
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader.service import client
from grader.service.client import GradeJob
from grader.service.client import PendingGrade
from grader.service.connection import Connection

if TYPE_CHECKING:
    from grader.plugins import PluginManager

KEYS: Final = {"n": "next kata", "h": "hint", "l": "list", "r": "run again", "q": "quit"}
_STEP_MILLISECONDS: Final = 20
"""How long a folder has to be quiet before a save counts as finished; some editors write twice."""


class Watch:
    """One session: the kata that is worked on, its last result, and the grade under way."""

    def __init__(
        self,
        manager: PluginManager,
        catalog: Catalog,
        workspace: Workspace,
        service: Connection,
        device: Literal["cpu", "gpu"],
    ) -> None:
        self.manager = manager
        self.catalog = catalog
        self.workspace = workspace
        self.service = service
        self.device = device
        self.kata = next(iter(catalog.katas.values()))
        self.job: GradeJob | None = None
        """What was graded last, or is being graded."""
        self.last: Result | None = None
        self.pending: PendingGrade | None = None
        self.folder: WatchedFolder | None = None
        self.problem: str | None = None
        """Why there is nothing to grade, once it has been said."""

    @property
    def path(self) -> Path:
        """The file that is graded."""
        return self.workspace.submission_path(self.kata)

    def run(self, kata: Kata) -> None:
        """Watches until the user quits."""
        self.turn_to(kata)
        with _single_keys() as keyboard:
            while True:
                pending = [self.pending] if self.pending else []
                ready = client.wait_for_any(pending, [file for file in (keyboard, self.folder) if file is not None])
                if keyboard in ready:
                    key = os.read(keyboard, 1).decode("ascii", "replace").lower() if keyboard is not None else ""
                    if key in ("q", "\x03", "\x04", ""):
                        return
                    try:
                        self.press(key)
                    except GraderError as error:
                        self.say(f"Error: {error}")
                elif self.folder in ready and self.folder:
                    self.folder.acknowledge()
                    self.grade()
                else:
                    self.poll()

    def turn_to(self, kata: Kata) -> None:
        """Makes another kata the one that is watched, and starts it where it was not."""
        self.cancel()
        self.kata, self.job, self.last, self.problem = kata, None, None, None
        _clear()
        if not self.path.parent.is_dir():
            click.echo(f"Made {self.workspace.start(kata)}.")
        if self.folder:
            self.folder.close()
        self.folder = WatchedFolder(self.path.parent)
        self.say(f"{kata.spec.title}: {kata.spec.summary}")
        self.grade()

    def say(self, text: str) -> None:
        """Prints a message, and below it what is watched and which keys there are."""
        keys = ", ".join(f"{key} {word}" for key, word in KEYS.items())
        hint = f" Keys: {keys}." if sys.stdin.isatty() else ""
        click.echo(f"{text}\n{click.style(f'Watching {os.path.relpath(self.path)}.{hint}', dim=True)}")

    def press(self, key: str) -> None:
        """Does what a key stands for."""
        if key == "n":
            following = next_open(self.catalog, self.workspace.passed(), self.kata)
            if following:
                self.turn_to(following)
            else:
                self.say("You have passed all that is open.")
        elif key == "h":
            self.say(next_hint(self.kata, self.workspace))
        elif key == "l":
            self.say(render_map(self.catalog, self.workspace, terminal_width()))
        elif key == "r" and self.problem:
            self.turn_to(self.kata)  # The folder may be another one by now, which is not watched yet.
        elif key == "r":
            self.job = None
            self.grade()

    def grade(self) -> None:
        """Starts a grade if the file's content is new; one that is under way is given up."""
        try:
            source = read_submission(self.manager, self.path, self.kata)
        except UsageError as error:
            self.wait_for_file(str(error))
            return
        self.problem = None
        if self.job and source == self.job.request.source:
            return
        self.cancel()
        self.manager.hook.grader_grading_started(kata=self.kata, path=self.path)
        request = GradeRequest(source=source, device=self.device)
        self.job = client.make_job(self.catalog, self.kata, request)
        refused = client.refuse(self.job)
        if refused:
            self.show(refused, [])
        else:
            self.pending = PendingGrade(self.service, self.job)
            click.echo(f"Grading {self.path.name} ...")

    def wait_for_file(self, problem: str) -> None:
        """Says once why there is nothing to grade; an editor may be about to put a new file in the place of the old one."""
        self.cancel()
        self.job = None  # The same text is graded again once it is back.
        if not self.path.exists():
            problem = f"{self.path} is gone; waiting for it. `grader start {self.kata.name}` brings the stub back."
        if problem != self.problem:
            self.problem = problem
            self.say(problem)

    def cancel(self) -> None:
        """Gives up the grade under way."""
        if self.pending:
            self.pending.cancel()
            self.pending = None

    def poll(self) -> None:
        """Shows the verdict of the grade under way once it has arrived."""
        if self.pending:
            try:
                finished = self.pending.poll()
            except GraderError as error:
                finished = client.error_result(self.pending.job, str(error)), []
            if finished:
                self.pending = None
                self.show(*finished)

    def show(self, result: Result, pictures: list[DrawnPicture]) -> None:
        """Saves a result and prints what matters now: what has changed, and the first failure."""
        self.workspace.keep(self.kata, self.path, result, pictures)
        self.manager.hook.grader_grading_finished(kata=self.kata, path=self.path, result=result)
        _clear()
        text = render_change(result, self.last, self.kata)
        self.say((text + self.describe_next() if result.status == "pass" else text).rstrip("\n"))
        self.last = result

    def describe_next(self) -> str:
        """Says after a pass what has opened, and where the key leads."""
        try:
            passed = self.workspace.passed()
        except UsageError:  # The progress is damaged, which was said when the result was saved.
            return ""
        following = next_open(self.catalog, passed | {self.kata.name}, self.kata)
        more = f"Next: press n for {following.name}." if following else "You have passed all that is open."
        return describe_pass(self.catalog, self.kata, passed) + more


class WatchedFolder:
    """Tells through a descriptor that something in a folder has changed."""

    def __init__(self, folder: Path) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(folder,), daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Returns the descriptor that is readable after a change."""
        return self.reader

    def acknowledge(self) -> None:
        """Forgets the changes so far."""
        os.read(self.reader, 4096)

    def close(self) -> None:
        """Stops watching."""
        self._stop.set()
        self._thread.join()
        os.close(self.reader)
        os.close(self._writer)

    def _watch(self, folder: Path) -> None:
        problem: Exception | None = None
        for force_polling in (None, True):  # The system may have no watches left to give.
            changes = watchfiles.watch(
                folder,
                stop_event=self._stop,
                step=_STEP_MILLISECONDS,
                rust_timeout=200,
                recursive=False,
                force_polling=force_polling,
            )
            try:
                for _ in changes:
                    with contextlib.suppress(BlockingIOError):  # The pipe is full of changes not looked at yet.
                        os.write(self._writer, b"!")
                return
            except (OSError, RuntimeError) as error:
                problem = error
        messages.warn(f"{folder} is no longer watched ({problem}); press r to grade, or q to quit.")


def first_kata(catalog: Catalog, workspace: Workspace) -> Kata:
    """Returns the kata whose file was saved last, or the first one that is open.

    Raises:
        UsageError: there is no kata at all.
    """
    if not catalog.katas:
        raise UsageError("There is no kata to watch; install a pack, then see `grader list`.")
    found = last_touched(catalog, workspace) or next_open(catalog, workspace.passed())
    return found or next(iter(catalog.katas.values()))


def _clear() -> None:
    """Clears the screen of a terminal that can do that."""
    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        sys.stdout.write("\x1b[2J\x1b[1;1H")  # Click would leave it out, as colours, where NO_COLOR is set.


@contextlib.contextmanager
def _single_keys() -> Iterator[int | None]:
    """Yields the descriptor of a terminal that gives every key at once; None where there is no terminal."""
    if not sys.stdin.isatty():
        yield None
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
