"""How plugins are found: a function that builds a manager, strict about what it finds."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from grader import builtin
from grader import hookspecs
from grader.entry_points import EntryPoint
from grader.entry_points import find_entry_points
from grader.errors import PackError

ENTRY_POINT_GROUP = "grader"


def create_manager(installed: Iterable[EntryPoint] | None = None) -> pluggy.PluginManager:
    """Builds a plugin manager with what ships and what is installed.

    Args:
        installed: the plugins beside what ships; by default those of all installed distributions.

    Raises:
        PackError: a plugin cannot be imported, has a duplicate name, or implements a hook that does not exist.
    """
    manager = pluggy.PluginManager("grader")
    manager.add_hookspecs(hookspecs)
    manager.register(builtin, "builtin")
    for entry_point in find_entry_points(ENTRY_POINT_GROUP) if installed is None else installed:
        owner = entry_point.owner
        if manager.has_plugin(entry_point.name):
            raise PackError(
                f"Two plugins are called {entry_point.name!r}, one of them in {owner}; "
                f"uninstall one of the two distributions, or rename its entry point."
            )
        try:
            plugin = entry_point.load()
        except Exception as error:
            raise PackError(
                f"The plugin {entry_point.name!r} of {owner} cannot be imported ({type(error).__name__}: {error}); "
                f"fix it, or uninstall {owner}."
            ) from error
        _register(manager, plugin, entry_point.name, owner)
    return manager


def _register(manager: pluggy.PluginManager, plugin: object, name: str, owner: str) -> None:
    """Registers a plugin, unless it has a hook that nobody will ever call: pluggy would silently ignore that."""
    known = [hook for hook in dir(hookspecs) if hook.startswith("grader_")]
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is not None and (options.get("specname") or attribute) not in known:
            raise PackError(
                f"Expected the plugin {name!r} of {owner} to implement only hooks of the grader, found {attribute!r}; "
                f"the hooks are {', '.join(known)}."
            )
    try:
        manager.register(plugin, name)
    except pluggy.PluginValidationError as error:
        raise PackError(
            f"A hook of the plugin {name!r} of {owner} takes other arguments than specified: {error}"
        ) from error
