"""One submission before a judge: its grade, the diagnosis of what failed, and the pictures."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec
import pytest

from grader.diagnosis.diagnosis import diagnose
from grader.diagnosis.replay import Replay
from grader.diagnosis.replay import Runner
from grader.diagnosis.replay import TooLongError
from grader.diagnosis.replay import TraceCache
from grader.diagnosis.trace import Trace
from grader.diagnosis.trace import Traces
from grader.errors import EngineError
from grader.judge.grade import Grade
from grader.judge.grade import KataContext
from grader.judge.grade import task_of
from grader.judge.pytest_plugin import HiddenTestPlugin
from grader.judge.redaction import redact
from grader.protocol import channel
from grader.protocol.channel import GradeRequest
from grader.result import Misconception

SECONDS_AFTERWARDS: Final = 60.0
"""How long a diagnosis goes on for which there was no time, so that the next submission gets one."""

_LEAST_PRIORITY: Final = 19


class Assessment:
    """What a client gets for a submission."""

    def __init__(
        self, setting: KataContext, plugin: HiddenTestPlugin, items: list[pytest.Item], request: GradeRequest
    ) -> None:
        self.setting = setting
        self.plugin = plugin
        self.items = {item.name: item for item in items}
        self.request = request
        self.undiagnosed: Traces = {}
        """What the submission did, as long as it is not clear which wrong solution does the same."""

    def verdict(self) -> channel.Verdict:
        """Grades the submission, looks for the misconception if it fails, and draws the pictures."""
        grade = self.plugin.grade = Grade(self.setting, self.request)
        result = grade.run(list(self.items.values()))
        if self.request.solution and result.status != "error":
            self._memory().store(Path(self.request.solution), grade.traces)
        if result.status == "fail" and self.request.diagnosis_seconds:
            self.undiagnosed = grade.traces
            found = result.misconception = self._diagnose(self.request.diagnosis_seconds)
            for test in result.tests:
                test.misconception = found.name if found and test.status == "fail" else None
        feedback = self.request.feedback or self.setting.kata.spec.feedback
        redact(result, feedback, self.setting.kata)
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
            with Replay(self.setting.kata, self._memory(), self._cast, seconds) as replay:
                tasks = {name: task_of(item) for name, item in self.items.items()}
                found = diagnose(self.undiagnosed, tasks, replay, self.setting.calibration) if self.undiagnosed else []
        except TooLongError:
            return None
        except EngineError:
            found = []  # A verdict stands without a diagnosis.
        self.undiagnosed = {}
        if found:
            found[0].alternatives = found[1:]
        return found[0] if found else None

    def _memory(self) -> TraceCache:
        folder = Path(self.request.memory) if self.request.memory else None
        return TraceCache(folder, self.setting.kata.name, self.setting.digest, self.request.seed)

    def _cast(self, source: bytes) -> Runner:
        return _Runner(self, msgspec.structs.replace(self.request, source=source))


class _Runner:
    """A solution of the kata itself, in the place of the submission."""

    def __init__(self, assessment: Assessment, request: GradeRequest) -> None:
        self.assessment = assessment
        self.grade = Grade(assessment.setting, request)

    def trace(self, test: str) -> Trace:
        """Runs one test and says what the solution did in it."""
        self.assessment.plugin.grade = self.grade
        return self.grade.trace(self.assessment.items[test])[0]

    def close(self) -> None:
        """Ends the worker."""
        self.grade.close()
