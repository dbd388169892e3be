"""Grades on the nodes of a Dask cluster, each of which is handed as many grades at a time as it has threads.

The executor names the node of each task, and leaves Dask's scheduler no choice: so it knows with which nodes a grade was lost,
and a node that refuses, which takes no time, does not attract what others could grade.
"""

from __future__ import annotations

import itertools
import logging
import queue
import time
from asyncio import CancelledError
from collections import Counter
from collections import deque
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final
from typing import NamedTuple

import dask.config
import msgspec
from dask.typing import Key
from distributed import Client
from distributed import Future
from distributed.scheduler import KilledWorker
from distributed.scheduler import NoValidWorkerError
from distributed.scheduler import NoWorkerError

from grader import messages
from grader.content.kata import Kata
from grader.errors import EngineError
from grader.errors import UsageError
from grader.result import Result
from grader.service import client as grading
from grader.service.client import GradeJob
from grader_dask import node
from grader_dask import task
from grader_dask.task import Refused

_KILLED: Final = (KilledWorker, NoValidWorkerError, NoWorkerError, CancelledError, TimeoutError)
"""What Dask raises for a task whose node has gone."""

_LOOK_SECONDS: Final = 1.0
"""How often the scheduler is asked which nodes there are."""

_FETCH_SECONDS: Final = 10.0
"""How long an answer may take from its node to here; where it takes longer, the node has gone since."""

_MAX_LOSSES: Final = 2
"""With how many nodes a grade may be lost before it is given up."""


