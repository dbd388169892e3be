"""The wire between judge and worker: plain values in length-capped frames, never an object that could run code.

A frame is a 16-byte prefix (two little-endian uint64: bytes of the header, bytes of the body), a MessagePack header, and a
body that holds the arrays one after another, each in C order and little-endian. The reader believes nothing: it checks both
lengths before it reads, and every dtype, shape and depth before it builds a value.
"""

from __future__ import annotations

import gc
import math
import struct
import sys
from collections.abc import Callable
from typing import Any
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

MAX_HEADER_BYTES: Final = 4 * 2**20
MAX_BODY_BYTES: Final = 256 * 2**20
MAX_DEPTH: Final = 16
MAX_RANK: Final = 8
MAX_ARRAYS: Final = 10_000
MAX_ENTRIES: Final = 250_000
"""Entries of all lists, tuples and dicts of a message together: each costs the judge time wherever it is looked at."""
DTYPES: Final = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
)

PREFIX: Final = struct.Struct("<QQ")
_ARRAY, _TUPLE, _HANDLE, _CALLABLE, _SHARED = 1, 2, 3, 4, 5


class WireError(Exception):
    """What arrived is not a well-formed message; says which rule it breaks."""


class NotPlainError(Exception):
    """A value that cannot cross the wire; says what it is."""


