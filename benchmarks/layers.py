"""What the confinement of a worker costs: `python benchmarks/layers.py [--preload MODULE ...] [--rounds N]`.

A process enters the sandbox as a zygote does and imports what a pack asks for. Then it forks in turn children that end at
once and children that confine themselves first; what counts is the difference of the medians, in wall-clock and in
processor time.
"""

from __future__ import annotations

import importlib
import os
import statistics
import time
from collections.abc import Callable

import click

from grader.protocol.limits import Limits
from grader.worker.sandbox import Sandbox


def time_child(action: Callable[[], object]) -> tuple[float, float]:
    """Runs an action in a child; returns the milliseconds from the fork to its end, and those of the processor in both."""
    start, own = time.perf_counter(), time.process_time()
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    wall, processor = time.perf_counter() - start, time.process_time() - own + usage.ru_utime + usage.ru_stime
    if status:
        raise click.ClickException("a worker could not be confined")
    return 1000 * wall, 1000 * processor


@click.command()
@click.option("--preload", multiple=True, default=("tensorflow", "keras"), show_default=True)
@click.option("--rounds", default=100, show_default=True, type=click.IntRange(10))
def main(preload: tuple[str, ...], rounds: int) -> None:
    """Print what all layers together cost a worker."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sandbox = Sandbox([])
    sandbox.enter()
    for module in preload:
        importlib.import_module(module)
    bare, confined = [], []
    for _ in range(rounds):
        bare.append(time_child(lambda: None))
        confined.append(time_child(lambda: sandbox.confine(Limits())))
    click.echo(
        f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, zygote: {', '.join(sandbox.layers) or 'no jail'}"
    )
    click.echo(f"{'':24}{'wall':>10}{'processor':>12}   (medians of {rounds}, in ms)")
    medians = []
    for name, times in (("fork and end", bare), ("fork, confine and end", confined)):
        medians.append([statistics.median(column) for column in zip(*times, strict=True)])
        click.echo(f"{name:24}{medians[-1][0]:>10.2f}{medians[-1][1]:>12.2f}")
    wall, processor = (more - less for less, more in zip(*medians, strict=True))
    click.echo(f"{'the layers':24}{wall:>10.2f}{processor:>12.2f}")
    sandbox.close()


if __name__ == "__main__":
    main()
