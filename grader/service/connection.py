"""Connections to a service: one of this process's own, or the one that stays for the user's next command.

The one that stays listens on a socket in a folder that only the user can enter. The name of the socket changes with
whatever the service has loaded, so a new version of the grader or of a library never speaks to an old service.
One that is gone, stopped or hung is replaced, which costs a start and never a verdict.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from typing import Protocol

from grader import cache
from grader.content import fingerprint
from grader.errors import EngineError
from grader.errors import NoAnswerError
from grader.protocol import channel
from grader.protocol.channel import JudgeRequest

IDLE_SECONDS: Final = 1800
"""After this long without a grade the service ends."""

_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "MPLBACKEND": "agg",
}
# -I keeps the environment and the current folder from changing what the trusted programs import.
_COMMAND: Final = [sys.executable, "-I", "-m", "grader.service.daemon"]
_START_SECONDS: Final = 20.0
_GREETING_SECONDS: Final = 5.0
_LONGEST_FOLDER: Final = 80
_CREDENTIALS: Final = struct.Struct("3i")


class UnusableFolderError(Exception):
    """The folder of the sockets cannot be used; grading works without a service that stays."""


class Connection(Protocol):
    """What a client needs of a service."""

    def connect(self, request: JudgeRequest) -> socket.socket:
        """Returns a socket to the judge that was asked for.

        Raises:
            EngineError: the service cannot be reached.
        """

    def renew(self) -> None:
        """Has the service replaced if it does not answer."""


class OwnService:
    """A service started by this process; it ends with the `with` block."""

    def __init__(self) -> None:
        self.control, self.process = _spawn_own()

    def __enter__(self) -> OwnService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the service and, with it, all zygotes and judges."""
        self.control.close()
        self.process.wait()

    def renew(self) -> None:
        """Kills the service and starts another."""
        self.process.kill()
        self.close()
        self.control, self.process = _spawn_own()

    def connect(self, request: JudgeRequest) -> socket.socket:
        """Returns a socket to the judge that was asked for."""
        client, judge_end = socket.socketpair()
        with judge_end:
            try:
                socket.send_fds(self.control, [channel.encode(request)], [judge_end.fileno()])
            except OSError as error:
                client.close()
                raise NoAnswerError(f"The grader's service has ended ({error}); run the command again.") from error
        return client


