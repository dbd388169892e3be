"""What a grade costs in processor time, and who spends it: `python benchmarks/cost.py [KATA [SUBMISSION]]`.

A class of copies of one submission is graded by `grader batch`. Control groups tell apart the service with its judges, the
zygotes with their workers, and the command itself. Beside it stands the floor, measured in the same run: the tests' own calls
in one warm process, and the fork of a bare process. Only root may make control groups.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import in_process
import pytest

from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.plugins import create_manager

GRADER = [sys.executable, "-m", "grader"]
CLOCK_TICK = 1 / os.sysconf("SC_CLK_TCK")


class ControlGroup:
    """A group of processes, with those that they fork later, whose processor time the kernel adds up."""

    def __init__(self, name: str, processes: list[int]) -> None:
        first_version = Path("/sys/fs/cgroup/cpuacct")
        self.folder = (first_version if first_version.exists() else Path("/sys/fs/cgroup")) / f"{name}-{os.getpid()}"
        try:
            self.folder.mkdir(exist_ok=True)
            for process in processes:
                (self.folder / "cgroup.procs").write_text(str(process))
        except OSError as error:
            raise click.ClickException(f"no control group can be made here ({error})") from error

    def seconds(self) -> float:
        """Returns the processor time so far."""
        with contextlib.suppress(FileNotFoundError):
            return int((self.folder / "cpuacct.usage").read_text()) / 1e9
        counted = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(counted["usage_usec"]) / 1e6


def own_seconds(processes: list[int]) -> float:
    """Returns the processor time of processes without their children."""
    fields = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(user) + int(kernel) for _, _, _, _, _, _, _, _, _, _, _, user, kernel, *_ in fields) * CLOCK_TICK


def processes_of(service: int) -> tuple[list[int], list[int]]:
    """Lists a service with its judges, and its zygotes without their workers, which lead sessions of their own."""
    parents, zygotes = {}, set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                _, parent, _, session, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(parent)
                if b"grader.worker.zygote" in (entry / "cmdline").read_bytes() and session != entry.name:
                    zygotes.add(int(entry.name))
    family = [service]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    judges = [member for member in family[1:] if parents[member] == service and member not in zygotes]
    return [service, *judges], [member for member in family if member in zygotes]


def floor_of(kata: Kata, submission: Path) -> float:
    """Returns the processor time that the tests' own calls take in a warm process, and the fork of a bare one, in ms."""
    options = ["-q", "-p", "in_process", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull]
    options += ["--submission", str(submission), "--kata", str(kata.folder), "--reference", str(kata.reference_folder)]
    for _ in range(2):
        in_process.call_seconds.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            pytest.main([*options, str(kata.hidden_tests)])
    bare = "import sys; sys.path.insert(0, sys.argv[1]); import layers, statistics\n"
    bare += "print(statistics.median(layers.time_child(lambda: None)[1] for _ in range(50)))"
    command = [sys.executable, "-c", bare, str(Path(__file__).parent)]
    fork = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return 1000 * sum(in_process.call_seconds) + float(fork)


def measure_class(
    kata: Kata, submission: Path, folder: Path, service: int, num_jobs: int, count: int
) -> tuple[dict[str, float], float]:
    """Grades a class; returns the milliseconds of processor time a grade by who spent them, and the grades in a second."""
    class_folder = folder / f"class{num_jobs}"
    for number in range(count):
        (class_folder / f"s{number:05}").mkdir(parents=True)
        (class_folder / f"s{number:05}/{kata.name}.py").write_bytes(submission.read_bytes() + b"\n# %d\n" % number)
    judging, forking = processes_of(service)
    judges, workers = ControlGroup("grader-judges", judging), ControlGroup("grader-workers", forking)
    before = judges.seconds(), workers.seconds(), own_seconds(forking)
    start, start_cpu = time.perf_counter(), os.times()
    command = [*GRADER, "batch", class_folder, "--db", folder / f"{num_jobs}.sqlite", "--jobs", str(num_jobs)]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    seconds, end_cpu = time.perf_counter() - start, os.times()
    after = judges.seconds(), workers.seconds(), own_seconds(forking)
    judge_seconds, worker_seconds, fork_seconds = (
        later - earlier for earlier, later in zip(before, after, strict=True)
    )
    spent = {
        "zygotes (forking)": fork_seconds,
        "workers": worker_seconds - fork_seconds,
        "service and judges": judge_seconds,
        "grader batch": sum(end_cpu[2:4]) - sum(start_cpu[2:4]),
    }
    return {name: 1000 * value / count for name, value in spent.items()}, count / seconds


@click.command()
@click.argument("name", default="perceptron")
@click.argument("submission", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--students", default=200, show_default=True, help="Submissions in the class.")
def main(name: str, submission: Path | None, students: int) -> None:
    """Print what a grade costs, by who spends it, beside the floor."""
    kata = load_catalog(create_manager()).find(name)
    file = (submission or kata.reference).resolve()
    with tempfile.TemporaryDirectory(prefix="grader-cost-") as made:
        folder = Path(made)
        os.environ["XDG_CACHE_HOME"] = made
        subprocess.run([*GRADER, "run", kata.name, kata.reference], cwd=folder, capture_output=True, check=False)
        subprocess.run([*GRADER, "run", kata.name, file], cwd=folder, capture_output=True, check=True)
        status = subprocess.run([*GRADER, "service", "status"], cwd=folder, capture_output=True, text=True, check=True)
        running = re.search(r"process (\d+)", status.stdout)
        if running is None:
            raise click.ClickException(f"no process in: {status.stdout}")
        columns = [measure_class(kata, file, folder, int(running[1]), num_jobs, students) for num_jobs in (1, 2)]
        subprocess.run([*GRADER, "service", "stop"], cwd=folder, capture_output=True, check=True)
    click.echo(
        f"{kata.name}, {file.name}: {students} submissions; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors"
    )
    click.echo(f"{'ms of processor time a grade':32}{'1 job':>10}{'2 jobs':>10}")
    for part in columns[0][0]:
        click.echo(f"  {part:30}" + "".join(f"{spent[part]:>10.1f}" for spent, _ in columns))
    click.echo(f"  {'all':30}" + "".join(f"{sum(spent.values()):>10.1f}" for spent, _ in columns))
    click.echo(f"  {'floor':30}{floor_of(kata, file):>10.1f}")
    click.echo(f"{'grades in a second':32}" + "".join(f"{rate:>10.1f}" for _, rate in columns))


if __name__ == "__main__":
    main()
