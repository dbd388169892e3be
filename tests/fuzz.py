"""Tries frames on the wire that no worker of ours would send: `python tests/fuzz.py [NUMBER] [--seed SEED]`.

What a worker may send is made here of a `random.Random`, by kinds; `test_fuzz.py` draws from the same kinds with hypothesis. A
frame may be refused in the ways that the code names, and in no other: else it is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import math
import os
import queue
import resource
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import msgspec
import numpy as np

from grader.errors import EngineError
from grader.errors import PackError
from grader.errors import SubmissionRaised
from grader.errors import SubmissionStopped
from grader.judge import process
from grader.judge.code import Code
from grader.judge.code import CodeProxy
from grader.judge.deadline import OwnTimeDeadline
from grader.judge.process import WorkerProcess
from grader.judge.proxy import ObjectProxy
from grader.judge.usage import own_usage
from grader.protocol import channel
from grader.protocol import frames
from grader.protocol import messages
from grader.protocol import shared
from grader.protocol import wire
from grader.protocol.limits import Limits

LARGEST_PEAK_MB = 768
"""What the judge may need at most besides: tiny objects cost it up to 90 bytes for each byte of a header."""

LIMITS = Limits(call_seconds=0.1, wall_seconds=3600.0, output_kb=16, reply_mb=1)
SLACK_SECONDS = 1.0
"""How much longer than its deadline an exchange may take, with the decoding of what has arrived."""

Frame = tuple[bytes, bytes]
pack = msgspec.msgpack.encode


# What is right.


def restore(value: Any) -> Any:
    """Does what the judge does with objects that stay in the worker, but keeps their handles."""
    if isinstance(value, wire.Handle) and value.number >= 0:
        return value
    raise wire.WireError("a function of the worker's own making")


def text(random: Random) -> str:
    return "".join(random.choices("aé\0\n\u202e\U0001f600", k=random.choice((0, 1, 3, 40))))


def array(random: Random) -> np.ndarray[Any, Any]:
    shape = random.choices((0, 1, 2, 3), k=random.choice((0, 1, 1, 2, 3, 8)))
    dtype = np.dtype(random.choice(sorted(wire.DTYPES)))
    content = random.randbytes(math.prod(shape) * dtype.itemsize)
    if dtype.kind == "b":
        return np.array([byte % 2 for byte in content], dtype).reshape(shape)
    return np.frombuffer(content, dtype).reshape(shape)


def plain(random: Random, depth: int = 0) -> Any:
    """Makes a plain value."""
    simple: list[Callable[[], Any]] = [
        lambda: random.choice((None, True, False, 0, -1, 2**63, 2**64 - 1, -(2**63), 0.0, -0.0, math.inf, math.nan)),
        lambda: random.getrandbits(random.choice((1, 8, 32, 63))),
        random.random,
        lambda: text(random),
        lambda: random.randbytes(random.choice((0, 1, 40))),
        lambda: array(random),
        lambda: wire.Handle(random.getrandbits(8), text(random)),
    ]
    if depth > 4 or random.random() < 0.5:
        return random.choice(simple)()
    entries = [plain(random, depth + 1) for _ in range(random.choice((0, 1, 2, 4)))]
    how = random.choice((list, tuple, dict))
    return {f"{number}{text(random)}": entry for number, entry in enumerate(entries)} if how is dict else how(entries)


def frame_of(value: Any, **fields: Any) -> Frame:
    buffers = wire.encode(wire.Message(**{"kind": "value", "nonce": 7, **fields}, value=value), wire.refuse)
    return bytes(buffers[0])[16:], b"".join(bytes(buffer) for buffer in buffers[1:])


def right(random: Random) -> Frame:
    return frame_of(plain(random))


# What is wrong.


def extension(code: int, content: bytes) -> bytes:
    return b"\xc9" + struct.pack(">IB", len(content), code % 256) + content


def header_of(value: bytes, kind: bytes = b"\xa5value") -> bytes:
    """Returns a header whose value is given as bytes, well-formed or not."""
    return b"\x96" + kind + b"\x07\x00\xa0" + value + b"\xc0"


def altered(content: bytes, random: Random) -> bytes:
    """Does some of what may happen to bytes: others, fewer, more, twice, in another order."""
    damaged = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8))):
        first, last = sorted((random.randrange(len(damaged) + 1), random.randrange(len(damaged) + 1)))
        how = random.randrange(5)
        if how == 0 and damaged:
            damaged[random.randrange(len(damaged))] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
        elif how == 1:
            del damaged[first : min(last, first + 8)]
        elif how == 2:
            damaged[first:first] = random.randbytes(random.choice((1, 2, 9)))
        elif how == 3:
            damaged[first:first] = damaged[first : min(last, first + 200)]
        else:
            damaged = damaged[last:] + damaged[:last]
    return bytes(damaged)


def altered_header(random: Random) -> Frame:
    header, body = right(random)
    return altered(header, random), body


def altered_body(random: Random) -> Frame:
    header, body = frame_of([array(random), plain(random), array(random)])
    return header, altered(body, random)


def truncated(random: Random) -> Frame:
    header, body = right(random)
    return header[: random.randrange(len(header))], body


def noise(random: Random) -> Frame:
    return random.randbytes(random.choice((0, 1, 16, 100))), random.randbytes(random.choice((0, 0, 8)))


def noisy_value(random: Random) -> Frame:
    return header_of(random.randbytes(random.choice((0, 1, 4, 20)))), random.randbytes(random.choice((0, 0, 8)))


def lying_array(random: Random) -> Frame:
    odd = (
        "object",
        "V8",
        "<U4",
        "datetime64[s]",
        "float128",
        "bfloat16",
        "",
        "float64\0",
        "é",
        "int",
        "O" * 1000,
        7,
        None,
    )
    dtype = random.choice((*odd, *sorted(wire.DTYPES)))
    axes = (0, 1, 2, 3, -1, -(2**63), 2**31, 2**62, 2**63, 2**64 - 1, 1.0, "2", None)
    shape = random.choices(axes if random.random() < 0.5 else axes[:4], k=random.choice((0, 1, 2, 8, 9, 60)))
    return header_of(extension(1, pack((dtype, shape)))), random.randbytes(random.choice((0, 1, 8, 64)))


def lying_count(random: Random) -> Frame:
    """Announces more, or less, than there is."""
    count = random.choice((0, 1, 2**16, 2**31, 2**32 - 1, random.getrandbits(32)))
    code = random.choice((0xDD, 0xDF, 0xDB, 0xC6, 0xC9))
    tail = bytes([random.choice((1, 2, 3, 4, 5, 255))]) if code == 0xC9 else b""
    value = bytes([code]) + struct.pack(">I", count) + tail + pack(plain_without_arrays(random))
    if random.random() < 0.3:
        value = extension(random.choice((1, 2, 3, 4, 5)), value)
    return header_of(value), b""


def plain_without_arrays(random: Random) -> Any:
    return random.choice((None, 1, [1, 2], {"a": [1]}, "text", 0.5))


def deep(random: Random) -> Frame:
    """Nests lists, dicts and tuples, each alone or all in turn."""
    value, kinds = b"\x90", random.choice(((0,), (1,), (2,), (0, 1, 2)))
    for _ in range(random.choice((1, 15, 16, 17, 18, 100, 1000, 3000))):
        kind = random.choice(kinds)
        value = b"\x91" + value if kind == 0 else b"\x81\xa1a" + value if kind == 1 else extension(2, b"\x91" + value)
    return header_of(value), b""


def not_utf8(random: Random) -> Frame:
    bad = random.choice((b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"a\x80"))
    string = bytes([0xA0 + len(bad)]) + bad
    where = random.randrange(5)
    if where == 0:
        return header_of(b"\xc0", kind=string), b""
    if where == 1:
        return header_of(b"\x81" + string + b"\x01"), b""
    if where == 2:
        return header_of(extension(1, b"\x92" + string + b"\x91\x01")), b"\0" * 8
    if where == 3:
        return header_of(extension(3, b"\x92\x01" + string)), b""
    return header_of(string), b""


def odd_key(random: Random) -> Frame:
    key = random.choice((pack(1), pack(None), pack([1]), b"\x80", pack(b"a"), pack(0.5)))
    if random.random() < 0.5:
        key = extension(random.choice((1, 2, 3)), pack(random.choice((("bool", [0]), [1], (1, "x"), [[]]))))
    return header_of(b"\x81" + key + b"\x01"), b""


def odd_extension(random: Random) -> Frame:
    """Tuples, handles, callbacks, shared arrays, timestamps and unknown codes, with contents that are not theirs."""
    odd = (
        1,
        -1,
        2**64 - 1,
        -(2**63),
        "x",
        None,
        [],
        (1, "x"),
        (-1, "x"),
        (2**64 - 1, "x"),
        (1.0, 2),
        ["float64", [2], 0],
    )
    content = random.choice((pack(random.choice(odd)), pack(plain_without_arrays(random)), random.randbytes(12)))
    return header_of(extension(random.choice((2, 3, 4, 5, 255, 0, 6, 99)), content)), b""


def wrong_message(random: Random) -> Frame:
    """A message with fields too few, too many, or of another type."""
    fields = ["value", 7, 0, "", None, None]
    fields[random.randrange(6)] = random.choice((None, -1, 2**64 - 1, 0.5, "text", [1], {"a": 1}, True, b"x"))
    fields = [*fields, 1, 2][: random.choice((0, 1, 2, 5, 6, 6, 6, 7, 8))]
    return pack(random.choice((fields, fields, fields, {"kind": "value"}, "text", None))), b""


def many_tiny(random: Random) -> Frame:
    """As many objects as a header holds: 4 MiB of empty lists, of tuples in extensions, of arrays without entries."""
    return many(random.choice(TINY))


def many(tiny: bytes) -> Frame:
    """Fills a header with one object."""
    count = (wire.MAX_HEADER_BYTES - 64) // len(tiny)
    return header_of(b"\xdd" + struct.pack(">I", count) + tiny * count), b""


TINY = (
    b"\x90",
    b"\x80",
    b"\xc0",
    b"\x91\x90",
    b"\x81\xa0\x80",
    b"\xa1\xff",
    b"\xd4\x02\x90",
    extension(3, pack((1, ""))),
    extension(1, pack(("bool", [0]))),
    extension(2, extension(2, b"\x90")),
    extension(2, b"\x91\xd4\x02\x90"),
)


def impossible_array(random: Random) -> Frame:
    """An array that fits its bytes, but has an axis that is negative, axes too many, or a dtype that is not on the list."""
    dtype, shape, size = "uint8", [4], 4
    how = random.randrange(3)
    if how == 0:
        shape = random.choice(([-1], [-4], [-2, -2], [2, -1], [-1, 4]))
    elif how == 1:
        shape = [1] * random.choice((9, 20, 64)) + [4]
    else:
        dtype, size = random.choice(
            (("V1", 4), ("S1", 4), ("<U1", 16), ("datetime64[s]", 32), ("object", 32), ("longdouble", 64))
        )
    return header_of(extension(1, pack((dtype, shape)))), bytes(size)


def bytes_of_no_array(random: Random) -> Frame:
    header, body = right(random)
    return header, body + bytes(random.choice((1, 8, 1000)))


FRAMES: dict[str, Callable[[Random], Frame]] = {
    "right": right,
    "altered header": altered_header,
    "altered body": altered_body,
    "truncated": truncated,
    "noise": noise,
    "noise as the value": noisy_value,
    "array with a lying shape or dtype": lying_array,
    "lying count": lying_count,
    "deep nesting": deep,
    "strings that are not UTF-8": not_utf8,
    "odd keys of dicts": odd_key,
    "odd extensions": odd_extension,
    "fields of another message": wrong_message,
    "array that cannot be": impossible_array,
    "bytes of no array": bytes_of_no_array,
}
NEVER_A_VALUE = {
    "noise",
    "strings that are not UTF-8",
    "odd keys of dicts",
    "array that cannot be",
    "bytes of no array",
}


class Fault(AssertionError):
    """What should not have happened."""


def same(one: Any, other: Any) -> bool:
    """Says whether two plain values are the same to the bit, types included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return struct.pack("<d", one) == struct.pack("<d", other) if isinstance(one, float) else bool(one == other)


