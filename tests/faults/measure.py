"""Measures that a bad day costs nobody marks: `python tests/faults/measure.py [N]`, or `make faults`, for what needs minutes.

N correct submissions of the quick katas are graded, half of them beside busy loops; what never ends has to be ended in time;
and the grader's processes are stopped in the middle of a grade. Only commands that users have are called. It prints one table,
and the exit code is 1 if a line of it is not as it must be.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[2]
GRADER = [sys.executable, "-m", "grader"]
QUICK = ("perceptron", "dense_parameters", "gradient_descent", "momentum", "nesterov", "conv2d", "batch_norm", "lstm")
"""Katas whose right solutions take less than a second each, with NumPy and with Keras, functions and layers."""

MAX_ATTEMPTS = 4
"""How often a verdict `error` is graded; a learner would give up before that."""

AT_ONCE = 20
"""So many `grader run` are started at a time: a computer room before a deadline."""

START_SECONDS = 10.0
SPIN = f"import os\nwhile os.getppid() == {os.getpid()}: pass"
SLOW_START = """
_slow = {function}
def {function}(*arguments, **keywords):
    global _slow_start
    if "_slow_start" not in globals():
        _slow_start = __import__("time").sleep(3)
    return _slow(*arguments, **keywords)
"""
HANGS = {
    "sleep(1000)": ("perceptron", "def perceptron(*_): __import__('time').sleep(1000)\ngate = perceptron\n"),
    "endless loop": ("perceptron", "def perceptron(*_):\n    while True: pass\ngate = perceptron\n"),
    "flood of prints": ("perceptron", "def perceptron(*_):\n    while True: print('x' * 1000)\ngate = perceptron\n"),
    "flood of callbacks": (
        "momentum",
        "def momentum_descent(gradient, start, *_):\n    while True:\n        try: gradient(start)\n"
        "        except Exception: pass\nmomentum_step = best_settings = print\n",
    ),
}
STOPPED = ("the service", "the judge", "the workers", "everything")
MOMENTS = (0.5, 2.0)
"""Seconds after a grade has begun at which processes are stopped: in its first, slow call, and near its end."""


@dataclass
class Row:
    """A line of the table."""

    name: str
    counts: Counter[str]
    """How often each verdict was given."""
    num_again: int
    """How many verdicts `error` were tried again."""
    seconds: float
    bound: float | None = None
    """After so many seconds it has to be over."""
    expected: str = "pass"

    @property
    def is_met(self) -> bool:
        """Whether all verdicts are the expected one, and in time."""
        return set(self.counts) == {self.expected} and (self.bound is None or self.seconds <= self.bound)

    def __str__(self) -> str:
        counts = "".join(f"{self.counts[status]:>7}" for status in ("pass", "fail", "error"))
        bound = "" if self.bound is None else f"{self.bound:.0f} s"
        total = sum(self.counts.values())
        verdict = "" if self.is_met else "  NOT AS IT MUST BE"
        return f"{self.name:<42}{total:>7}{counts}{self.num_again:>8}{self.seconds:>9.1f} s{bound:>8}{verdict}"


HEADER = f"{'case':<42}{'graded':>7}{'pass':>7}{'fail':>7}{'error':>7}{'again':>8}{'took':>11}{'bound':>8}"


def solutions() -> Iterator[tuple[str, str]]:
    """Yields the quick katas and their right solutions, mixed and without end, each made unlike the others by a comment."""
    files = [sorted(ROOT.glob(f"reference/*/{kata}/right/*.py")) for kata in QUICK]
    mixed = [file for group in itertools.zip_longest(*files) for file in group if file]
    for number in itertools.count():
        file = mixed[number % len(mixed)]
        yield file.parents[1].name, f"{file.read_text(encoding='utf-8')}\n# {number}\n"


@contextlib.contextmanager
def busy_machine(is_busy: bool) -> Iterator[None]:
    """Keeps every processor busy by a loop in a scheduling group of its own: autogroup would hide a load without setsid."""
    count = len(os.sched_getaffinity(0)) if is_busy else 0
    loops = [subprocess.Popen([sys.executable, "-c", SPIN], start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def grader(*words: object) -> str:
    """Runs a command, whatever its exit code, and returns its output; what it says beside that is passed on."""
    done = subprocess.run([*GRADER, *map(str, words)], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def told(result: dict[str, Any], expected: str = "pass") -> str:
    """Returns the verdict of a result; if it is not the expected one, the reasons are written to standard error."""
    for test in result["tests"]:
        if result["status"] != expected != test["status"]:
            click.echo(f"{result['kata']}, {test['name']}: {test['status']}: {test['message']}", err=True)
    return str(result["status"])


def measure_batch(folder: Path, submissions: list[tuple[str, str]], name: str) -> Row:
    """Grades a class, and again with --resume as long as there are errors."""
    for number, (kata, source) in enumerate(submissions):
        student = folder / f"s{number:05}"
        student.mkdir(parents=True)
        (student / f"{kata}.py").write_text(source, encoding="utf-8")
    db = folder.with_suffix(".sqlite")
    start, num_again = time.monotonic(), 0
    for attempt in range(MAX_ATTEMPTS):
        grader("batch", folder, "--db", db, *(["--resume"] if attempt else []))
        with contextlib.closing(sqlite3.connect(db)) as connection:
            results = [json.loads(result) for (result,) in connection.execute("SELECT result FROM grade")]
        counts = Counter(told(result) for result in results)
        counts["lost"] = len(submissions) - len(results)
        if not counts["error"]:
            break
        num_again += counts["error"]
    return Row(name, +counts, num_again, time.monotonic() - start)


def start_run(kata: str, file: Path) -> subprocess.Popen[str]:
    """Starts `grader run`."""
    command = [*GRADER, "run", kata, str(file), "--format", "json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def verdict_of(process: subprocess.Popen[str], expected: str = "pass") -> str:
    """Waits for the verdict, by the exit code and the JSON, which must agree."""
    output, _ = process.communicate()
    status = {0: "pass", 1: "fail", 2: "error"}.get(process.returncode, f"exit {process.returncode}")
    verdict = told(json.loads(output), expected) if output else "error"
    return status if verdict == status else f"{status}, but told {verdict}"


def measure_runs(folder: Path, submissions: list[tuple[str, str]], name: str) -> Row:
    """Grades each submission by a `grader run`, many at once; errors are tried again."""
    folder.mkdir()

    def run(number: int, kata: str, source: str) -> list[str]:
        """Returns all verdicts, the last one last."""
        file = folder / f"{number}.py"
        file.write_text(source, encoding="utf-8")
        verdicts = [verdict_of(start_run(kata, file))]
        while verdicts[-1] == "error" and len(verdicts) < MAX_ATTEMPTS:
            verdicts.append(verdict_of(start_run(kata, file)))
        return verdicts

    start = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(run, itertools.count(), *zip(*submissions, strict=True)))
    counts = Counter(verdicts[-1] for verdicts in results)
    return Row(name, counts, sum(len(verdicts) - 1 for verdicts in results), time.monotonic() - start)


def measure_hang(folder: Path, name: str, kata: str, source: str) -> Row:
    """Grades a submission that never ends; all tests take their own time at most once, and so does the reference."""
    limits = tomllib.loads(next(ROOT.glob(f"katas/*/{kata}/kata.toml")).read_text(encoding="utf-8"))["limits"]
    file = folder / f"{kata}.py"
    file.write_text(source, encoding="utf-8")
    start = time.monotonic()
    verdict = verdict_of(start_run(kata, file), "fail")
    bound = 2 * limits["wall_seconds"] + START_SECONDS
    return Row(name, Counter([verdict]), 0, time.monotonic() - start, bound, "fail")


def find_processes(service: int) -> dict[str, list[int]]:
    """Finds the processes of a service, by what may be stopped."""
    parents, commands = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(entry.name)] = (entry / "cmdline").read_bytes()
    family = [service]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    zygotes = [member for member in family if b"grader.worker.zygote" in commands[member]]
    return {
        "the service": [service],
        "the judge": [member for member in family[1:] if member not in zygotes],
        "the workers": [member for member in zygotes if member not in parents.values()],
        "everything": family,
    }


def signal_all(processes: list[int], number: signal.Signals) -> None:
    """Sends a signal to each process that is still there."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def measure_stops(folder: Path, who: str, seconds: float) -> Row:
    """Stops processes in the middle of grades of correct work, and lets them go on; the machine's time is nobody's own."""
    kata, source = next((kata, source) for kata, source in solutions() if kata == "conv2d")
    counts: Counter[str] = Counter()
    start = time.monotonic()
    for moment in MOMENTS:
        file = folder / f"{kata}.py"
        file.write_text(source + SLOW_START.format(function=kata) + f"# {who} {moment}\n", encoding="utf-8")
        service = int(re.findall(r"process (\d+)", grader("service", "status"))[0])
        idle = set(find_processes(service)["the judge"])
        process = start_run(kata, file)
        while not set(find_processes(service)["the judge"]) - idle and process.poll() is None:
            time.sleep(0.05)
        time.sleep(moment)
        stopped = [*find_processes(service)[who], *([process.pid] if who == "everything" else [])]
        signal_all(stopped, signal.SIGSTOP)
        time.sleep(seconds)
        signal_all(stopped, signal.SIGCONT)
        counts[verdict_of(process)] += 1
    return Row(f"{who} stopped for {seconds:g} s", counts, 0, time.monotonic() - start)


