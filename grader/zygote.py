"""The zygote: a program that imports the heavy libraries once and forks a confined worker for each request.

It holds no secret and runs no submission itself. It must never run a TensorFlow operation: a child forked after one hangs.
It is started as `python -I -m grader.zygote DESCRIPTOR` with an environment built from nothing; the descriptor is one end
of a socket pair on which requests arrive as single packets, each with the worker's ends of its wire, output and status.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from typing import Final

import msgspec

from grader import worker
from grader.limits import Limits
from grader.sandbox import Sandbox

MAX_PACKET_BYTES: Final = 65536
NUM_DESCRIPTORS: Final = 3
"""What comes with a request: the worker's ends of the wire, of the output pipe and of the status socket."""


class Setup(msgspec.Struct):
    """The first packet: what the zygote prepares."""

    preload: list[str]
    hidden: list[str]
    gpu: bool = False


class Request(msgspec.Struct):
    """Every later packet: fork a worker with these limits."""

    limits: Limits


class Started(msgspec.Struct, tag="started"):
    """The first status of a worker; a pidfd comes with it where the system has such a thing."""

    pid: int


class Ended(msgspec.Struct, tag="ended"):
    """The last status of a worker: its exit code, or minus the number of the signal that killed it."""

    exit_code: int


class Unavailable(msgspec.Struct, tag="unavailable"):
    """The status when no worker could be started, with the reason."""

    reason: str


Status = Started | Ended | Unavailable


class Zygote:
    """The loop that forks workers, tells their judges how they end, and ends those whose judge is gone."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.setup = msgspec.msgpack.decode(control.recv(MAX_PACKET_BYTES), type=Setup)
        self.sandbox = Sandbox(self.setup.hidden, gpu=self.setup.gpu)
        self.problem: str | None = None
        self.judges: dict[int, socket.socket] = {}
        """The status socket of each living worker, by process id."""

    def prepare(self) -> None:
        """Enters the sandbox and imports what the pack asked for; a failure is kept for the answers to requests."""
        try:
            self.sandbox.enter()
            if sys.platform == "linux":
                self._preload()
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
        gc.collect()
        gc.freeze()

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
            ready = {descriptor for descriptor, _ in poll.poll()}
            if wakeup_reader in ready:
                os.read(wakeup_reader, 4096)
                self._reap()
            for descriptor in ready & by_descriptor.keys():
                # A judge never writes here, so this is its end: nobody waits for the worker any longer.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(by_descriptor[descriptor], signal.SIGKILL)
                self._forget(by_descriptor[descriptor])
            if self.control.fileno() in ready and not self._answer():
                return

    def _preload(self) -> None:
        # Keras imports Matplotlib where it is installed, only to offer plots: a second that every start would pay.
        sys.modules["matplotlib"] = None  # type: ignore[assignment]
        try:
            for module in self.setup.preload:
                importlib.import_module(module)
        finally:
            del sys.modules["matplotlib"]

    def _answer(self) -> bool:
        """Handles one request; says whether there can be more."""
        packet, descriptors, _, _ = socket.recv_fds(self.control, MAX_PACKET_BYTES, NUM_DESCRIPTORS)
        if not packet:
            return False
        wire, output, status = descriptors
        judge = socket.socket(fileno=status)
        request = msgspec.msgpack.decode(packet, type=Request)
        try:
            if self.problem:
                _tell(judge, Unavailable(self.problem))
                judge.close()
                return True
            pid = os.fork()
        except OSError as error:
            _tell(judge, Unavailable(f"no process could be forked: {error}"))
            judge.close()
            return True
        else:
            if pid == 0:
                self._become_worker(wire, output, request.limits)
            self.judges[pid] = judge
            _tell(judge, Started(pid), [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else [])
            return True
        finally:
            os.close(wire)
            os.close(output)

    def _become_worker(self, wire: int, output: int, limits: Limits) -> None:
        """Runs a worker in the calling process, a fresh fork, and never returns."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            _close_all_but(wire, *self.sandbox.descriptors())
            if sys.platform != "linux":
                self._preload()  # Elsewhere a process must not be forked once the libraries are in.
            gc.enable()
            worker.main(wire, self.sandbox, limits)
        except Exception:
            os.write(2, traceback.format_exc().encode())  # The judge quotes it if the worker was not ready yet.
        finally:
            os._exit(70)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.sandbox.clean_up(pid)
            if pid in self.judges:
                _tell(self.judges[pid], Ended(os.waitstatus_to_exitcode(status)))
                self._forget(pid)

    def _forget(self, pid: int) -> None:
        self.judges.pop(pid).close()


def _tell(judge: socket.socket, status: Status, descriptors: list[int] | None = None) -> None:
    """Sends a status; a judge that is gone does not mind."""
    with contextlib.suppress(OSError):
        socket.send_fds(judge, [msgspec.msgpack.encode(status)], descriptors or [])
    for descriptor in descriptors or []:
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
    with socket.socket(fileno=int(sys.argv[1])) as control:
        zygote = Zygote(control)
        zygote.prepare()
        zygote.serve()


if __name__ == "__main__":
    main()
