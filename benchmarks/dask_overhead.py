"""What the executor `dask` adds to a grade: `python benchmarks/dask_overhead.py [--num-jobs N] [--rounds N]`.

The same submissions are graded in turn by the executors `local` and `dask`, the latter with a scheduler and one node on this
machine, both warm; what counts is the ratio of the medians. Another node answers without grading, many tasks at a time, which
leaves Dask's part alone. From the two is reckoned what 100,000 submissions take. All programs share this machine's
processors here, so that on a cluster Dask's part is smaller.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import click
import dask.config
from distributed import Client
from warm_grade import time_of

from grader.content.catalog import load_catalog
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service.admission import count_processors
from grader.service.client import GradeJob
from grader.service.executor import Executor
from grader.service.executor import LocalExecutor
from grader_dask.executor import DaskExecutor

CLASS_SIZE = 100_000
PORT = 8796
NUM_AT_ONCE = 64
"""As many threads as a few large nodes have; a batch that waits for one answer at a time would measure latency."""

ANSWERS_AT_ONCE = """
import msgspec
from grader.result import Result
from grader_dask import node
from grader_dask import task

def answer(asked):
    result = Result(kata=asked.kata, status="pass", score=1.0, max_score=1.0, tests=[])
    return node._compare(asked, node._catalog().find(asked.kata)) or task.Graded(msgspec.json.encode(result))

node._answer = answer
"""


@contextlib.contextmanager
def cluster(num_threads: int, preload: str = "") -> Iterator[None]:
    """Runs a scheduler and one node, for which Dask is configured."""
    program = [sys.executable, "-m", "dask"]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        address = f"tcp://127.0.0.1:{PORT}"
        words = ["worker", address, "--nthreads", str(num_threads), "--no-nanny", "--no-dashboard"]
        words += ["--preload", preload] if preload else []
        for command in (["scheduler", "--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard"], words):
            process = subprocess.Popen([*program, *command], cwd=folder, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
        with dask.config.set({"scheduler-address": address}):
            with Client(address, set_as_default=False) as waiting:
                waiting.wait_for_workers(1, timeout=60)
            yield


def seconds_of(executor: Executor, jobs: list[GradeJob]) -> float:
    """Returns the seconds that an executor takes for a job."""
    statuses: list[str] = []
    seconds = time_of(lambda: statuses.extend(result.status for _, result in executor.run(jobs)))
    if statuses != ["pass"] * len(jobs):
        raise click.ClickException(f"the submissions do not all pass: {statuses}")
    return seconds / len(jobs)


@click.command()
@click.option("--num-jobs", default=40, show_default=True, type=click.IntRange(2))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
def main(num_jobs: int, rounds: int) -> None:
    """Print the seconds of a grade with each executor, their ratio, and the reckoning."""
    catalog, num_processors = load_catalog(create_manager()), count_processors()
    kata = catalog.find("perceptron")
    source = (kata.reference_folder / f"{kata.name}.py").read_bytes()
    jobs = [client.make_job(catalog, kata, GradeRequest(source=source, with_pictures=False))] * num_jobs
    local, there = LocalExecutor(num_processors), DaskExecutor(num_processors)
    here_seconds, there_seconds = [], []
    with cluster(num_processors):
        seconds_of(local, jobs[:num_processors])
        seconds_of(there, jobs[:num_processors])
        for _ in range(rounds):
            here_seconds.append(seconds_of(local, jobs))
            there_seconds.append(seconds_of(there, jobs))
        load = os.getloadavg()[0]
    with cluster(NUM_AT_ONCE, ANSWERS_AT_ONCE):
        seconds_of(there, jobs)
        bare = statistics.median(seconds_of(there, jobs * 10) for _ in range(rounds))
    here, grade = statistics.median(here_seconds), statistics.median(there_seconds)
    click.echo(f"load {load:.1f}, {num_processors} processors, {rounds} rounds of {num_jobs} grades in {kata.name}")
    click.echo(f"local {1000 * here:.0f} ms a grade, dask {1000 * grade:.0f} ms, ratio {grade / here:.2f}")
    click.echo(f"dask without grading {1000 * bare:.1f} ms a task, {1 / bare:.0f} tasks a second")
    click.echo(f"{CLASS_SIZE:,} submissions, if each takes what these do:")
    for num_nodes in (1, 10, 100):
        seconds = CLASS_SIZE * max(grade / num_nodes, bare)
        limit = "the processors" if grade / num_nodes > bare else "the batch itself"
        click.echo(f"  {num_nodes:>3} nodes like this one: {seconds / 3600:.1f} hours, limited by {limit}")


if __name__ == "__main__":
    main()
