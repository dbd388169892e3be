"""Takes functions and classes of libraries out of a submission's reach, now or as soon as their module is imported."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any


class ForbiddenCallError(Exception):
    """The submission called something that the kata wants it to write itself."""


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that lose names when they are imported."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Has the module loaded as usual, and its names replaced afterwards."""
        if fullname not in self.names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.names[fullname])
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, names: list[str]) -> None:
        self.loader = loader
        self.names = names

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self.loader.exec_module(module)
        for name in self.names:
            setattr(module, name, _refusal(f"{module.__name__}.{name}", getattr(module, name, None)))


_finder = _Finder()


def forbid(dotted: str) -> None:
    """Replaces a function or a class by one that raises; loads nothing for it.

    Args:
        dotted: where users find it, such as "keras.ops.conv".
    """
    path, _, name = dotted.rpartition(".")
    owner = _find_loaded(path)
    if owner is not None:
        setattr(owner, name, _refusal(dotted, getattr(owner, name, None)))
        return
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.names.setdefault(path, []).append(name)


def _find_loaded(path: str) -> Any:
    """Returns the module or class of this name unless it would have to be imported first."""
    if path in sys.modules:
        return sys.modules[path]
    root, *attributes = path.split(".")
    owner: Any = sys.modules.get(root)
    for attribute in attributes:
        # A package may import a submodule when it is asked for one that it does not have yet.
        if owner is None or (type(owner) is types.ModuleType and attribute not in vars(owner)):
            return None
        owner = getattr(owner, attribute, None)
    return owner


def _refusal(dotted: str, original: Any) -> Any:
    """Returns a function, or a class in the place of a class, that says what it is when it is called or derived from."""

    def refused(*_: Any, **__: Any) -> Any:
        raise ForbiddenCallError(f"{dotted} does what this kata asks you to write, so it is off limits here.")

    if isinstance(original, type):
        return type(original.__name__, (), {"__new__": refused, "__init_subclass__": refused})
    return refused
