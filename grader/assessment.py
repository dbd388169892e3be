"""One submission before a judge: its grade, the diagnosis of what failed, and the pictures."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec
import pytest

from grader import channel
from grader.behaviour import Behaviour
from grader.behaviour import Trial
from grader.channel import GradeRequest
from grader.diagnosis import diagnose
from grader.disclosure import withhold
from grader.errors import EngineError
from grader.grade import Grade
from grader.grade import Setting
from grader.grade import task_of
from grader.pytest_plugin import HiddenTestPlugin
from grader.rehearsal import BehaviourMemory
from grader.rehearsal import Rehearsal
from grader.rehearsal import TooLongError
from grader.rehearsal import Understudy
from grader.result import Misconception

SECONDS_AFTERWARDS: Final = 60.0
"""How long a diagnosis goes on for which there was no time, so that the next submission gets one."""

_LEAST_PRIORITY: Final = 19


class Assessment:
    """What a client gets for a submission."""

    def __init__(
        self, setting: Setting, plugin: HiddenTestPlugin, items: list[pytest.Item], request: GradeRequest
    ) -> None:
        self.setting = setting
        self.plugin = plugin
        self.items = {item.name: item for item in items}
        self.request = request
        self.undiagnosed: Behaviour = {}
        """What the submission did, as long as it is not clear which wrong solution does the same."""

    def verdict(self) -> channel.Verdict:
        """Grades the submission, looks for the misconception if it fails, and draws the pictures."""
        grade = self.plugin.grade = Grade(self.setting, self.request)
        result = grade.run(list(self.items.values()))
        if self.request.solution and result.status != "error":
            self._memory().keep(Path(self.request.solution), grade.behaviour)
        if result.status == "fail" and self.request.patience:
            self.undiagnosed = grade.behaviour
            found = result.misconception = self._diagnose(self.request.patience)
            for test in result.tests:
                test.misconception = found.name if found and test.status == "fail" else None
        feedback = self.request.feedback or self.setting.kata.spec.feedback
        withhold(result, feedback, self.setting.kata)
        pictures = []
        if self.request.with_pictures and feedback != "none":
            for picture in grade.pictures.taken:
                with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError):  # It cannot be drawn.
                    pictures.append(channel.DrawnPicture(picture.name, picture.png()))
        return channel.Verdict(msgspec.json.encode(result), pictures)

    def finish(self) -> None:
        """Goes on with a diagnosis for which there was no time; nobody waits for it."""
        if self.undiagnosed:
            os.nice(_LEAST_PRIORITY)
            self._diagnose(SECONDS_AFTERWARDS)

    def _diagnose(self, seconds: float) -> Misconception | None:
        """Returns the wrong solution that behaves as the submission does, with those that cannot be told apart from it."""
        try:
            with Rehearsal(self.setting.kata, self._memory(), self._cast, seconds) as rehearsal:
                tasks = {name: task_of(item) for name, item in self.items.items()}
                found = (
                    diagnose(self.undiagnosed, tasks, rehearsal, self.setting.calibration) if self.undiagnosed else []
                )
        except TooLongError:
            return None
        except EngineError:
            found = []  # A verdict stands without a diagnosis.
        self.undiagnosed = {}
        if found:
            found[0].alternatives = found[1:]
        return found[0] if found else None

    def _memory(self) -> BehaviourMemory:
        folder = Path(self.request.memory) if self.request.memory else None
        return BehaviourMemory(folder, self.setting.kata.name, self.setting.digest, self.request.seed)

    def _cast(self, source: bytes) -> Understudy:
        return _Understudy(self, msgspec.structs.replace(self.request, source=source))


class _Understudy:
    """A solution of the kata itself, in the place of the submission."""

    def __init__(self, assessment: Assessment, request: GradeRequest) -> None:
        self.assessment = assessment
        self.grade = Grade(assessment.setting, request)

    def perform(self, test: str) -> Trial:
        """Runs one test and says what the solution did in it."""
        self.assessment.plugin.grade = self.grade
        return self.grade.perform(self.assessment.items[test])[0]

    def close(self) -> None:
        """Ends the worker."""
        self.grade.close()
