"""The service that stays: found, shared, replaced when it is gone, hung or outdated, and never the cause of a wrong verdict."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from conftest import REFERENCE
from conftest import WriteKata
from conftest import zygotes_of

from grader.cli import create_cli
from grader.content import fingerprint
from grader.content.kata import Kata
from grader.errors import EngineError
from grader.plugins import create_manager
from grader.protocol import channel
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import JudgeRequest
from grader.protocol.channel import ServiceStatus
from grader.result import Result
from grader.service import client
from grader.service import connection
from grader.service import executor
from grader.service.connection import BackgroundService
from grader.service.connection import OwnService

GradeHere = Callable[..., str]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of sockets of this test's own, with no service yet; its path is short, as that of a socket has to be."""
    with tempfile.TemporaryDirectory(prefix="grader-") as cache:
        monkeypatch.setenv("XDG_CACHE_HOME", cache)
        yield Path(cache, "grader/service")
        monkeypatch.setenv("XDG_CACHE_HOME", cache)
        BackgroundService().stop()


@pytest.fixture
def kata(write_kata: WriteKata) -> Kata:
    return write_kata()


def job_for(kata: Kata) -> client.GradeJob:
    return client.GradeJob.of(kata, GradeRequest(source=REFERENCE.encode()), preload=["numpy"])


def verdict(service: connection.Connection, kata: Kata) -> str:
    return client.grade(service, job_for(kata))[0].status


def running() -> ServiceStatus:
    with BackgroundService() as service:
        found = service.status()
    assert found is not None
    return found


def test_service_stays_for_the_next_command(folder: Path, kata: Kata) -> None:
    assert BackgroundService().status() is None
    pids = set()
    for _ in range(2):
        with BackgroundService() as service:
            assert verdict(service, kata) == "pass"
        pids.add(running().pid)
    assert len(pids) == 1
    assert running().katas == ["double"]
    assert folder.stat().st_mode & 0o077 == 0