def _spawn_own() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Starts a service; returns the socket on which it takes requests, and its process."""
    control, service_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with service_end:
        process = subprocess.Popen(
            [*_COMMAND, str(service_end.fileno())],
            pass_fds=[service_end.fileno()],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return control, process


class BackgroundService:
    """A connection to the service that stays; it is made when first needed, and again when it breaks."""

    def __init__(self) -> None:
        """Finds the folder of the sockets.

        Raises:
            UnusableFolderError: it cannot be made, or others can enter it.
        """
        self.folder = _own_folder()
        self.path = self.folder / f"{fingerprint.of_service()}.sock"
        self._control: socket.socket | None = None

    def __enter__(self) -> BackgroundService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; the service stays."""
        if self._control is not None:
            self._control.close()
            self._control = None

    def connect(self, request: JudgeRequest) -> socket.socket:
        """Returns a socket to the judge that was asked for, of a service that is started if there is none."""
        return self._send(channel.encode(request))

    def renew(self) -> None:
        """Forgets the connection; a service that does not greet within seconds is replaced when it is made anew."""
        self.close()

    def status(self) -> channel.ServiceStatus | None:
        """Asks a running service how it is; None means that none runs."""
        if self._find() is None:
            return None
        with self._send(channel.encode(channel.StatusRequest())) as client:
            return channel.receive(client, channel.ServiceStatus)

    def stop(self) -> bool:
        """Ends a running service, with its zygotes and judges; says whether one ran."""
        is_told = self._tell_to_stop()
        with self._locked():
            stopped = [is_told, *(_end(path) for path in self.folder.glob("*.sock"))]
        self.close()
        return any(stopped)

    def _tell_to_stop(self) -> bool:
        """Asks the running service to end; says whether one ran and did."""
        control = self._find()
        if control is None:
            return False
        with self._send(channel.encode(channel.StopRequest())) as client:
            client.settimeout(_GREETING_SECONDS)
            with contextlib.suppress(OSError):
                client.recv(1)
                _wait_for_end(control)
                return True
        return False

    def _send(self, packet: bytes) -> socket.socket:
        client, judge_end = socket.socketpair()
        with judge_end:
            try:
                socket.send_fds(self._find() or self._start(), [packet], [judge_end.fileno()])
            except OSError as error:
                client.close()
                raise NoAnswerError(
                    "The grader's service ends as soon as it is started; try again with --cold."
                ) from error
        return client

    def _find(self) -> socket.socket | None:
        """Returns the connection to a service that answers."""
        if self._control is not None and select.select([self._control], [], [], 0)[0]:
            self.close()  # After its greeting a service says nothing until it ends.
        if self._control is None:
            self._control = _greet(self.path)
        return self._control

    def _start(self) -> socket.socket:
        """Starts a service unless another process has just done so, and connects to it."""
        with self._locked():
            found = self._find()
            if found is not None:
                return found
            for path in self.folder.glob("*.sock"):
                _end(path)  # A service of another version, or one that does not answer.
            self._spawn()
            deadline = time.monotonic() + _START_SECONDS
            while time.monotonic() < deadline:
                found = self._find()
                if found is not None:
                    return found
                time.sleep(0.01)
        raise EngineError(f"The grader's service does not start; see {self.folder / 'service.log'}, or use --cold.")

    def _spawn(self) -> None:
        """Starts a service that outlives this process."""
        log = str(self.folder / "service.log")
        command = [*_COMMAND, str(self.path), str(IDLE_SECONDS)]
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        os.posix_spawn(command[0], command, _ENVIRONMENT, file_actions=files, setsid=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps other processes from starting or ending services at the same time."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def open_service(*, cold: bool = False) -> OwnService | BackgroundService:
    """Returns the service that stays, or one of this process's own: if asked for, or where none can stay."""
    if not cold:
        with contextlib.suppress(UnusableFolderError):
            return BackgroundService()
    return OwnService()


def _own_folder() -> Path:
    """Makes the folder of the sockets and checks that nobody else can enter it."""
    folder = cache.default_folder() / "service"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise UnusableFolderError(f"{folder}: {error.strerror}") from error
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        raise UnusableFolderError(f"{folder}: expected a path of at most {_LONGEST_FOLDER} bytes, for a socket")
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise UnusableFolderError(f"{folder}: expected a folder that only you can enter")
    return folder


def _greet(path: Path) -> socket.socket | None:
    """Connects to a service and waits for its greeting; None means that nobody listens or answers there."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        control.settimeout(_GREETING_SECONDS)
        control.connect(str(path))
        if control.recv(channel.MAX_REQUEST_BYTES) == channel.GREETING:
            control.settimeout(None)
            return control
    except OSError:
        pass
    control.close()
    return None


def _end(path: Path) -> bool:
    """Kills the service that listens on a socket, if any does, and removes the socket.

    One in another container, with which the folder is shared, is left alone: its pid means nothing here, or 0, this group.
    """
    found = False
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
        control.settimeout(_GREETING_SECONDS)
        with contextlib.suppress(OSError):
            control.connect(str(path))
            pid, user, _ = _CREDENTIALS.unpack(
                control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            )
            if user == os.getuid() and _is_service(pid):
                os.kill(pid, signal.SIGKILL)
                found = True
                _wait_for_end(control)
    path.unlink(missing_ok=True)
    return found


def _is_service(pid: int) -> bool:
    """Says whether a process id is proved to be that of a service."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if pid > 0 else []
    except OSError:
        return False
    return b"grader.service.daemon" in words


def _wait_for_end(control: socket.socket) -> None:
    """Waits until the other side is gone."""
    poll = select.poll()
    poll.register(control, select.POLLHUP)
    poll.poll(_GREETING_SECONDS * 1000)
