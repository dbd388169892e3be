"""The learner's workspace: where started katas, results, pictures and progress lie."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypedDict

import msgspec

from grader import cache
from grader import messages
from grader.content.kata import Kata
from grader.errors import UsageError
from grader.files import write_whole

if TYPE_CHECKING:
    from grader.protocol.channel import DrawnPicture
    from grader.result import Result

STATE_FOLDER = ".grader"


class Progress(TypedDict, total=False):
    """What is known of a kata."""

    passed: bool
    score: float
    """The best one; graders before there was a history noted the latest."""
    max_score: float
    hints: dict[str, int]
    """How many hints were given, by the number of the task."""


class Workspace:
    """A folder with one folder a kata, and the grader's own notes in `.grader/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / STATE_FOLDER
        self._progress_file = self.state / "progress.json"

    @property
    def exists(self) -> bool:
        """Whether the folder was made a workspace."""
        return self.state.is_dir()

    def submission_path(self, kata: Kata) -> Path:
        """Returns where the learner's file of a kata is, or would be: a notebook if there is one and no Python file."""
        file = self.root / kata.name / f"{kata.name}.py"
        notebook = file.with_suffix(".ipynb")
        return notebook if notebook.is_file() and not file.exists() else file

    def start(self, kata: Kata, notebook: bytes | None = None) -> Path:
        """Copies a kata's folder into the workspace, or the files of it that are missing there, and returns the folder.

        Args:
            kata: what is begun.
            notebook: what takes the place of the stub.

        Raises:
            UsageError: all of it is there already, and was left as it is.
        """
        target, own = self.root / kata.name, self.submission_path(kata)
        if notebook is not None and own.suffix == ".py" and own.exists():
            raise UsageError(f"{own} exists already and is what is graded; move it elsewhere to begin in a notebook.")
        files = [*(file for file in kata.folder.iterdir() if file.is_file()), *kata.data_files()]
        copies = {target / file.relative_to(kata.folder): file for file in files if file != kata.stub}
        content = kata.stub.read_bytes() if notebook is None else notebook
        own = own if notebook is None else own.with_suffix(".ipynb")
        missing = {copy: file for copy, file in copies.items() if not copy.exists()}
        if not missing and own.exists():
            raise UsageError(f"{target} exists already and was left as it is; go on with `grader run {kata.name}`.")
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            target.mkdir(exist_ok=True)
            for copy, file in missing.items():
                copy.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, copy)
            if not own.exists():
                own.write_bytes(content)
        except OSError as error:
            raise UsageError(
                f"{target}: cannot be written ({error.strerror}); choose a folder that you own."
            ) from error
        return target

    def results_folder(self, kata: Kata) -> Path:
        """Returns the folder of the latest result of a kata and of its pictures."""
        return self.state / "results" / kata.name

    def history_file(self, kata: Kata) -> Path:
        """Returns where the attempts at a kata are kept."""
        return self.results_folder(kata) / "history.json"

    def save(
        self, kata: Kata, submission: Path, result: Result, pictures: list[DrawnPicture], *, may_make: bool = True
    ) -> None:
        """Writes a result and its pictures, and notes progress and attempt if it is the learner's own file that was graded.

        Where there is no workspace and none may be made, the result and its pictures go to the cache folder.

        Args:
            kata: what was graded against.
            submission: the file that was graded.
            result: what was found; the pictures are added to its artifacts.
            pictures: what the tests drew.
            may_make: whether the folder is made a workspace if it is none yet.

        Raises:
            OSError: the folder cannot be written.
            UsageError: the file of the progress, or of the attempts, is damaged; all else was written.
        """
        from grader.learner.history import add_attempt
        from grader.learner.history import attempt_of
        from grader.result import Artifact
        from grader.result import to_json

        is_kept = may_make or self.exists
        folder = self.results_folder(kata) if is_kept else cache.default_folder() / "results" / kata.name
        for picture in pictures:
            file = folder / f"{picture.name}.png"
            write_whole(file, picture.content)
            path = os.fsencode(file).decode(errors="replace")  # The result is UTF-8, which a path need not be.
            result.artifacts.append(Artifact(name=picture.name, path=path, media_type="image/png"))
        write_whole(folder / "result.json", to_json(result).encode())
        if is_kept and submission.resolve().is_relative_to(self.root.resolve() / kata.name):
            passed = result.status == "pass"
            try:
                self.record(kata, {"passed": passed, "score": result.score, "max_score": result.max_score})
            finally:
                add_attempt(self.history_file(kata), attempt_of(result))

    def keep(
        self, kata: Kata, submission: Path, result: Result, pictures: list[DrawnPicture], *, may_make: bool = True
    ) -> None:
        """Does what `save` does, and warns of whatever it raises: the verdict stays."""
        try:
            self.save(kata, submission, result, pictures, may_make=may_make)
        except Exception as error:
            messages.warn(f"The result could not be kept in full ({messages.describe(error)}).")

    def progress(self) -> dict[str, Progress]:
        """Returns what is known of each kata.

        Raises:
            UsageError: the file is damaged.
        """
        try:
            return msgspec.json.decode(self._progress_file.read_bytes(), type=dict[str, Progress])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UsageError(f"{self._progress_file}: cannot be read ({error}); fix or delete it.") from error

    def record(self, kata: Kata, facts: Progress) -> None:
        """Notes something about a kata; a pass is never forgotten, and the best score stays.

        Raises:
            OSError: the folder cannot be written.
            UsageError: the file is damaged; it is left as it is.
        """
        progress = self.progress()
        entry = progress.setdefault(kata.name, {})
        known: Progress = {**entry}
        entry.update(facts)
        entry["passed"] = known.get("passed", False) or facts.get("passed", False)
        if _share(known) > _share(facts):
            entry["score"], entry["max_score"] = known["score"], known["max_score"]
        write_whole(self._progress_file, json.dumps(progress, indent=1).encode())

    def passed(self) -> set[str]:
        """Lists the katas that were ever passed."""
        return {name for name, entry in self.progress().items() if entry.get("passed")}


