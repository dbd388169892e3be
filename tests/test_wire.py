"""The wire: what may cross it, and that nothing else does."""

from __future__ import annotations

import contextlib
import gc
import socket
import struct
import threading
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from grader.protocol import frames
from grader.protocol import wire


def frame(value: object, **fields: object) -> tuple[bytes, bytearray]:
    """Returns header and body of a message with this value."""
    buffers = wire.encode(wire.Message("value", 7, value=value, **fields), wire.refuse)  # type: ignore[arg-type]
    return bytes(buffers[0])[16:], bytearray(b"".join(bytes(buffer) for buffer in buffers[1:]))


def round_trip(value: object) -> object:
    return wire.decode(*frame(value), wire.refuse).value


def hostile(value: object, body: bytes = b"") -> wire.Message:
    """Decodes a header that `encode` would never have made."""
    return wire.decode(msgspec.msgpack.encode(["value", 7, 0, "", value, None]), bytearray(body), wire.refuse)


def array_header(dtype: str, shape: list[int]) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(1, msgspec.msgpack.encode((dtype, shape)))


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(2**63), 2**64 - 1, 0.5, "text", b"bytes", [], (1, (2.0, "x")), {"a": [1, {"b": ()}]}],
)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    arrived = round_trip(value)
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 1)])
def test_arrays_arrive_as_they_were(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape) % 2, dtype=dtype)
    arrived = round_trip({"array": array})["array"]  # type: ignore[index]
    assert type(arrived) is np.ndarray
    assert (arrived.dtype, arrived.shape, arrived.tolist()) == (array.dtype, array.shape, array.tolist())


def test_arrays_in_odd_memory_layouts_arrive_as_they_were() -> None:
    base = np.arange(24.0).reshape(2, 3, 4)
    for array in (base[:, ::-1, ::2], base.T, base.astype(">f8")):
        assert np.array_equal(round_trip(array), array)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [2**64, {1: 2}, {1, 2}, object(), np.array([object()]), np.array(["text"]), np.zeros((1,) * 9), 1j, lambda: 0],
)
def test_what_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(wire.NotPlainError):
        round_trip(value)


@pytest.mark.parametrize("value", [np.complex64(1j), "\ud800", {"\ud800": 1}, ("a\udfff",)])
def test_what_the_encoder_does_not_know_is_refused(value: object) -> None:
    with pytest.raises(wire.NotPlainError):
        round_trip(value)


def test_self_referential_list_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(wire.NotPlainError, match="levels deep"):
        round_trip(endless)


@pytest.mark.parametrize("dtype", ["object", "V8", "<U4", "datetime64[s]", "float128", "float8", ""])
def test_other_dtypes_are_refused(dtype: str) -> None:
    with pytest.raises(wire.WireError):
        hostile(array_header(dtype, [1]), b"\0" * 16)


@pytest.mark.parametrize("shape", [[-1], [2**40], [2**62, 4], [3], [1] * 9 + [2]])
def test_lying_shapes_are_refused(shape: list[int]) -> None:
    with pytest.raises(wire.WireError):
        hostile(array_header("float64", shape), b"\0" * 16)


@pytest.mark.parametrize(
    ("shape", "expected"), [([4], [False, True, True, True]), ([2, 2], [[False, True], [True, True]])]
)
def test_truth_is_one_bit(shape: list[int], expected: list[object]) -> None:
    flags = hostile(array_header("bool", shape), b"\0\1\2\xff").value
    assert (flags.dtype, flags.tolist()) == (np.dtype(bool), expected)
    assert hostile(array_header("bool", []), b"\2").value.tobytes() == b"\1"


def test_place_of_a_shared_array_is_for_the_judge_to_name() -> None:
    place = msgspec.msgpack.Ext(5, msgspec.msgpack.encode(["float64", [2], 0]))
    with pytest.raises(wire.WireError):
        wire.decode(msgspec.msgpack.encode(wire.Message("value", 1, value=place)), bytearray(), wire.refuse)


def test_bytes_that_belong_to_no_array_are_refused() -> None:
    with pytest.raises(wire.WireError, match="belong to no array"):
        hostile(None, b"\0")


def test_deep_nesting_is_refused() -> None:
    nested: object = 0
    for _ in range(wire.MAX_DEPTH + 2):
        nested = [nested]
    with pytest.raises(wire.WireError):
        hostile(nested)
    tuples = msgspec.msgpack.encode([])
    for _ in range(wire.MAX_DEPTH + 2):
        tuples = msgspec.msgpack.encode([msgspec.msgpack.Ext(2, tuples)])
    with pytest.raises(wire.WireError):
        hostile(msgspec.msgpack.Ext(2, tuples))


