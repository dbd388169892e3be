"""Runs the solutions that come with a kata in the tests that a diagnosis asks for, and remembers what they did."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Protocol

from grader import wire
from grader.behaviour import Answer
from grader.behaviour import Behaviour
from grader.behaviour import Trial
from grader.files import write_whole
from grader.kata import Kata


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
        self, kata: Kata, memory: BehaviourMemory, cast: Callable[[bytes], Understudy] | None, seconds: float
    ) -> None:
        """Begins with what is remembered.

        Args:
            kata: whose solutions to run.
            memory: where behaviours with the seed of the grade are kept.
            cast: starts a worker for a solution's source; None leaves it at what is known.
            seconds: how long it may take; no test begins after that.
        """
        self.right = [kata.reference, *kata.right_solutions()]
        self.wrong = kata.wrong_solutions()
        self.memory = memory
        self.cast = cast
        self.deadline = time.monotonic() + seconds
        self._known: dict[Path, Behaviour] = {}
        self._understudies: dict[Path, Understudy] = {}
        self._learned: set[Path] = set()

    def __enter__(self) -> Rehearsal:
        return self

    def __exit__(self, *_: object) -> None:
        for file in list(self._understudies):
            self.let_go(file)
        for file in self._learned:
            self.memory.keep(file, self._known[file])

    def trial(self, file: Path, test: str) -> Trial:
        """Returns what a solution does in a test.

        Raises:
            TooLongError: it is not known, and there is no time left to find out.
        """
        if file not in self._known:
            self._known[file] = self.memory.recall(file)
        behaviour = self._known[file]
        if test not in behaviour:
            if self.cast is None or time.monotonic() > self.deadline:
                raise TooLongError
            if file not in self._understudies:
                self._understudies[file] = self.cast(file.read_bytes())
            behaviour[test] = self._understudies[file].perform(test)
            self._learned.add(file)
        return behaviour[test]

    def let_go(self, file: Path) -> None:
        """Ends the worker of a solution that is not needed any more."""
        if file in self._understudies:
            self._understudies.pop(file).close()


class BehaviourMemory:
    """Keeps on disk what each solution of a kata does with one seed, as long as neither kata nor grader change."""

    def __init__(self, folder: Path | None, kata: str, digest: str, seed: int) -> None:
        """Names the place.

        Args:
            folder: where everything is remembered; None remembers nothing.
            kata: the name of the kata.
            digest: changes with the kata and the grader.
            seed: the seed of the grades.
        """
        self._folder = folder / kata / str(seed) if folder else None
        self._digest = digest

    def recall(self, solution: Path) -> Behaviour:
        """Returns what is known of a solution, by test."""
        try:
            known = wire.from_bytes(self._file(solution).read_bytes()) if self._folder else {}
            return {test: _trial(**plain) for test, plain in known["trials"].items()} if self._is_of_now(known) else {}
        except (OSError, wire.WireError, LookupError, TypeError, AttributeError):
            return {}

    def keep(self, solution: Path, behaviour: Behaviour) -> None:
        """Keeps what a solution did beside what is known of it; where that is impossible it will be run again."""
        if self._folder:
            # Another grade may have found out more in the meantime.
            known = {**self.recall(solution), **behaviour}
            plain = {test: dataclasses.asdict(trial) for test, trial in known.items()}
            with contextlib.suppress(OSError, wire.NotPlainError):
                content = wire.to_bytes({"digest": self._digest, "trials": plain})
                write_whole(self._file(solution), content)

    def _file(self, solution: Path) -> Path:
        return (self._folder or Path()) / f"{solution.parent.name}-{solution.stem}.wire"

    def _is_of_now(self, known: dict[str, Any]) -> bool:
        return known.get("digest") == self._digest


def _trial(answers: list[dict[str, Any]], **facts: Any) -> Trial:
    return Trial(**facts, answers=[Answer(**answer) for answer in answers])
