"""`grader verify`: tells instructors whether their katas pass all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli import options
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.authoring.mutants import MutationReport
    from grader.authoring.verify import Verification
    from grader.content.catalog import Catalog
    from grader.content.kata import Kata


@click.command("verify", short_help="Check your katas.")
@click.argument("katas", nargs=-1, type=options.KataName())
@click.option("--pack", metavar="P", help="Verify all katas of this pack.")
@click.option("--all", "everything", is_flag=True, help="Verify all katas of all packs.")
@click.option("--seeds", default=2, show_default=True, type=click.IntRange(1, 100), help="Seeds for each solution.")
@options.jobs
@click.option("--mutate", is_flag=True, help="Also change the references, and report what no test notices.")
@click.option("--fresh", is_flag=True, help="Verify even what has not changed.")
@click.option("--lock", is_flag=True, help="Record in the pack's verified.toml what has passed.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
@click.pass_context
def command(
    ctx: click.Context,
    katas: tuple[str, ...],
    pack: str | None,
    everything: bool,
    seeds: int,
    num_parallel: int,
    mutate: bool,
    fresh: bool,
    lock: bool,
    form: str,
) -> None:
    """Check your katas: the stub is not started, reference and right/ pass, every mistake is caught, the examples run.

    A kata that has not changed since is not graded again. With --lock, the pack's verified.toml records what was verified, for
    a test that refuses a kata that was changed and not verified. Exit code 0 means that all katas pass all checks, 1 that
    something needs fixing; surviving mutants are for the author to judge.
    """
    import msgspec
    from rich.console import Console
    from rich.progress import Progress

    from grader.authoring.lock import write_lock
    from grader.authoring.mutants import find_survivors
    from grader.authoring.verify import count_grades
    from grader.authoring.verify import verify
    from grader.content.catalog import load_catalog
    from grader.service.executor import LocalExecutor

    catalog, executor = load_catalog(ctx.obj), LocalExecutor(num_parallel)
    chosen = _choose(catalog, katas, pack, everything=everything)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("grading", total=count_grades(chosen, seeds))
        advance = lambda: progress.advance(bar)  # noqa: E731  A function needs more lines than it says.
        reports = verify(catalog, chosen, executor, num_seeds=seeds, fresh=fresh, advance=advance)
        if mutate:
            bar = progress.add_task("mutants", total=None)
            for kata, report in zip(chosen, reports, strict=True):
                report.mutation = find_survivors(catalog, kata, executor, advance)
    if lock:
        for pack_ in catalog.packs.values():
            own = [kata for kata in catalog.katas.values() if kata.pack == pack_.name]
            if any(kata in chosen for kata in own):
                write_lock(pack_, own, reports)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(reports), indent=2).decode())
    else:
        _print_table(reports)
    ctx.exit(1 if any(report.findings for report in reports) else 0)


def _choose(catalog: Catalog, names: tuple[str, ...], pack: str | None, *, everything: bool) -> list[Kata]:
    if pack is not None and pack not in catalog.packs:
        raise UsageError(f"There is no pack called {pack!r}; there are {', '.join(catalog.packs)}.")
    if not (names or pack or everything):
        raise UsageError("Say what to verify: names of katas, --pack P, or --all.")
    for name in catalog.packs if everything else [pack]:
        catalog.require_whole(name, names)
    chosen = {name: catalog.find(name) for name in names}
    for kata in catalog.katas.values():
        if everything or kata.pack == pack:
            chosen[kata.name] = kata
    return list(chosen.values())


def _print_table(reports: list[Verification]) -> None:
    width = max((len(report.kata) for report in reports), default=0)
    for report in reports:
        mark = click.style("✗", fg="red") if report.findings else click.style("✓", fg="green")
        known = "  (unchanged)" if report.is_cached else ""
        click.echo(
            f"{mark} {report.kata:<{width}}  {report.num_right + 1} right, {report.num_wrong} wrong, "
            f"{report.num_seeds} seeds, reference {report.seconds:.2f} s, "
            f"all {report.cpu_seconds:.1f} s of processor time a seed{known}"
        )
        for finding in report.findings:
            click.echo(f"    {finding.file}: {finding.problem}")
        if report.mutation:
            _print_mutants(report.mutation)


def _print_mutants(mutation: MutationReport) -> None:
    click.echo(f"    {mutation.num_mutants} mutants of the reference, {mutation.share_killed:.0%} noticed by a test")
    for mutant in mutation.survivors:
        click.echo(f"    passes, so it is equivalent or a test is missing: line {mutant.line}: {mutant.change}")