@pytest.mark.parametrize(
    ("code", "content", "most"),
    [(1, ("bool", [0]), wire.MAX_ARRAYS), (2, [], wire.MAX_ENTRIES), (3, (1, ""), wire.MAX_ENTRIES)],
)
def test_extensions_are_counted_while_they_are_decoded(code: int, content: object, most: int) -> None:
    num_restored = 0

    def restore(value: object) -> object:
        nonlocal num_restored
        num_restored += 1
        return value

    def decode(count: int) -> list[object]:
        message = ["value", 7, 0, "", [msgspec.msgpack.Ext(code, msgspec.msgpack.encode(content))] * count, None]
        return wire.decode(msgspec.msgpack.encode(message), bytearray(), restore).value  # type: ignore[no-any-return]

    assert len(decode(most)) == most
    num_restored = 0
    with pytest.raises(wire.WireError, match="too many entries"):
        decode(2 * most)
    assert num_restored <= most + 1


@pytest.mark.parametrize("is_enabled", [True, False])
@pytest.mark.parametrize("value", [b"\x91" * 10 + b"\x90", b"\xc1"])
def test_garbage_is_not_collected_while_a_tree_is_built(value: bytes, *, is_enabled: bool) -> None:
    seen = []

    def restore(handle: object) -> object:
        seen.append(gc.isenabled())
        return handle

    (gc.enable if is_enabled else gc.disable)()
    try:
        with contextlib.suppress(wire.WireError):
            wire.decode(
                b"\x96\xa5value\x07\x00\xa0\x92\xc7\x03\x03\x92\x01\xa0" + value + b"\xc0", bytearray(), restore
            )
        assert (seen, gc.isenabled()) == ([False], is_enabled)
    finally:
        gc.enable()


@pytest.mark.parametrize("value", [{1: 2}, msgspec.msgpack.Ext(99, b""), {"nested": [{None: 1}]}])
def test_other_structures_are_refused(value: object) -> None:
    with pytest.raises(wire.WireError):
        hostile(value)


@pytest.mark.parametrize("key", [b"\x80", b"\xd4\x01\x90", b"\xc7\x08\x01\x92\xa4bool\x91\x00"])
def test_keys_that_cannot_be_keys_are_refused(key: bytes) -> None:
    with pytest.raises(wire.WireError):  # Older versions of msgspec raise TypeError.
        wire.decode(b"\x96\xa5value\x07\x00\xa0\x81" + key + b"\x01\xc0", bytearray(), wire.refuse)


def test_dates_are_refused() -> None:
    with pytest.raises(wire.WireError):
        hostile(msgspec.msgpack.Ext(-1, struct.pack(">I", 0)))


def test_random_bytes_raise_wire_errors_only() -> None:
    rng = np.random.default_rng(0)
    header, body = frame({"a": [1, (2.5, "x"), np.arange(6.0).reshape(2, 3)], "b": None})
    for _ in range(5000):
        damaged = bytearray(header)
        for position in rng.integers(len(damaged), size=rng.integers(1, 4)):
            damaged[position] = rng.integers(256)
        try:
            message = wire.decode(bytes(damaged), bytearray(body), wire.refuse)
        except wire.WireError:
            continue
        assert isinstance(message, wire.Message)


@pytest.fixture
def ends() -> Iterator[tuple[frames.FrameSocket, socket.socket]]:
    """The judge's connection, and the bare socket of a worker that may send anything."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield frames.FrameSocket(ours), theirs


def soon() -> frames.Deadline:
    return frames.WallDeadline(5)


Ends = tuple[frames.FrameSocket, socket.socket]


def test_long_headers_are_refused_before_they_are_read(ends: Ends) -> None:
    ends[1].sendall(struct.pack("<QQ", wire.MAX_HEADER_BYTES + 1, 0))
    with pytest.raises(wire.WireError):
        ends[0].receive(soon(), wire.refuse)


def test_long_bodies_are_refused_before_they_are_read(ends: Ends) -> None:
    ends[1].sendall(struct.pack("<QQ", 1, 2**62))
    with pytest.raises(wire.WireError):
        ends[0].receive(soon(), wire.refuse)


def test_deadline_holds_even_when_bytes_drip(ends: Ends) -> None:
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.02):
            ends[1].send(struct.pack("<B", 0))

    ends[1].sendall(struct.pack("<QQ", 1000, 0))
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(frames.DeadlineExceeded):
            ends[0].receive(frames.WallDeadline(0.3), wire.refuse)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("how", ["close", "reset"])
def test_end_of_the_other_side_is_noticed(ends: Ends, how: str) -> None:
    if how == "reset":
        ends[0].socket.send(b"never read, so the kernel resets the connection")
    ends[1].close()
    with pytest.raises(frames.ConnectionLost):
        ends[0].receive(soon(), wire.refuse)
