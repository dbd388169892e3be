"""Replays a kata's own solutions in the tests that a diagnosis asks for, and keeps the traces."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import Protocol

from grader import cache
from grader.content.solution import Solution
from grader.diagnosis.trace import Answer
from grader.diagnosis.trace import Trace
from grader.diagnosis.trace import Traces
from grader.protocol import wire


class ReplayTimeout(Exception):
    """The replay has taken as long as it may."""


class Runner(Protocol):
    """A solution in a worker of its own, ready to run any test."""

    def trace(self, test: str) -> Trace:
        """Runs one test and says what the solution did in it."""

    def close(self) -> None:
        """Ends the worker."""


class Replay:
    """What the solutions of a kata do with one seed; a `with` block ends their workers and keeps what was found."""

    def __init__(
        self,
        solutions: Iterable[Solution],
        cache: TraceCache,
        start: Callable[[Solution], Runner] | None,
        seconds: float,
    ) -> None:
        """Begins with what is in the cache.

        Args:
            solutions: the kata's own, the reference first.
            cache: where traces with the seed of the grade are kept.
            start: starts a worker for a solution; None leaves it at what is in the cache.
            seconds: how long it may take; no test begins after that.
        """
        solutions = list(solutions)
        self.right = [solution for solution in solutions if solution.kind in ("reference", "right")]
        self.wrong = [solution for solution in solutions if solution.kind == "wrong"]
        self.cache = cache
        self.start = start
        self.deadline = time.monotonic() + seconds
        self._known: dict[str, Traces] = {}
        self._runners: dict[str, Runner] = {}
        self._new: set[str] = set()

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *_: object) -> None:
        for solution in (*self.right, *self.wrong):
            self.stop(solution)
        for key in self._new:
            self.cache.store(key, self._known[key])

    def trace(self, solution: Solution, test: str) -> Trace:
        """Returns what a solution does in a test.

        Raises:
            ReplayTimeout: it is not known, and there is no time left to find out.
        """
        key = solution.key
        if key not in self._known:
            self._known[key] = self.cache.load(key)
        traces = self._known[key]
        if test not in traces:
            if self.start is None or time.monotonic() > self.deadline:
                raise ReplayTimeout
            if key not in self._runners:
                self._runners[key] = self.start(solution)
            traces[test] = self._runners[key].trace(test)
            self._new.add(key)
        return traces[test]

    def stop(self, solution: Solution) -> None:
        """Ends the worker of a solution that is not needed any more."""
        if solution.key in self._runners:
            self._runners.pop(solution.key).close()


class TraceCache:
    """Keeps on disk what each solution of a kata does with one seed, as long as neither kata nor grader change."""

    def __init__(self, folder: Path | None, kata: str, version: str, seed: int) -> None:
        """Names the place.

        Args:
            folder: of all traces; None keeps nothing.
            kata: the name of the kata.
            version: changes with whatever decides what the solutions do.
            seed: the seed of the grades.
        """
        self._folder = folder / kata / str(seed) if folder else None
        self._version = version

    def load(self, solution: str) -> Traces:
        """Returns what is known of a solution, by test."""
        content = cache.load(self._file(solution), self._version) if self._folder else None
        try:
            traces = wire.from_bytes(content) if content else {}
            return {test: _trace(**plain) for test, plain in traces.items()}
        except (wire.WireError, LookupError, TypeError, AttributeError):
            return {}

    def store(self, solution: str, traces: Traces) -> None:
        """Keeps what a solution did beside what is known of it; where that is impossible it will be run again."""
        if self._folder:
            # Another grade may have found out more in the meantime.
            known = {**self.load(solution), **traces}
            plain = {test: dataclasses.asdict(trace) for test, trace in known.items()}
            with contextlib.suppress(wire.NotPlainError):
                cache.store(self._file(solution), self._version, wire.to_bytes(plain))

    def _file(self, solution: str) -> Path:
        return (self._folder or Path()) / f"{solution.replace('/', '-')}.wire"


def _trace(answers: list[dict[str, Any]], **facts: Any) -> Trace:
    return Trace(**facts, answers=[Answer(**answer) for answer in answers])
