"""A class on a real scheduler and nodes that share nothing with this process: same table, whatever is lost on the way."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NamedTuple

import dask.config
import msgspec
import pytest
from click.testing import CliRunner
from click.testing import Result
from distributed import Client

from grader.cli import create_cli
from grader.content.catalog import load_catalog
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service.connection import BackgroundService
from grader_dask import task

ROOT = Path(__file__).parents[3]
RIGHT = (ROOT / "reference/expressivity/perceptron/perceptron.py").read_text()
WRONG = RIGHT.replace("scores >= 0.0", "scores > 0.0")
SLOW = RIGHT.replace("def perceptron(", "import time\ntime.sleep(0.1)\ndef perceptron(")

ANSWERS = """
import os
import msgspec
from grader.content import fingerprint
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader_dask import node
from grader_dask import task

def answer(asked):
    source = msgspec.msgpack.decode(asked.request, type=GradeRequest).source
    if b"kills the node" in source:
        os._exit(1)
    if b"breaks the node" in source:
        raise OSError(28, "No space left on device")
    return node._compare(asked, node._catalog().find(asked.kata)) or task.Graded(msgspec.json.encode(
        Result(kata=asked.kata, status="pass", score=1.0, max_score=1.0, tests=[])
    ))

node._answer = answer
"""
"""What a node runs first, so that it answers without TensorFlow and ends where a submission says so."""

OLD_KERAS = (
    ANSWERS
    + """
versions = {**fingerprint.library_versions(), "keras": "0.0.1"}
fingerprint.library_versions = lambda: versions
"""
)

StartNodes = Callable[..., list[subprocess.Popen[bytes]]]


class Scheduler(NamedTuple):
    process: subprocess.Popen[bytes]
    address: str


@pytest.fixture(scope="module", autouse=True)
def own_background_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
        BackgroundService().stop()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """A scheduler, for which Dask is configured."""
    file = tmp_path / "scheduler.json"
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    with running("dask", *words, folder=tmp_path / "scheduler") as process:
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        with dask.config.set({"scheduler-address": address}):
            yield Scheduler(process, address)


@pytest.fixture
def start_nodes(scheduler: Scheduler, tmp_path: Path) -> Iterator[StartNodes]:
    """Starts nodes, each with folders of its own, by what each runs first; returns their processes."""
    with contextlib.ExitStack() as stack, Client(scheduler.address, set_as_default=False) as asking:

        def start(*preloads: str) -> list[subprocess.Popen[bytes]]:
            nodes = []
            for number, preload in enumerate(preloads):
                words = [
                    "worker",
                    scheduler.address,
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--no-dashboard",
                    "--name",
                    f"n{number}",
                ]
                words += ["--preload", preload] if preload else []
                nodes.append(stack.enter_context(running("dask", *words, folder=tmp_path / f"node{number}")))
            wait_until(lambda: len(asking.nthreads()) == len(nodes))
            return nodes

        yield start


@contextlib.contextmanager
def running(module: str, *words: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a module of Python in a folder that is its home."""
    folder.mkdir()
    environment = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", module, *words]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def batch(folder: Path, db: Path, executor: str = "dask") -> Result:
    words = ["batch", str(folder), "--db", str(db), "--executor", executor, "--seed", "3", "--jobs", "2"]
    return CliRunner().invoke(create_cli(create_manager()), words)


@contextlib.contextmanager
def killing(process: subprocess.Popen[bytes], *, when: Callable[[], object]) -> Iterator[None]:
    """Kills a process as soon as something is so."""

    def kill() -> None:
        wait_until(when)
        process.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        killer.join()


def write_class(folder: Path, sources: dict[str, str]) -> Path:
    for student, source in sources.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "perceptron.py").write_text(source)
    return folder


def query(db: Path, statement: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(statement).fetchall()


def rows(db: Path) -> list[tuple[Any, ...]]:
    """Returns the table without what differs between two equal grades."""
    columns = "student, kata, status, score, max_score, content, kata_version, seed, result"
    found = query(db, f"SELECT {columns} FROM grade ORDER BY student")
    return [(*row[:-1], without_times(json.loads(row[-1]))) for row in found]


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "seconds": 0, "tests": [{**test, "seconds": 0} for test in result["tests"]]}


def count(db: Path) -> int:
    """Returns how many grades there are; there may be no table yet."""
    with contextlib.suppress(sqlite3.OperationalError):
        return len(query(db, "SELECT student FROM grade"))
    return 0


def test_table_is_that_of_this_machine_though_a_node_is_killed(start_nodes: StartNodes, tmp_path: Path) -> None:
    sources = {f"right{number}": f"{SLOW}# {number}\n" for number in range(6)}
    sources |= {"wrong": WRONG, "empty": "", "broken": "def perceptron(:\n", "same": f"{SLOW}# 0\n"}
    folder = write_class(tmp_path / "class", sources)
    here, there = tmp_path / "here.sqlite", tmp_path / "there.sqlite"
    assert batch(folder, here, "local").exit_code == 0
    victim, other = start_nodes("", "")

    with killing(victim, when=lambda: count(there) >= 3):
        run = batch(folder, there)
    assert run.exit_code == 0, run.output
    assert "is lost; what it was grading is graded elsewhere." in run.stderr
    assert (victim.wait(), other.poll()) == (-signal.SIGKILL, None)
    assert len(rows(there)) == len(sources)
    assert rows(there) == rows(here)


