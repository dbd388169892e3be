"""The zygote: a program that imports the heavy libraries once and forks a confined worker for each request.

It holds no secret and runs no submission itself. It must never run a TensorFlow operation: a child forked after one hangs.
It is started as `python -I -m grader.worker.zygote DESCRIPTOR` with an environment built from nothing; the descriptor is
one end of a socket pair on which requests arrive as single packets, each with a socket for the answer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import socket
import sys
import traceback
from typing import Final

import msgspec

from grader import memory
from grader.protocol import shared
from grader.protocol.limits import Limits
from grader.protocol.messages import MAX_PACKET_BYTES
from grader.protocol.messages import READY
from grader.protocol.messages import ForkRequest
from grader.protocol.messages import WorkerEnded
from grader.protocol.messages import WorkerStarted
from grader.protocol.messages import WorkerStatus
from grader.protocol.messages import WorkerUnavailable
from grader.protocol.messages import ZygoteSetup
from grader.worker import preload
from grader.worker import worker
from grader.worker.sandbox import Sandbox

MAX_SPARES: Final = 2
"""How many workers wait, ready and confined, for the next requests with the same limits: a submission and the reference."""

_WATCH_MS: Final = 200
"""How often the zygote looks at what workers have written, where no mount limits it."""


@dataclasses.dataclass
class ForkedWorker:
    """A forked worker, and the judge's descriptors for it.

    They are its wire, its output, the memory that it shares with the judge, and a pidfd where there is such a thing.
    """

    pid: int
    descriptors: list[int]


class Zygote:
    """The loop that forks workers, tells their judges how they end, and ends those whose judge is gone."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.setup = msgspec.msgpack.decode(control.recv(MAX_PACKET_BYTES), type=ZygoteSetup)
        self.sandbox = Sandbox(self.setup.hidden, gpu=self.setup.gpu)
        self.problem: str | None = None
        self.judges: dict[int, socket.socket] = {}
        """The status socket of each worker that a judge has, by process id."""
        self.spares: list[ForkedWorker] = []
        self.spare_limits: Limits | None = None
        self.overfull: set[int] = set()
        """Workers that were killed because of what they wrote."""

    def prepare(self) -> None:
        """Enters the sandbox and imports what the pack asked for; a failure is kept for the answers to requests."""
        try:
            self.sandbox.enter()
            if sys.platform == "linux":
                preload.import_libraries(self.setup.preload)
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
        memory.settle()

    def serve(self) -> None:
        """Answers requests until the control socket is closed."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        wakeup_reader, wakeup_writer = os.pipe()
        os.set_blocking(wakeup_writer, False)
        signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
        while True:
            poll = select.poll()
            for descriptor in (self.control.fileno(), wakeup_reader):
                poll.register(descriptor, select.POLLIN)
            by_descriptor = {judge.fileno(): pid for pid, judge in self.judges.items()}
            for descriptor in by_descriptor:
                poll.register(descriptor, select.POLLIN)
            # A spare is made when nothing is graded: it would take time from what a learner waits for.
            wants_spare = self.spare_limits is not None and len(self.spares) < MAX_SPARES and not self.judges
            watches = bool(self.judges) and self.sandbox.watches_scratch
            ready = {descriptor for descriptor, _ in poll.poll(0 if wants_spare else _WATCH_MS if watches else None)}
            if watches:
                self._stop_overfull()
            if wakeup_reader in ready:
                os.read(wakeup_reader, 4096)
                self._reap()
            for descriptor in ready & by_descriptor.keys():
                # A judge never writes here, so this is its end: nobody waits for the worker any longer.
                self._abandon(by_descriptor[descriptor])
            if self.control.fileno() in ready:
                if not self._answer():
                    return
            elif wants_spare and not ready:
                self._fork_spare()

    def _answer(self) -> bool:
        """Handles one request; says whether there can be more."""
        packet, descriptors, _, _ = socket.recv_fds(self.control, MAX_PACKET_BYTES, 1)
        if not packet:
            return False
        judge = socket.socket(fileno=descriptors[0])
        request = msgspec.msgpack.decode(packet, type=ForkRequest)
        limits = request.limits
        try:
            if self.problem:
                raise OSError(self.problem)
            if self.spare_limits != limits:
                self._discard_spares()
                self.spare_limits = limits
            forked = self.spares.pop(0) if self.spares else self._fork_worker(limits)
            if request.niceness:
                os.setpriority(os.PRIO_PROCESS, forked.pid, request.niceness)
        except OSError as error:
            _tell(judge, WorkerUnavailable(str(error)), [])
            judge.close()
            return True
        self.judges[forked.pid] = judge
        _tell(judge, WorkerStarted(forked.pid), forked.descriptors)
        return True

    def _fork_spare(self) -> None:
        """Forks a worker for the next request, in the time that a learner takes to read about the last one."""
        if self.spare_limits is not None:
            try:
                self.spares.append(self._fork_worker(self.spare_limits))
            except OSError:
                self.spare_limits = None  # The next request will try again, and say why it fails.

    def _discard_spares(self) -> None:
        for spare in self.spares:
            os.kill(spare.pid, signal.SIGKILL)
            for descriptor in spare.descriptors:
                os.close(descriptor)
        self.spares.clear()

    def _fork_worker(self, limits: Limits) -> ForkedWorker:
        judge_end, worker_end = socket.socketpair()
        reader, writer = os.pipe()
        memory = shared.make_descriptor()
        pid = os.fork()
        if pid == 0:
            self._become_worker(worker_end.detach(), writer, memory, limits)
        worker_end.close()
        os.close(writer)
        pidfds = []
        with contextlib.suppress(AttributeError, OSError):  # Not every system has it, and some containers refuse it.
            pidfds.append(os.pidfd_open(pid))
        return ForkedWorker(pid, [judge_end.detach(), reader, memory, *pidfds])

    def _become_worker(self, wire: int, output: int, memory: int, limits: Limits) -> None:
        """Runs a worker in the calling process, a fresh fork, and never returns."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            shared_memory = shared.SharedMemory(memory)
            _close_all_but(wire, *self.sandbox.descriptors())
            if sys.platform != "linux":
                # Elsewhere a process must not be forked once the libraries are in.
                preload.import_libraries(self.setup.preload)
            worker.main(wire, shared_memory, self.sandbox, limits, is_light=self.setup.is_light)
        except Exception:
            os.write(2, traceback.format_exc().encode())  # The judge quotes it if the worker was not ready yet.
        finally:
            os._exit(70)

    def _stop_overfull(self) -> None:
        for pid in self.judges:
            if self.sandbox.is_overfull(pid):
                self.overfull.add(pid)
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.sandbox.clean_up(pid)
            self.spares = [spare for spare in self.spares if spare.pid != pid]
            if pid in self.judges:
                ended = WorkerEnded(os.waitstatus_to_exitcode(status), has_filled_scratch=pid in self.overfull)
                _tell(self.judges[pid], ended, [])
                self._forget(pid)
            self.overfull.discard(pid)

    def _abandon(self, pid: int) -> None:
        """Ends the worker of a judge that is gone, unless it has just been reaped."""
        if pid in self.judges:
            os.kill(pid, signal.SIGKILL)
            self._forget(pid)

    def _forget(self, pid: int) -> None:
        self.judges.pop(pid).close()


def _tell(judge: socket.socket, status: WorkerStatus, descriptors: list[int]) -> None:
    """Sends a status; a judge that is gone does not mind."""
    with contextlib.suppress(OSError):
        socket.send_fds(judge, [msgspec.msgpack.encode(status)], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def _close_all_but(*kept: int) -> None:
    """Closes every descriptor from 3 on, except those named."""
    lowest = 3
    for descriptor in sorted(kept):
        os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, 1_048_576)


def main() -> None:
    """Runs a zygote on the descriptor named on the command line."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # Whoever started it may ignore the signal, which is inherited.
    with socket.socket(fileno=int(sys.argv[1])) as control:
        zygote = Zygote(control)
        zygote.prepare()
        control.send(READY)
        zygote.serve()
        zygote.sandbox.close()


if __name__ == "__main__":
    main()
