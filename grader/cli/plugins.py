"""`grader plugins`: who provides what."""

from __future__ import annotations

import click
import pluggy


@click.command("plugins", short_help="Show who provides what.")
@click.pass_obj
def command(manager: pluggy.PluginManager) -> None:
    """Show the plugins, their packs of katas and the hooks that they implement."""
    from grader.content.catalog import load_catalog

    catalog = load_catalog(manager)
    for name, plugin in manager.list_name_plugin():
        callers = manager.get_hookcallers(plugin) if plugin is not None else None
        hooks = ", ".join(sorted(caller.name for caller in callers or ()))
        click.echo(f"{click.style(name, bold=True)}  {hooks}")
    for pack in catalog.packs.values():
        count = sum(kata.pack == pack.name for kata in catalog.katas.values())
        click.echo(f"  pack {pack.name}: {pack.title}, {count} kata{'' if count == 1 else 's'}")