class Message(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """One message, in either direction; unused fields keep their defaults."""

    kind: str
    nonce: int
    target: int = 0
    name: str = ""
    value: Any = None
    seed: int | None = None


class Handle(msgspec.Struct, array_like=True, frozen=True):
    """A name for an object that stays in the worker."""

    number: int
    type_name: str = ""


class Callback(msgspec.Struct, array_like=True, frozen=True):
    """A name for a function that stays in the judge."""

    number: int
    function_name: str = ""


class SharedArray(msgspec.Struct, array_like=True, frozen=True):
    """A place in the memory that judge and worker share; only the judge names one."""

    dtype: str
    shape: tuple[int, ...]
    offset: int


ValueHook = Callable[[Any], Any]
"""When encoding: turns a value that is not plain into a plainer one, a Handle or a Callback, or raises NotPlainError.
When decoding: turns a Handle, a Callback or a SharedArray into what stands for it on this side."""

Locate = Callable[[npt.NDArray[Any]], int | None]
"""Returns the offset of an array in the shared memory, or None if it lies elsewhere."""


def refuse(value: Any) -> Any:
    """The ValueHook that takes plain values only."""
    raise NotPlainError(f"a value of type {type(value).__name__}")


class _Encoder:
    """Collects the arrays of one message while its header is built."""

    def __init__(self, substitute: ValueHook, locate: Locate | None, max_entries: int) -> None:
        self.substitute = substitute
        self.locate = locate
        self.max_entries = max_entries
        self.arrays: list[npt.NDArray[Any]] = []
        self.num_entries = 0

    def plain(self, value: Any, depth: int = 0) -> Any:
        """Rebuilds `value` from types that MessagePack knows; arrays become references into the body."""
        if depth > MAX_DEPTH:
            raise NotPlainError(f"a value nested more than {MAX_DEPTH} levels deep")
        kind = type(value)
        if kind in (bool, float, str, bytes) or value is None:
            return value
        if kind is int:
            if not -(2**63) <= value < 2**64:
                raise NotPlainError("an integer that does not fit in 64 bits")
            return value
        if kind is np.ndarray and value.dtype.name in DTYPES:
            return self._array(value)
        if kind in (list, tuple, dict):
            return self._container(value, depth + 1)
        if isinstance(value, np.generic) and value.dtype.name in DTYPES and value.dtype.kind != "c":
            return value.item()
        if kind is Handle:
            return _extension(_HANDLE, value)
        if kind is Callback:
            return _extension(_CALLABLE, value)
        return self.plain(self.substitute(value), depth + 1)

    def _container(self, value: Any, depth: int) -> Any:
        self.num_entries += len(value)
        if self.num_entries > self.max_entries:
            raise NotPlainError(f"more than {self.max_entries} entries in lists (use an array)")
        if type(value) is dict:
            if not all(type(key) is str for key in value):
                raise NotPlainError("a dict whose keys are not all strings")
            return {key: self.plain(entry, depth) for key, entry in value.items()}
        entries = [self.plain(entry, depth) for entry in value]
        return entries if type(value) is list else _extension(_TUPLE, entries)

    def _array(self, array: npt.NDArray[Any]) -> msgspec.msgpack.Ext:
        if array.ndim > MAX_RANK:
            raise NotPlainError(f"an array with more than {MAX_RANK} axes")
        if len(self.arrays) == MAX_ARRAYS:
            raise NotPlainError(f"more than {MAX_ARRAYS} arrays in one value")
        offset = self.locate(array) if self.locate else None
        if offset is not None:
            return _extension(_SHARED, SharedArray(array.dtype.name, array.shape, offset))
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        self.arrays.append(little)
        return _extension(_ARRAY, (array.dtype.name, array.shape))


def _extension(code: int, content: object) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(code, msgspec.msgpack.encode(content))


def encode(
    message: Message, substitute: ValueHook, locate: Locate | None = None, max_entries: int = MAX_ENTRIES
) -> list[bytes | memoryview]:
    """Turns a message into the buffers of one frame.

    Args:
        message: what is sent.
        substitute: what to do with values that are not plain.
        locate: finds arrays in the shared memory, of which only the place is sent.
        max_entries: how many entries all lists, tuples and dicts may have together.

    Raises:
        NotPlainError: its value, or something inside, can neither cross nor be substituted.
    """
    encoder = _Encoder(substitute, locate, max_entries)
    try:
        header = msgspec.msgpack.encode(msgspec.structs.replace(message, value=encoder.plain(message.value)))
    except UnicodeEncodeError:
        raise NotPlainError("a string with half of a character") from None
    body = sum(array.nbytes for array in encoder.arrays)
    if len(header) > MAX_HEADER_BYTES:
        raise NotPlainError(f"more than {MAX_HEADER_BYTES} bytes of numbers, strings and lists (use an array)")
    if body > MAX_BODY_BYTES:
        raise NotPlainError(f"more than {MAX_BODY_BYTES} bytes of arrays")
    buffers = [array.reshape(-1).view(np.uint8).data for array in encoder.arrays if array.nbytes]
    return [PREFIX.pack(len(header), body) + header, *buffers]


def decode(header: bytes, body: bytearray, restore: ValueHook, max_entries: int = MAX_ENTRIES) -> Message:
    """Rebuilds a message from the bytes of one frame.

    Args:
        header: the MessagePack bytes.
        body: the arrays' bytes; the arrays of the result are views of it.
        restore: turns a Handle, a Callback or a SharedArray into what stands for it on this side.
        max_entries: how many entries all lists, tuples and dicts may have together.

    Raises:
        WireError: anything about the frame is not as `encode` would have made it.
    """
    position = num_arrays = 0
    room = max_entries + 1  # The value itself is no entry.

    def extension(code: int, data: memoryview) -> Any:
        nonlocal position, num_arrays, room
        room -= 1
        num_arrays += code == _ARRAY
        if room < 0 or num_arrays > MAX_ARRAYS:  # Each takes microseconds, and they are counted as entries too late.
            raise WireError("a value with too many entries in lists; return large values as arrays")
        if code == _ARRAY:
            name, shape = msgspec.msgpack.decode(data, type=tuple[str, tuple[int, ...]])
            if name not in DTYPES or len(shape) > MAX_RANK or any(axis < 0 for axis in shape):
                raise WireError(f"an array of dtype {name[:20]!r} and shape {shape[:MAX_RANK]}")
            # NumPy raises ValueError where the body is shorter than that.
            flat = np.frombuffer(body, np.dtype(name).newbyteorder("<"), math.prod(shape), position)
            position += flat.nbytes
            if name == "bool":  # NumPy does not say what it makes of bytes other than 0 and 1.
                flat = flat.view(np.uint8) != 0
            return flat.astype(np.dtype(name), copy=False).reshape(shape)
        if code == _TUPLE:
            return tuple(msgspec.msgpack.Decoder(list, ext_hook=extension).decode(data))
        if code == _HANDLE:
            return restore(msgspec.msgpack.decode(data, type=Handle))
        if code == _CALLABLE:
            return restore(msgspec.msgpack.decode(data, type=Callback))
        if code == _SHARED:
            return restore(msgspec.msgpack.decode(data, type=SharedArray))
        raise WireError(f"an extension of unknown code {code}")

    collects = gc.isenabled()
    gc.disable()  # A tree has no cycles, and to look for them each time it has grown takes longer than to build it.
    try:
        message: Message = msgspec.msgpack.Decoder(Message, ext_hook=extension).decode(header)
        _check_plain(message.value, [max_entries])
    except (msgspec.MsgspecError, RecursionError, ValueError, TypeError, OverflowError, NotPlainError) as error:
        raise WireError(f"a malformed message ({error})") from error
    finally:
        if collects:
            gc.enable()
    if position != len(body):
        raise WireError("a frame with bytes that belong to no array")
    return message


def to_bytes(value: Any) -> bytes:
    """Packs a plain value, to be kept in a file.

    Raises:
        NotPlainError: it, or something inside, is not plain.
    """
    return b"".join(encode(Message("kept", 0, value=value), refuse, max_entries=sys.maxsize))


def from_bytes(content: bytes) -> Any:
    """Rebuilds a value that `to_bytes` has packed.

    Raises:
        WireError: the bytes are not what `to_bytes` would have made.
    """
    if len(content) < PREFIX.size:
        raise WireError("a frame without a beginning")
    header_bytes, _ = PREFIX.unpack_from(content)
    rest = content[PREFIX.size :]
    return decode(rest[:header_bytes], bytearray(rest[header_bytes:]), refuse, max_entries=sys.maxsize).value


def _check_plain(value: Any, room: list[int], depth: int = 0) -> None:
    """Refuses what MessagePack can carry and a message may not: other dict keys, timestamps, deep nesting, too many entries."""
    if depth > MAX_DEPTH:
        raise WireError(f"a value nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, list | tuple | dict):
        room[0] -= len(value)
        if room[0] < 0:
            raise WireError("a value with too many entries in lists; return large values as arrays")
    if isinstance(value, list | tuple):
        for entry in value:
            _check_plain(entry, room, depth + 1)
    elif type(value) is dict:
        for key, entry in value.items():
            if type(key) is not str:
                raise WireError("a dict whose keys are not all strings")
            _check_plain(entry, room, depth + 1)
    elif isinstance(value, msgspec.msgpack.Ext) or type(value).__module__ == "datetime":
        raise WireError(f"a value of type {type(value).__name__}")
