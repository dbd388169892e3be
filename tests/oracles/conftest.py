"""References against what nobody here wrote: Keras' own layers, TensorFlow, SciPy, scikit-learn, published numbers."""

from __future__ import annotations

import importlib.util
import runpy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture(scope="session")
def load() -> Callable[[str], ModuleType]:
    """A function that imports the reference solution of a kata, such as "training/momentum"."""

    def load(kata: str) -> ModuleType:
        name = kata.rpartition("/")[2]
        spec = importlib.util.spec_from_file_location(f"reference_{name}", REFERENCE / kata / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def load_hidden_tests(pytestconfig: pytest.Config) -> Callable[[str], dict[str, Any]]:
    """A function that returns what the hidden tests of a kata define, such as the language that it is graded with."""
    pytestconfig.addinivalue_line("markers", "task(number): the task that a hidden test belongs to")
    return lambda kata: runpy.run_path(str(REFERENCE / kata / "test_hidden.py"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same in every run."""
    return np.random.default_rng(0)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Lets pass what NumPy says of TensorFlow's tensors: their `__array__` takes no `copy` yet."""
    item.add_marker(pytest.mark.filterwarnings("ignore:__array__ implementation doesn't:DeprecationWarning"))
