"""Runs the corpus: a place to be attacked, with a service under one setting, and all that must be as before afterwards."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from conftest import PRELOAD
from conftest import ROOT

from attacks import Attack
from attacks import autoencoder
from attacks import batch_norm
from attacks import conv2d
from attacks import early_stopping
from attacks import lstm
from attacks import minibatch_sgd
from attacks import perceptron
from attacks import q_learning
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.learner.report import render_text
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader.result import to_json
from grader.service import client
from grader.service import connection

TABLES: dict[str, dict[str, Attack]] = {
    "perceptron": perceptron.ATTACKS,
    "conv2d": conv2d.ATTACKS,
    "autoencoder": autoencoder.ATTACKS,
    "lstm": lstm.ATTACKS,
    "batch_norm": batch_norm.ATTACKS,
    "early_stopping": early_stopping.ATTACKS,
    "minibatch_sgd": minibatch_sgd.ATTACKS,
    "q_learning": q_learning.ATTACKS,
}
CORPUS = {f"{kata}: {name}": (kata, attack) for kata, table in TABLES.items() for name, attack in table.items()}

CORRECT = ROOT / "reference/expressivity/perceptron/right/with_numpy.py"
ORDINARY_USER = 54322
LEFT = "left-by-an-attack"
_DONE_SECONDS = 5.0
_TASK_NAMES = (f"attack{os.getpid() % 1000}x{number}" for number in itertools.count())
_OUTSIDE = ("changed: ", "left: ", "reached: ")
_BROKEN = re.compile(r"^\s*::|##\[|##vso|##teamcity", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Setting:
    """Who grades, and what the kernel refuses."""

    user: str
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.user}, {'all layers' if not self.without else 'without ' + ' and '.join(self.without)}"


def settings() -> list[Setting]:
    """Lists the settings that are possible for whoever runs this, the one with all layers first."""
    refused = [(), ("namespaces",), ("landlock",), ("seccomp",), ("namespaces", "landlock")]
    ordinary = [Setting("an ordinary user", layers) for layers in refused]
    if os.getuid() != 0:
        return ordinary
    return [*(Setting("root", layers) for layers in [*refused, ("uid",)]), *ordinary]


@dataclasses.dataclass
class Trial:
    """What came of an attack: the result, and what is not as it should be."""

    result: Result | None
    seconds: float
    problems: list[str]
    conceded: list[str] = dataclasses.field(default_factory=list)
    """What is not promised where neither a jail nor Landlock keeps files and processes of the user away, or without seccomp."""


class Place:
    """Folders and a process that belong to the user who grades, katas, and a running service."""

    def __init__(self, folder: Path, setting: Setting) -> None:
        self.folder = folder
        self.setting = setting
        self.user = ORDINARY_USER if os.getuid() == 0 and setting.user != "root" else os.getuid()
        folder.chmod(0o755)
        self.marked = [folder / name for name in ("home", "cwd", "temporary")]
        for marked in self.marked:
            marked.mkdir()
            (marked / "marker").write_text("as it was")
            for path in (marked / "marker", marked):
                os.chown(path, self.user, self.user)
        self.katas: dict[tuple[str, str], Kata] = {}
        self.honest_seconds = 0.0

    @contextlib.contextmanager
    def running(self) -> Iterator[Place]:
        """Keeps the service and the process that may be harmed."""
        start = [sys.executable, "-I", str(Path(__file__).with_name("start.py")), str(self.user), str(self.marked[1])]
        command = [*start, *self.setting.without, "--", *connection._COMMAND]
        with (
            mock.patch.object(connection, "_COMMAND", command),
            connection.OwnService() as self.service,
            subprocess.Popen(["/bin/sleep", "3600"], user=self.user, start_new_session=True) as self.victim,
        ):
            try:
                self.grade("perceptron", CORRECT.read_bytes())
                start_of_second = time.monotonic()
                self.layers = self.grade("perceptron", CORRECT.read_bytes()).sandbox
                self.honest_seconds = time.monotonic() - start_of_second
                yield self
            finally:
                self.victim.kill()

    def kata(self, name: str, limits: str = "") -> Kata:
        """Returns a kata in a copy that everybody may read, with limits of its own if so wished."""
        if (name, limits) not in self.katas:
            number = len(self.katas)
            (source,) = (ROOT / "katas").glob(f"*/{name}")
            reference = ROOT / "reference" / source.relative_to(ROOT / "katas")
            folder, hidden = self.folder / f"katas/{number}/{name}", self.folder / f"reference/{number}/{name}"
            shutil.copytree(source, folder)
            shutil.copytree(reference, hidden)
            if limits:
                text = re.sub(r"\n\[limits\]\n(\w+ = .*\n)*", "", (folder / "kata.toml").read_text())
                (folder / "kata.toml").write_text(f"{text}\n[limits]\n{limits}\n")
            self.katas[name, limits] = load_kata(folder, hidden)
        return self.katas[name, limits]

    def grade(self, name: str, source: bytes, limits: str = "", **options: Any) -> Result:
        """Grades one submission, without a diagnosis."""
        request = GradeRequest(source=source, diagnosis_seconds=0.0, with_pictures=False, **options)
        hidden = (str(ROOT), str(self.folder))
        job = client.GradeJob.of(self.kata(name, limits), request, preload=PRELOAD, hidden=hidden)
        return client.grade(self.service, job)[0]

    def source_of(self, kata: Kata, attack: Attack, task_name: str) -> bytes:
        """Fills in the names, and has the threads of the submission named, by which they are found later."""
        if isinstance(attack.source, bytes):
            return attack.source
        names = {
            "HOME": str(self.marked[0]),
            "CWD": str(self.marked[1]),
            "TEMPORARY": str(self.marked[2]),
            "HIDDEN_TESTS": str(kata.hidden_tests),
            "REFERENCE": str(kata.reference),
            "ENGINE": str(ROOT / "grader"),
            "LEFT": LEFT,
            "VICTIM": self.victim.pid,
        }
        text = re.sub("|".join(rf"\b{name}\b" for name in names), lambda found: repr(names[found[0]]), attack.source)
        return f"import ctypes; ctypes.CDLL(None).prctl(15, b'{task_name}')\n{text}".encode()

    def attack(self, name: str, attack: Attack) -> Trial:
        """Grades an attack, and then a correct solution, and looks at all that must be as before."""
        kata, task_name = self.kata(name, attack.limits), next(_TASK_NAMES)
        source, before, service = self.source_of(kata, attack, task_name), self.state(), self.service.process.pid
        start = time.monotonic()
        try:
            result = self.grade(name, source, attack.limits)
        except Exception as error:
            return Trial(None, time.monotonic() - start, [f"no verdict: {error!r}"])
        seconds = time.monotonic() - start
        problems = [*wrong_verdict(attack, result), *unprintable(result, kata)]
        problems += [f"changed: {what}" for what in changes(before, self.state())]
        problems += [f"left running: {what}" for what in leftovers(task_name)]
        problems += [f"left: {path}" for path in self.left_files()]
        start = time.monotonic()
        after = self.grade("perceptron", CORRECT.read_bytes())
        slowness = max(1.0, (time.monotonic() - start) / self.honest_seconds)
        if after.status != "pass":
            problems.append(f"the next grade is {after.status!r}: {[test.message for test in after.tests]}")
        if after.sandbox != self.layers:
            problems.append(f"the next grade has other layers: {after.sandbox}")
        if self.service.process.pid != service:
            problems.append("the service was replaced")
        # Where the submission was too slow, the reference has been tried in its place.
        if seconds > (2 * kata.spec.limits.wall_seconds + 5) * slowness:
            problems.append(f"took {seconds:.1f} s (machine slower by {slowness:.1f})")
        if attack.relies_on and attack.relies_on not in self.layers:
            end_all_called(task_name)
            return Trial(result, seconds, [], problems)
        conceded = [problem for problem in problems if self.concedes(problem)]
        return Trial(result, seconds, [problem for problem in problems if problem not in conceded], conceded)

    def concedes(self, problem: str) -> bool:
        """Says whether none of the layers is there that would have kept a worker from this; results say so, then."""
        layers = set(self.layers)
        if not {"namespaces", "landlock"} & layers and problem.startswith(_OUTSIDE):
            return True
        # Landlock keeps what is in a file, and neither its mode nor its times nor the priority of a process.
        is_content = problem.endswith(" (content)")
        return not {"namespaces", "uid", "seccomp"} & layers and problem.startswith("changed: ") and not is_content

    def state(self) -> dict[str, Any]:
        """Returns what an attack must not change: files with all their attributes, and a process."""
        found: dict[str, Any] = {}
        for path in [path for marked in self.marked for path in (marked, *marked.rglob("*"))]:
            facts = path.lstat()
            numbers = facts.st_mode, facts.st_uid, facts.st_size, facts.st_nlink, facts.st_mtime_ns, facts.st_ctime_ns
            found[str(path)] = numbers
            if path.is_file():
                found[f"{path} (content)"] = path.read_bytes()
        process = Path(f"/proc/{self.victim.pid}")
        found["the limits of a process"] = (process / "limits").read_text()
        found["the priority and state of a process"] = [
            (process / "stat").read_text().rpartition(")")[2].split()[index] for index in (0, 15, 16)
        ]
        found["the processors of a process"] = os.sched_getaffinity(self.victim.pid)
        return found

    def left_files(self) -> list[str]:
        """Lists the files outside of all scratch folders that bear the name of what an attack leaves, and removes them."""
        roots = {self.folder, Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")}
        roots |= {Path.home(), Path.cwd(), ROOT, *self.marked}
        left = [root / LEFT for root in sorted(roots) if os.path.lexists(root / LEFT)]
        for path in left:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        return [str(path) for path in left]


@contextlib.contextmanager
def place(setting: Setting) -> Iterator[Place]:
    """Makes a place to be attacked."""
    with (
        tempfile.TemporaryDirectory(prefix="grader-attacks-", dir="/var/tmp") as folder,
        Place(Path(folder), setting).running() as made,
    ):
        yield made


def is_weak(here: Place) -> bool:
    """Says whether the report of a grade calls the isolation weak."""
    result = here.grade("perceptron", CORRECT.read_bytes())
    return "isolation: weak" in render_text(result, here.kata("perceptron"))


def wrong_verdict(attack: Attack, result: Result) -> list[str]:
    """Says what is wrong with a verdict."""
    problems = []
    message = next((test.message or "" for test in result.tests if test.status in ("fail", "error")), "")
    if result.status != attack.verdict:
        problems.append(f"the verdict is {result.status!r}, not {attack.verdict!r}: {message[:300]!r}")
    if attack.verdict == "fail" and result.score > attack.points:
        passed = [test.name for test in result.tests if test.status == "pass"]
        problems.append(f"{result.score:g} points instead of {attack.points:g} at most, for {passed}")
    if attack.says and not re.search(attack.says, message):
        problems.append(
            f"{'reached' if attack.kind == 'reading' else 'says'}: {message[:300]!r} is not {attack.says!r}"
        )
    return problems


def unprintable(result: Result, kata: Kata) -> list[str]:
    """Finds what a terminal or the log of a CI system would take for a command, in all that a result shows."""
    try:
        shown = [to_json(result).encode().decode(), render_text(result, kata)]
    except Exception as error:
        return [f"cannot be shown: {error!r}"]
    shown += [text for test in result.tests for text in (test.message or "", test.output, test.description)]
    bad = [char for text in shown for char in text if char not in "\n\t" and not is_shown(char)]
    commands = [found[0] for text in shown[1:] for found in _BROKEN.finditer(text)]
    return [f"shows {bad[:5]} {commands[:5]}"] if bad or commands else []


def is_shown(char: str) -> bool:
    """Says whether a character has no power over a terminal or the direction of writing."""
    is_control = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
    return not is_control and unicodedata.bidirectional(char) not in (
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    )


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Lists what is not as it was."""
    return [what for what in sorted(before.keys() | after.keys()) if before.get(what) != after.get(what)]


def leftovers(task_name: str) -> list[str]:
    """Lists the threads that bear the name of an attack, when they have had time to end."""
    deadline = time.monotonic() + _DONE_SECONDS
    while (found := list(threads_called(task_name))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def end_all_called(task_name: str) -> None:
    """Kills the processes that an attack has started, until none is left."""
    while found := {int(thread.split("/")[2]) for thread in threads_called(task_name)}:
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)


def threads_called(name: str) -> Iterator[str]:
    """Finds the threads of all processes that have a name."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                for thread in (process / "task").iterdir():
                    if (thread / "comm").read_text().strip() == name:
                        yield str(thread)
