"""Submissions that cheat or misbehave: they never pass, never hang the grader, and never spoil the next grade."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import HIDDEN_TESTS
from conftest import KATA_TOML
from conftest import REFERENCE
from conftest import ROOT
from conftest import GradeSource
from conftest import WriteKata
from conftest import zygotes_of

from grader.protocol import channel
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import JudgeRequest
from grader.service import client
from grader.service.connection import OwnService

LIMITS = KATA_TOML + "\n[limits]\ncall_seconds = 2.0\nwall_seconds = 15.0\n"

# What is done, and words of the message that the learner gets ("" where the cheat has no effect but a wrong answer).
ATTACKS = {
    "exits": ("import os; os._exit(0)", "ended the whole process"),
    "raises SystemExit": ("import sys; sys.exit(0)", "SystemExit"),
    "loops forever": ("while True: pass", "was still running after"),
    "sleeps through interrupts": (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True:\n    try: time.sleep(60)\n    except BaseException: pass",
        "was still running after",
    ),
    "forks": ("import os\nwhile True: os.fork()", "PermissionError"),
    "starts a program": ("import subprocess; subprocess.run(['/bin/true'])", "PermissionError"),
    "allocates": ("x = bytearray(100 * 2**30)", "MemoryError"),
    "allocates bit by bit": ("x = []\nwhile True: x.append(bytearray(2**24))", ""),
    "allocates shared memory": ("import mmap\nx = [mmap.mmap(-1, 2**30) for _ in range(100)]", ""),
    "prints": ("for _ in range(2**14): print('x' * 2**16)", "printed more than"),
    "writes to descriptors": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'x' * 64)\n    except OSError: pass",
        "",
    ),
    "dies by a signal": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    "dies by a signal without a name": ("import os; os.kill(os.getpid(), 40)", "signal 40"),
    "opens a socket": ("import socket; socket.socket()", "PermissionError"),
    "opens a datagram socket": ("import socket; socket.socket(type=socket.SOCK_DGRAM)", "PermissionError"),
    "kills its parent": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", "PermissionError"),
    "kills everybody": ("import os, signal; os.kill(-1, signal.SIGKILL)", "PermissionError"),
    "stops its siblings": (
        "import os, signal\nfor pid in range(1, 400):\n    if pid != os.getpid(): os.kill(pid, 19)",
        "Permission",
    ),
    "recurses": ("def f(): f()\nf()", "RecursionError"),
    "closes the wire": ("import os; os.closerange(3, 100)", "instead of returning"),
    "crashes the interpreter": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "deeply nested source": ("x = " + "(" * 5000 + ")" * 5000, "SyntaxError|MemoryError|RecursionError|died"),
}


def at_import(attack: str) -> str:
    return attack + "\n" + REFERENCE.replace("values + values", "values")


def in_call(attack: str) -> str:
    body = textwrap.indent(attack, "    ")
    return f"def double(values):\n{body}\n    return values\n"


@pytest.mark.parametrize("place", [at_import, in_call])
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_fails_in_time_and_the_next_grade_is_normal(
    write_kata: WriteKata, grade: GradeSource, name, place
) -> None:
    kata = write_kata(toml=LIMITS)
    attack, words = ATTACKS[name]
    start = time.monotonic()
    result = grade(kata, place(attack))
    assert time.monotonic() - start < 30
    assert (result.status, result.score) == ("fail", 0.0)
    messages = " ".join(test.message or "" for test in result.tests)
    assert not words or any(word in messages for word in words.split("|")), messages
    assert "Next step: " in messages
    assert grade(kata, REFERENCE).status == "pass"


FORGERIES = {
    "equal to everything": """
        class Equal:
            __eq__ = __le__ = __ge__ = __contains__ = lambda self, other: True
            __hash__ = object.__hash__
            def __bool__(self): return True
        def double(values): return Equal()
    """,
    "array subclass": """
        import numpy as np
        class Always(np.ndarray):
            def __array_ufunc__(self, *args, **kwargs): return True
            def __eq__(self, other): return True
            def all(self, *args, **kwargs): return True
        def double(values): return np.zeros(values.shape).view(Always)
    """,
    "patched NumPy and pytest": """
        import sys
        import numpy as np
        import keras
        np.asarray = np.allclose = np.testing.assert_allclose = lambda *args, **kwargs: True
        np.abs = keras.ops.abs = lambda *args: 0
        sys.modules["pytest"] = sys.modules["grader.testing"] = None
        def double(values): return values
    """,
    "patched grader": """
        import sys
        for name, module in list(sys.modules.items()):
            if name.startswith("grader"):
                for attribute in dir(module):
                    if "check" in attribute or "assert" in attribute or attribute == "Mismatch":
                        setattr(module, attribute, lambda *args, **kwargs: None)
        def double(values): return values
    """,
    "fake verdict on standard output": """
        print('{"version": 1, "status": "pass", "score": 10}')
        print("2 passed in 0.01s")
        def double(values): return values
    """,
    "not a number": "def double(values): return values * float('nan')",
    "infinity": "def double(values): return values + float('inf')",
    "a scalar that would broadcast": "def double(values): return 0.0",
    "input changed in place": "def double(values):\n    values[...] = 0\n    return values",
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\ndef double(values): return values",
    "frames": """
        import gc, sys
        def double(values):
            frame = sys._getframe()
            while frame:
                for value in list(frame.f_locals.values()):
                    if isinstance(value, dict) and "expected" in value: return value["expected"]
                frame = frame.f_back
            for value in gc.get_objects():
                if isinstance(value, bytes) and b"return values + values" in value: return 2 * values
            return values
    """,
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_fails(write_kata: WriteKata, grade: GradeSource, name: str) -> None:
    result = grade(write_kata(), FORGERIES[name])
    assert (result.status, result.score) == ("fail", 0.0)


FORGED_REPLY = """
    import gc, time
    from grader.protocol import frames
    from grader.protocol import wire
    from grader.worker.worker import Worker
    worker = next(thing for thing in gc.get_objects() if isinstance(thing, Worker))
    def send(nonce, value, kind="value", target=0, times=1):
        message = wire.Message(kind, nonce, target, value=value)
        frame = b"".join(wire.encode(message, wire.refuse))
        worker.connection.send([frame * times], frames.WallDeadline(1))
    def double(values):
        {forgery}
        return values