def check_plain(value: Any, depth: int = 0) -> None:
    """Raises Fault where a value is not what may cross the wire."""
    if depth > wire.MAX_DEPTH:
        raise Fault("too deep")
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray or value.dtype.name not in wire.DTYPES or value.ndim > wire.MAX_RANK:
            raise Fault(f"an array of dtype {value.dtype} and shape {value.shape}")
        if value.dtype == bool and not set(value.tobytes()) <= {0, 1}:
            raise Fault("a bool that is neither true nor false")
    elif type(value) is dict:
        for key, entry in value.items():
            check_plain(key, depth + 1)
            check_plain(entry, depth + 1)
            if type(key) is not str:
                raise Fault(f"a key {key!r}")
    elif type(value) in (list, tuple):
        for entry in value:
            check_plain(entry, depth + 1)
    elif type(value) not in (bool, int, float, str, bytes, type(None), wire.Handle):
        raise Fault(f"a {type(value)}")


def try_frame(header: bytes, body: bytes, kind: str = "") -> str:
    """Decodes a frame: what comes is plain and could have been sent, or it is a WireError."""
    start, waited = time.monotonic(), own_usage()[1]
    try:
        message = wire.decode(header, bytearray(body), restore)
    except wire.WireError:
        return "refused"
    finally:
        _check_seconds("decoding", start, waited, 0)
    check_plain(message.value)
    if kind in NEVER_A_VALUE:
        raise Fault(f"{message.value!r} should have been refused")
    again = wire.encode(message, wire.refuse)
    rest = b"".join(bytes(buffer) for buffer in again[1:])
    if not same(wire.decode(bytes(again[0])[16:], bytearray(rest), restore).value, message.value):
        raise Fault(f"{message.value!r} has not stayed what it was")
    return "a value"


