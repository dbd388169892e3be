"""One worker as the judge sees it: started through the zygote, spoken to over the wire, stopped by the judge's clock."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any
from typing import Final

import msgspec
import numpy.typing as npt

from grader.errors import EngineError
from grader.errors import OverloadError
from grader.errors import SubmissionRaised
from grader.errors import SubmissionStopped
from grader.judge.deadline import OwnTimeDeadline
from grader.judge.usage import ProcessUsage
from grader.protocol import frames
from grader.protocol import messages
from grader.protocol import wire
from grader.protocol.limits import FIRST_START_SECONDS
from grader.protocol.limits import SCRATCH_BYTES
from grader.protocol.limits import SCRATCH_FILES
from grader.protocol.limits import Limits
from grader.protocol.shared import SharedMemory

_STATUS_SECONDS: Final = 5.0
_MAX_TEXT: Final = 2000
_GARBAGE_STEP: Final = "Do not use the file descriptors of the process; return values from your functions instead."
_EXIT_STEP: Final = "Remove calls such as sys.exit() and os._exit(): a function ends with `return`."
TIME_STEP: Final = "Look for a loop that never ends, or for work that can be done on whole arrays."


def _name_of(signal_number: int) -> str:
    """Returns the name of a signal; real-time signals have none but the first and the last."""
    try:
        return signal.Signals(signal_number).name
    except ValueError:
        return f"signal {signal_number}"


def not_a_reply(problem: str) -> SubmissionStopped:
    """Returns what is raised when a worker answers with something that no worker of ours sends."""
    return SubmissionStopped(f"What came back from your code is not a reply: {problem}.", next_step=_GARBAGE_STEP)


class WorkerOutput:
    """What a worker prints: read whenever it arrives, kept up to a limit."""

    def __init__(self, descriptor: int, limit_bytes: int) -> None:
        self.descriptor = descriptor
        self.limit_bytes = limit_bytes
        self.total_bytes = 0
        self.unread = bytearray()
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        """Returns the descriptor to poll, or -1 after the end."""
        return self.descriptor

    def drain(self) -> None:
        """Reads what there is.

        Raises:
            SubmissionStopped: the limit is exceeded.
        """
        while self.descriptor >= 0:
            try:
                chunk = os.read(self.descriptor, 65536)
            except BlockingIOError:
                return
            if not chunk:
                self.close()
                return
            self.total_bytes += len(chunk)
            if self.total_bytes > self.limit_bytes:
                raise SubmissionStopped(
                    f"Your code printed more than {self.limit_bytes // 1024} KiB.",
                    next_step="Remove the print inside the loop, or print only every hundredth step.",
                )
            self.unread += chunk

    def take(self) -> str:
        """Returns what was printed since the last call."""
        text = self.unread.decode("utf-8", "replace")
        self.unread.clear()
        return text

    def close(self) -> None:
        """Stops reading."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class WorkerProcess:
    """A running worker; every way in which it can misbehave becomes one of the errors in `grader.errors`."""

    def __init__(self, control: socket.socket, limits: Limits, start_seconds: float = FIRST_START_SECONDS) -> None:
        """Asks a zygote for a worker and waits until it is confined.

        Args:
            control: the judge's end of the zygote's control socket.
            limits: what the worker may use.
            start_seconds: how long it may take until it is there.

        Raises:
            EngineError: no worker could be started.
        """
        self.limits = limits
        self.start_seconds = start_seconds
        self.status, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with zygote_end:
            try:
                # A judge that only diagnoses has made way for others, and its workers should, too.
                niceness = os.getpriority(os.PRIO_PROCESS, 0)
                request = messages.ForkRequest(limits, niceness)
                socket.send_fds(control, [msgspec.msgpack.encode(request)], [zygote_end.fileno()])
            except OSError as error:
                self.status.close()
                raise EngineError(f"The zygote is gone ({error}); run the command again.") from error
        self.pid, wire_descriptor, output_descriptor, self._shared, self.pidfd = self._wait_until_started()
        self.memory: SharedMemory | None = None
        """What it shares with the judge, once a test has shared something."""
        self.usage = ProcessUsage(self.pidfd)
        self.output = WorkerOutput(output_descriptor, limits.output_kb * 1024)
        self.connection = frames.FrameSocket(socket.socket(fileno=wire_descriptor), self.output)
        self.is_alive = True
        self.needs_library = False
        """Whether it has ended because its light zygote has not loaded a library that its code imports."""
        self.cpu_seconds_at_end = 0.0
        """The processor time it had used when it was ended from here."""
        self.layers = self._wait_until_confined()

    def request(
        self,
        message: wire.Message,
        *,
        deadline: OwnTimeDeadline,
        substitute: wire.ValueHook = wire.refuse,
        restore: wire.ValueHook = wire.refuse,
        call_back: Callable[[wire.Message], Any] | None = None,
    ) -> Any:
        """Sends a message, serves the callbacks that it causes, and returns the value of the reply.

        Args:
            message: what to do; its nonce is set here, afresh each time.
            deadline: when the last byte of the reply must have arrived.
            substitute: see `wire.encode`.
            restore: see `wire.decode`.
            call_back: runs a function of the judge for a callback message and returns its result.

        Raises:
            SubmissionRaised: the submission raised an exception.
            SubmissionStopped: there was no valid reply in time; the worker is dead now.
            OverloadError: the machine was too busy to tell; the worker is dead, too.
        """
        message.nonce = secrets.randbits(63)
        try:
            if self.connection.has_unread_bytes():
                raise wire.WireError("a message that nobody asked for")
            locate = self.memory.find if self.memory else None
            self.connection.send(wire.encode(message, substitute, locate), deadline)
            while True:
                reply = self.connection.receive(deadline, restore, self.limits.reply_mb * 2**20)
                if reply.nonce != message.nonce:
                    raise wire.WireError("a reply to another question")
                if reply.kind != "callback" or call_back is None:
                    self.output.drain()
                    return self._value_of(reply)
                try:
                    answer = wire.encode(self._answer_callback(reply, call_back), substitute, locate)
                except Exception:
                    self.kill()  # It would take the next question for the answer that does not come.
                    raise
                self.connection.send(answer, deadline)
        except frames.DeadlineExceeded:
            self.kill()
            where = " while your file was loaded" if message.kind == "load" else ""
            raise SubmissionStopped(
                f"Your code was still running after {deadline.description}{where}.",
                next_step=TIME_STEP,
                is_doubtful=True,
            ) from None
        except wire.WireError as error:
            self.kill()
            raise not_a_reply(str(error)) from None
        except frames.ConnectionLost:
            raise self._explain_exit() from None
        except (SubmissionStopped, OverloadError):
            self.kill()
            raise

    def share(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Copies an array to where both the worker and the judge see what becomes of it."""
        if self.memory is None:
            self.memory = SharedMemory(self._shared)
        return self.memory.place(array)

    def pause(self) -> None:
        """Stops the process until `resume`, so that it cannot take time from another that is being measured."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a paused process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends the process at once and lets go of everything; harmless when it has ended already."""
        if self.is_alive:
            self.is_alive = False
            self.cpu_seconds_at_end = self.usage.cpu_seconds() or 0.0
            self._signal(signal.SIGKILL)
            with contextlib.suppress(SubmissionStopped):
                self.output.drain()
            self.output.close()
            self.connection.close()
            self.status.close()
            os.close(self._shared)
            if self.pidfd is not None:
                os.close(self.pidfd)
                self.pidfd = None

    def _value_of(self, reply: wire.Message) -> Any:
        if reply.kind == "value":
            return reply.value
        if reply.kind == "not_plain":
            raise SubmissionRaised("TypeError", f"your function returned {str(reply.value)[:200]}", [])
        if reply.kind == "raised":
            try:
                raised = msgspec.convert(reply.value, messages.Raised)
            except msgspec.ValidationError as error:
                raise wire.WireError(f"a malformed exception ({error})") from error
            raise SubmissionRaised(raised.type_name, raised.text, raised.lines)
        raise wire.WireError(f"a message of unknown kind {reply.kind[:20]!r}")

    def _answer_callback(self, message: wire.Message, call_back: Callable[[wire.Message], Any]) -> wire.Message:
        try:
            return wire.Message("value", message.nonce, value=call_back(message))
        except (TypeError, ValueError, LookupError, AssertionError) as error:
            # The submission passed something odd to a function of the test: tell it, as any library would.
            return wire.Message("refused", message.nonce, value=f"{message.name[:100]}: {str(error)[:_MAX_TEXT]}")

    def _wait_until_started(self) -> tuple[int, int, int, int, int | None]:
        status, descriptors = self._read_status(self.start_seconds)
        if not isinstance(status, messages.WorkerStarted):
            self.status.close()
            reason = (
                status.reason if isinstance(status, messages.WorkerUnavailable) else "the zygote ended or took too long"
            )
            raise EngineError(f"No worker could be started: {reason}.")
        wire_descriptor, output_descriptor, shared, *pidfds = descriptors
        return status.pid, wire_descriptor, output_descriptor, shared, pidfds[0] if pidfds else None

    def _wait_until_confined(self) -> list[str]:
        try:
            ready = self.connection.receive(OwnTimeDeadline(self.start_seconds), wire.refuse)
        except (frames.ConnectionLost, frames.DeadlineExceeded, wire.WireError) as error:
            self.kill()
            last = (self.output.take().strip().splitlines() or [type(error).__name__])[-1]
            raise EngineError(f"A worker ended before it was ready ({last}).") from error
        if ready.kind != "ready":
            self.kill()
            raise EngineError(str(ready.value))
        return [str(layer) for layer in ready.value]

    def _read_status(self, seconds: float) -> tuple[messages.WorkerStatus | None, list[int]]:
        poll, deadline = select.poll(), OwnTimeDeadline(seconds)
        poll.register(self.status, select.POLLIN)
        try:
            while not poll.poll(deadline.seconds_left() * 1000):
                pass
        except frames.DeadlineExceeded:
            return None, []
        try:
            packet, descriptors, _, _ = socket.recv_fds(self.status, messages.MAX_PACKET_BYTES, 4)
        except OSError:
            return None, []
        return (msgspec.msgpack.decode(packet, type=messages.WorkerStatus) if packet else None), descriptors

    def _explain_exit(self) -> SubmissionStopped:
        """Says why the worker ended by itself."""
        status, _ = self._read_status(_STATUS_SECONDS)
        self.kill()
        if not isinstance(status, messages.WorkerEnded):
            return SubmissionStopped(
                "Your code closed its connection to the grader.", next_step=_GARBAGE_STEP, was_perhaps_killed=True
            )
        if status.has_filled_scratch:
            return SubmissionStopped(
                f"Your code wrote more files, or larger ones, than a grade may: {SCRATCH_FILES} files and "
                f"{SCRATCH_BYTES // 2**20} MiB in all.",
                next_step="Keep what you compute in arrays; no task asks for files.",
            )
        self.needs_library = status.exit_code == messages.LIBRARY_NEEDED
        if status.exit_code >= 0:
            return SubmissionStopped("Your code ended the whole process instead of returning.", next_step=_EXIT_STEP)
        number = -status.exit_code
        if number == signal.SIGXCPU:
            return SubmissionStopped(
                f"Your code used more than {self.limits.cpu_seconds:g} s of processor time.",
                next_step=TIME_STEP,
                is_doubtful=True,
            )
        return SubmissionStopped(
            f"Your code's process died ({_name_of(number)}).",
            next_step=f"It may use {self.limits.memory_mb} MiB of memory; look for an array that grows or is too large.",
            was_perhaps_killed=True,
        )

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.pidfd is not None and sys.platform == "linux":
                signal.pidfd_send_signal(self.pidfd, number)
            elif self.pid and sys.platform != "linux":
                os.kill(self.pid, number)
