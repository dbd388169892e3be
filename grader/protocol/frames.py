"""Sends and receives frames of the wire over a socket, each by a deadline that is checked also while bytes flow."""

from __future__ import annotations

import select
import socket
import time
from typing import Protocol

from grader.protocol.wire import MAX_BODY_BYTES
from grader.protocol.wire import MAX_HEADER_BYTES
from grader.protocol.wire import PREFIX
from grader.protocol.wire import Message
from grader.protocol.wire import ValueHook
from grader.protocol.wire import WireError
from grader.protocol.wire import decode


class ConnectionLost(Exception):
    """The other side closed the connection or died."""


class DeadlineExceeded(Exception):
    """The time for a message was up before all of it had arrived."""


class Deadline(Protocol):
    """Decides when a wait has been long enough."""

    def seconds_left(self) -> float:
        """Returns how long to wait at most before asking again; raises `DeadlineExceeded`, or what it likes, at the end."""


class WallDeadline:
    """A moment on the clock of `time.monotonic`."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """Returns the seconds until then."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded
        return left


class OutputReader(Protocol):
    """What the worker prints, and has to be read while a message is awaited, lest the worker block on a full pipe."""

    def fileno(self) -> int:
        """Returns a descriptor to poll, or -1 when there is nothing more to come."""

    def drain(self) -> None:
        """Reads what there is."""


class FrameSocket:
    """One end of the socket between a judge and a worker."""

    def __init__(self, sock: socket.socket, output: OutputReader | None = None) -> None:
        self.socket = sock
        self.output = output
        sock.setblocking(False)

    def close(self) -> None:
        """Closes this end; the other side sees the connection end."""
        self.socket.close()

    def has_unread_bytes(self) -> bool:
        """Says whether something arrived that nobody asked for."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def send(self, buffers: list[bytes | memoryview], deadline: Deadline) -> None:
        """Writes one frame.

        Args:
            buffers: what `encode` returned.
            deadline: when the last byte must have been taken.

        Raises:
            ConnectionLost, DeadlineExceeded
        """
        for buffer in buffers:
            view = memoryview(buffer)
            while view:
                deadline.seconds_left()  # Bytes that keep flowing are no reason to go on for ever.
                try:
                    view = view[self.socket.send(view) :]
                except BlockingIOError:
                    self._wait(select.POLLOUT, deadline)
                except OSError as error:
                    raise ConnectionLost(str(error)) from error

    def receive(self, deadline: Deadline, restore: ValueHook, max_bytes: int = MAX_BODY_BYTES) -> Message:
        """Reads one frame and rebuilds its message.

        Args:
            deadline: when the last byte must have arrived.
            restore: see `decode`.
            max_bytes: the longest body that is accepted.

        Raises:
            ConnectionLost, DeadlineExceeded, WireError
        """
        header_bytes, body_bytes = PREFIX.unpack(self._read(PREFIX.size, deadline))
        if header_bytes > MAX_HEADER_BYTES or body_bytes > max_bytes:
            raise WireError(f"a message of {header_bytes + body_bytes} bytes, where at most {max_bytes} are accepted")
        header = self._read(header_bytes, deadline)
        return decode(bytes(header), self._read(body_bytes, deadline), restore)

    def _read(self, count: int, deadline: Deadline) -> bytearray:
        buffer = bytearray(count)
        view = memoryview(buffer)
        while view:
            deadline.seconds_left()
            try:
                received = self.socket.recv_into(view)
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise ConnectionLost(str(error)) from error
            if received == 0:
                raise ConnectionLost("the connection ended")
            view = view[received:]
        return buffer

    def _wait(self, events: int, deadline: Deadline) -> None:
        """Sleeps until the socket is ready, and reads the output whenever there is some."""
        poll = select.poll()
        poll.register(self.socket, events)
        while True:
            left = deadline.seconds_left()
            output = self.output.fileno() if self.output else -1
            if output >= 0:
                poll.register(output, select.POLLIN)
            ready = {descriptor for descriptor, _ in poll.poll(left * 1000)}
            if output in ready and self.output:
                self.output.drain()
                if self.output.fileno() < 0:
                    poll.unregister(output)
            if self.socket.fileno() in ready:
                return