def _check_seconds(what: str, start: float, waited: float, limit: float) -> None:
    """Raises Fault where something took longer than it may; waiting for a processor does not count."""
    seconds = time.monotonic() - start - (own_usage()[1] - waited)
    if seconds > limit + SLACK_SECONDS:
        raise TookTooLong(f"{what} took {seconds:.2f} s")


class TookTooLong(Fault):
    """Something took longer than its deadline and a second."""


# Streams.


def stream(random: Random) -> bytes:
    """Makes a frame with its prefix, and damages it: lengths that lie, and an end before the end."""
    header, body = FRAMES[random.choice(list(FRAMES))](random)
    lengths = [len(header), len(body)]
    if random.random() < 0.5:
        odd = (0, 1, wire.MAX_HEADER_BYTES, wire.MAX_HEADER_BYTES + 1, wire.MAX_BODY_BYTES, 2**40, 2**63, 2**64 - 1)
        lengths[random.randrange(2)] = random.choice((*odd, len(header) + 1, max(0, len(body) - 1)))
    content = struct.pack("<QQ", *lengths) + header + body
    return content[: random.randrange(len(content) + 1)] if random.random() < 0.4 else content


def try_stream(content: bytes, *, closes: bool) -> str:
    """Has a frame read from a socket, whose other end stays open or not."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        if closes:
            theirs.close()
        start, waited = time.monotonic(), own_usage()[1]
        try:
            frames.FrameSocket(ours).receive(frames.WallDeadline(0.01), restore, max_bytes=2**20)
        except (wire.WireError, frames.ConnectionLost, frames.DeadlineExceeded) as error:
            return type(error).__name__
        finally:
            _check_seconds("a stream", start, waited, 0.01)
    return "a value"


PACKETS: list[tuple[Any, Any]] = [
    (channel.GradeRequest, channel.GradeRequest(source=b"x = 1", seed=2**63, deferred=["test_a"], feedback="none")),
    (channel.Response, channel.Verdict(b'{"kata": "perceptron"}', [channel.DrawnPicture("a.png", b"\x89PNG")])),
    (channel.Response, channel.GradeFailure("PackError", "kata.toml: é")),
    (channel.Response, channel.Queued()),
    (channel.ServiceStatus, channel.ServiceStatus(1, 2.5, ["perceptron"])),
]


def packet(random: Random) -> tuple[Any, bytes]:
    """Makes a packet between the grader's own programs, and damages it."""
    kind, right_packet = random.choice(PACKETS)
    content = channel.encode(right_packet)
    length = len(content)
    how = random.randrange(4)
    if how == 1:
        content = altered(content, random)
        length = len(content)
    elif how == 2:
        length = random.choice((0, 1, length - 1, length + 1, 2**31, 2**63, 2**64 - 1))
    elif how == 3:
        content = deep(random)[0]
        length = len(content)
    whole = struct.pack("<Q", length) + content
    return kind, whole[: random.randrange(len(whole) + 1)] if random.random() < 0.3 else whole


