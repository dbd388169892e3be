"""Finds the misconception behind a failed submission: the wrong solution of the kata that behaves as the submission does."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Final

from grader.behaviour import Behaviour
from grader.behaviour import Trial
from grader.calibration import Calibration
from grader.calibration import expects
from grader.rehearsal import Rehearsal
from grader.result import Misconception

LONG_SECONDS: Final = 1.0
"""A test for which the reference needs longer is not rehearsed; the evidence for the thresholds tells how it ends."""


def diagnose(
    submission: Behaviour, rehearsal: Rehearsal, calibration: Calibration | None = None
) -> list[Misconception]:
    """Compares a submission with each wrong solution, by the strictest measure that any of them meets.

    Where all correct solutions give the same answers, the answers must agree. Elsewhere, as in a test of a network that
    each solution trains in its own way, it must end alike: at the same check, with the same value if that is enough to find a
    match, else without regard to it; that last measure names one wrong solution or none. A test that takes long must end, and
    its values must lie, as those of the wrong solution did when the kata was calibrated.

    Args:
        submission: what it did; it failed at least one test.
        rehearsal: what the kata's own solutions do with the same seed.
        calibration: the evidence for the kata's thresholds, where it has any.

    Returns:
        The wrong solutions that behave the same, more than one where they cannot be told apart; none if none does.

    Raises:
        TooLongError: the rehearsal takes longer than it may.
    """
    return _Comparison(submission, rehearsal, calibration).find()


class _Comparison:
    def __init__(self, submission: Behaviour, rehearsal: Rehearsal, calibration: Calibration | None) -> None:
        self.submission = submission
        self.rehearsal = rehearsal
        self.calibration = calibration
        seconds = calibration.seconds if calibration else {}
        self.long = {test for test in submission if seconds.get(test, 0.0) > LONG_SECONDS}
        self.failed = {test for test, trial in submission.items() if trial.status == "fail"}
        # Most wrong solutions fall away at the first failed test, so that few have to perform the others; what is timed
        # takes longest and tells least.
        self.tests = sorted(submission, key=lambda test: (submission[test].is_timed, test not in self.failed))
        self.comparable: dict[str, bool] = {}

    def find(self) -> list[Misconception]:
        """Returns the matches by the strictest measure that gives any."""
        left = list(self.rehearsal.wrong)
        for test in sorted(self.tests, key=lambda test: test not in self.long):
            for file in list(left):
                if not self.may_be_alike(file, test):
                    left.remove(file)
                    self.rehearsal.let_go(file)
        for measure in (Trial.agrees_with, Trial.fails_with_the_same_value_as):
            found = [file for file in left if self.are_alike(file, measure)]
            if found and (len(found) == 1 or not self.failed <= self.long):
                return [self.name(file, everywhere=measure is Trial.agrees_with) for file in found]
        return [self.name(file, everywhere=False) for file in left] if len(left) == 1 else []

    def may_be_alike(self, file: Path, test: str) -> bool:
        """Says whether a wrong solution does in a test what the submission did, by the mildest measure."""
        mine = self.submission[test]
        if test in self.long and self.calibration:
            return expects(self.calibration, file.stem, test, failed=mine.status == "fail", measured=mine.measured)
        theirs = self.rehearsal.trial(file, test)
        return mine.ends_like(theirs) and (mine.agrees_with(theirs) or not self.is_comparable(test))

    def are_alike(self, file: Path, measure: Callable[[Trial, Trial], bool]) -> bool:
        """Says whether a measure holds wherever the answers need not agree."""
        return all(
            self.comparable.get(test) or measure(self.submission[test], self.rehearsal.trial(file, test))
            for test in self.tests
            if test not in self.long
        )

    def is_comparable(self, test: str) -> bool:
        """Says whether all correct solutions give the same answers in a test, so that other answers mean something."""
        if test not in self.comparable:
            can_be = test not in self.long and not self.submission[test].is_timed
            self.comparable[test] = can_be and self._is_determined(test)
        return self.comparable[test]

    def _is_determined(self, test: str) -> bool:
        first, *others = (self.rehearsal.trial(file, test) for file in self.rehearsal.right)
        return all(trial.agrees_with(first) for trial in others)

    def name(self, file: Path, *, everywhere: bool) -> Misconception:
        """Describes a match in the words of the wrong solution, and says what speaks for it."""
        compared = {test for test in self.tests if test not in self.long and (everywhere or self.is_comparable(test))}
        calls = sum(len(self.submission[test].answers) for test in compared)
        if compared & self.failed:
            evidence = f"agreed on {calls} of {calls} calls"
        else:
            evidence = f"fails the same {len(self.failed)} of {len(self.tests)} tests"
        title, explanation = describe(file)
        return Misconception(name=file.stem, title=title, explanation=explanation, evidence=evidence)


def describe(wrong: Path) -> tuple[str, str]:
    """Returns the title and the explanation that a wrong solution has for learners in its docstring."""
    title, _, explanation = (ast.get_docstring(ast.parse(wrong.read_bytes())) or wrong.stem).partition("\n")
    return title.strip(), " ".join(explanation.split())