def _share(progress: Progress) -> float:
    """Returns the share of the points: how many there are changes with the kata."""
    return progress["score"] / progress["max_score"] if progress.get("max_score") and "score" in progress else -1.0


def find_workspace(start: Path, kata: Kata | None = None) -> Workspace:
    """Returns the workspace that is meant in a folder.

    That is the folder itself if it has the file of the kata that is asked for, or else the nearest workspace of this user at or
    above it, or else the folder itself, which is none yet.
    """
    here = Workspace(start)
    if kata and here.submission_path(kata).is_file():
        return here
    for folder in (start, *start.parents):
        with contextlib.suppress(OSError):
            if (folder / STATE_FOLDER).is_dir() and (folder / STATE_FOLDER).stat().st_uid == os.getuid():
                return Workspace(folder)
    return here


def use_workspace(kata: Kata | None = None) -> Workspace:
    """Returns the workspace that is meant in the current folder, see `find_workspace`, and says which where it is out of sight.

    Raises:
        UsageError: the current folder is gone.
    """
    folder = current_folder()
    workspace = find_workspace(folder, kata)
    tell_apart(workspace, folder)
    return workspace


def find_kata_of(start: Path, katas: Container[str]) -> str | None:
    """Returns the name of the kata in whose folder of a workspace, or below it, a folder is.

    Args:
        start: the folder.
        katas: the names of all katas.
    """
    below = start.relative_to(find_workspace(start).root).parts
    return below[0] if below and below[0] in katas else None


def find_place_to_start(start: Path, katas: Container[str]) -> Workspace:
    """Returns where katas are started: in the folder, unless that is a kata's folder in a workspace, or lies in one.

    Args:
        start: the folder.
        katas: the names of all katas.
    """
    return find_workspace(start) if find_kata_of(start, katas) else Workspace(start)


def tell_apart(workspace: Workspace, start: Path) -> None:
    """Says on standard error which workspace is used, unless it is the folder itself, or that is one of its katas' folders."""
    is_in_kata = start.parent == workspace.root and any(
        (start / f"{start.name}{suffix}").is_file() for suffix in (".py", ".ipynb")
    )
    if workspace.root != start and not is_in_kata:
        messages.say(f"Using the workspace {workspace.root}.")


def current_folder() -> Path:
    """Returns the current folder.

    Raises:
        UsageError: it is gone.
    """
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(f"The current folder cannot be used ({error.strerror}); change to another one.") from error