def try_packet(kind: Any, content: bytes) -> str:
    """Has a packet read whose sender then is gone."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.close()
        try:
            received = channel.receive(ours, kind)
        except EngineError:
            return "EngineError"
        return "gone" if received is None else "a packet"


# Exchanges with a whole worker.


class Ended(Exception):
    """The judge has let go of the fake worker."""


@dataclasses.dataclass
class FakeWorker:
    """The worker's end of everything, and how often it has answered."""

    socket: socket.socket
    output: int
    random: Random
    manner: str
    has_lied: bool = False
    """Whether it has sent what the judge must not take for a reply."""

    def run(self) -> None:
        """Answers each message of the judge in its manner until the judge lets go."""
        with contextlib.suppress(Ended, OSError), self.socket:
            self.send(frame_of(["nothing"], kind="ready", nonce=0))
            while True:
                kind, nonce = self.read_question()
                if kind.startswith("load") and self.random.random() < 0.8:
                    self.reply(nonce)  # Else few would come as far as a call.
                else:
                    MANNERS[self.manner](self, nonce)

    def read_question(self) -> tuple[str, int]:
        """Reads a message of the judge, as far as it has to be understood: its kind and its nonce."""
        header_bytes, body_bytes = struct.unpack("<QQ", self.read(16))
        kind, nonce, *_ = msgspec.msgpack.decode(self.read(header_bytes))
        self.read(body_bytes)
        return kind, nonce

    def read(self, count: int) -> bytes:
        content = bytearray()
        while len(content) < count:
            chunk = self.socket.recv(count - len(content))
            if not chunk:
                raise Ended
            content += chunk
        return bytes(content)

    def send(self, frame: Frame) -> None:
        header, body = frame
        self.socket.sendall(struct.pack("<QQ", len(header), len(body)) + header + body)

    def reply(self, nonce: int, value: Any = None, kind: str = "value") -> None:
        self.send(frame_of(value, kind=kind, nonce=nonce))


