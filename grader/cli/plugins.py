"""`grader plugins`: who provides what."""

from __future__ import annotations

import click

from grader.plugins import PluginManager


@click.command("plugins", short_help="Show which plugin provides what.")
@click.pass_obj
def command(manager: PluginManager) -> None:
    """Show the plugins, the hooks that they implement, their packs of katas, and what was left out, with the reason.

    GRADER_DISABLE_PLUGINS=name,name leaves plugins out; they stay installed.
    """
    from grader.content.catalog import load_catalog

    problems: list[str] = []
    catalog = load_catalog(manager, problems.append)
    for name, plugin in manager.list_name_plugin():
        callers = manager.get_hookcallers(plugin) if plugin is not None else None
        hooks = ", ".join(sorted(caller.name for caller in callers or ()))
        click.echo(f"{click.style(name, bold=True)}  {hooks}")
    for pack in catalog.packs.values():
        count = sum(kata.pack == pack.name for kata in catalog.katas.values())
        click.echo(f"  pack {pack.name}: {pack.title}, {count} kata{'' if count == 1 else 's'}")
    for problem in (*(plugin.describe() for plugin in manager.left_out), *problems):
        click.echo(f"{click.style('!', fg='yellow')} {problem}")