def measure(folder: Path, count: int, stops: tuple[float, ...]) -> Iterator[Row]:
    """Yields the lines of the table; a tenth of the submissions is graded by `grader run`, the others by `grader batch`."""
    source = solutions()
    for is_busy in (False, True):
        where = "beside busy loops" if is_busy else "on a quiet machine"
        with busy_machine(is_busy):
            num_runs = count // 20
            in_class = list(itertools.islice(source, count // 2 - num_runs))
            at_once = list(itertools.islice(source, num_runs))
            yield measure_batch(folder / f"class{is_busy:d}", in_class, f"in a class, {where}")
            yield measure_runs(folder / f"runs{is_busy:d}", at_once, f"{AT_ONCE} at once, {where}")
    for name, (kata, hanging) in HANGS.items():
        yield measure_hang(folder, name, kata, hanging)
    for seconds, who in itertools.product(stops, STOPPED):
        yield measure_stops(folder, who, seconds)


@click.command()
@click.argument("count", default=3000, type=click.IntRange(min=40))
@click.option(
    "--stop", "stops", multiple=True, type=float, default=[12.0], show_default=True, help="Seconds; may be repeated."
)
def main(count: int, stops: tuple[float, ...]) -> None:
    """Print what COUNT gradings of correct work, endless ones and stops come to."""
    with tempfile.TemporaryDirectory(prefix="grader-") as made:
        os.environ["XDG_CACHE_HOME"] = made
        os.environ["XDG_CONFIG_HOME"] = made
        os.chdir(made)
        click.echo(HEADER)
        try:
            rows = []
            for row in measure(Path(made), count, stops):
                click.echo(row)
                rows.append(row)
        finally:
            grader("service", "stop")
    sys.exit(0 if all(row.is_met for row in rows) else 1)


if __name__ == "__main__":
    main()
