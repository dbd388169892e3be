"""A deadline that counts what a worker did, and not what the machine did to it.

What counts is the worker's own time: what it computed and what it slept. Waiting for a processor does not count, neither the
worker's nor the judge's, nor does time in which the judge or the worker stood still, as in a paused container.
"""

from __future__ import annotations

import time
from typing import Final

from grader.errors import OverloadError
from grader.judge.usage import ProcessUsage
from grader.judge.usage import own_usage
from grader.protocol.frames import DeadlineExceeded
from grader.protocol.limits import WALL_FACTOR

_TICK_SECONDS: Final = 0.1
_STANDSTILL_SECONDS: Final = 0.5
"""A judge that neither computed nor waited for this long has been stopped."""

_GRACE_SECONDS: Final = 5.0
"""How much wall-clock time is granted in any case: limits may be short."""


class OwnTimeDeadline:
    """The end of one wait for a worker."""

    def __init__(self, limit_seconds: float, usage: ProcessUsage | None = None, description: str = "") -> None:
        """Starts the clock.

        Args:
            limit_seconds: how much of its own time the worker may take; `WALL_FACTOR` times as much wall-clock time is
                too long whatever the reason.
            usage: the worker's counters, if there is a worker yet.
            description: the limit in words, if not the seconds of one call.
        """
        self.limit_seconds = limit_seconds
        self.description = description or f"{limit_seconds:g} s of its own time"
        self.usage = usage
        self._own_seconds = 0.0
        self._wall_seconds = 0.0
        self._last = time.monotonic()
        self._judge: tuple[float, float] | None = None
        """What this process had computed and waited at the last count; most calls end before there is one."""
        self._tick = min(_TICK_SECONDS, limit_seconds)

    def seconds_left(self) -> float:
        """Returns how long to wait at most before asking again.

        Raises:
            DeadlineExceeded: the worker has used up its own time.
            OverloadError: the machine gave it too little to decide that.
        """
        self._count()
        if self._own_seconds >= self.limit_seconds:
            raise DeadlineExceeded
        if self._wall_seconds >= WALL_FACTOR * self.limit_seconds + _GRACE_SECONDS:
            raise OverloadError(
                f"The machine was too busy to grade: in {self._wall_seconds:.0f} s this code got {self._own_seconds:.1f} s to "
                "run. Run it again when the machine is less busy."
            )
        return max(0.001, min(self._tick, self.limit_seconds - self._own_seconds))

    def own_seconds(self) -> float:
        """Returns the worker's own time so far."""
        return self._own_seconds + min(time.monotonic() - self._last, self._tick)

    def _count(self) -> None:
        now = time.monotonic()
        passed = now - self._last
        if passed < self._tick:
            return
        self._last = now
        usage = own_usage()
        before, self._judge = self._judge or usage, usage
        judge_computed, judge_waited = usage[0] - before[0], usage[1] - before[1]
        stood_still = passed - self._tick - judge_computed - judge_waited
        if stood_still > _STANDSTILL_SECONDS:
            passed -= stood_still
        self._wall_seconds += passed
        own = passed - judge_waited
        if self.usage:
            worker_computed, worker_waited = self.usage.take()
            # Waits that overlap, of several threads or of both sides, would add up to more than has passed.
            own = max(own - worker_waited, min(worker_computed, passed))
            if self.usage.is_stopped():
                own = 0.0
        self._own_seconds += max(0.0, own)
