"""The service: a program that keeps zygotes and judges ready, and hands each client to the judge that it asks for.

`python -I -m grader.service.daemon DESCRIPTOR` serves one client over that descriptor; with a path and a number of seconds
it listens there until nobody has come for so long. Clients send it single packets with one end of a socket pair;
from there on the client and a judge speak over that pair, and the service goes back to waiting. It never blocks on a grade.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from grader.content import fingerprint
from grader.judge import judge
from grader.judge.libraries import Zygotes
from grader.protocol import channel
from grader.protocol.channel import Introduction
from grader.protocol.channel import JudgeRequest
from grader.protocol.channel import ServiceStatus
from grader.protocol.channel import StatusRequest
from grader.protocol.channel import StopRequest
from grader.protocol.messages import ZygoteSetup
from grader.service.admission import QUEUED_SECONDS
from grader.service.admission import Admission

MAX_JUDGES: Final = 16
_MANY_PROCESSES: Final = 32
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # Products of matrices by what was compiled with TensorFlow: code that oneDNN generates for the processor at hand takes a
    # worker 25 ms when it first multiplies, is no faster in products of this size, and rounds otherwise on other processors.
    "TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL": "false",
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": "/nonexistent",
    # One thread each: small operations are faster, sums do not depend on the machine, and grades do not slow each other down.
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "agg",
}
"""What the zygote and its workers see of an environment: nothing of the user's."""