class DaskExecutor:
    """Grades on the cluster whose scheduler Dask's configuration names (`scheduler-address`, DASK_SCHEDULER_ADDRESS)."""

    def __init__(self, num_parallel: int) -> None:
        """Takes a number as every executor does; how many grades a node makes at a time is said where the node is started."""

    def run(self, jobs: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each job once, with its result, as soon as it is graded.

        Raises:
            UsageError: no scheduler is configured or answers, or all of its nodes refuse.
            EngineError: the scheduler has gone.
        """
        with _connect() as client:
            yield from _Run(client, jobs).results()


def _connect() -> Client:
    address = dask.config.get("scheduler-address", None)
    if not address:
        raise UsageError(
            "--executor dask: expected the address of a scheduler in DASK_SCHEDULER_ADDRESS, found none; "
            "start one with `dask scheduler`, and set the variable to the address that it prints."
        )
    # What it logs when the scheduler has gone is said in a sentence here.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        return Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--executor dask: the scheduler at {address} cannot be reached ({messages.describe(error)}); "
            "check DASK_SCHEDULER_ADDRESS, and that `dask scheduler` runs there."
        ) from error


class _Attempt(NamedTuple):
    """A job that a node has been handed."""

    job: GradeJob
    node: str
    future: Future[bytes]
    lost_with: tuple[str, ...]
    """The nodes that were lost while they graded it."""


class _Run:
    """One class on its way through the cluster."""

    def __init__(self, client: Client, jobs: Iterable[GradeJob]) -> None:
        self._client = client
        self._jobs = iter(jobs)
        self._waiting: deque[tuple[GradeJob, tuple[str, ...]]] = deque()
        """Jobs to hand out before new ones, each with the nodes that were lost while they graded it."""
        self._under_way: dict[Key, _Attempt] = {}
        self._finished: queue.SimpleQueue[Future[bytes]] = queue.SimpleQueue()
        self._done: deque[tuple[GradeJob, Result]] = deque()
        self._nodes: dict[str, int] = {}
        """The nodes that grade, and how many threads each has."""
        self._left_out: set[str] = set()
        self._next_look = 0.0
        self._has_said_that_it_waits = False
        self._versions: dict[str, dict[str, str]] = {}
        """What a node has to have, by the name of a kata."""

    def results(self) -> Iterator[tuple[GradeJob, Result]]:
        """Yields each job with its result."""
        while self._under_way or self._has_more():
            self._look()
            self._hand_out()
            self._collect()
            while self._done:
                yield self._done.popleft()

    def _has_more(self) -> bool:
        """Says whether there is a job to hand out, which is the first in `_waiting` then."""
        if not self._waiting:
            self._waiting.extend((job, ()) for job in itertools.islice(self._jobs, 1))
        return bool(self._waiting)

    def _look(self) -> None:
        """Finds out which nodes there are, and takes back what those had that are gone."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_SECONDS
        try:
            found: dict[str, int] = self._client.nthreads()
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineError(
                f"Dask's scheduler has gone ({messages.describe(error)}); start it again, and grade the rest with --resume."
            ) from error
        self._nodes = {address: threads for address, threads in found.items() if address not in self._left_out}
        lost = [attempt for attempt in self._under_way.values() if attempt.node not in found]
        for address in sorted({attempt.node for attempt in lost}):
            messages.warn(f"The node {address} is lost; what it was grading is graded elsewhere.")
        for attempt in lost:
            self._take_back(attempt, is_suspect=True)
        if found and not self._nodes and not self._under_way:
            raise UsageError(
                "--executor dask: no node can grade; correct what the warnings above name, and go on with --resume."
            )
        if not found and not self._has_said_that_it_waits:
            messages.say("Note: Dask's scheduler has no nodes; waiting until it has.")
            self._has_said_that_it_waits = True

    def _hand_out(self) -> None:
        """Gives each node as many jobs as it has free threads, in turn."""
        busy = Counter(attempt.node for attempt in self._under_way.values())
        free = deque(
            address
            for _, address in sorted(
                (place, address) for address, threads in self._nodes.items() for place in range(busy[address], threads)
            )
        )
        while free and self._has_more():
            job, lost_with = self._waiting.popleft()
            refused = grading.refuse(job)
            if refused:
                self._done.append((job, refused))
                continue
            address, content = free.popleft(), task.make_task(job, self._versions_for(job.kata))
            future = self._client.submit(node.grade, content, workers=[address], pure=False)
            self._under_way[future.key] = _Attempt(job, address, future, lost_with)
            future.add_done_callback(self._finished.put)

    def _versions_for(self, kata: Kata) -> dict[str, str]:
        if kata.name not in self._versions:
            self._versions[kata.name] = task.versions_for(kata)
        return self._versions[kata.name]

    def _collect(self) -> None:
        """Takes an answer; waits for one no longer than until the next look at the nodes."""
        if self._done:
            return
        try:
            future = self._finished.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return
        attempt = self._under_way.get(future.key)
        if attempt is None:  # It has been taken back.
            return
        try:
            answer = task.decode_answer(future.result(timeout=_FETCH_SECONDS))
        except _KILLED:
            self._next_look = 0.0  # It may be that the scheduler has gone, and no node.
            self._take_back(attempt, is_suspect=True)
        except Exception as error:  # Of a node without this plugin, without space on its disk, and so on.
            self._leave_out(attempt.node, f"{messages.describe(error)}.")
            self._take_back(attempt, is_suspect=True)
        else:
            if isinstance(answer, Refused):
                self._leave_out(attempt.node, answer.reason)
                self._take_back(attempt, is_suspect=False)
            else:
                del self._under_way[future.key]
                self._done.append((attempt.job, msgspec.json.decode(answer.result, type=Result)))

    def _leave_out(self, address: str, reason: str) -> None:
        """Gives a node no more to grade, and says why."""
        if address not in self._left_out:
            messages.warn(f"The node {address} is left out: {reason}")
        self._left_out.add(address)
        self._nodes.pop(address, None)

    def _take_back(self, attempt: _Attempt, *, is_suspect: bool) -> None:
        """Has a job graded elsewhere, unless it has been lost with too many nodes."""
        del self._under_way[attempt.future.key]
        attempt.future.cancel()
        lost_with = (*attempt.lost_with, attempt.node) if is_suspect else attempt.lost_with
        if len(lost_with) < _MAX_LOSSES:
            self._waiting.append((attempt.job, lost_with))
        else:
            message = f"It was lost with the nodes that graded it: {', '.join(lost_with)}."
            self._done.append((attempt.job, grading.error_result(attempt.job, message)))