"""


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        ("send(worker.nonce + 1, 2 * values)", "reply to another question"),
        ("send(worker.nonce, values, times=2)", "a message that nobody asked for"),
        ("send(worker.nonce, wire.Handle(-1))", "a function of the worker's own making"),
        ("send(worker.nonce, [[], {}], 'callback', 7)", "a callback that was never offered"),
        ("worker.connection.socket.send(b'x' * 64)", "not a reply"),
    ],
)
def test_forged_reply_is_refused(write_kata: WriteKata, grade: GradeSource, forgery: str, words: str) -> None:
    result = grade(write_kata(), FORGED_REPLY.format(forgery=forgery))
    assert (result.status, result.score) == ("fail", 0.0)
    assert any(words in (test.message or "") for test in result.tests)


@pytest.mark.parametrize(
    ("forgery", "words"),
    [("do_iterate", "an iterator that is none"), ("do_next", "a step of an iteration that is none")],
)
@pytest.mark.parametrize("answer", ["5", "'text'", "{'a': 1}", "np.ones(3)", "[1, 2]"])
def test_forged_iteration_is_refused(
    write_kata: WriteKata, grade: GradeSource, forgery: str, words: str, answer: str
) -> None:
    tests = HIDDEN_TESTS.replace(
        "assert_close(submission.double(np.array([1.0, -2.0, 0.5]))", "assert_close(list(submission.double(3))"
    )
    source = f"""
        import gc
        import numpy as np
        from grader.worker.worker import Worker
        Worker.{forgery} = lambda self, message: {answer}
        def double(values): return (value for value in [2.0, -4.0, 1.0])
    """
    result = grade(write_kata(tests), source)
    assert (result.status, result.tests[0].status) == ("fail", "fail")
    assert words in (result.tests[0].message or "")


def test_worker_that_stops_the_clock_is_timed_by_the_judge(write_kata: WriteKata, grade: GradeSource) -> None:
    clocks = "import time\ntime.monotonic = time.perf_counter = lambda: 0.0\n"
    result = grade(write_kata(toml=LIMITS), clocks + in_call("while True: pass"))
    assert result.status == "fail"


SPEED = KATA_TOML + '\n[thresholds.speed]\nlimit = 5.0\ndirection = "at most"\nunit = "x reference"\n'
SPEED_TEST = """
import numpy as np
import pytest
from grader.testing import assert_close

