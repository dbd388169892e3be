"""Finds the misconception behind a failed submission: the wrong solution of the kata that behaves as the submission does."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Mapping
from typing import Final

from grader.content.calibration import Calibration
from grader.content.solution import Solution
from grader.diagnosis.likelihood import expects
from grader.diagnosis.likelihood import log_likelihood_of
from grader.diagnosis.replay import Replay
from grader.diagnosis.trace import UNWRITTEN
from grader.diagnosis.trace import Answer
from grader.diagnosis.trace import Trace
from grader.diagnosis.trace import Traces
from grader.result import Misconception

TIMES_AS_LIKELY: Final = 10.0
"""How many times as likely a value must be under the wrong solution that is named for it as under the next."""

LEAST_SHARE: Final = 1 / 3
"""In this share of the tests that either fails, a wrong solution must give the submission's very answers."""

LEAST_CLOSENESS: Final = 0.5
"""The mean of that share and of the share of single answers must be larger."""

FARTHER: Final = 2.0
"""The share must be this many times that of the next wrong solution, or fall short of 1 by this many times less."""


def diagnose(
    submission: Traces, tasks: Mapping[str, int], replay: Replay, calibration: Calibration | None = None
) -> list[Misconception]:
    """Compares a submission with each wrong solution, by the strictest measure that any of them meets.

    Where all correct solutions give the same answers, the answers must agree. Elsewhere, as in a test of a network that
    each solution trains in its own way, it must end alike: at the same check, with the same tag if the check gives any, with
    the same value if that is enough to find a match, else without regard to it; that measure names one wrong solution or
    none. A test that takes long must end, and its tag or its values must lie, as those of the wrong solution did when
    the kata was calibrated; where nothing else has failed, the values decide among several if they are far more likely
    under one.

    Whoever writes each function by itself makes a mistake in one task that a wrong solution, whose functions share their
    code, makes in several. So if nothing is found, answers are compared in the failed tasks only. And the same mistake can
    be made with another choice at an edge, such as the shape of an empty array, or of when to call a function. So the last
    measure takes the one wrong solution that gives the same results or the same tags in most of what fails, if no other
    comes near; or the only one that explains all that fails by its tags.

    Args:
        submission: what it did; a test that ends at the stub's own exception says nothing.
        tasks: the task of each test.
        replay: what the kata's own solutions do with the same seed.
        calibration: the evidence for the kata's thresholds, where it has any.

    Returns:
        The wrong solutions that behave the same, more than one where they cannot be told apart; none if none does.

    Raises:
        ReplayTimeout: the replay takes longer than it may.
    """
    started = {test: trace for test, trace in submission.items() if trace.status != UNWRITTEN}
    comparison = _Comparison(started, tasks, replay, calibration)
    if not comparison.failed:
        return []
    return comparison.find_alike() or comparison.find_alike_in_failed_tasks() or comparison.find_close()


@dataclasses.dataclass
class _Closeness:
    """How much of what fails, for the submission or for a wrong solution, both do alike."""

    tests: int = 0
    same: int = 0
    """The tests that both fail with one tag, or in which they give the same results."""
    same_tag: int = 0
    calls: int = 0
    agreed: int = 0
    """The answers that are the same; those in a test that both fail with one tag count as such."""

    @property
    def share(self) -> float:
        return self.same / self.tests

    @property
    def is_close(self) -> bool:
        return self.share >= LEAST_SHARE and (self.share + self.agreed / max(self.calls, 1)) / 2 > LEAST_CLOSENESS

    @property
    def evidence(self) -> str:
        if self.same_tag:
            return f"failed {self.same} of {self.tests} tests for the same reason as yours"
        return _same_answers(self.agreed, self.calls)


