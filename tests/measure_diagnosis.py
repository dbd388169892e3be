"""Measures the diagnosis on submissions that its authors have not seen: `python tests/measure_diagnosis.py [KATA ...]`.

For each kata it prints how many were named after their misconception, how many after none, and how many after another; with
--list, also which. It takes some seconds for each submission of a kata that trains.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator

import click
from unseen import HERE
from unseen import submissions_of

from grader.content.catalog import Catalog
from grader.content.catalog import load_catalog
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.result import Misconception
from grader.result import Result
from grader.service.client import make_job
from grader.service.executor import LocalExecutor

DIAGNOSIS_SECONDS = 600.0


def judge(found: Misconception | None, misconception: str) -> str:
    """Says what a diagnosis is worth."""
    if found is None:
        return "nothing"
    names = [found.name, *(other.name for other in found.alternatives)]
    return "named" if misconception in names else "wrong"


def grade_unseen(catalog: Catalog, name: str, num_parallel: int) -> Iterator[tuple[str, str, Result]]:
    """Yields the style, the misconception and the result of each wrong submission for a kata, as they are graded."""
    requests = {}
    for style, misconception, source in submissions_of(name):
        request = GradeRequest(source=source, with_pictures=False, diagnosis_seconds=DIAGNOSIS_SECONDS)
        requests[style, misconception] = make_job(catalog, catalog.find(name), request)
    names = {id(job): key for key, job in requests.items()}
    for job, result in LocalExecutor(num_parallel).run(requests.values()):
        yield *names[id(job)], result


@click.command()
@click.argument("katas", nargs=-1)
@click.option("--jobs", "num_parallel", default=os.cpu_count() or 1, show_default=True)
@click.option("--list", "lists", is_flag=True, help="Also list what was not named.")
def main(katas: tuple[str, ...], num_parallel: int, *, lists: bool) -> None:
    """Print how well misconceptions are named."""
    catalog = load_catalog(create_manager())
    total: Counter[str] = Counter()
    for name in katas or sorted({folder.name for folder in HERE.iterdir()} & catalog.katas.keys()):
        counts: Counter[str] = Counter()
        for style, misconception, result in grade_unseen(catalog, name, num_parallel):
            kind = judge(result.misconception, misconception) if result.status == "fail" else result.status
            counts[kind] += 1
            if lists and kind != "named":
                told = result.misconception.name if result.misconception else ""
                click.echo(f"    {kind}: {style}, {misconception} {told}")
        total += counts
        click.echo(f"{name:<24} {summarize(counts)}")
    click.echo(f"{'all':<24} {summarize(total)}")


def summarize(counts: Counter[str]) -> str:
    """Writes counts with their shares."""
    whole = sum(counts.values())
    return f"{whole:>4}: " + ", ".join(f"{kind} {count} ({count / whole:.1%})" for kind, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