def test_what_is_lost_with_two_nodes_is_an_error_of_ours(start_nodes: StartNodes, tmp_path: Path) -> None:
    start_nodes(ANSWERS, ANSWERS, ANSWERS)
    folder = write_class(tmp_path / "class", {"ada": f"{RIGHT}# kills the node", "bob": RIGHT})
    run = batch(folder, tmp_path / "grades.sqlite")
    assert run.exit_code == 2
    assert "Not graded: ada/perceptron.py: It was lost with the nodes that graded it: tcp://127.0.0.1:" in run.stderr
    assert [row[:3] for row in rows(tmp_path / "grades.sqlite")] == [
        ("ada", "perceptron", "error"),
        ("bob", "perceptron", "pass"),
    ]


def test_node_that_may_not_or_cannot_grade_is_left_out(start_nodes: StartNodes, tmp_path: Path) -> None:
    start_nodes(OLD_KERAS, ANSWERS, ANSWERS.replace("breaks the node", "perceptron"))
    folder = write_class(tmp_path / "class", {f"s{number}": f"{RIGHT}# {number}" for number in range(6)})
    run = batch(folder, tmp_path / "grades.sqlite")
    assert run.exit_code == 0, run.output
    assert [row[2] for row in rows(tmp_path / "grades.sqlite")] == ["pass"] * 6
    left_out = sorted(line.split("is left out: ")[1] for line in run.stderr.splitlines() if "is left out" in line)
    here = importlib.metadata.version("keras")
    assert left_out == [
        "OSError: [Errno 28] No space left on device.",
        f"expected keras {here}, as where the batch runs, found 0.0.1; install the same on both, and start the node again.",
    ]


def test_batch_ends_where_no_node_may_grade(start_nodes: StartNodes, tmp_path: Path) -> None:
    start_nodes(OLD_KERAS)
    run = batch(write_class(tmp_path / "class", {"ada": RIGHT}), tmp_path / "grades.sqlite")
    assert (run.exit_code, rows(tmp_path / "grades.sqlite")) == (2, [])
    assert "no node can grade" in run.stderr


def test_batch_waits_for_a_first_node(start_nodes: StartNodes, tmp_path: Path) -> None:
    later = threading.Timer(2.0, start_nodes, [ANSWERS])
    later.start()
    run = batch(write_class(tmp_path / "class", {"ada": RIGHT}), tmp_path / "grades.sqlite")
    later.join()
    assert run.exit_code == 0, run.output
    assert "has no nodes; waiting" in run.stderr


def test_batch_ends_with_the_scheduler_and_keeps_what_there_is(
    scheduler: Scheduler, start_nodes: StartNodes, tmp_path: Path
) -> None:
    start_nodes(ANSWERS.replace("def answer(asked):", "import time\ndef answer(asked):\n    time.sleep(0.5)"))
    folder = write_class(tmp_path / "class", {f"s{number}": f"{RIGHT}# {number}" for number in range(20)})
    db = tmp_path / "grades.sqlite"
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        killing(scheduler.process, when=lambda: count(db) >= 2),
    ):
        run = batch(folder, db)
    assert run.exit_code == 2
    assert "Error: Dask's scheduler has gone" in run.stderr
    assert "Traceback" not in run.stderr
    assert 2 <= count(db) < 20


def test_task_holds_contents_and_no_path_of_this_machine() -> None:
    catalog = load_catalog(create_manager())
    job = client.make_job(catalog, catalog.find("perceptron"), GradeRequest(source=b"x = 1", seed=7, feedback="none"))
    versions = task.versions_for(job.kata)
    content = task.make_task(job, versions)
    assert b"/" not in content
    sent = msgspec.msgpack.decode(content)
    assert (sent["kata"], sent["versions"]) == ("perceptron", versions)
    assert list(versions)[:4] == ["the engine", "the kata perceptron", "python", "numpy"]
    asked = msgspec.msgpack.decode(sent["request"])
    assert (asked["source"], asked["seed"], asked["device"], asked["feedback"]) == (b"x = 1", 7, "cpu", "none")


def test_scheduler_has_to_be_named_and_to_answer(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT})
    with dask.config.set({"scheduler-address": None}):
        run = batch(folder, tmp_path / "grades.sqlite")
    assert run.exit_code == 2
    assert "expected the address of a scheduler in DASK_SCHEDULER_ADDRESS, found none" in run.stderr
    with dask.config.set({"scheduler-address": "tcp://127.0.0.1:1", "distributed.comm.timeouts.connect": "1s"}):
        run = batch(folder, tmp_path / "grades.sqlite")
    assert run.exit_code == 2
    assert "the scheduler at tcp://127.0.0.1:1 cannot be reached" in run.stderr
