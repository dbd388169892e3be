"""`grader list`: the map of the katas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pluggy

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.content.kata import Kata


@click.command("list", short_help="Show the map of katas.")
@click.option("--chapter", metavar="C", help="Show one chapter only.")
@click.pass_obj
def command(manager: pluggy.PluginManager, chapter: str | None) -> None:
    """Show the map: done, open, or locked by prerequisites."""
    from grader.content.catalog import load_catalog
    from grader.learner.workspace import use_workspace

    catalog = load_catalog(manager)
    chapters = list(dict.fromkeys(kata.chapter for kata in catalog.katas.values()))
    if chapter is not None and chapter not in chapters:
        raise UsageError(
            f"There is no chapter called {chapter!r}; the chapters are {', '.join(chapters) or 'none yet'}."
        )
    passed = use_workspace().passed()
    width = max((len(name) for name in catalog.katas), default=0)
    for shown in [chapter] if chapter else chapters:
        katas = [kata for kata in catalog.katas.values() if kata.chapter == shown]
        done = sum(kata.name in passed for kata in katas)
        click.echo(f"{click.style(shown, bold=True)}  {done} of {len(katas)}")
        for kata in katas:
            click.echo(f"  {_mark(kata, passed)} {kata.name:<{width}}  {kata.spec.summary}{_needs(kata, passed)}")
        click.echo()
    click.echo(click.style("✓ done   ○ open   · locked: finish (first: ...)", dim=True))


def _mark(kata: Kata, passed: set[str]) -> str:
    if kata.name in passed:
        return click.style("✓", fg="green")
    return "·" if _needs(kata, passed) else click.style("○", fg="cyan")


def _needs(kata: Kata, passed: set[str]) -> str:
    missing = [name for name in kata.spec.prerequisites if name not in passed]
    if kata.name in passed or not missing:
        return ""
    return click.style(f"  (first: {', '.join(missing)})", dim=True)
