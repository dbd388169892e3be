"""What a learner and a class wait for, as ratios to today's way, all measured in one run: `python benchmarks/table.py`.

Today's way is the same hidden tests in a cold process of pytest per submission (`in_process.py`), its bytecode cached, on
the same cores. Times are wall-clock seconds from the shell; each pair is measured in turn.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from warm_grade import run_cold
from warm_grade import time_of

from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.plugins import create_manager

GRADER = [sys.executable, "-m", "grader"]
CRASHES = "import os\nos._exit(0)\n"
HANGS = "while True: pass\n"
HUNGRY = "kept = []\nwhile True: kept.append(bytearray(2**24))\n"


def median_of(count: int, action: Callable[[], None]) -> float:
    """Returns the median of several times of an action."""
    return statistics.median(time_of(action) for _ in range(count))


def run(*arguments: object, folder: Path) -> None:
    """Runs a command of the grader; a failed submission is not an error here."""
    command = [*GRADER, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise click.ClickException(done.stderr + done.stdout)


def run_batch(*arguments: object, folder: Path) -> tuple[float, float]:
    """Grades a class and returns the seconds and the largest resident set, in MiB, of the command itself."""
    start = time.perf_counter()
    process = subprocess.Popen([*GRADER, "batch", *map(str, arguments)], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def start_of(*command: str) -> None:
    """Starts a program and waits for its end."""
    subprocess.run(command, capture_output=True, check=True)


class WatchSession:
    """A `grader watch` in a terminal, timed from a save to its verdict."""

    def __init__(self, kata: Kata, folder: Path) -> None:
        self.file = folder / kata.name / f"{kata.name}.py"
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*GRADER, "watch", kata.name], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.wait_for(r"points")

    def wait_for(self, pattern: str) -> None:
        """Reads until a pattern has been printed."""
        seen = ""
        while not re.search(pattern, seen):
            if not select.select([self.terminal], [], [], 120)[0]:
                raise click.ClickException(f"watch printed no {pattern!r}: {seen}")
            seen += os.read(self.terminal, 65536).decode()

    def save(self, source: str) -> None:
        """Saves as editors do and waits for the verdict."""
        new = self.file.with_suffix(".new")
        new.write_text(source)
        new.replace(self.file)
        self.wait_for(r"of [\d.]+ points")

    def close(self) -> None:
        """Quits."""
        os.write(self.terminal, b"q")
        self.process.wait()


def write_class(kata: Kata, folder: Path, count: int) -> Path:
    """Writes a class of unlike submissions: right ones, wrong ones, and some that hang, crash or eat memory."""
    solutions = kata.solutions()
    right = [solution.source.decode() for solution in solutions if solution.kind != "wrong"]
    wrong = [solution.source.decode() for solution in solutions if solution.kind == "wrong"]
    for number in range(count):
        kinds = {0: HANGS, 25: CRASHES, 50: HUNGRY, 75: CRASHES}
        sources = right if number % 3 else wrong
        source = kinds.get(number % 100, sources[number % len(sources)])
        (folder / f"s{number:05}").mkdir(parents=True)
        (folder / f"s{number:05}/{kata.name}.py").write_text(f"# {number}\n{source}")
    return folder


def cold_rate(kata: Kata, num_parallel: int, count: int = 6) -> float:
    """Returns how many cold grades are made in a second, `num_parallel` at a time."""
    start = time.perf_counter()
    with ThreadPoolExecutor(num_parallel) as pool:
        list(pool.map(lambda _: run_cold(kata, kata.reference), range(count)))
    return count / (time.perf_counter() - start)


def memory_of_zygotes(kind: str) -> list[float]:
    """Returns a kind of memory of each process of a zygote and its workers, in MiB; kinds are the lines of smaps_rollup."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"grader.worker.zygote" in (entry / "cmdline").read_bytes():
                lines = re.findall(rf"^{kind}:\s+(\d+)", (entry / "smaps_rollup").read_text(), re.MULTILINE)
                found.append(sum(map(int, lines)) / 1024)
        except OSError:
            continue
    return found


def row(name: str, ours: str, theirs: str, ratio: float | None) -> None:
    """Prints one line of the table."""
    click.echo(f"{name:<44} {ours:>14} {theirs:>14} {'' if ratio is None else f'{ratio:8.1f} x'}")


@click.command()
@click.option("--students", default=500, show_default=True, help="Submissions in the class.")
@click.option("--rounds", default=5, show_default=True, help="Measurements of each kind.")
def main(students: int, rounds: int) -> None:
    """Print the table."""
    kata = load_catalog(create_manager()).find("perceptron")
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as made:
        os.environ["XDG_CACHE_HOME"] = made
        folder = Path(made)
        row(f"{kata.name}, {os.cpu_count()} cores", "ours", "cold pytest", None)
        run("run", kata.name, kata.reference, folder=folder)
        run_cold(kata, kata.reference)
        cold = median_of(rounds, lambda: run_cold(kata, kata.reference))
        warm = median_of(3 * rounds, lambda: run("run", kata.name, kata.reference, folder=folder))
        row("grader run, warm, from the shell", f"{warm:.3f} s", f"{cold:.3f} s", cold / warm)

        session = WatchSession(kata, folder)
        sources = [f"# {number}\n{kata.reference.read_text()}" for number in range(3 * rounds)]
        saved = statistics.median(time_of(lambda text=text: session.save(text)) for text in sources)  # type: ignore[misc]
        session.close()
        row("grader watch, save to verdict", f"{saved:.3f} s", f"{cold:.3f} s", cold / saved)

        for num_parallel in (1, 2):
            submissions = write_class(kata, folder / f"class{num_parallel}", students)
            db = folder / f"grades{num_parallel}.sqlite"
            seconds, peak = run_batch(submissions, "--db", db, "--jobs", num_parallel, folder=folder)
            ours, theirs = students / seconds, cold_rate(kata, num_parallel)
            name = f"grader batch, {students} submissions, {num_parallel} at a time"
            row(name, f"{ours:.1f} /s", f"{theirs:.2f} /s", ours / theirs)
            row("  peak memory of its own process", f"{peak:.0f} MiB", "", None)
            shutil.rmtree(submissions)

        time.sleep(2)  # Until the spare workers are there.
        row("memory of zygote and spare workers (PSS)", f"{sum(memory_of_zygotes('Pss')):.0f} MiB", "", None)
        added = max(memory_of_zygotes("Private_[A-Z][a-z]+"))  # A worker owns more than its zygote, which shares all.
        row("memory that a spare worker adds (private)", f"{added:.0f} MiB", "", None)
        python = median_of(3 * rounds, lambda: start_of(sys.executable, "-c", "pass"))
        for words in (["--help"], ["list"]):
            command = median_of(3 * rounds, lambda words=words: start_of(*GRADER, *words))  # type: ignore[misc]
            row(
                f"grader {words[0]}, beside a bare Python start",
                f"{command:.3f} s",
                f"{python:.3f} s",
                command / python,
            )
        run("service", "stop", folder=folder)


if __name__ == "__main__":
    main()
