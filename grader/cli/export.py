"""`grader export`: writes the learners' version of a pack."""

from __future__ import annotations

from pathlib import Path

import click
import pluggy

from grader.errors import UsageError


@click.command("export", short_help="Write the learners' version of a pack.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pack", metavar="P", help="Export the katas of this pack only.")
@click.pass_obj
def command(manager: pluggy.PluginManager, folder: Path, pack: str | None) -> None:
    """Write what learners get of each kata into FOLDER: no references, no hidden tests.

    The statement, hints, stub and support code of each kata are copied, by chapter, after a check that they have no line of the
    reference or of a hidden test.
    """
    from grader.authoring.export import export
    from grader.content.catalog import load_catalog

    catalog = load_catalog(manager)
    if pack is not None and pack not in catalog.packs:
        raise UsageError(f"There is no pack called {pack!r}; there are {', '.join(catalog.packs)}.")
    for name in [pack] if pack else catalog.packs:
        catalog.require_whole(name)
    katas = [kata for kata in catalog.katas.values() if pack in (None, kata.pack)]
    written = export(katas, folder)
    click.echo(f"Exported {len(written)} katas to {folder}.")