class _Comparison:
    def __init__(
        self, submission: Traces, tasks: Mapping[str, int], replay: Replay, calibration: Calibration | None
    ) -> None:
        self.submission = submission
        self.replay = replay
        self.calibration = calibration
        self.long = submission.keys() & (calibration.long_tests if calibration else set())
        self.failed = {test for test, trace in submission.items() if trace.status == "fail"}
        # Most wrong solutions fall away at the first failed test, so that few have to trace the others; what is timed
        # takes longest and tells least.
        self.tests = sorted(submission, key=lambda test: (submission[test].is_timed, test not in self.failed))
        failed_tasks = {tasks[test] for test in self.failed}
        self.tests_of_failed_tasks = [test for test in self.tests if tasks[test] in failed_tasks]
        self.comparable: dict[str, bool] = {}

    def find_alike(self) -> list[Misconception]:
        """Returns the wrong solutions that do the same in every test, by the strictest measure that gives any."""
        left = _first_of_each_name(self.find_candidates(self.tests))
        for measure in (Trace.agrees_with, Trace.fails_over_the_same_value_as):
            found = [solution for solution in left if self.are_alike(solution, self.tests, measure)]
            if found and (len(found) == 1 or not self.failed <= self.long):
                everywhere = measure is Trace.agrees_with
                return [self.name(solution, self.tests, everywhere=everywhere) for solution in found]
        if len(left) > 1 and self.failed <= self.long:
            left = self.most_likely(left)
        return [self.name(solution, self.tests, everywhere=False) for solution in left] if len(left) == 1 else []

    def most_likely(self, solutions: list[Solution]) -> list[Solution]:
        """Returns the wrong solution that most likely reaches the values of the tests that take long, if it is clear which."""
        if self.calibration is None:
            return solutions
        measured = {name: value for test in self.long for name, value in self.submission[test].measured.items()}
        likelihoods = [log_likelihood_of(self.calibration, solution.entry, measured) for solution in solutions]
        best, second = sorted(likelihoods, reverse=True)[:2]
        return [solutions[likelihoods.index(best)]] if best - second > math.log(TIMES_AS_LIKELY) else solutions

    def find_alike_in_failed_tasks(self) -> list[Misconception]:
        """Returns the wrong solutions whose answers agree in all tests of the tasks in which the submission fails."""
        tests = self.tests_of_failed_tasks
        if self.failed <= self.long or len(tests) == len(self.tests):
            return []
        left = self.find_candidates(tests)
        found = [solution for solution in left if self.are_alike(solution, tests, Trace.agrees_with)]
        return [self.name(solution, tests, everywhere=True) for solution in _first_of_each_name(found)]

    def find_candidates(self, tests: list[str]) -> list[Solution]:
        """Returns the wrong solutions that may be alike in these tests."""
        left = list(self.replay.wrong)
        for test in sorted(tests, key=lambda test: test not in self.long):
            left = [solution for solution in left if self.may_be_alike(solution, test)]
        return left

    def find_close(self) -> list[Misconception]:
        """Returns the one wrong solution that does the same in most of what fails, unless another comes near."""
        tests = [test for test in self.tests if test not in self.long and not self.submission[test].is_timed]
        telling = {test for test in tests if self.submission[test].tag is not None or self.is_comparable(test)}
        if telling & self.failed:  # Where answers may differ and no tag is given, the same failure tells less.
            tests = [test for test in tests if test in telling or test not in self.failed]
        failed = [test for test in tests if test in self.failed]
        if not failed:
            return []
        found: list[tuple[_Closeness, Solution]] = []
        for solution in self.replay.wrong:
            traces = {test: self.replay.trace(solution, test) for test in failed}
            same = sum(self.submission[test].is_close_to(trace) for test, trace in traces.items())
            # What fails for the wrong solution alone can only make the share smaller.
            if same >= LEAST_SHARE * len(failed):
                found.append((self.closeness(solution, tests), solution))
            else:
                self.replay.stop(solution)
        found.sort(key=lambda entry: -entry[0].share)
        if not found:
            return []
        closest, solution = found[0]
        next_share = next((other.share for other, rival in found if rival.name != solution.name), 0.0)
        stands_out = closest.share >= FARTHER * next_share or 1 - next_share > FARTHER * (1 - closest.share)
        if closest.is_close and stands_out:
            return [_misconception_of(solution, closest.evidence)]
        explain_all = {rival.name: (rival, other) for other, rival in found if other.same_tag == len(failed)}
        return [
            _misconception_of(rival, other.evidence) for rival, other in explain_all.values() if len(explain_all) == 1
        ]

    def closeness(self, solution: Solution, tests: list[str]) -> _Closeness:
        """Compares those of the tests that fail, for the submission or for the wrong solution."""
        found = _Closeness()
        for test in tests:
            mine, theirs = self.submission[test], self.replay.trace(solution, test)
            if "fail" in (mine.status, theirs.status):
                calls = max(len(mine.results()), len(theirs.results()))
                has_same_tag = mine.fails_with_the_same_tag_as(theirs)
                found.tests += 1
                found.same += mine.is_close_to(theirs)
                found.same_tag += has_same_tag
                found.calls += calls
                agreed = sum(map(Answer.agrees_with, mine.results(), theirs.results()))
                found.agreed += calls if has_same_tag else agreed
        return found

    def may_be_alike(self, solution: Solution, test: str) -> bool:
        """Says whether a wrong solution does in a test what the submission did, by the mildest measure."""
        mine = self.submission[test]
        if test in self.long and self.calibration:
            return expects(self.calibration, solution.entry, test, mine)
        theirs = self.replay.trace(solution, test)
        return mine.ends_like(theirs) and (mine.agrees_with(theirs) or not self.is_comparable(test))

    def are_alike(self, solution: Solution, tests: list[str], measure: Callable[[Trace, Trace], bool]) -> bool:
        """Says whether a measure holds in all of these tests in which the answers need not agree."""
        return all(
            self.comparable.get(test) or measure(self.submission[test], self.replay.trace(solution, test))
            for test in tests
            if test not in self.long
        )

    def is_comparable(self, test: str) -> bool:
        """Says whether all correct solutions give the same answers in a test, so that other answers mean something."""
        if test not in self.comparable:
            can_be = test not in self.long and not self.submission[test].is_timed
            self.comparable[test] = can_be and self._is_determined(test)
        return self.comparable[test]

    def _is_determined(self, test: str) -> bool:
        first, *others = (self.replay.trace(solution, test) for solution in self.replay.right)
        return all(trace.agrees_with(first) for trace in others)

    def name(self, solution: Solution, tests: list[str], *, everywhere: bool) -> Misconception:
        """Describes a match in these tests in the words of the wrong solution, and says what speaks for it."""
        compared = {test for test in tests if test not in self.long and (everywhere or self.is_comparable(test))}
        if compared & self.failed:
            calls = sum(len(self.submission[test].answers) for test in compared)
            return _misconception_of(solution, _same_answers(calls, calls))
        count = len(self.failed)
        return _misconception_of(solution, f"failed the same {count} test{'s' if count > 1 else ''} as yours")


def _first_of_each_name(solutions: list[Solution]) -> list[Solution]:
    """Leaves out further spellings of a misconception."""
    return list({solution.name: solution for solution in reversed(solutions)}.values())[::-1]


def _misconception_of(solution: Solution, evidence: str) -> Misconception:
    """Puts a wrong solution into the words that it has for learners."""
    title = solution.title or solution.name
    return Misconception(name=solution.name, title=title, explanation=solution.explanation, evidence=evidence)


def _same_answers(agreed: int, calls: int) -> str:
    return f"gave the same answer as yours in {agreed} of {calls} call{'s' if calls > 1 else ''}"
