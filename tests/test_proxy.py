"""What the judge keeps of what comes back: as much as a diagnosis and a message need, and no more."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from grader.judge import code as code_module
from grader.judge.code import Code
from grader.judge.code import CodeProxy
from grader.protocol import wire
from grader.protocol.limits import Limits

MIB = 2**20


class Answering:
    """A worker that answers every call in one way."""

    is_alive = True
    usage = memory = None

    def __init__(self, answer: Callable[[Callable[[wire.Message], Any]], Any]) -> None:
        self.answer = answer

    def request(
        self,
        message: wire.Message,
        *,
        substitute: wire.ValueHook,
        call_back: Callable[[wire.Message], Any],
        **_: object,
    ) -> Any:
        """Answers a call, and offers for a callback the function that the call has passed; the code needs no loading."""
        if message.kind != "call":
            return None
        numbers = [substitute(value).number for value in message.value[0]]
        return self.answer(lambda callback: call_back(structs.replace(callback, target=numbers[0])))


def code_that(answer: Callable[[Callable[[wire.Message], Any]], Any]) -> CodeProxy:
    code = CodeProxy(Code("kata", b"", Path("support.py")), Limits(), lambda _: Answering(answer))  # type: ignore[arg-type,return-value]
    code.begin_test(0)
    return code


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_module, "_MAX_ANSWER_BYTES", 4 * MIB)
    monkeypatch.setattr(code_module, "_MAX_CALL_BYTES", 4 * MIB)


def flood_with_callbacks(call_back: Callable[[wire.Message], Any]) -> None:
    for number in range(100):
        # The array that is kept is a view into a message that is not.
        body = np.zeros(MIB, np.uint8)
        call_back(wire.Message("callback", 0, 0, f"{number}" * 10_000, [[body[: MIB // 2], body[:1]], {}]))


def return_much(_: object) -> list[Any]:
    body = np.zeros(MIB, np.uint8)
    return [body[: MIB // 2], body[MIB // 2 :], b"x" * 1000]


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize(("answer", "num_calls"), [(flood_with_callbacks, 2), (return_much, 100)])
def test_memory_stays_bounded(answer: Callable[[Any], Any], num_calls: int) -> None:
    code = code_that(answer)
    tracemalloc.start()
    try:
        for _ in range(num_calls):
            code.module.function(lambda *arguments: None)
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()
    assert len(code.answers) >= 100
    assert code.calls[-1].returned is None or len(code.calls[-1].returned) == 3


def test_small_part_of_a_large_message_is_kept_alone() -> None:
    code = code_that(lambda _: [np.zeros(8 * MIB, np.uint8)[:3]])
    returned = code.module.function()
    assert returned[0].base is not None
    kept = code.answers[-1].value[0]
    assert (kept.base, kept.tolist()) == (None, [0, 0, 0])
    assert code.calls[-1].returned is returned


@pytest.mark.usefixtures("little_room")
def test_room_for_calls_is_each_tests_own_and_room_for_answers_is_not() -> None:
    code = code_that(return_much)
    for _ in range(10):
        code.module.function()
    assert [call.returned is None for call in code.calls] == [False] * 2 + [True] * 7 + [False]
    assert [isinstance(answer.value, list) for answer in code.answers] == [True] * 4 + [False] * 6
    code.begin_test(1)
    code.module.function()
    code.module.function()
    assert [call.returned is None for call in code.calls] == [False, False]
    assert not any(isinstance(answer.value, list) for answer in code.answers)
