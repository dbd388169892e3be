"""Code in a worker: loads it, asks it, and keeps what comes back for messages and for the diagnosis, within bounds."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Final

import numpy as np
import numpy.typing as npt

from grader.diagnosis.trace import Answer
from grader.errors import PackError
from grader.errors import SubmissionError
from grader.errors import SubmissionRaised
from grader.errors import SubmissionStopped
from grader.errors import TrustedCodeError
from grader.errors import was_perhaps_killed
from grader.judge.deadline import OwnTimeDeadline
from grader.judge.libraries import needs_libraries
from grader.judge.process import TIME_STEP
from grader.judge.process import WorkerProcess
from grader.judge.proxy import Call
from grader.judge.proxy import ObjectProxy
from grader.judge.proxy import num_bytes
from grader.judge.proxy import without_objects
from grader.judge.seeds import derive
from grader.protocol import wire
from grader.protocol.limits import Limits
from grader.protocol.messages import SUBMISSION
from grader.protocol.messages import SUPPORT

_LONGEST_NAME: Final = 80
_MAX_ANSWERS: Final = 20_000
"""Callbacks of one test that are kept for the diagnosis."""

_MAX_ANSWER_BYTES: Final = 256 * 2**20
"""What is kept for the diagnosis of all tests together; the most that a right solution has needed is 80 MiB."""

_MAX_CALL_BYTES: Final = 256 * 2**20
"""What is kept of the values that the calls of one test have returned, beside the last one."""


@dataclasses.dataclass(frozen=True)
class Code:
    """What a worker loads: a module, and the kata's rules for it."""

    name: str
    source: bytes
    support_file: Path
    support: bytes | None = None
    data: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """Files that the support code finds in the folder data/ beside it, by name."""
    forbidden: tuple[str, ...] = ()


