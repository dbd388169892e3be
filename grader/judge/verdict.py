"""The verdict on one submission: its grade, the misconception behind a failure, and the pictures."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

from grader.diagnosis.diagnosis import diagnose
from grader.diagnosis.replay import Replay
from grader.diagnosis.replay import ReplayTimeout
from grader.diagnosis.replay import TraceCache
from grader.errors import EngineError
from grader.errors import PackError
from grader.judge.grade import Grade
from grader.judge.redaction import redact
from grader.protocol import channel
from grader.result import NOT_RUN
from grader.result import NOT_STARTED
from grader.result import Misconception
from grader.result import TestResult

SECONDS_AFTERWARDS: Final = 60.0
"""How long a diagnosis that ran out of time goes on afterwards, so that the next submission gets one."""

_LEAST_PRIORITY: Final = 19


def give_verdict(grade: Grade) -> channel.Verdict:
    """Grades a submission, looks for the misconception if it fails, and draws the pictures."""
    request, kata = grade.request, grade.kata
    result = grade.run()
    if request.solution and result.status != "error":
        _cache(grade).store(request.solution, grade.traces)
    if result.status == "fail" and grade.traces and request.diagnosis_seconds:
        found = result.misconception = _diagnose(grade, request.diagnosis_seconds)
        result.is_diagnosis_pending = grade.wants_diagnosis
        for test in result.tests:
            test.misconception = found.name if found and test.status == "fail" and _was_tried(test) else None
    feedback = request.feedback or kata.spec.feedback
    redact(result, feedback, kata)
    pictures = []
    if request.with_pictures and feedback != "none":
        for picture in grade.pictures.taken:
            with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError):  # It cannot be drawn.
                pictures.append(channel.DrawnPicture(picture.name, picture.png()))
    return channel.Verdict(msgspec.json.encode(result), pictures)


def finish_diagnosis(grade: Grade) -> None:
    """Goes on with a diagnosis for which there was no time; nobody waits for it."""
    _take_time(grade)
    _diagnose(grade, SECONDS_AFTERWARDS)


def prepare_diagnoses(grade: Grade) -> None:
    """Finds out what the kata's own solutions do in the tests that are neither long nor timed; nobody waits for it."""
    _take_time(grade)
    long = grade.context.calibration.long_tests if grade.context.calibration else set()
    tests = [name for name in grade.items if name not in long and not grade.is_timed(name)]
    with (
        contextlib.suppress(ReplayTimeout, EngineError, PackError),
        Replay(grade.kata.solutions(), _cache(grade), grade.start_beside, SECONDS_AFTERWARDS) as replay,
    ):
        for solution in (*replay.right, *replay.wrong):
            for test in tests:
                replay.trace(solution, test)
            replay.stop(solution)


def _take_time(grade: Grade) -> None:
    """Goes on behind all others, and as if the libraries were imported: there is time to wait for them."""
    os.nice(_LEAST_PRIORITY)
    grade.context.has_libraries = True


def _diagnose(grade: Grade, seconds: float) -> Misconception | None:
    """Returns the wrong solution that behaves as the submission does, with those that cannot be told apart from it."""
    grade.wants_diagnosis = False
    try:
        with Replay(grade.kata.solutions(), _cache(grade), grade.start_beside, seconds) as replay:
            found = diagnose(grade.traces, grade.tasks, replay, grade.context.calibration)
    except ReplayTimeout:
        grade.wants_diagnosis = True
        return None
    except (EngineError, PackError):
        return None  # A verdict stands without a diagnosis.
    if found:
        found[0].alternatives = found[1:]
    return found[0] if found else None


def _was_tried(test: TestResult) -> bool:
    """Says whether a test came upon code that somebody wrote, and got its turn."""
    return not (test.message or "").startswith((NOT_RUN, NOT_STARTED))


def _cache(grade: Grade) -> TraceCache:
    folder = Path(grade.request.traces_folder) if grade.request.traces_folder else None
    return TraceCache(folder, grade.kata.name, grade.context.digest, grade.request.seed)
