"""The service: a program that keeps zygotes and judges ready, and hands each client to the judge that it asks for.

It is started as `python -I -m grader.service DESCRIPTOR`. Clients send it single packets with one end of a socket pair;
from there on the client and a judge speak over that pair, and the service goes back to waiting. It never blocks on a grade.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from grader import channel
from grader import judge
from grader import zygote
from grader.channel import JudgeRequest

MAX_JUDGES: Final = 16
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": "/nonexistent",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "agg",
}
"""What the zygote and its workers see of an environment: nothing of the user's."""


@dataclasses.dataclass
class ZygoteHandle:
    """A running zygote, and the socket on which judges ask it for workers."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def is_alive(self) -> bool:
        """Says whether it can still answer."""
        return self.process.poll() is None


@dataclasses.dataclass
class JudgeHandle:
    """A running judge: the state of the kata's files that it knows, its zygote, and where to send it clients."""

    fingerprint: str
    zygote: ZygoteHandle
    requests: socket.socket


class Service:
    """The zygotes and judges of one user, each started when first asked for."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.zygotes: dict[bytes, ZygoteHandle] = {}
        self.judges: dict[bytes, JudgeHandle] = {}

    def serve(self) -> None:
        """Hands out judges until the control socket is closed."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self.control, channel.MAX_REQUEST_BYTES, 1)
            if not packet:
                return
            request = msgspec.msgpack.decode(packet, type=JudgeRequest)
            with socket.socket(fileno=descriptors[0]) as client:
                self._introduce(request, client)

    def _introduce(self, request: JudgeRequest, client: socket.socket) -> None:
        """Passes a client's socket on to the judge that it asks for; a dead or outdated judge is replaced."""
        key = msgspec.msgpack.encode(request)
        fingerprint = _fingerprint(request)
        known = self.judges.get(key)
        if known and known.fingerprint == fingerprint and known.zygote.is_alive() and _send(known, client):
            return
        if known:
            self.judges.pop(key).requests.close()
        while len(self.judges) >= MAX_JUDGES:
            self.judges.pop(next(iter(self.judges))).requests.close()
        self.judges[key] = self._start_judge(request, fingerprint)
        _send(self.judges[key], client)

    def _start_judge(self, request: JudgeRequest, fingerprint: str) -> JudgeHandle:
        helper = self._zygote(request)
        requests, judge_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            try:
                # A copy of another's socket would keep it open after its owner has closed it.
                for other in self.judges.values():
                    other.requests.close()
                self.control.close()
                requests.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                judge.main(request, helper.control, judge_end)
            finally:
                os._exit(0)
        judge_end.close()
        return JudgeHandle(fingerprint, helper, requests)

    def _zygote(self, request: JudgeRequest) -> ZygoteHandle:
        setup = msgspec.msgpack.encode(zygote.Setup(request.preload, request.hidden, request.gpu))
        known = self.zygotes.get(setup)
        if known and known.is_alive():
            return known
        control, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with zygote_end:
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", "grader.zygote", str(zygote_end.fileno())],
                pass_fds=[zygote_end.fileno()],
                env=_ENVIRONMENT if request.gpu else {**_ENVIRONMENT, "CUDA_VISIBLE_DEVICES": "-1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        control.send(setup)
        self.zygotes[setup] = ZygoteHandle(process, control)
        return self.zygotes[setup]


def _send(handle: JudgeHandle, client: socket.socket) -> bool:
    try:
        socket.send_fds(handle.requests, [b"grade"], [client.fileno()])
    except OSError:
        return False
    return True


def _fingerprint(request: JudgeRequest) -> str:
    """Returns a digest that changes whenever a file of the kata may have changed."""
    folders = (Path(request.folder), Path(request.reference_folder))
    files = sorted(file for folder in folders for file in folder.glob("*") if file.is_file())
    facts = [(str(file), stat.st_mtime_ns, stat.st_size) for file in files for stat in (file.stat(),)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def main() -> None:
    """Runs a service on the descriptor named on the command line."""
    with socket.socket(fileno=int(sys.argv[1])) as control:
        Service(control).serve()


if __name__ == "__main__":
    main()
