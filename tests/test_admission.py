"""Whose turn it is: as many grades as processors, whoever waits at a terminal first, diagnoses last."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from grader.protocol import channel
from grader.protocol.channel import JudgeRequest
from grader.service import admission
from grader.service.admission import Admission


class Judges:
    """Takes the place of the judges: notes who is introduced, and keeps the tickets."""

    def __init__(self) -> None:
        self.tickets: dict[str, socket.socket] = {}

    def introduce(self, request: JudgeRequest, client: socket.socket, ticket: socket.socket) -> None:
        self.tickets[request.folder] = ticket.dup()

    def end(self, admission: Admission, name: str) -> None:
        """A grade ends, however it does."""
        self.tickets.pop(name).close()
        self.wait(admission)

    def ask_for_diagnosis(self, admission: Admission, name: str) -> None:
        """A grade has given its verdict, and would go on."""
        self.tickets[name].send(channel.WANTS_DIAGNOSIS)
        self.wait(admission)

    def may_diagnose(self, name: str) -> bool:
        """Whether a grade was told to go on."""
        return bool(select.select([self.tickets[name]], [], [], 0)[0])

    @staticmethod
    def wait(admission: Admission) -> None:
        for ticket in select.select(admission.sockets(), [], [], 1)[0]:
            admission.hear(ticket)
        admission.admit()


@pytest.fixture
def judges() -> Judges:
    return Judges()


@pytest.fixture
def queue(judges: Judges) -> Iterator[Admission]:
    queue = Admission(judges.introduce)
    queue.num_processors = 2
    yield queue
    for sock in [*queue.sockets(), *(client.socket for client in queue.queue), *judges.tickets.values()]:
        sock.close()


def add(queue: Admission, name: str, **options: Any) -> socket.socket:
    client, theirs = socket.socketpair()
    options = {"is_urgent": False, **options}
    request = JudgeRequest(folder=name, reference_folder="", pack="", preload=[], hidden=[], **options)
    queue.add(request, theirs)
    queue.admit()
    return client


def test_no_more_grades_than_processors_and_the_urgent_first(queue: Admission, judges: Judges) -> None:
    clients = [add(queue, name) for name in ("one", "two", "three", "four")]
    clients.append(add(queue, "urgent", is_urgent=True))
    assert list(judges.tickets) == ["one", "two"]
    judges.end(queue, "one")
    assert list(judges.tickets) == ["two", "urgent"]
    judges.end(queue, "urgent")
    judges.end(queue, "two")
    assert list(judges.tickets) == ["three", "four"]
    for client in clients:
        client.close()


def test_the_gpu_has_one_grade_at_a_time(queue: Admission, judges: Judges) -> None:
    clients = [add(queue, "a", gpu=True), add(queue, "b", gpu=True), add(queue, "c")]
    assert list(judges.tickets) == ["a", "c"]
    judges.end(queue, "a")
    assert list(judges.tickets) == ["c", "b"]
    for client in clients:
        client.close()


def test_the_gpu_has_as_many_grades_at_a_time_as_the_user_says(queue: Admission, judges: Judges) -> None:
    queue.num_processors = 4
    clients = [add(queue, name, gpu=True, num_gpu_jobs=2) for name in ("a", "b", "c")]
    assert list(judges.tickets) == ["a", "b"]
    # Who says nothing must not wait for the whole class.
    clients.append(add(queue, "urgent", gpu=True, is_urgent=True))
    judges.end(queue, "a")
    assert list(judges.tickets) == ["b", "urgent"]
    for client in clients:
        client.close()


def test_a_diagnosis_on_the_gpu_is_alone_there(queue: Admission, judges: Judges) -> None:
    clients = [add(queue, "a", gpu=True), add(queue, "b", gpu=True)]
    judges.ask_for_diagnosis(queue, "a")
    assert list(judges.tickets) == ["a", "b"]
    assert not judges.may_diagnose("a")  # There is a processor, but b is on the GPU.
    judges.end(queue, "b")
    assert judges.may_diagnose("a")
    clients.append(add(queue, "c", gpu=True))
    assert list(judges.tickets) == ["a"]
    judges.end(queue, "a")
    assert list(judges.tickets) == ["c"]
    for client in clients:
        client.close()


def test_a_diagnosis_waits_until_a_processor_is_free(queue: Admission, judges: Judges) -> None:
    clients = [add(queue, "one"), add(queue, "two"), add(queue, "three")]
    judges.ask_for_diagnosis(queue, "one")
    assert list(judges.tickets) == ["one", "two", "three"]  # Its processor went to another grade first.
    assert not judges.may_diagnose("one")
    judges.end(queue, "two")
    assert judges.tickets["one"].recv(1) == channel.PROCEED
    judges.end(queue, "one")
    assert queue.sockets() == list(queue.running)
    for client in clients:
        client.close()


def test_who_waits_is_told_so(queue: Admission, judges: Judges, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "QUEUED_SECONDS", 0.0)
    clients = [add(queue, name) for name in ("one", "two", "three")]
    queue.tell_the_queue()
    answer = channel.receive(clients[2], channel.Response)  # type: ignore[arg-type]
    assert answer == channel.Queued()
    clients[2].close()
    queue.tell_the_queue()
    queue.tell_the_queue()
    assert queue.queue == []
    for client in clients:
        client.close()
