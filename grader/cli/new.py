"""`grader new`: writes the files of a new kata, or of a new pack."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new", short_help="Write the files of a new kata or pack.")
@click.argument("kata", required=False)
@click.option("--pack", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder of the pack.")
@click.option("--chapter", default="basics", show_default=True, metavar="C", help="The chapter of the kata.")
def command(kata: str | None, pack: Path, chapter: str) -> None:
    """Write the files of a new KATA into a pack, or without KATA those of a new pack.

    Nothing is ever overwritten. Fill in what is marked TODO; `grader verify` says what is still missing.
    """
    from grader.authoring.scaffold import new_kata
    from grader.authoring.scaffold import new_pack

    written = new_kata(kata, pack, chapter) if kata else new_pack(pack)
    for file in written:
        click.echo(f"Wrote {file}")
    if kata:
        click.echo(f"Fill in what is marked TODO, then: grader verify {kata}")
    else:
        click.echo(f"Next: pip install --editable {pack}, then: grader new KATA --pack {pack}")
