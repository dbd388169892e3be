"""Measures how often `grader locate` names the line of a mistake: `python tests/measure_repair.py [KATA ...]`.

With --cases FOLDER it takes the files KATA/NAME.py in it, whose lines are in `measure_repair.toml`; otherwise every n-th of
the unseen submissions, whose lines are those that differ from the correct solution. For each it prints what was named.
"""

from __future__ import annotations

import difflib
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from unseen import HERE
from unseen import submissions_of

from grader.content.catalog import load_catalog
from grader.learner.repair import search
from grader.learner.unwritten import find_failed
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service.admission import count_processors
from grader.service.connection import open_service

LINES = Path(__file__).with_suffix(".toml")


class Case(msgspec.Struct):
    """A wrong submission, and where it is wrong."""

    kata: str
    name: str
    source: str
    lines: set[int]


def read_cases(folder: Path) -> Iterator[Case]:
    """Yields the natural mistakes whose lines are known."""
    for kata, names in tomllib.loads(LINES.read_text(encoding="utf-8")).items():
        for name, lines in names.items():
            yield Case(kata, name, (folder / kata / f"{name}.py").read_text(encoding="utf-8"), set(lines))


def read_unseen() -> Iterator[Case]:
    """Yields the unseen submissions; where lines are missing, those beside the gap are where it is wrong."""
    for kata in sorted(folder.name for folder in HERE.iterdir() if folder.is_dir() and list(folder.glob("*.toml"))):
        for style, misconception, source in submissions_of(kata):
            base = (HERE / kata / f"{style}.py").read_text(encoding="utf-8").splitlines()
            text = source.decode()
            matcher = difflib.SequenceMatcher(None, base, text.splitlines(), autojunk=False)
            lines: set[int] = set()
            for kind, _, _, start, end in matcher.get_opcodes():
                if kind != "equal":
                    lines |= set(range(start + 1, end + 1)) or {start, start + 1}
            yield Case(kata, f"{style}, {misconception}", text, lines)


@click.command()
@click.argument("katas", nargs=-1)
@click.option("--cases", type=click.Path(exists=True, path_type=Path), help="A folder of natural mistakes.")
@click.option("--every", default=6, show_default=True, help="Takes each n-th of the unseen submissions.")
@click.option("--seconds", default=20.0, show_default=True, help="What each search may take.")
def main(katas: tuple[str, ...], cases: Path | None, every: int, seconds: float) -> None:
    """Print how often the line of a mistake is named, and how often another."""
    catalog = load_catalog(create_manager())
    counts: Counter[str] = Counter()
    spent: list[float] = []
    wanted = list(read_cases(cases) if cases else read_unseen())[:: 1 if cases else every]
    with open_service() as service:
        for case in wanted:
            if katas and case.kata not in katas:
                continue
            kata = catalog.find(case.kata)

            def make_job(request: GradeRequest, kata: client.Kata = kata) -> client.GradeJob:
                return client.make_job(catalog, kata, request)

            request = GradeRequest(
                source=case.source.encode(), with_pictures=False, diagnosis_seconds=0.0, feedback="full"
            )
            result, _ = client.grade(service, make_job(request))
            if result.status != "fail" or not find_failed(result) - {0}:
                click.echo(f"{case.kata}/{case.name}: not searched, {result.status}")
                continue
            found = search(
                service, make_job, kata, result, case.source, seconds=seconds, num_parallel=count_processors()
            )
            named = [suspect.line for suspect in found.suspects]
            kind = judge(named, case.lines)
            counts[kind] += 1
            spent.append(found.seconds)
            told = ", ".join(f"{suspect.line} {suspect.kind}" for suspect in found.suspects)
            click.echo(
                f"{case.kata}/{case.name}: {kind}; {told or '-'} of {sorted(case.lines)}; "
                f"{found.num_tried} of {found.num_changes}, {found.seconds:.1f} s"
            )
    whole = sum(counts.values())
    click.echo(
        f"{whole}: " + ", ".join(f"{kind} {count} ({count / whole:.1%})" for kind, count in counts.most_common())
    )
    click.echo(f"seconds: median {statistics.median(spent):.1f}, mean {statistics.mean(spent):.1f}")


def judge(named: list[int], lines: set[int]) -> str:
    """Says what the lines that were named are worth."""
    if not named:
        return "nothing"
    if named[0] in lines:
        return "located" if len(named) == 1 else "located first of two"
    return "located second of two" if len(named) > 1 and named[1] in lines else "wrong"


if __name__ == "__main__":
    sys.exit(main())
