"""How plugins are found, and kept from stopping the rest: one that is broken is left out, and one that fails is named."""

from __future__ import annotations

import copy
import dataclasses
import os
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import Final
from typing import NamedTuple

import pluggy

from grader import builtin
from grader import class_hookspecs
from grader import hookspecs
from grader import messages
from grader.content.pack import Pack
from grader.entry_points import EntryPoint
from grader.entry_points import find_entry_points
from grader.errors import PackError

ENTRY_POINT_GROUP: Final = "grader"
DISABLED: Final = "GRADER_DISABLE_PLUGINS"
"""The environment variable with the names of the plugins that are not to be loaded, joined by commas."""

_EVENTS: Final = frozenset(
    {"grader_grading_started", "grader_grading_finished", "grader_batch_started", "grader_batch_finished"}
)
_REPORTERS: Final = frozenset({"grader_reporters", "grader_class_reporters", "grader_gradebook_formats"})
"""The hooks that offer what renders a text."""


class LeftOut(NamedTuple):
    """A plugin that is installed and was not loaded."""

    name: str
    owner: str
    """The distribution that brings it."""
    reason: str
    is_disabled: bool = False
    """Whether the user asked for it."""

    def describe(self) -> str:
        """Returns a sentence with the plugin and the reason."""
        return f"The plugin {self.name!r} of {self.owner} is left out: {self.reason}."


