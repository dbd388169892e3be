"""The learner's workspace: where started katas, results, pictures and progress lie."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from grader.content.kata import Kata
from grader.errors import UsageError
from grader.files import write_whole

if TYPE_CHECKING:
    from grader.protocol.channel import DrawnPicture
    from grader.result import Result

STATE_FOLDER = ".grader"


class Workspace:
    """A folder with one folder a kata, and the grader's own notes in `.grader/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / STATE_FOLDER
        self._progress_file = self.state / "progress.json"

    def submission_path(self, kata: Kata) -> Path:
        """Returns where the learner's file of a kata is, or would be."""
        return self.root / kata.name / f"{kata.name}.py"

    def start(self, kata: Kata) -> Path:
        """Copies a kata's folder into the workspace, or the files of it that are missing there, and returns the folder.

        Raises:
            UsageError: all of it is there already, and was left as it is.
        """
        target = self.root / kata.name
        files = [*(file for file in kata.folder.iterdir() if file.is_file()), *kata.data_files()]
        copies = {file: target / file.relative_to(kata.folder) for file in files}
        missing = {file: copy for file, copy in copies.items() if not copy.exists()}
        if not missing:
            raise UsageError(f"{target} exists already and was left as it is; go on with `grader run {kata.name}`.")
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            target.mkdir(exist_ok=True)
            for file, copy in missing.items():
                copy.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, copy)
        except OSError as error:
            raise UsageError(
                f"{target}: cannot be written ({error.strerror}); choose a folder that you own."
            ) from error
        return target

    def results_folder(self, kata: Kata) -> Path:
        """Returns the folder of the latest result of a kata and of its pictures."""
        return self.state / "results" / kata.name

    def save(self, kata: Kata, submission: Path, result: Result, pictures: list[DrawnPicture]) -> None:
        """Writes a result and its pictures, and notes the progress if it is the learner's own file that was graded.

        Args:
            kata: what was graded against.
            submission: the file that was graded.
            result: what was found; the pictures are added to its artifacts.
            pictures: what the tests drew.

        Raises:
            OSError: the folder cannot be written.
        """
        from grader.result import Artifact
        from grader.result import to_json

        folder = self.results_folder(kata)
        for picture in pictures:
            file = folder / f"{picture.name}.png"
            write_whole(file, picture.content)
            result.artifacts.append(Artifact(name=picture.name, path=str(file), media_type="image/png"))
        write_whole(folder / "result.json", to_json(result).encode())
        if submission.resolve().is_relative_to(self.root.resolve() / kata.name):
            self.record(kata, passed=result.status == "pass", score=result.score, max_score=result.max_score)

    def progress(self) -> dict[str, dict[str, Any]]:
        """Returns what is known of each kata: "passed", "score", and the hints seen by task.

        Raises:
            UsageError: the file is damaged.
        """
        try:
            progress = json.loads(self._progress_file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UsageError(f"{self._progress_file}: cannot be read ({error}); fix or delete it.") from error
        return progress if isinstance(progress, dict) else {}

    def record(self, kata: Kata, **facts: Any) -> None:
        """Notes something about a kata; a pass is never forgotten."""
        progress = self.progress()
        entry = progress.setdefault(kata.name, {})
        entry.update({**facts, "passed": entry.get("passed", False) or facts.get("passed", False)})
        write_whole(self._progress_file, json.dumps(progress, indent=1).encode())

    def passed(self) -> set[str]:
        """Lists the katas that were passed once."""
        return {name for name, entry in self.progress().items() if entry.get("passed")}


def find_workspace(start: Path) -> Workspace:
    """Returns the nearest workspace of this user at or above a folder, or a new one there."""
    for folder in (start, *start.parents):
        state = folder / STATE_FOLDER
        if state.is_dir() and state.stat().st_uid == os.getuid():
            return Workspace(folder)
    return Workspace(start)