def reply_wildly(worker: FakeWorker, nonce: int) -> None:
    """Answers the first question rightly now and then, and then with any frame."""
    if worker.random.random() < 0.3:
        return worker.reply(nonce, plain(worker.random))
    header, body = FRAMES[worker.random.choice(list(FRAMES))](worker.random)
    return worker.send((header.replace(*as_reply_to(nonce)), body))


def reply_with_a_stream(worker: FakeWorker, nonce: int) -> None:
    """Sends lengths that lie, and hangs up before the end or not."""
    worker.socket.sendall(stream(worker.random))
    if worker.random.random() < 0.8:
        raise Ended


def reply_twice(worker: FakeWorker, nonce: int) -> None:
    worker.reply(nonce, plain(worker.random))
    worker.reply(nonce, plain(worker.random))


def reply_out_of_order(worker: FakeWorker, nonce: int) -> None:
    """Sends the reply to the next question first, or to the last one again."""
    sent = worker.random.choice((nonce + 1, nonce - 1, 0, 2**64 - 1, nonce)) % 2**64
    worker.has_lied |= sent != nonce
    worker.reply(sent)


def reply_with_handles(worker: FakeWorker, nonce: int) -> None:
    """Sends handles of objects that cannot be, and what is the judge's alone to send."""
    odd = [(3, (-1, "x")), (3, (-(2**63), "")), (4, (1, "f")), (5, ("float64", [2], 0)), (5, ("uint8", [2**24], 0))]
    code, content = worker.random.choice(odd)
    worker.has_lied = True
    value = extension(code, pack(content))
    worker.send(
        (header_of(worker.random.choice((b"", b"\x91", b"\x81\xa1a")) + value).replace(*as_reply_to(nonce)), b"")
    )


def as_reply_to(nonce: int) -> tuple[bytes, bytes, int]:
    """Says what to replace in a header of `FRAMES`, which holds a 7 for a nonce, lest it be refused for that alone."""
    return b"\x07", b"\xcf" + struct.pack(">Q", nonce), 1


def reply_unasked(worker: FakeWorker, nonce: int) -> None:
    worker.reply(nonce, 1)
    worker.socket.sendall(worker.random.randbytes(worker.random.choice((1, 16, 500))))