def test_commands_that_start_at_once_share_one_service(folder: Path) -> None:
    services = [BackgroundService() for _ in range(4)]
    threads = [threading.Thread(target=service._start) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [service.status() for service in services]
    assert len({status.pid for status in found if status}) == 1
    for service in services:
        service.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("is_connected", [True, False])
def test_dead_or_hung_service_is_replaced(
    folder: Path, kata: Kata, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, *, is_connected: bool
) -> None:
    monkeypatch.setattr(connection, "_GREETING_SECONDS", 1.0)
    service = BackgroundService()
    assert verdict(service, kata) == "pass"
    if not is_connected:
        service.close()
    old = running().pid
    os.kill(old, number)
    grading = client.PendingGrade(service, job_for(kata))
    if is_connected:
        grading.deadline = time.monotonic() + 1.0
    assert grading.wait()[0].status == "pass"
    service.close()
    assert running().pid != old


def test_hung_service_of_ones_own_is_replaced(kata: Kata) -> None:
    with OwnService() as service:
        assert verdict(service, kata) == "pass"
        old = service.process
        old.send_signal(signal.SIGSTOP)
        grading = client.PendingGrade(service, job_for(kata))
        grading.deadline = time.monotonic() + 1.0
        assert grading.wait()[0].status == "pass"
        assert old.poll() is not None


def test_batch_outlives_a_hung_service(folder: Path, kata: Kata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_GREETING_SECONDS", 1.0)
    with BackgroundService() as service:
        assert verdict(service, kata) == "pass"
    stopped = threading.Event()

    class Impatient(client.PendingGrade):
        """A grade that is over time as soon as the service has been stopped."""

        def _begin(self) -> None:
            if stopped.is_set():
                super()._begin()
                return
            os.kill(running().pid, signal.SIGSTOP)
            super()._begin()
            stopped.set()
            self.deadline = time.monotonic()

    monkeypatch.setattr(executor, "PendingGrade", Impatient)
    results = [result.status for _, result in executor.LocalExecutor(2).run([job_for(kata)] * 3)]
    assert results == ["pass"] * 3


class FlakyService:
    """Cannot be reached a number of times; then every grade is a pass at once."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.num_asked = 0

    def __enter__(self) -> FlakyService:
        return self

    def __exit__(self, *_: object) -> None: ...

    def connect(self, request: JudgeRequest) -> socket.socket:
        self.num_asked += 1
        if self.num_asked <= self.failures:
            raise EngineError("not now")
        ours, theirs = socket.socketpair()
        with theirs:
            result = Result(kata=Path(request.folder).name, status="pass", score=1.0, max_score=1.0, tests=[])
            channel.send(theirs, channel.Verdict(msgspec.json.encode(result)))
        return ours

    def renew(self) -> None: ...


@pytest.mark.parametrize(("failures", "num_asked", "status"), [(2, 3, "pass"), (99, 3, "error")])
def test_grade_is_begun_three_times_at_most(
    kata: Kata, monkeypatch: pytest.MonkeyPatch, failures: int, num_asked: int, status: str
) -> None:
    service = FlakyService(failures)
    monkeypatch.setattr(executor, "open_service", lambda: service)
    assert [result.status for _, result in executor.LocalExecutor(1).run([job_for(kata)])] == [status]
    assert service.num_asked == num_asked


def test_grades_go_on_while_another_waits_for_its_next_attempt(kata: Kata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "open_service", lambda: FlakyService(1))
    jobs = [client.GradeJob.of(kata, GradeRequest(source=REFERENCE.encode(), seed=seed)) for seed in range(4)]
    assert [job.request.seed for job, _ in executor.LocalExecutor(2).run(jobs)] == [1, 2, 3, 0]


@pytest.mark.parametrize(
    "content", [b"\xc1", b"\x83", b"[]", b"\x81\xa4type\xa5other", b"\x81\xa2\xff\xfe\x01", b"\x91" * 9999]
)
def test_packet_that_is_none_is_an_engine_error(content: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(len(content).to_bytes(8, "little") + content)
        with pytest.raises(EngineError, match="do not understand each other"):
            channel.receive(ours, channel.Response)  # type: ignore[arg-type]


def test_service_survives_a_request_that_is_none(folder: Path) -> None:
    with BackgroundService() as service:
        for content in (b"\xc1", channel.encode(channel.Queued()), b"\x81\xa4type\xa2\xff\xfe", b"x" * 60_000):
            with service._send(content) as connection:
                connection.settimeout(10)
                assert connection.recv(1) == b""
        assert service.status()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_dead_or_hung_zygote_is_replaced(folder: Path, kata: Kata, number: signal.Signals) -> None:
    with BackgroundService() as service:
        assert verdict(service, kata) == "pass"
        for process in zygotes_of(running().pid):
            with contextlib.suppress(ProcessLookupError):  # It has died with its parent.
                os.kill(process, number)
        assert verdict(service, kata) == "pass"


def test_hung_zygote_is_replaced_also_for_a_judge_that_is_younger_than_the_request(folder: Path, kata: Kata) -> None:
    with BackgroundService() as service:
        assert verdict(service, kata) == "pass"
        for process in zygotes_of(running().pid):
            os.kill(process, signal.SIGSTOP)
        kata.hidden_tests.write_text(kata.hidden_tests.read_text() + "\n")
        assert verdict(service, kata) == "pass"


def test_judge_is_outdated_when_a_file_changes_but_not_when_bytecode_is_written(kata: Kata) -> None:
    folders = kata.folder, kata.reference_folder
    before = fingerprint.stamp_of(*folders)
    bytecode = kata.reference_folder / "__pycache__/test_hidden.pyc"
    bytecode.parent.mkdir()
    bytecode.write_bytes(b"")
    assert fingerprint.stamp_of(*folders) == before
    kata.hidden_tests.write_text(kata.hidden_tests.read_text() + "\n")
    assert fingerprint.stamp_of(*folders) != before


def test_service_of_another_version_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with BackgroundService() as service:
        service._start()
    old = running().pid
    monkeypatch.setattr(fingerprint, "of_service", lambda: "another")
    with BackgroundService() as service:
        assert service.status() is None
        service._start()
    assert running().pid != old
    assert [path.name for path in folder.glob("*.sock")] == ["another.sock"]


def test_idle_service_ends_and_takes_its_socket_along(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    with BackgroundService() as service:
        service._start()
    deadline = time.monotonic() + 10
    while list(folder.glob("*.sock")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(folder.glob("*.sock"))


def test_without_a_folder_of_ones_own_the_service_does_not_stay(
    folder: Path, kata: Kata, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    with connection.open_service() as service:
        assert isinstance(service, OwnService)
    folder.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    with connection.open_service() as service:
        assert isinstance(service, OwnService)
        assert verdict(service, kata) == "pass"


def test_service_that_cannot_start_says_where_to_look(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_COMMAND", ["/bin/false"])
    monkeypatch.setattr(connection, "_START_SECONDS", 0.3)
    with BackgroundService() as service, pytest.raises(EngineError, match=r"service\.log"):
        service._start()


def test_status_and_stop_on_the_command_line(folder: Path) -> None:
    def zygote(word: str) -> str:
        return CliRunner().invoke(create_cli(create_manager()), ["service", word]).output

    assert "No service is running" in zygote("status")
    with BackgroundService() as service:
        service._start()
    assert str(running().pid) in zygote("status")
    assert zygote("stop") == "The service has stopped.\n"
    assert zygote("stop") == "No service is running.\n"
