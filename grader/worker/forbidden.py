"""Takes what a kata forbids out of a submission's reach, now or as soon as its module is imported.

All of it happens in the submission's own process, so it stops who takes the library's way, and not who undoes it on purpose.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Final

from grader.protocol.computations import COMPUTATIONS
from grader.protocol.computations import Computation

_Hook = Callable[[Any], None]
"""Changes a module that has just been imported."""

_BINDINGS: Final = ("tensorflow.python.pywrap_tfe", "tensorflow.python._pywrap_tfe")
_EAGER: Final = {"TFE_Py_FastPathExecute": 1, "TFE_Py_Execute": 2, "TFE_Py_ExecuteCancelable": 2}
"""What runs every eager operation, and which of its arguments is the operation's type."""


class ForbiddenCallError(Exception):
    """The submission called something that the kata wants it to write itself."""


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that are changed when they are imported."""

    def __init__(self) -> None:
        self.hooks: dict[str, list[_Hook]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Has the module loaded as usual, and changed afterwards."""
        if fullname not in self.hooks:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.hooks[fullname])
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, hooks: list[_Hook]) -> None:
        self.loader = loader
        self.hooks = hooks

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self.loader.exec_module(module)
        for hook in self.hooks:
            hook(module)


_finder = _Finder()


def forbid(name: str) -> None:
    """Makes a computation, or a function or a class, raise; loads nothing for it.

    Args:
        name: one of `COMPUTATIONS`, or where users find the function or the class, such as "keras.ops.conv".
    """
    computation = COMPUTATIONS.get(name, Computation(functions=(name,)))
    for dotted in computation.functions:
        path, _, attribute = dotted.rpartition(".")
        _change(path, functools.partial(_refuse, name=attribute, dotted=dotted))
    if computation.operations:
        for bindings in _BINDINGS:
            _change(bindings, functools.partial(_watch_eager, forbidden=computation.operations))
        _change("tensorflow.python.framework.ops", functools.partial(_watch_graphs, forbidden=computation.operations))


def _change(path: str, hook: _Hook) -> None:
    """Changes a module or a class now if it is loaded, else when it is imported."""
    owner = _find_loaded(path)
    if owner is not None:
        hook(owner)
        return
    if _finder not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(importlib.machinery.PathFinder), _finder)
    _finder.hooks.setdefault(path, []).append(hook)


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


def _refuse(owner: Any, name: str, dotted: str) -> None:
    """Puts something that raises in the place of a function or a class; a class raises under its other names, too."""

    def refused(*_: Any, **__: Any) -> Any:
        raise ForbiddenCallError(f"{dotted} does what this kata asks you to write, so it is off limits here.")

    original = getattr(owner, name, None)
    if isinstance(original, type):
        with contextlib.suppress(TypeError):  # A class written in C stays as it is.
            original.__init__ = refused  # type: ignore[misc]  # That is the point.
        setattr(owner, name, type(original.__name__, (), {"__new__": refused, "__init_subclass__": refused}))
    else:
        setattr(owner, name, refused)


def _check(operation: str | bytes, forbidden: frozenset[str]) -> None:
    operation = operation.decode() if isinstance(operation, bytes) else operation
    if operation in forbidden:
        message = (
            f"TensorFlow's {operation} does what this kata asks you to write, so whatever calls it is off limits here."
        )
        raise ForbiddenCallError(message)


def _watch_eager(module: Any, forbidden: frozenset[str]) -> None:
    def watched(original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def execute(*arguments: Any) -> Any:
            _check(arguments[position], forbidden)
            return original(*arguments)

        return execute

    for name, position in _EAGER.items():
        setattr(module, name, watched(getattr(module, name), position))


def _watch_graphs(module: Any, forbidden: frozenset[str]) -> None:
    graph = module.Graph
    original = graph._create_op_internal

    def create(self: Any, op_type: str, *arguments: Any, **keywords: Any) -> Any:
        _check(op_type, forbidden)
        return original(self, op_type, *arguments, **keywords)

    graph._create_op_internal = create