def reply_in_drips(worker: FakeWorker, nonce: int) -> None:
    """Sends one byte at a time, for longer than a call may take."""
    header, body = frame_of([0.5] * 50, nonce=nonce)
    for byte in struct.pack("<QQ", len(header), len(body)) + header + body:
        worker.socket.sendall(bytes([byte]))
        time.sleep(0.001)


def never_reply(worker: FakeWorker, nonce: int) -> None:
    worker.read(1)


def hang_up(worker: FakeWorker, nonce: int) -> None:
    worker.socket.sendall(struct.pack("<QQ", 100, 8)[: worker.random.randrange(17)])
    raise Ended


def flood_with_callbacks(worker: FakeWorker, nonce: int) -> None:
    """Calls the judge's functions without waiting for an answer, with arguments of all kinds, then replies."""
    for _ in range(worker.random.choice((1, 10, 100))):
        arguments = worker.random.choice(([[plain(worker.random)], {}], [[], {"text": 1}], [["\0" * 2**20], {}]))
        target = 1
        if worker.random.random() < 0.02:
            arguments, target = plain(worker.random), worker.random.choice((1, 2, 0, 2**64 - 1))
            worker.has_lied |= target not in (1, 2)
        worker.send(frame_of(arguments, kind="callback", nonce=nonce, target=target, name=text(worker.random)))
        if worker.random.random() < 0.9:
            worker.read_question()
    worker.reply(nonce)


def call_back_without_end(worker: FakeWorker, nonce: int) -> None:
    while True:
        worker.send(frame_of([[np.zeros(1000)], {}], kind="callback", nonce=nonce, target=1, name="f"))
        worker.read_question()


def raise_oddly(worker: FakeWorker, nonce: int) -> None:
    """Replies with exceptions that are none, or that are huge."""
    random = worker.random
    odd: list[Any] = [None, "text", {}, {"type_name": "E", "text": "x", "lines": [2**64 - 1] * 3}]
    odd += [
        {"type_name": "E", "text": plain(random), "lines": []},
        {"type_name": "E" * 10_000, "text": "", "lines": []},
    ]
    worker.reply(
        nonce, random.choice([*odd, plain(random)]), random.choice(("raised", "raised", "not_plain", text(random)))
    )


def print_without_end(worker: FakeWorker, nonce: int) -> None:
    worker.has_lied = True
    for _ in range(8):
        os.write(worker.output, b"\xff" * 4096)
    worker.reply(nonce)


def reply_with_arrays(worker: FakeWorker, nonce: int) -> None:
    """Sends as large a body as is accepted, or one byte more."""
    count = LIMITS.reply_mb * 2**20 + worker.random.choice((-1, 0, 1))
    worker.has_lied |= count > LIMITS.reply_mb * 2**20
    worker.reply(nonce, np.zeros(count, np.uint8))


def reply_with_tiny_objects(worker: FakeWorker, nonce: int) -> None:
    header, body = many_tiny(worker.random)
    worker.send((header.replace(*as_reply_to(nonce)), body))


def behave(worker: FakeWorker, nonce: int) -> None:
    """Answers as a worker should, with objects that stay there, iterators among them."""
    worker.reply(nonce, worker.random.choice((wire.Handle(2, "iterator"), [1], [plain(worker.random)], [])))


MANNERS: dict[str, Callable[[FakeWorker, int], None]] = {
    "any frame": reply_wildly,
    "lying lengths, cut streams": reply_with_a_stream,
    "repeated replies": reply_twice,
    "wrong nonces": reply_out_of_order,
    "odd handles": reply_with_handles,
    "unsolicited bytes": reply_unasked,
    "closed in the middle": hang_up,
    "callbacks in floods": flood_with_callbacks,
    "odd exceptions": raise_oddly,
    "too much output": print_without_end,
    "bodies at the limit": reply_with_arrays,
    "plausible replies": behave,
}
SLOW_MANNERS: dict[str, Callable[[FakeWorker, int], None]] = {
    "slow drips": reply_in_drips,
    "no reply": never_reply,
    "callbacks without end": call_back_without_end,
    "huge counts of tiny objects": reply_with_tiny_objects,
}
"""These last until the deadline, or need much memory."""
MANNERS |= SLOW_MANNERS


