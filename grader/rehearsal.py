"""Runs the solutions that come with a kata in the tests that a diagnosis asks for, and remembers what they did."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Protocol

from grader import wire
from grader.behaviour import Answer
from grader.behaviour import Behaviour
from grader.behaviour import Trial
from grader.kata import Kata
from grader.kata import digest_of


class TooLongError(Exception):
    """The rehearsal has taken as long as it may."""


class Understudy(Protocol):
    """A solution in a worker of its own, ready to perform any test."""

    def perform(self, test: str) -> Trial:
        """Runs one test and says what the solution did in it."""

    def close(self) -> None:
        """Ends the worker."""


class Rehearsal:
    """What the solutions of a kata do with one seed; a `with` block ends their workers and keeps what was found."""

    def __init__(
        self, kata: Kata, seed: int, cast: Callable[[bytes], Understudy], folder: Path | None, seconds: float
    ) -> None:
        """Recalls what is known.

        Args:
            kata: whose solutions to run.
            seed: the seed of the grade that is to be diagnosed.
            cast: starts a worker for a solution's source.
            folder: where results are remembered; None remembers nothing.
            seconds: how long it may take; no test begins after that.
        """
        self.right = {file.stem: file for file in kata.right_solutions()} | {"": kata.reference}
        self.wrong = {file.stem: file for file in kata.wrong_solutions()}
        self.cast = cast
        self.deadline = time.monotonic() + seconds
        self._file = folder / f"{kata.name}-{seed}.behaviours" if folder else None
        self._digest = digest_of(kata) if folder else ""
        self._known: dict[str, Behaviour] = self._recall()
        self._understudies: dict[Path, Understudy] = {}
        self._has_news = False

    def __enter__(self) -> Rehearsal:
        return self

    def __exit__(self, *_: object) -> None:
        for file in list(self._understudies):
            self.let_go(file)
        if self._has_news:
            self._remember()

    def trial(self, file: Path, test: str) -> Trial:
        """Returns what a solution does in a test.

        Raises:
            TooLongError: it is not known, and there is no time left to find out.
        """
        behaviour = self._known.setdefault(f"{file.parent.name}/{file.name}", {})
        if test not in behaviour:
            if time.monotonic() > self.deadline:
                raise TooLongError
            if file not in self._understudies:
                self._understudies[file] = self.cast(file.read_bytes())
            behaviour[test] = self._understudies[file].perform(test)
            self._has_news = True
        return behaviour[test]

    def let_go(self, file: Path) -> None:
        """Ends the worker of a solution that is not needed any more."""
        if file in self._understudies:
            self._understudies.pop(file).close()

    def _recall(self) -> dict[str, Behaviour]:
        try:
            known = wire.from_bytes(self._file.read_bytes()) if self._file else {}
            if known.get("digest") != self._digest:
                return {}
            return {
                name: {test: _trial(**plain) for test, plain in trials.items()}
                for name, trials in known["behaviours"].items()
            }
        except (OSError, wire.WireError, LookupError, TypeError, AttributeError):
            return {}

    def _remember(self) -> None:
        plain = {
            name: {test: dataclasses.asdict(trial) for test, trial in behaviour.items()}
            for name, behaviour in self._known.items()
        }
        if self._file:
            with contextlib.suppress(OSError, wire.NotPlainError):  # Then they will be run again.
                content = wire.to_bytes({"digest": self._digest, "behaviours": plain})
                self._file.parent.mkdir(parents=True, exist_ok=True)
                new = self._file.with_suffix(f".{os.getpid()}")
                new.write_bytes(content)
                new.replace(self._file)


def _trial(answers: list[dict[str, Any]], **facts: Any) -> Trial:
    return Trial(**facts, answers=[Answer(**answer) for answer in answers])
