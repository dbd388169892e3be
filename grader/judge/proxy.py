"""What hidden tests hold in place of a submission: proxies whose calls run in a worker and come back as plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import numpy as np

from grader.judge.process import not_a_reply
from grader.protocol.messages import SUPPORT
from grader.testing import describe

if TYPE_CHECKING:
    from grader.judge.code import CodeProxy

_LONGEST_ARGUMENTS: Final = 400
_LONGEST_NAME: Final = 80
_LARGEST_ANSWER: Final = 2**20
_ENTRY_BYTES: Final = 64
"""What a small object takes, about."""


@dataclasses.dataclass
class Call:
    """One call of a test on a submission, and what came of it."""

    function: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    returned: Any = None

    def __str__(self) -> str:
        text = self._arguments(brief=False)
        if len(text) > _LONGEST_ARGUMENTS:
            text = self._arguments(brief=True)
        if len(text) > _LONGEST_ARGUMENTS:
            text = text[:_LONGEST_ARGUMENTS] + " ..."
        return f"{self.function}({text})"

    def _arguments(self, *, brief: bool) -> str:
        shown = [describe(argument, brief=brief) for argument in self.arguments]
        shown += [f"{name}={describe(value, brief=brief)}" for name, value in self.keywords.items()]
        return ", ".join(shown)

    def name_objects(self) -> None:
        """Lets the objects that were returned be called after the call, as the learner would write them."""
        text = f"{self.function}({self._arguments(brief=True)})"
        name = text if len(text) <= _LONGEST_NAME else f"{self.function}(...)"
        if isinstance(self.returned, ObjectProxy):
            self.returned._name = name
        elif isinstance(self.returned, list | tuple):
            for index, part in enumerate(self.returned):
                if isinstance(part, ObjectProxy):
                    part._name = f"{name}[{index}]"


class ObjectProxy:
    """A proxy for an object that stays in the worker: call it, read its attributes, iterate over it."""

    __slots__ = ("_code", "_is_module", "_name", "_number", "_type_name")

    def __init__(self, code: CodeProxy, number: int, name: str, *, is_module: bool = False) -> None:
        self._code = code
        self._number = number
        self._name = self._type_name = name
        self._is_module = is_module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._is_module:
            return FunctionProxy(self._code, self._number, name)
        value = self._code.ask("get", self._number, name)
        if isinstance(value, ObjectProxy):
            value._name = f"{self._name}.{name}"
        return value

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Calls the object in the worker."""
        return FunctionProxy(self._code, self._number, "", self._name)(*arguments, **keywords)

    def __iter__(self) -> Iterator[Any]:
        iterator = self._code.ask("iterate", self._number)
        if not isinstance(iterator, ObjectProxy):
            self._code.close()
            raise not_a_reply("an iterator that is none")
        while True:
            step = self._code.ask("next", iterator._number)
            if not isinstance(step, list) or len(step) > 1:
                self._code.close()
                raise not_a_reply("a step of an iteration that is none")
            if not step:
                return
            yield step[0]

    def __repr__(self) -> str:
        return self._name


def class_name_of(proxy: ObjectProxy) -> str:
    """Returns the name of the class of an object that stays in the worker, as the worker says."""
    return proxy._type_name


def without_objects(value: Any) -> Any:
    """Puts words in place of proxies and of large arrays, so that a value can be compared and kept."""
    if isinstance(value, ObjectProxy):
        return "an object"
    if isinstance(value, np.ndarray):
        # A copy: an array from the wire would keep the whole message in memory.
        return f"an array of shape {value.shape}" if value.nbytes > _LARGEST_ANSWER else value.copy()
    if isinstance(value, list | tuple):
        return [without_objects(entry) for entry in value]
    if isinstance(value, dict):
        return {key: without_objects(entry) for key, entry in value.items()}
    return value


def num_bytes(value: Any) -> int:
    """Says about how much memory a value from the wire takes."""
    if isinstance(value, dict):
        return _ENTRY_BYTES + sum(len(key) + num_bytes(entry) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return _ENTRY_BYTES + sum(map(num_bytes, value))
    if isinstance(value, str | bytes):
        return _ENTRY_BYTES + len(value)
    return _ENTRY_BYTES + (value.nbytes if isinstance(value, np.ndarray) else 0)


@dataclasses.dataclass(frozen=True)
class FunctionProxy:
    """A function of a module in the worker, or an object there that is called; each call is remembered."""

    code: CodeProxy
    number: int
    name: str
    object_name: str = ""

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Calls the function in the worker and returns a plain value or a proxy."""
        as_passed = self.code.as_passed
        passed_by_name = {name: as_passed(value) for name, value in keywords.items()}
        call = Call(self.name or self.object_name, tuple(map(as_passed, arguments)), passed_by_name)
        if self.number != SUPPORT:
            self.code.calls.append(call)
        call.returned = self.code.ask("call", self.number, self.name, [list(arguments), keywords])
        call.name_objects()
        if self.number != SUPPORT:
            self.code.keep_call(call)
        return call.returned
