"""Imports libraries before any worker is forked, and does once what each worker would otherwise do anew."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable


def import_libraries(names: Iterable[str]) -> None:
    """Imports modules, and reads what TensorFlow reads before its first operation; no operation is run."""
    # Keras imports Matplotlib where it is installed, only to offer plots: a second that every start would pay.
    sys.modules["matplotlib"] = None  # type: ignore[assignment]
    try:
        for name in names:
            importlib.import_module(name)
    finally:
        del sys.modules["matplotlib"]
    if "tensorflow" in sys.modules:
        _read_registries()


def _read_registries() -> None:
    """Has TensorFlow read its lists of operations and of kernels, which its first operation would do in each worker."""
    with contextlib.suppress(ImportError, AttributeError):  # Another version may keep them elsewhere.
        registry = importlib.import_module("tensorflow.python.framework.op_def_registry")
        kernels = importlib.import_module("tensorflow.python.framework.kernels")
        compiler = importlib.import_module("tensorflow.python.util.pywrap_xla_ops")
        kernels.get_registered_kernels_for_op("MatMul")
        registry.get("MatMul")
        registry.get("The first search for what is not there lists all.")
        compiler.get_cpu_kernel_names()
