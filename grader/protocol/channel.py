"""Packets between the grader's own, trusted programs: a length and a MessagePack struct, with descriptors where needed."""

from __future__ import annotations

import socket
import struct
from typing import Any
from typing import Final
from typing import TypeVar

import msgspec

from grader.errors import EngineError
from grader.result import Feedback

_LENGTH: Final = struct.Struct("<Q")
DIAGNOSIS_SECONDS: Final = 3.0
"""How long a learner waits for a diagnosis; where that is not enough, the judge goes on for the next one."""

EXAMPLES: Final = "examples"
"""The name of the result that an author gets for the examples of a statement."""
MAX_REQUEST_BYTES: Final = 65536
WANTS_DIAGNOSIS: Final = b"?"
"""What a grade says over its ticket after a verdict: it would go on with a diagnosis."""
PROCEED: Final = b"!"
"""What it hears when it may."""
GREETING: Final = b"grader"
"""What a service says first to whoever connects."""

T = TypeVar("T")


class GradeRequest(msgspec.Struct, kw_only=True):
    """What a client wants graded, and how."""

    source: bytes
    seed: int = 0
    device: str = "cpu"
    with_pictures: bool = True
    traces_folder: str | None = None
    """Where the traces of the kata's own solutions are kept."""
    solution: str | None = None
    """The key of the kata's own solution that this is, if it is one: then its trace is kept."""
    examples: str | None = None
    """A statement whose examples are run after the tests; what came of them is a result named `EXAMPLES`."""
    deferred: list[str] = []
    """Tests that are run last, and only if all others pass: an author's mistake that is caught need not be caught twice."""
    feedback: Feedback | None = None
    """How much a failed test tells; None leaves it to the kata."""
    diagnosis_seconds: float = DIAGNOSIS_SECONDS
    """Seconds that a diagnosis may take; with 0 there is none."""
    prepares_only: bool = False
    """Whether nothing is graded, and no answer wanted: the judge finds out what later diagnoses will need."""


class JudgeRequest(msgspec.Struct, kw_only=True, tag="judge"):
    """Which judge a client wants to speak to: a kata, and what its workers need."""

    folder: str
    reference_folder: str
    pack: str
    preload: list[str]
    hidden: list[str]
    gpu: bool = False
    is_urgent: bool = True
    """Whether somebody waits for this grade at a terminal."""
    num_gpu_jobs: int = 1
    """For how many grades at a time the GPU has memory."""
    suspect_since: float = 0.0
    """When a grade began that the machinery failed, by `time.monotonic`: whatever was running then is replaced."""


class StatusRequest(msgspec.Struct, tag="status"):
    """Asks a service how it is."""


class StopRequest(msgspec.Struct, tag="stop"):
    """Tells a service to end, with its zygotes, judges and grades."""


class ServiceStatus(msgspec.Struct):
    """How a service is: its process, the seconds since its start, and what it keeps ready."""

    pid: int
    seconds: float
    katas: list[str]


class Introduction(msgspec.Struct):
    """What a service tells a judge with each client that it passes on."""

    zygotes_are_ready: bool


class Queued(msgspec.Struct, tag="queued"):
    """What a client hears now and then while it waits its turn."""


class DrawnPicture(msgspec.Struct):
    """A picture as a file's content."""

    name: str
    content: bytes


class Verdict(msgspec.Struct, tag="verdict"):
    """A finished grade: the result as JSON, and its pictures."""

    result: bytes
    pictures: list[DrawnPicture] = []


class GradeFailure(msgspec.Struct, tag="failure"):
    """A grade that could not be finished, and whose fault that is."""

    kind: str
    message: str


Response = Verdict | GradeFailure | Queued


def encode(packet: msgspec.Struct) -> bytes:
    """Encodes a packet that is sent as one."""
    return msgspec.msgpack.encode(packet)


def send(sock: socket.socket, packet: Any) -> None:
    """Sends one packet over a stream."""
    content = msgspec.msgpack.encode(packet)
    sock.sendall(_LENGTH.pack(len(content)) + content)


def receive(sock: socket.socket, kind: type[T]) -> T | None:
    """Reads one packet from a stream; None means that the other side is gone.

    Raises:
        EngineError: what has come is no such packet.
    """
    prefix = _read(sock, _LENGTH.size)
    content = _read(sock, _LENGTH.unpack(prefix)[0]) if prefix else None
    try:
        return msgspec.msgpack.decode(content, type=kind) if content else None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise EngineError(
            f"The grader's programs do not understand each other ({error}); run the command again."
        ) from error


def _read(sock: socket.socket, count: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < count:
        try:
            chunk = sock.recv(min(count - len(chunks), 2**20))
        except OSError:
            return None
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)
