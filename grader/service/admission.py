"""Who is graded next: as many grades at a time as there are processors, whoever waits at a terminal first, diagnoses last.

On a GPU there is one at a time, a diagnosis included, unless somebody says that it has memory for more.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from grader.protocol import channel
from grader.protocol.channel import JudgeRequest

QUEUED_SECONDS: Final = 5.0
"""How often a client that waits its turn is told so."""

_MAX_DIAGNOSES_WAITING: Final = 4


@dataclasses.dataclass
class QueuedClient:
    """A client that waits for its turn."""

    request: JudgeRequest
    socket: socket.socket


class Admission:
    """The queue of clients, and the tickets of the grades that run.

    A grade holds its ticket, one end of a socket pair, until it ends, however it ends. A grade that has given its verdict asks
    over it whether it may go on with a diagnosis, and is told when nobody else needs the processor.
    """

    def __init__(self, introduce: Callable[[JudgeRequest, socket.socket, socket.socket], None]) -> None:
        """Begins with nobody.

        Args:
            introduce: passes a client's socket and a ticket on to a judge.
        """
        self.introduce = introduce
        self.num_processors = count_processors()
        self.queue: list[QueuedClient] = []
        self.running: dict[socket.socket, JudgeRequest] = {}
        self.waiting_diagnoses: dict[socket.socket, JudgeRequest] = {}
        self.diagnoses: dict[socket.socket, JudgeRequest] = {}
        self._told = time.monotonic()

    def sockets(self) -> list[socket.socket]:
        """Lists the sockets to watch."""
        return [*self.running, *self.waiting_diagnoses, *self.diagnoses]

    def add(self, request: JudgeRequest, client: socket.socket) -> None:
        """Takes a client in."""
        self.queue.append(QueuedClient(request, client))

    def hear(self, ticket: socket.socket) -> None:
        """Takes note that a grade has ended, or that it has given its verdict and wants to diagnose."""
        try:
            message = ticket.recv(1)
        except OSError:
            message = b""
        request = self.running.pop(ticket, None)
        if message and request and len(self.waiting_diagnoses) < _MAX_DIAGNOSES_WAITING:
            self.waiting_diagnoses[ticket] = request
            return
        ticket.close()
        self.diagnoses.pop(ticket, None)
        self.waiting_diagnoses.pop(ticket, None)

    def admit(self) -> None:
        """Starts what may start now."""
        while (index := self._next()) is not None:
            client = self.queue.pop(index)
            ours, theirs = socket.socketpair()
            self.running[ours] = client.request
            with theirs, client.socket:
                self.introduce(client.request, client.socket, theirs)
        for ticket, request in list(self.waiting_diagnoses.items()):
            is_room = len(self.running) + len(self.diagnoses) < self.num_processors
            if is_room and not (request.gpu and self._is_gpu_full()):
                self.diagnoses[ticket] = self.waiting_diagnoses.pop(ticket)
                with contextlib.suppress(OSError):
                    ticket.send(channel.PROCEED)

    def tell_the_queue(self) -> None:
        """Tells those who wait that they are not forgotten, from time to time; one that is gone leaves the queue."""
        if time.monotonic() - self._told < QUEUED_SECONDS:
            return
        self._told = time.monotonic()
        for client in list(self.queue):
            try:
                channel.send(client.socket, channel.Queued())
            except OSError:
                self.queue.remove(client)
                client.socket.close()

    def _next(self) -> int | None:
        """Returns the place in the queue of the client whose turn it is, if there is room for one."""
        if len(self.running) >= self.num_processors:
            return None
        is_gpu_full = self._is_gpu_full()
        candidates = [index for index, client in enumerate(self.queue) if not (client.request.gpu and is_gpu_full)]
        return min(candidates, key=lambda index: (not self.queue[index].request.is_urgent, index), default=None)

    def _is_gpu_full(self) -> bool:
        """Says whether as much runs on the GPU as it has memory for.

        That is the same for all, so whoever allows most decides: who allows one only would wait for ever behind a class
        that allows more.
        """
        on_gpu = [request for request in (*self.running.values(), *self.diagnoses.values()) if request.gpu]
        waiting = [client.request for client in self.queue]
        return len(on_gpu) >= max((request.num_gpu_jobs for request in (*on_gpu, *waiting)), default=1)


def count_processors() -> int:
    """Returns how many processors this process may use: its affinity, and the quota of its control group."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        count = min(count, math.ceil(int(quota) / int(period)))
    return max(1, count)