class CodeProxy:
    """Code in a worker of its own, which is started when first needed and again after it has died."""

    def __init__(
        self, code: Code, limits: Limits, start: Callable[[bool], WorkerProcess], *, is_trusted: bool = False
    ) -> None:
        """Begins without a worker.

        Args:
            code: what workers load.
            limits: what they may use.
            start: starts one; the argument says whether the full zygote is to fork it.
            is_trusted: whether this is the reference: its exceptions are never the submission's.
        """
        self.code = code
        self.limits = limits
        self.start = start
        self.is_trusted = is_trusted
        self.needs_libraries = needs_libraries(code.source, code.support)
        self.seed: int | None = None
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        """What has come back since the test began."""
        self.seconds_left = float("inf")
        """How much of its own time the code may still take."""
        self.load_error: SubmissionError | None = None
        self._worker: WorkerProcess | None = None
        self._workers: list[WorkerProcess] = []
        self._pending_seed: int | None = None
        self._functions: dict[int, Callable[..., Any]] = {}
        self._numbers = itertools.count(1)
        self._answer_bytes = 0
        self._call_bytes = 0

    @property
    def module(self) -> ObjectProxy:
        """The module as a proxy: its attributes are the functions of the submission."""
        return ObjectProxy(self, SUBMISSION, self.code.name, is_module=True)

    @property
    def support(self) -> ObjectProxy:
        """The kata's support code, in the same worker."""
        return ObjectProxy(self, SUPPORT, "support", is_module=True)

    def begin_test(self, seed: int) -> None:
        """Forgets the calls of the last test and has the worker seeded before the next one, with a number of its own."""
        self.calls.clear()
        self._call_bytes = 0
        self.answers = []
        self._functions.clear()
        self.seed = self._pending_seed = derive(seed, "worker")

    def worker(self) -> WorkerProcess:
        """Returns the living worker with the code loaded.

        Raises:
            SubmissionError: the code cannot be loaded.
        """
        if self._worker is not None and self._worker.is_alive:
            return self._worker
        if self.load_error is not None:
            raise self.load_error
        try:
            self._worker = self._load()
        except SubmissionError as error:
            if not was_perhaps_killed(error):  # Else whoever asked may try again.
                self.load_error = error
            raise
        return self._worker

    def _load(self) -> WorkerProcess:
        """Starts a worker and loads the kata's support code and the code into it."""
        worker = self.start(self.needs_libraries)
        self._workers.append(worker)
        try:
            if self.code.support is not None:
                self._load_support(worker, {"source": self.code.support, "data": dict(self.code.data)})
            content = {"source": self.code.source, "forbidden": list(self.code.forbidden)}
            load = wire.Message("load", 0, name=self.code.name, value=content, seed=self.seed)
            self._request(worker, load)
        except (SubmissionError, PackError):
            worker.kill()
            raise
        return worker

    def _load_support(self, worker: WorkerProcess, content: dict[str, Any]) -> None:
        load = wire.Message("load_support", 0, value=content, seed=self.seed)
        try:
            self._request(worker, load)
        except SubmissionError as error:
            if was_perhaps_killed(error):
                raise
            raise PackError(f"{self.code.support_file}: cannot be loaded ({error}); fix it.") from error

    def _request(self, worker: WorkerProcess, message: wire.Message) -> Any:
        """Sends a message, and counts the time that the answer takes."""
        total = f"the {self.limits.wall_seconds:g} s of its own time that all tests together may take"
        if self.seconds_left <= 0:
            raise SubmissionStopped(f"Your code has used up {total}.", next_step=TIME_STEP, is_doubtful=True)
        is_last = self.seconds_left < self.limits.call_seconds
        limit_seconds = self.seconds_left if is_last else self.limits.call_seconds
        deadline = OwnTimeDeadline(limit_seconds, worker.usage, total if is_last else "")
        try:
            return worker.request(
                message,
                deadline=deadline,
                substitute=self._substitute,
                restore=self._restore,
                call_back=self._call_back,
            )
        except SubmissionStopped as error:
            if worker.needs_library and not self.needs_libraries:
                self.needs_libraries = True
                raise SubmissionStopped(str(error), next_step=error.next_step, was_perhaps_killed=True) from None
            raise
        finally:
            self.seconds_left -= deadline.own_seconds()

    def ask(self, kind: str, target: int, name: str = "", value: Any = None) -> Any:
        """Sends one message to the worker and returns the plain value or the proxy that comes back."""
        try:
            value = self._ask(kind, target, name, value)
        except SubmissionRaised as error:
            self._keep_answer("raised", name, error.type_name)
            raise
        except SubmissionStopped as error:
            self._keep_answer("stopped", name, str(error))
            raise
        self._keep_answer("returned", name, value)
        return value

    def _keep_answer(self, kind: str, function: str, value: Any) -> None:
        """Notes what came back, as long as there is room; after that, only that something did."""
        if self._answer_bytes < _MAX_ANSWER_BYTES:
            value = without_objects(value)
            self._answer_bytes += num_bytes(value) + len(function)
        else:
            function, value = function[:_LONGEST_NAME], "a value that is not kept"
        self.answers.append(Answer(kind, function, value))

    def keep_call(self, call: Call) -> None:
        """Notes that a call has returned; where there is no room for that, what the one before it had returned is forgotten."""
        self._call_bytes += num_bytes(call.returned)
        if self._call_bytes > _MAX_CALL_BYTES and len(self.calls) > 1:
            self.calls[-2].returned = None

    def _ask(self, kind: str, target: int, name: str, value: Any) -> Any:
        message = wire.Message(kind, 0, target, name, value, self._pending_seed)
        try:
            worker = self.worker()
            self._pending_seed = None
            return self._request(worker, message)
        except wire.NotPlainError as error:
            raise TypeError(f"a hidden test passed {error} to {name or 'a call'}") from None
        except SubmissionError as error:
            if self.is_trusted:
                raise TrustedCodeError(f"{self.code.name}: {error}") from error
            raise

    def share(self, array: npt.ArrayLike) -> npt.NDArray[Any]:
        """Returns an equal array; when it is an argument of a call, what the code does to it happens to the judge's, too."""
        return self.worker().share(np.asarray(array))

    def as_passed(self, value: Any) -> Any:
        """Copies an array that is shared, which may change in the call: a learner reads what was passed."""
        memory = self._worker.memory if self._worker is not None else None
        is_shared = memory is not None and isinstance(value, np.ndarray) and memory.find(value) is not None
        return np.array(value) if is_shared else value

    def output(self) -> str:
        """Returns what the code printed since the last time."""
        return self._worker.output.take() if self._worker is not None else ""

    def layers(self) -> list[str]:
        """Names the active layers of confinement."""
        return self._worker.layers if self._worker is not None else []

    def cpu_seconds(self) -> float:
        """Returns the processor time of all workers that were ended, as far as the system tells."""
        return sum(worker.cpu_seconds_at_end for worker in self._workers)

    def close(self) -> None:
        """Ends the worker."""
        if self._worker is not None:
            self._worker.kill()

    def _substitute(self, value: Any) -> Any:
        if isinstance(value, ObjectProxy):
            if value._code is not self:
                raise wire.NotPlainError("an object of another worker")
            return wire.Handle(value._number)
        if callable(value):
            number = next(self._numbers)
            self._functions[number] = value
            return wire.Callback(number, getattr(value, "__name__", "function"))
        return wire.refuse(value)

    def _restore(self, value: Any) -> Any:
        if isinstance(value, wire.Handle) and value.number >= 0:
            return ObjectProxy(self, value.number, value.type_name[:100])
        raise wire.WireError("a function of the worker's own making")

    def _call_back(self, message: wire.Message) -> Any:
        function = self._functions.get(message.target)
        well_formed = isinstance(message.value, list) and len(message.value) == 2
        if function is None or not well_formed:
            raise wire.WireError("a callback that was never offered")
        arguments, keywords = message.value
        if not isinstance(arguments, list) or not isinstance(keywords, dict):
            raise wire.WireError("a callback without arguments")
        if len(self.answers) < _MAX_ANSWERS:
            self._keep_answer("called", message.name, [*arguments, keywords])
        return function(*arguments, **keywords)
