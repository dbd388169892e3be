"""The worker: loads one submission in a confined process and answers the judge's calls with plain values.

Nothing here is trusted once a submission has been loaded: its code can change anything in this process, and the judge
believes only what it can rebuild from the bytes that arrive.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import importlib.util
import os
import random
import socket
import sys
import threading
import types
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import Final

import msgspec
import numpy as np

from grader.protocol import frames
from grader.protocol import wire
from grader.protocol.limits import Limits
from grader.protocol.messages import LIBRARY_NEEDED
from grader.protocol.messages import SUBMISSION
from grader.protocol.messages import SUPPORT
from grader.protocol.messages import Raised
from grader.protocol.shared import SharedMemory
from grader.worker.examples import run_examples
from grader.worker.forbidden import forbid
from grader.worker.sandbox import Sandbox

_FIRST_OBJECT: Final = 2
_MAX_TEXT: Final = 2000
_WAIT_SECONDS: Final = 86400.0


def _forever() -> frames.Deadline:
    """The judge has all the time in the world; a worker without one is ended by the kernel."""
    return frames.WallDeadline(_WAIT_SECONDS)


class JudgeFunctionError(Exception):
    """A function that the judge had passed was called in a way that it refuses."""


def main(descriptor: int, memory: SharedMemory, sandbox: Sandbox, limits: Limits, *, is_light: bool) -> None:
    """Confines the calling process and serves the wire on `descriptor` until the judge closes it.

    Args:
        descriptor: the worker's end of the wire.
        memory: what it shares with the judge.
        sandbox: what the zygote has entered.
        limits: what the worker may use.
        is_light: whether it ends where a library is needed that another zygote has loaded.
    """
    connection = frames.FrameSocket(socket.socket(fileno=descriptor))
    open_streams()
    ready = wire.Message("ready", 0)
    try:
        ready.value = sandbox.confine(limits)
    except OSError as error:
        ready = wire.Message("unconfined", 0, value=f"The sandbox could not be set up: {error}.")
    connection.send(wire.encode(ready, wire.refuse), _forever())
    if ready.kind == "ready":
        if is_light:
            sys.meta_path.insert(0, LibraryFinder())
        Worker(connection, memory, limits).serve()


def open_streams() -> None:
    """Gives the process the output streams of a plain Python program."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        # Without closefd a submission that replaces or closes a stream would close what the judge reads.
        stream = open(descriptor, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def flush_streams() -> None:
    """Writes out what has been printed, as far as the submission has left streams that can do so."""
    for stream in {id(stream): stream for stream in (sys.stdout, sys.__stdout__)}.values():
        with contextlib.suppress(Exception):
            stream.flush()  # type: ignore[union-attr]


class LibraryFinder(importlib.abc.MetaPathFinder):
    """Ends the process where a library is imported that is neither Python's own nor loaded: another zygote has it."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Leaves Python's own modules, and what belongs to a loaded package, to the finders that follow."""
        root = fullname.partition(".")[0]
        if root not in sys.stdlib_module_names and root not in sys.modules:
            os._exit(LIBRARY_NEEDED)


class Worker:
    """The objects of one submission and the loop that answers calls on them."""

    def __init__(self, connection: frames.FrameSocket, memory: SharedMemory, limits: Limits) -> None:
        self.connection = connection
        self.memory = memory
        self.limits = limits
        self.objects: dict[int, Any] = {}
        self.filename = ""
        self.nonce = 0
        self.one_at_a_time = threading.Lock()

    def serve(self) -> None:
        """Answers messages, one at a time, until the judge closes the connection."""
        while True:
            try:
                message = self.receive()
            except frames.ConnectionLost:
                return
            self.nonce = message.nonce
            self.answer(message)

    def receive(self) -> wire.Message:
        """Waits for the next message of the judge."""
        return self.connection.receive(_forever(), self.restore)

    def answer(self, message: wire.Message) -> None:
        """Does what a message asks for and replies with its value, or with what was raised."""
        try:
            if message.seed is not None:
                seed_numbers(message.seed)
            value = getattr(self, f"do_{message.kind}")(message)
            self.reply("value", value)
        except wire.NotPlainError as error:
            self.reply("not_plain", str(error))
        except BaseException as error:  # Whatever it is, SystemExit and KeyboardInterrupt too, the judge wants to know.
            self.reply("raised", msgspec.to_builtins(describe_exception(error, self.filename)))

    def reply(self, kind: str, value: Any) -> None:
        """Sends a message that carries the nonce of the one being answered."""
        buffers = wire.encode(wire.Message(kind, self.nonce, value=value), self.substitute)
        if sum(map(len, buffers[1:])) > self.limits.reply_mb * 2**20:
            raise wire.NotPlainError(f"more than {self.limits.reply_mb} MiB of arrays")
        flush_streams()
        self.connection.send(buffers, _forever())

    def do_count_gpus(self, message: wire.Message) -> int:
        """Counts the GPUs that TensorFlow can use; this initialises them, which only a worker may do."""
        return len(sys.modules["tensorflow"].config.list_physical_devices("GPU")) if "tensorflow" in sys.modules else 0

    def do_load_support(self, message: wire.Message) -> None:
        """Executes the kata's support code as the module `support`, with its data beside it in the scratch folder."""
        data: dict[str, bytes] = message.value["data"]
        for name, content in data.items():
            os.makedirs("data", exist_ok=True)
            with open(os.path.join("data", name), "wb") as file:
                file.write(content)
        self.objects[SUPPORT] = load_module("support", message.value["source"], os.path.abspath("support.py"))

    def do_load(self, message: wire.Message) -> None:
        """Executes the submission as a module, with what is forbidden out of its reach."""
        self.filename = message.name + ".py"
        sys.argv = [self.filename]
        for name in message.value["forbidden"]:
            forbid(name)
        if message.seed is not None:
            seed_libraries(message.seed)
        self.objects[SUBMISSION] = load_module(message.name, message.value["source"], self.filename)

    def do_run_examples(self, message: wire.Message) -> str:
        """Runs the examples of a statement."""
        return run_examples(message.value)

    def do_call(self, message: wire.Message) -> Any:
        """Calls an object, or a function of one of the two modules."""
        function = self.look_up(message)
        return function(*message.value[0], **message.value[1])

    def do_get(self, message: wire.Message) -> Any:
        """Reads an attribute."""
        return self.look_up(message)

    def do_iterate(self, message: wire.Message) -> wire.Handle:
        """Starts an iteration over an object."""
        return self.keep(iter(self.look_up(message)))

    def do_next(self, message: wire.Message) -> list[Any]:
        """Takes one step of an iteration; an empty list says that it is over."""
        iterator: Iterator[Any] = self.look_up(message)
        for value in iterator:
            return [value]
        return []

    def look_up(self, message: wire.Message) -> Any:
        """Finds the object that a message is about."""
        target = self.objects[message.target]
        return getattr(target, message.name) if message.name else target

    def keep(self, value: Any) -> wire.Handle:
        """Gives an object a number by which the judge can name it."""
        number = len(self.objects) + _FIRST_OBJECT
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__[:100])

    def restore(self, value: Any) -> Any:
        """Turns the judge's handles back into objects, its callbacks into functions, and places into shared arrays."""
        if isinstance(value, wire.Handle):
            return self.objects[value.number]
        if isinstance(value, wire.SharedArray):
            return self.memory.view(value.dtype, value.shape, value.offset)
        return functools.partial(self.call_judge, value.number, value.function_name)

    def call_judge(self, number: int, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Calls a function of the judge and returns what it returns."""
        request = wire.Message("callback", self.nonce, number, name, [list(arguments), keywords])
        with self.one_at_a_time:  # A submission may compute in several threads.
            self.connection.send(wire.encode(request, self.substitute), _forever())
            answer = self.receive()
        if answer.kind == "refused":
            raise JudgeFunctionError(answer.value)
        return answer.value

    def substitute(self, value: Any) -> Any:
        """Makes plain what has a plain form (tensors, subclasses of the plain types), and keeps anything else here."""
        for kind, convert in _PLAIN.items():
            if isinstance(value, kind):
                return convert(value)
        return plain_array(np.asarray(value)) if is_tensor(value) else self.keep(value)


_PLAIN: Final[dict[type, Callable[[Any], Any]]] = {
    bool: bool,
    int: int.__int__,
    float: float.__float__,
    str: str.__str__,  # An Enum that is a string has a str() of its own.
    bytes: bytes.__bytes__,
    list: list,
    tuple: tuple,
    dict: dict,
    range: list,
}
"""How subclasses of plain types become plain."""


def plain_array(array: Any) -> Any:
    """Gives an array a dtype that can cross the wire, with as many digits as there are; objects and strings become lists."""
    if array.dtype.name in wire.DTYPES:
        return array.view(np.ndarray)
    if array.dtype.kind in "OUS":
        return array.tolist()
    wider = {"f": np.float64, "c": np.complex128, "V": np.float32}
    if array.dtype.kind not in wider:
        raise wire.NotPlainError(f"an array of dtype {array.dtype.name}")
    return np.asarray(array, dtype=wider[array.dtype.kind]).view(np.ndarray)


def is_tensor(value: object) -> bool:
    """Says whether a value is a tensor or a variable of TensorFlow, Keras or another array library."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "__array__")


class SourceLoader(importlib.abc.ExecutionLoader):
    """Loads a module from bytes; `tf.function` asks it for the source of what it turns into a graph."""

    def __init__(self, source: bytes, filename: str) -> None:
        self.source = source
        self.filename = filename

    def get_source(self, fullname: str) -> str:
        """Returns the source code as text."""
        return importlib.util.decode_source(self.source)

    def get_filename(self, fullname: str) -> str:
        """Returns the name that stands in tracebacks; there is no such file."""
        return self.filename


def load_module(name: str, source: bytes, filename: str) -> types.ModuleType:
    """Executes source code as a module that can be imported by its name."""
    spec = importlib.util.spec_from_loader(name, SourceLoader(source, filename))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def seed_numbers(seed: int) -> None:
    """Seeds Python's and NumPy's random numbers, from which Keras draws the seeds of its layers."""
    random.seed(seed)
    np.random.seed(seed % 2**32)


def seed_libraries(seed: int) -> None:
    """Seeds Keras and TensorFlow, where they are loaded; TensorFlow then forgets its kernels, so not for every test."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed % 2**32)


def describe_exception(error: BaseException, filename: str) -> Raised:
    """Reduces an exception to its type, its text and the lines of the submission that it passed through."""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == filename and error.lineno:
        lines.append(error.lineno)
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # The submission's own exceptions may be broken, too.
        text = ""
    # Half of a character, as a broken name of a file has it, cannot cross the wire.
    name, text = (part.encode(errors="backslashreplace").decode() for part in (type(error).__name__, text))
    return Raised(name[:100], text[:_MAX_TEXT], lines[-20:])
