"""Time: a deadline counts what a submission did itself, and what the machine did costs nobody marks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import HIDDEN_TESTS
from conftest import KATA_TOML
from conftest import GradeSource
from conftest import WriteKata

from grader.errors import OverloadError
from grader.judge import deadline
from grader.judge.deadline import OwnTimeDeadline
from grader.judge.usage import ProcessUsage
from grader.protocol.frames import DeadlineExceeded

SHORT = KATA_TOML + "\n[limits]\ncall_seconds = 1\nwall_seconds = 3\n"
TWO_TASKS = HIDDEN_TESTS + (
    '\n@pytest.mark.task(2)\n@pytest.mark.parametrize("n", [3, 4, 5])\ndef test_halves(submission, n):\n'
    '    """Halves `n` numbers."""\n    assert_close(submission.halve(np.ones(n)), [0.5] * n)\n'
)
TWO_TASKS_TOML = SHORT.replace("[limits]", '[[tasks]]\ntitle = "Halve"\npoints = 3\n\n[limits]')
REFERENCE = "def double(values):\n    return values + values\ndef halve(values):\n    return values / 2\n"
CORRECT_HALF = "\ndef halve(values):\n    return values / 2\n"


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Four processes that compute, each in a scheduling group of its own: without that autogroup would hide the load."""
    spin = "import time\nend = time.time() + 120\nwhile time.time() < end: pass"
    loads = [subprocess.Popen([sys.executable, "-c", spin], start_new_session=True) for _ in range(4)]
    time.sleep(0.5)
    yield
    for load in loads:
        load.kill()
        load.wait()


def test_slow_but_correct_work_passes_on_a_busy_machine(
    write_kata: WriteKata, grade: GradeSource, busy_machine: None
) -> None:
    # 0.4 s of processor time, of a limit of 1 s, is more than 1 s on the wall beside four others.
    slow = "import time\ndef double(values):\n    end = time.thread_time() + 0.4\n    while time.thread_time() < end: pass\n"
    result = grade(write_kata(toml=SHORT), slow + "    return values + values\n")
    assert result.status == "pass", [test.message for test in result.tests]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("while True: pass", "was still running after 1 s of its own time"),
        ("time.sleep(1000)", "was still running after 1 s of its own time"),
        ("threading.Event().wait()", "was still running after 1 s of its own time"),
    ],
)
def test_what_never_answers_is_ended(write_kata: WriteKata, grade: GradeSource, body: str, words: str) -> None:
    start = time.monotonic()
    result = grade(write_kata(toml=SHORT), f"import threading, time\ndef double(values):\n    {body}\n")
    assert result.status == "fail"
    assert words in (result.tests[0].message or "")
    assert time.monotonic() - start < 30


def test_a_file_that_never_loads_is_said_to_be_the_one(write_kata: WriteKata, grade: GradeSource) -> None:
    result = grade(write_kata(toml=SHORT), "while True: pass\n")
    assert "after 1 s of its own time while your file was loaded" in (result.tests[0].message or "")


def test_bytes_that_keep_arriving_do_not_put_the_deadline_off(write_kata: WriteKata, grade: GradeSource) -> None:
    tests = HIDDEN_TESTS.replace("submission.double(np", "submission.double(lambda x: x, np")
    flood = "def double(function, values):\n    while True: function(1.0)\n"
    start = time.monotonic()
    result = grade(write_kata(tests, "def double(function, values):\n    return values + values\n", toml=SHORT), flood)
    assert "was still running after 1 s" in (result.tests[0].message or "")
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("body", ["while True: pass", "import os; os._exit(0)", "print('x' * 2**22)"])
def test_a_dead_call_costs_its_own_task(write_kata: WriteKata, grade: GradeSource, body: str) -> None:
    kata = write_kata(TWO_TASKS, REFERENCE, toml=TWO_TASKS_TOML)
    result = grade(kata, f"def double(values):\n    {body}\n" + CORRECT_HALF)
    assert [test.status for test in result.tests] == ["fail", "fail", "pass", "pass", "pass"]


@pytest.mark.parametrize("is_stopped", [True, False])
def test_time_in_which_a_process_is_stopped_is_not_its_own(is_stopped: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        pidfd = os.pidfd_open(process.pid)
        if is_stopped:
            process.send_signal(signal.SIGSTOP)
        clock = OwnTimeDeadline(0.5, ProcessUsage(pidfd))
        end = time.monotonic() + 1.5
        try:
            while time.monotonic() < end:
                time.sleep(clock.seconds_left())
            was_exceeded = False
        except DeadlineExceeded:
            was_exceeded = True
        os.close(pidfd)
        process.kill()
    assert was_exceeded != is_stopped


def test_time_in_which_the_judge_is_stopped_does_not_count() -> None:
    clock = OwnTimeDeadline(2.0)
    resume = f"import os, signal, time; time.sleep(3); os.kill({os.getpid()}, signal.SIGCONT)"
    with subprocess.Popen([sys.executable, "-c", resume], start_new_session=True):
        os.kill(os.getpid(), signal.SIGSTOP)
        clock.seconds_left()
    assert clock.own_seconds() < 1.0


def test_what_the_wall_ends_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "WALL_FACTOR", 0)
    monkeypatch.setattr(deadline, "_GRACE_SECONDS", 0.3)
    clock = OwnTimeDeadline(10.0)
    for _ in range(4):
        time.sleep(0.15)
        with contextlib.suppress(OverloadError):
            clock.seconds_left()
    with pytest.raises(OverloadError, match="The machine was too busy"):
        clock.seconds_left()


def test_waiting_threads_do_not_buy_time(write_kata: WriteKata, grade: GradeSource, tmp_path: Path) -> None:
    spin = (
        "import threading\ndef spin():\n    while True: pass\ndef double(values):\n"
        "    for _ in range(50): threading.Thread(target=spin, daemon=True).start()\n    spin()\n"
    )
    start = time.monotonic()
    assert grade(write_kata(toml=SHORT), spin).status == "fail"
    assert time.monotonic() - start < 40
    assert threading.active_count() < 50
