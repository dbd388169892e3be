"""Runs the solutions that come with a kata in the tests that a diagnosis asks for, and remembers what they did."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Protocol

from grader.content.kata import Kata
from grader.diagnosis.trace import Answer
from grader.diagnosis.trace import Trace
from grader.diagnosis.trace import Traces
from grader.files import write_whole
from grader.protocol import wire


class TooLongError(Exception):
    """The replay has taken as long as it may."""


class Runner(Protocol):
    """A solution in a worker of its own, ready to trace any test."""

    def trace(self, test: str) -> Trace:
        """Runs one test and says what the solution did in it."""

    def close(self) -> None:
        """Ends the worker."""


class Replay:
    """What the solutions of a kata do with one seed; a `with` block ends their workers and keeps what was found."""

    def __init__(self, kata: Kata, cache: TraceCache, start: Callable[[bytes], Runner] | None, seconds: float) -> None:
        """Begins with what is remembered.

        Args:
            kata: whose solutions to run.
            cache: where all_traces with the seed of the grade are kept.
            start: starts a worker for a solution's source; None leaves it at what is known.
            seconds: how long it may take; no test begins after that.
        """
        self.right = [kata.reference, *kata.right_solutions()]
        self.wrong = kata.wrong_solutions()
        self.cache = cache
        self.start = start
        self.deadline = time.monotonic() + seconds
        self._known: dict[Path, Traces] = {}
        self._runners: dict[Path, Runner] = {}
        self._learned: set[Path] = set()

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *_: object) -> None:
        for file in list(self._runners):
            self.stop(file)
        for file in self._learned:
            self.cache.store(file, self._known[file])

    def trace(self, file: Path, test: str) -> Trace:
        """Returns what a solution does in a test.

        Raises:
            TooLongError: it is not known, and there is no time left to find out.
        """
        if file not in self._known:
            self._known[file] = self.cache.load(file)
        traces = self._known[file]
        if test not in traces:
            if self.start is None or time.monotonic() > self.deadline:
                raise TooLongError
            if file not in self._runners:
                self._runners[file] = self.start(file.read_bytes())
            traces[test] = self._runners[file].trace(test)
            self._learned.add(file)
        return traces[test]

    def stop(self, file: Path) -> None:
        """Ends the worker of a solution that is not needed any more."""
        if file in self._runners:
            self._runners.pop(file).close()


class TraceCache:
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

    def load(self, solution: Path) -> Traces:
        """Returns what is known of a solution, by test."""
        try:
            known = wire.from_bytes(self._file(solution).read_bytes()) if self._folder else {}
            return {test: _trial(**plain) for test, plain in known["traces"].items()} if self._is_of_now(known) else {}
        except (OSError, wire.WireError, LookupError, TypeError, AttributeError):
            return {}

    def store(self, solution: Path, traces: Traces) -> None:
        """Keeps what a solution did beside what is known of it; where that is impossible it will be run again."""
        if self._folder:
            # Another grade may have found out more in the meantime.
            known = {**self.load(solution), **traces}
            plain = {test: dataclasses.asdict(trace) for test, trace in known.items()}
            with contextlib.suppress(OSError, wire.NotPlainError):
                content = wire.to_bytes({"digest": self._digest, "traces": plain})
                write_whole(self._file(solution), content)

    def _file(self, solution: Path) -> Path:
        return (self._folder or Path()) / f"{solution.parent.name}-{solution.stem}.wire"

    def _is_of_now(self, known: dict[str, Any]) -> bool:
        return known.get("digest") == self._digest


def _trial(answers: list[dict[str, Any]], **facts: Any) -> Trace:
    return Trace(**facts, answers=[Answer(**answer) for answer in answers])