_LIGHT_PRELOAD: Final = [
    # NumPy loads its parts when they are first used, and a worker would do so in every grade.
    *("numpy", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random"),
    *(
        "cmath",
        "collections",
        "copy",
        "dataclasses",
        "fractions",
        "functools",
        "itertools",
        "math",
        "operator",
        "random",
    ),
    *("statistics", "typing"),
]
_NO_GPU: Final = {"CUDA_VISIBLE_DEVICES": "-1"}
_GPU: Final = {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
"""TensorFlow takes all memory of a GPU otherwise, and the submission's worker, the reference's and the spares share it."""


@dataclasses.dataclass(eq=False)
class ZygoteHandle:
    """A running zygote, and the socket on which judges ask it for workers."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    is_ready: bool = False
    """Whether it has said that its imports are done."""
    start: float = dataclasses.field(default_factory=time.monotonic)

    def is_alive(self) -> bool:
        """Says whether it can still answer."""
        return self.process.poll() is None


@dataclasses.dataclass
class JudgeHandle:
    """A running judge: the state of the kata's files that it knows, its zygotes, and where to send it clients."""

    kata: str
    stamp: str
    zygotes: set[ZygoteHandle]
    requests: socket.socket


class Service:
    """The zygotes and judges of one user, each started when first asked for."""

    def __init__(
        self, controls: list[socket.socket], listener: socket.socket | None = None, idle_seconds: float | None = None
    ) -> None:
        self.controls = controls
        """The connections of clients."""
        self.listener = listener
        self.idle_seconds = idle_seconds
        self.start = time.monotonic()
        self.is_stopped = False
        self.zygotes: dict[bytes, ZygoteHandle] = {}
        self.judges: dict[bytes, JudgeHandle] = {}
        self.admission = Admission(self._introduce)

    def serve(self) -> None:
        """Hands out judges until there can be no more clients, or until none has come for the idle time."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while (self.controls or self.listener) and not self.is_stopped:
            ready = self._wait()
            if not ready and not self.admission.sockets():
                return
            for zygote_handle in self.zygotes.values():
                if zygote_handle.control in ready:
                    # It says so once; what is ready later is its end, which is_alive() tells.
                    zygote_handle.is_ready = True
                    with contextlib.suppress(OSError):
                        zygote_handle.control.recv(1)
            if self.listener in ready:
                self._accept()
            for control in [control for control in self.controls if control in ready]:
                self._answer(control)
            for ticket in [ticket for ticket in self.admission.sockets() if ticket in ready]:
                self.admission.hear(ticket)
            self.admission.admit()
            self.admission.tell_the_queue()

    def _wait(self) -> set[socket.socket]:
        """Sleeps until something arrives, at most for the idle time."""
        sockets = [*self.controls, *([self.listener] if self.listener else [])]
        sockets += self.admission.sockets()
        sockets += [handle.control for handle in self.zygotes.values() if not handle.is_ready]
        by_descriptor = {sock.fileno(): sock for sock in sockets}
        poll = select.poll()
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        seconds = QUEUED_SECONDS if self.admission.queue else self.idle_seconds
        return {by_descriptor[descriptor] for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)}

    def _accept(self) -> None:
        """Greets a new client."""
        if self.listener:
            control, _ = self.listener.accept()
            try:
                control.send(channel.GREETING)
                self.controls.append(control)
            except OSError:
                control.close()  # It has gone already.

    def _answer(self, control: socket.socket) -> None:
        """Reads one packet of a client and does what it asks for."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(control, channel.MAX_REQUEST_BYTES, 1)
        except OSError:
            packet, descriptors = b"", []
        if not packet or not descriptors:
            self.controls.remove(control)
            control.close()
            return
        client = socket.socket(fileno=descriptors[0])
        try:
            request = msgspec.msgpack.decode(packet, type=JudgeRequest | StatusRequest | StopRequest)
        except (msgspec.MsgspecError, UnicodeDecodeError):  # It may have been too long to arrive whole.
            client.close()
            return
        if isinstance(request, JudgeRequest):
            self.admission.add(request, client)
        elif isinstance(request, StopRequest):
            client.close()
            self.is_stopped = True
        else:
            with client:
                channel.send(client, self._status())

    def _status(self) -> ServiceStatus:
        katas = sorted({handle.kata for handle in self.judges.values()})
        return ServiceStatus(os.getpid(), time.monotonic() - self.start, katas)

    def _introduce(self, request: JudgeRequest, client: socket.socket, ticket: socket.socket) -> None:
        """Passes a client's socket on to the judge that it asks for; a dead, suspect or outdated judge is replaced."""
        key = channel.encode(msgspec.structs.replace(request, suspect_since=0.0, is_urgent=True, num_gpu_jobs=1))
        known = self.judges.get(key)
        suspects = {handle for handle in known.zygotes if handle.start < request.suspect_since} if known else set()
        for suspect in suspects:
            suspect.process.kill()
        self.zygotes = {setup: handle for setup, handle in self.zygotes.items() if handle not in suspects}
        stamp = fingerprint.stamp_of(Path(request.folder), Path(request.reference_folder))
        is_usable = known and known.stamp == stamp and not suspects and all(map(ZygoteHandle.is_alive, known.zygotes))
        if known and is_usable and _send(known, client, ticket):
            return
        if known:
            self.judges.pop(key).requests.close()
        while len(self.judges) >= MAX_JUDGES:
            self.judges.pop(next(iter(self.judges))).requests.close()
        self.judges[key] = self._start_judge(request, stamp, [client, ticket])
        _send(self.judges[key], client, ticket)

    def _start_judge(self, request: JudgeRequest, stamp: str, passed_on: list[socket.socket]) -> JudgeHandle:
        light, full = self._zygotes_for(request)
        requests, judge_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fingerprint.of_engine()  # Once for all judges, and while the zygote imports.
        if os.fork() == 0:
            try:
                # A copy of another's socket would keep it open after its owner has closed it.
                others = [*self.controls, *(other.requests for other in self.judges.values())]
                queued = [client.socket for client in self.admission.queue]
                for sock in [*passed_on, requests, *others, *queued, *self.admission.sockets()]:
                    sock.close()
                if self.listener:
                    self.listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                judge.main(request, Zygotes(light.control, full.control), judge_end)
            finally:
                os._exit(0)
        judge_end.close()
        return JudgeHandle(Path(request.folder).name, stamp, {light, full}, requests)

    def _zygotes_for(self, request: JudgeRequest) -> tuple[ZygoteHandle, ZygoteHandle]:
        """Returns the light zygote and the full one, which are the same where there is nothing to leave out.

        Where the user may run a few processes only, there is no room for two.
        """
        full = ZygoteSetup(request.preload, request.hidden, request.gpu)
        light = ZygoteSetup(_LIGHT_PRELOAD, request.hidden, is_light=True)
        limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        is_one = request.gpu or set(request.preload) <= {"numpy"} or 0 <= limit < _MANY_PROCESSES
        return self._zygote(full if is_one else light), self._zygote(full)

    def _zygote(self, zygote_setup: ZygoteSetup) -> ZygoteHandle:
        setup = channel.encode(zygote_setup)
        known = self.zygotes.get(setup)
        if known and known.is_alive():
            return known
        if known:
            known.control.close()
        control, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with zygote_end:
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", "grader.worker.zygote", str(zygote_end.fileno())],
                pass_fds=[zygote_end.fileno()],
                env={**_ENVIRONMENT, **(_GPU if zygote_setup.gpu else _NO_GPU)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        with contextlib.suppress(OSError):  # One that dies at once shows so when a worker is asked for.
            control.send(setup)
        self.zygotes[setup] = ZygoteHandle(process, control)
        return self.zygotes[setup]


def _send(handle: JudgeHandle, client: socket.socket, ticket: socket.socket) -> bool:
    packet = channel.encode(Introduction(all(zygote.is_ready for zygote in handle.zygotes)))
    try:
        socket.send_fds(handle.requests, [packet], [client.fileno(), ticket.fileno()])
    except OSError:
        return False
    return True


def main() -> None:
    """Runs a service on the descriptor, or at the path, that the command line names."""
    place, *rest = sys.argv[1:]
    if not rest:
        with socket.socket(fileno=int(place)) as control:
            Service([control]).serve()
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(place)
        listener.listen()
        os.chdir("/")  # It may outlive the folder in which it was started.
        try:
            Service([], listener, float(rest[0])).serve()
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)
    os._exit(0)  # At once: whoever asked for the end waits, and there is nothing to tidy up.


if __name__ == "__main__":
    main()