@pytest.mark.task(1)
def test_is_fast(submission, speed, rng):
    '''Is fast.'''
    speed("double", lambda: (rng.normal(size=50),), assert_close)
"""
WORK = """
import time
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
"""


def test_using_up_the_time_passes_no_speed_test(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(SPEED_TEST, WORK + "def double(values):\n    work(0.01)\n    return 2 * values\n", toml=SPEED)
    stalls = """
        calls = []
        def double(values):
            calls.append(1)
            if len(calls) == 3: time.sleep(6)  # After the warm-up and a sample that was fast.
            if len(calls) > 2: work(0.09)
            return 2 * values
    """
    result = grade(kata, WORK + textwrap.dedent(stalls))
    assert (result.status, result.thresholds[0].status) == ("fail", "fail")


def test_inputs_do_not_follow_from_what_a_worker_is_told(write_kata: WriteKata, grade: GradeSource) -> None:
    foretells = """
        import gc, random, sys, zlib
        import numpy as np
        frame, told = sys._getframe(), set()
        while frame := frame.f_back:
            told |= {value for name, value in frame.f_locals.items() if type(value) is int}
            told |= {value.seed for value in frame.f_locals.values() if hasattr(value, "seed")} - {None}
        test = zlib.crc32(b"test_doubles")
        foretold = {np.random.default_rng([seed, test]).normal() for seed in told if seed >= 0}
        def double(values):
            print(len(told) > 0, 7 in told, values[0] in foretold)
            return 2 * values
    """
    hidden_tests = """
        import numpy as np
        import pytest

        @pytest.mark.task(1)
        def test_doubles(submission, rng):
            \"\"\"Doubles.\"\"\"
            submission.double(rng.normal(size=3))
    """
    result = grade(write_kata(hidden_tests), foretells, seed=7).tests[0]
    assert result.output.split() == ["True", "False", "False"]


def test_timed_inputs_cannot_be_foretold(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(SPEED_TEST, toml=SPEED)
    foretells = """
        import zlib
        import numpy as np
        rng = np.random.default_rng([7, zlib.crc32(b"test_is_fast")])
        foretold = {rng.normal(size=50).tobytes() for _ in range(100)}
        def double(values):
            print(values.tobytes() in foretold)
            return 2 * values
    """
    output = grade(kata, foretells, seed=7).tests[0].output.splitlines()
    assert len(output) >= 4
    assert set(output) == {"False"}


READERS = {
    "the hidden tests": "open({tests!r}).read()",
    "the reference": "open({reference!r}).read()",
    "the repository's history": "import os; os.listdir({git!r})",
    "the grader": "open({engine!r}).read()",
    "the home folder": "import os; os.listdir({home!r})",
    "passwords": "open('/etc/passwd').read()",
    "another process's environment": "open('/proc/1/environ', 'rb').read()[0]",
    "another process's memory": "open('/proc/1/mem', 'rb').read(1)",
    "its own descriptors' files": "import os; open('/proc/1/fd/0').read()",
    "the home folder by writing": "open({home!r} + '/written', 'w')",
    "the temporary folder": "import os; [0][len(os.listdir({temporary!r}))]",
    "its own program by writing": "import numpy; open(numpy.__file__, 'a')",
}


@pytest.mark.parametrize("name", READERS)
def test_files_are_out_of_reach(write_kata: WriteKata, grade: GradeSource, tmp_path: Path, name: str) -> None:
    kata = write_kata()
    paths = {
        "tests": str(kata.hidden_tests),
        "reference": str(ROOT / "reference"),
        "git": str(ROOT / ".git"),
        "engine": str(ROOT / "grader/judge.py"),
        "home": str(Path.home()),
        "temporary": str(tmp_path.parent),
    }
    result = grade(kata, in_call(READERS[name].format(**paths)) + "\n")
    assert result.status == "fail"
    raised = [test.message for test in result.tests if "Raised" in (test.message or "")]
    assert raised, [test.message for test in result.tests]
    assert any(error in raised[0] for error in ("PermissionError", "FileNotFoundError", "OSError", "ValueError")), (
        raised[0]
    )
    assert not (Path.home() / "written").exists()


def test_nothing_is_left_running(service: OwnService, write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata()
    marker = "left_running_after_the_grade"
    thread = f"""
        import threading, time
        def {marker}():
            while True: time.sleep(0.01)
        threading.Thread(target={marker}, daemon=False).start()
        def double(values): return values
    """
    assert grade(kata, REFERENCE).status == "pass"
    before = process_count(service)
    grade(kata, thread)
    assert process_count(service) <= before


def test_worker_ends_with_the_one_who_asked(
    service: OwnService, write_kata: WriteKata, hidden: tuple[str, ...]
) -> None:
    kata = write_kata(toml=KATA_TOML + "\n[limits]\ncall_seconds = 600.0\nwall_seconds = 600.0\n")
    judge = JudgeRequest(
        folder=str(kata.folder),
        reference_folder=str(kata.reference_folder),
        pack="",
        preload=["numpy"],
        hidden=list(hidden),
    )
    with service.connect(judge) as asking:
        channel.send(asking, GradeRequest(source=b"while True: pass"))
        assert eventually(lambda: busy_workers(service) > 0)
    assert eventually(lambda: busy_workers(service) == 0)


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def busy_workers(service: OwnService) -> int:
    """Counts the workers that have used the processor for a second or more and are using it now."""
    found = 0
    for process in zygotes_of(service.process.pid):
        with contextlib.suppress(OSError):
            facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            found += facts[0] == "R" and int(facts[11]) >= os.sysconf("SC_CLK_TCK")
    return found


def test_worker_has_no_socket_but_its_own(write_kata: WriteKata, grade: GradeSource) -> None:
    count = """
        import os, stat
        def double(values):
            sockets = 0
            for descriptor in range(1024):
                try: sockets += stat.S_ISSOCK(os.fstat(descriptor).st_mode)
                except OSError: pass
            raise RuntimeError(f"{sockets} sockets")
    """
    tests = HIDDEN_TESTS.replace("(submission)", "(reference, submission)")
    kata = write_kata(tests.replace("    assert_close", "    reference.double(1.0)\n    assert_close"))
    assert "RuntimeError: 1 sockets" in str(grade(kata, count).tests[0].message)


def process_count(service: OwnService) -> int:
    """Counts the zygotes and workers of a service, and whatever a worker has left to process 1, once all spares are there."""
    before, count = -1, -2
    while count != before:
        before, count = count, len(zygotes_of(service.process.pid, with_orphans=True))
        time.sleep(2)
    return count


def test_environment_of_the_user_is_not_seen(write_kata: WriteKata, hidden: tuple[str, ...], monkeypatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    look = b"import os\ndef double(values):\n    raise RuntimeError(str(dict(os.environ)))\n"
    with OwnService() as service:
        result, _ = client.grade(
            service, client.GradeJob.of(write_kata(), GradeRequest(source=look), preload=["numpy"], hidden=hidden)
        )
    message = str(result.tests[0].message)
    assert "RuntimeError" in message
    assert "SECRET_TOKEN" not in message
    assert "hunter2" not in message


def test_worker_is_never_root(write_kata: WriteKata, grade: GradeSource) -> None:
    look = "import os\ndef double(values):\n    raise RuntimeError(f'uids {os.getresuid()}')\n"
    message = grade(write_kata(), look).tests[0].message or ""
    found = re.search(r"uids \((\d+), (\d+), (\d+)\)", message)
    assert found
    assert all(int(uid) > 0 for uid in found.groups())


def test_dead_zygote_costs_a_restart_and_not_a_verdict(
    service: OwnService, write_kata: WriteKata, grade: GradeSource
) -> None:
    kata = write_kata()
    assert grade(kata, REFERENCE).status == "pass"
    for process in zygotes_of(service.process.pid):
        with contextlib.suppress(ProcessLookupError):  # It has died with its parent.
            os.kill(process, signal.SIGKILL)
    assert grade(kata, REFERENCE).status == "pass"


def test_result_is_of_bounded_size(write_kata: WriteKata, grade: GradeSource) -> None:
    returns = """
        def nest(depth):
            return [nest(depth - 1) for _ in range(9)] if depth else "z" * 120
        def double(values):
            return {"k" * 1000 + str(number): nest(4) for number in range(20)}
    """
    for test in grade(write_kata(), returns).tests:
        assert test.message is not None
        assert len(test.message) < 11_000
        assert "Next step: " in test.message[-500:]