class FakeZygote:
    """A zygote whose workers are threads with a manner of their own."""

    def __init__(self) -> None:
        self.control, self._zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._tasks: queue.SimpleQueue[tuple[Random, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._shared = shared.make_descriptor()
        self.worker: FakeWorker | None = None
        """The last that was started."""

    def close(self) -> None:
        self._tasks.put(None)
        self._thread.join(timeout=5)  # Where a fault or the user has interrupted it, it may wait for ever.
        self.control.close()
        self._zygote_end.close()
        os.close(self._shared)

    def start(self, random: Random, manner: str) -> WorkerProcess:
        self._tasks.put((random, manner))
        return WorkerProcess(self.control, LIMITS)

    def _serve(self) -> None:
        while task := self._tasks.get():
            _, descriptors, _, _ = socket.recv_fds(self._zygote_end, messages.MAX_PACKET_BYTES, 1)
            with socket.socket(fileno=descriptors[0]) as status:
                theirs, ours = socket.socketpair()
                output, output_end = os.pipe()
                started = msgspec.msgpack.encode(messages.WorkerStarted(0))
                socket.send_fds(status, [started], [theirs.fileno(), output, self._shared])
                theirs.close()
                os.close(output)
                random, manner = task
                self.worker = FakeWorker(ours, output_end, random, manner)
                self.worker.run()
                os.close(output_end)
                ended = messages.WorkerEnded(random.choice((0, 1, -9, -11, -24, -34, -40, -64)), random.random() < 0.2)
                with contextlib.suppress(OSError):
                    status.send(msgspec.msgpack.encode(ended))


@contextlib.contextmanager
def fake_zygote() -> Iterator[FakeZygote]:
    zygote = FakeZygote()
    try:
        yield zygote
    finally:
        zygote.close()


class TimedProxy(CodeProxy):
    """Checks that each exchange ends in time."""

    def _request(self, worker: WorkerProcess, message: wire.Message) -> Any:
        start, waited = time.monotonic(), own_usage()[1]
        try:
            return super()._request(worker, message)
        finally:
            _check_seconds(f"{message.kind!r}", start, waited, LIMITS.call_seconds)


def call(proxy: CodeProxy) -> None:
    proxy.module.function(np.ones(3), name=(1, "two"))


def call_with_functions(proxy: CodeProxy) -> None:
    """Passes two functions; what the first returns has the size of what it gets."""
    proxy.module.function(lambda value: [value], len)


class TestFailed(Exception):
    """A function of a hidden test has raised."""


def fail(*_: object) -> None:
    raise TestFailed


def call_with_functions_that_fail(proxy: CodeProxy) -> None:
    """Passes functions that raise over odd arguments what `_answer_callback` knows, or what it does not."""
    proxy.module.function({}.__getitem__)
    proxy.module.function(fail)


def read_attributes(proxy: CodeProxy) -> None:
    made = proxy.module.function()
    if isinstance(made, ObjectProxy):
        str(made.attribute)
        made(made)


def iterate(proxy: CodeProxy) -> None:
    made = proxy.module.function()
    if isinstance(made, ObjectProxy):
        list(itertools.islice(made, 3))


def run_examples(proxy: CodeProxy) -> None:
    proxy.ask("run_examples", messages.SUBMISSION, value=">>> 1")


def ask_for_gpus(proxy: CodeProxy) -> None:
    proxy.worker().request(wire.Message("count_gpus", 0), deadline=OwnTimeDeadline(LIMITS.call_seconds))


STEPS = (call, call_with_functions, call_with_functions_that_fail, read_attributes, iterate, run_examples, ask_for_gpus)
"""What a hidden test does."""


def try_exchange(zygote: FakeZygote, manner: str, random: Random) -> str:
    """Lets a judge speak with a fake worker as a hidden test does; returns how that ended."""
    code = Code("kata", b"x = 1", Path("support.py"), random.choice((None, b"y = 1")))
    proxy = TimedProxy(code, LIMITS, lambda _: zygote.start(random, manner))
    proxy.begin_test(1)
    zygote.worker = None
    try:
        random.choice(STEPS)(proxy)
    except (SubmissionRaised, SubmissionStopped, PackError, TestFailed) as error:
        return type(error).__name__
    finally:
        for worker in proxy._workers:
            worker.kill()
    if zygote.worker and zygote.worker.has_lied:
        raise Fault("what the judge must not take was taken for a reply")
    return "a value"


# All together.


@dataclasses.dataclass
class Tried:
    """How many frames of which kind were tried, and what came of them."""

    outcomes: Counter[tuple[str, str, str]] = dataclasses.field(default_factory=Counter)
    num_faults: int = 0

    def note(self, what: str, kind: str, attempt: Callable[[], str], facts: Callable[[], str]) -> None:
        """Makes an attempt; whatever is raised that should not be is printed."""
        try:
            outcome = attempt()
        except Exception as error:
            self.num_faults += 1
            outcome = type(error).__name__.upper()
            if self.outcomes[what, kind, outcome] < 2:
                trace = traceback.extract_tb(error.__traceback__)[-1]
                print(
                    f"FAULT {what}, {kind}: {type(error).__name__}: {str(error)[:200]} ({trace.filename}:{trace.lineno})"
                )
                print(f"      {facts()[:400]}", flush=True)
        self.outcomes[what, kind, outcome] += 1

    def table(self) -> str:
        """Returns a line for each kind."""
        lines = []
        for what, kind in dict.fromkeys((what, kind) for what, kind, _ in self.outcomes):
            found = {outcome: count for (*key, outcome), count in self.outcomes.items() if key == [what, kind]}
            parts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(found.items()))
            lines.append(f"{what:9} {kind:34} {sum(found.values()):>9,}  {parts}")
        return "\n".join(lines)


def peak_mb() -> float:
    """Returns the most memory that this program has had, in MiB."""
    with contextlib.suppress(
        OSError
    ):  # What getrusage says holds on Linux for the program that has started this one, too.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def fuzz(tried: Tried, number: int, seed: int) -> None:
    """Tries so many frames: most go to the decoder, every sixteenth through a socket, every fiftieth through a whole judge."""
    kinds, manners = list(FRAMES), [manner for manner in MANNERS if manner not in SLOW_MANNERS]
    with fake_zygote() as zygote, mock.patch.object(process, "_STATUS_SECONDS", 0.05):
        for index in range(number):
            key = f"{seed}.{index}"
            random = Random(key)
            if index % 5000 == 0:
                manner = list(SLOW_MANNERS)[index // 5000 % len(SLOW_MANNERS)]
                tried.note("exchange", manner, lambda: try_exchange(zygote, manner, random), lambda: key)  # noqa: B023
            elif index % 5000 == 2500:
                frame = many(TINY[index // 5000 % len(TINY)])
                tried.note("frame", "huge counts of tiny objects", lambda: try_frame(*frame), lambda: key)  # noqa: B023
            elif index % 50 == 1:
                manner = random.choice(manners)
                tried.note("exchange", manner, lambda: try_exchange(zygote, manner, random), lambda: key)  # noqa: B023
            elif index % 16 == 2:
                content, closes = stream(random), random.random() < 0.95
                kind = "cut or lying" if closes else "cut or lying, and left open"
                tried.note("stream", kind, lambda: try_stream(content, closes=closes), content.hex)  # noqa: B023
            elif index % 16 == 3:
                kind, content = packet(random)
                name = getattr(kind, "__name__", "Response")
                tried.note("packet", name, lambda: try_packet(kind, content), content.hex)  # noqa: B023
            else:
                kind = random.choice(kinds)
                frame = FRAMES[kind](random)
                tried.note("frame", kind, lambda: try_frame(*frame, kind), lambda: f"{frame[0].hex()} {frame[1].hex()}")  # noqa: B023


def main(arguments: list[str] | None = None) -> int:
    """Tries frames, prints what came of them, and returns the exit code."""
    parser = argparse.ArgumentParser(description="Tries frames on the wire that no worker of ours would send.")
    parser.add_argument("number", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    before, start = peak_mb(), time.monotonic()
    tried = Tried()
    with contextlib.suppress(KeyboardInterrupt):  # What was tried until then counts.
        fuzz(tried, options.number, options.seed)
    print(tried.table())
    peak = peak_mb() - before
    print(
        f"{tried.outcomes.total():,} frames and exchanges in {time.monotonic() - start:.0f} s; {tried.num_faults} faults"
    )
    print(f"peak memory: {peak_mb():.0f} MiB, {peak:.0f} MiB more than at the start ({LARGEST_PEAK_MB} are allowed)")
    return int(tried.num_faults > 0 or peak > LARGEST_PEAK_MB)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