class PluginManager(pluggy.PluginManager):
    """Calls hooks; a plugin that raises in one, or answers nonsense, is named in a warning and counts as without an answer."""

    def __init__(self) -> None:
        super().__init__("grader")
        self.add_hookspecs(hookspecs)
        self.add_hookspecs(class_hookspecs)
        self.left_out: list[LeftOut] = []
        self.failures: list[str] = []
        """What failed so far: each is the sentence of a warning, from "plugin ..." to the exception."""
        super().register(builtin, "builtin")

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Registers a plugin and guards its hooks.

        Raises:
            PackError: it has a hook that nobody will ever call, or that is not called with what it takes.
        """
        self._check(plugin)
        try:
            registered = super().register(plugin, name)
        except pluggy.PluginValidationError as error:
            raise PackError(f"a hook's arguments are not those specified ({' '.join(str(error).split())})") from error
        for caller in self.get_hookcallers(plugin) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin:
                    guarded = self._guard(implementation.plugin_name, caller.name, implementation.function)
                    implementation.function = guarded  # type: ignore[misc]  # Pluggy has no other place for this.
        return registered

    def _check(self, plugin: object) -> None:
        """Refuses what pluggy would silently ignore, and what could change the answers of other plugins."""
        known = sorted(hook for hook in (*dir(hookspecs), *dir(class_hookspecs)) if hook.startswith("grader_"))
        for attribute in dir(plugin):
            options = self.parse_hookimpl_opts(plugin, attribute)
            if options is None:
                continue
            if (options.get("specname") or attribute) not in known:
                raise PackError(f"{attribute!r} is not a hook of the grader; the hooks are {', '.join(known)}")
            if options.get("wrapper") or options.get("hookwrapper"):
                raise PackError(f"its {attribute} is a wrapper, and the grader calls plain hooks only")

    def _guard(self, plugin: str, hook: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a hook that never raises."""

        def guarded(*arguments: Any) -> Any:
            try:
                # What is made known is a copy, so that no plugin can change the verdict.
                answer = function(*(copy.deepcopy(arguments) if hook in _EVENTS else arguments))
                return self._checked(plugin, hook, answer)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # SystemExit too: a plugin does not decide when the grader ends.
                self._tell(plugin, hook, error)
                return None

        return guarded

    def _tell(self, plugin: str, hook: str, error: BaseException) -> None:
        """Names a plugin that failed; the same failure is told once, or a class of submissions would repeat it for each."""
        effect = "which changes no verdict" if hook in _EVENTS else "so its answer is left out"
        failure = f"plugin {plugin!r} failed in {hook} ({messages.describe(error)})"
        if failure not in self.failures:
            messages.warn(f"The {failure}, {effect}; {messages.save_traceback(error)}.")
        self.failures.append(failure)

    def _checked(self, plugin: str, hook: str, answer: Any) -> Any:
        """Returns the answer of a hook if it is one.

        Raises:
            TypeError: it is not.
        """
        match hook:
            case "grader_packs":
                packs = list(answer)
                _expect(all(map(_is_pack, packs)), "packs with a name and two paths", answer)
                return packs
            case "grader_load_submission":
                _expect(answer is None or isinstance(answer, bytes), "bytes or None", answer)
                return answer
            case "grader_executors" | "grader_reporters" | "grader_class_reporters" | "grader_gradebook_formats":
                _expect(isinstance(answer, dict), "a dict", answer)
                return {name: self._offered(plugin, hook, name, offered) for name, offered in answer.items()}
        return None

    def _offered(self, plugin: str, hook: str, name: object, offered: Any) -> Callable[..., Any]:
        """Returns what a plugin offers by a name, guarded.

        Raises:
            TypeError: it is nothing that can be called.
        """
        from grader.graded import Reporter  # It brings the JSON of results, which few commands need.

        is_pointing = hook == "grader_reporters" and isinstance(offered, Reporter)
        if not (isinstance(name, str) and callable(offered.render if is_pointing else offered)):
            raise TypeError(f"expected functions by name, found {offered!r} by {name!r}")
        if is_pointing:
            guarded: Reporter = dataclasses.replace(offered, render=self._named(plugin, hook, offered.render))
            return guarded
        return self._named(plugin, hook, offered)

    def _named(self, plugin: str, hook: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a function that a plugin offers and a user chooses: its failure is told with the plugin's name."""

        def called(*arguments: Any) -> Any:
            try:
                answer = function(*copy.deepcopy(arguments))
                if hook in _REPORTERS:
                    _expect(isinstance(answer, str), "a string", answer)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise PackError(
                    f"The plugin {plugin!r} failed in what it offers by {hook} ({messages.describe(error)}); "
                    f"{messages.save_traceback(error)}."
                ) from error
            return answer

        return called


def _is_pack(answer: object) -> bool:
    if not isinstance(answer, Pack):
        return False
    return isinstance(answer.name, str) and isinstance(answer.katas, Path) and isinstance(answer.reference, Path)


def _expect(is_so: bool, expected: str, found: object) -> None:
    if not is_so:
        raise TypeError(f"expected {expected}, found {found!r}")


def create_manager(installed: Iterable[EntryPoint] | None = None) -> PluginManager:
    """Builds a plugin manager with what ships and what is installed; what cannot be loaded is in its `left_out`.

    Args:
        installed: the plugins beside what ships; by default those of all installed distributions.
    """
    manager = PluginManager()
    disabled = {name.strip() for name in os.environ.get(DISABLED, "").split(",")}
    for entry_point in find_entry_points(ENTRY_POINT_GROUP) if installed is None else installed:
        name, owner = entry_point.name, entry_point.owner
        if name in disabled:
            manager.left_out.append(LeftOut(name, owner, f"{DISABLED} names it", is_disabled=True))
            continue
        reason = _load(manager, entry_point)
        if reason:
            manager.left_out.append(LeftOut(name, owner, reason))
    return manager


def _load(manager: PluginManager, entry_point: EntryPoint) -> str | None:
    """Imports and registers a plugin; says why that cannot be done."""
    if manager.has_plugin(entry_point.name):
        return "another plugin has this name; uninstall one of the two distributions, or rename its entry point"
    try:
        plugin = entry_point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too, of a script that was never meant to be imported.
        return f"it cannot be imported ({messages.describe(error)})"
    try:
        manager.register(plugin, entry_point.name)
    except PackError as error:
        return str(error)
    except Exception as error:
        return f"it cannot be registered ({messages.describe(error)})"
    return None
