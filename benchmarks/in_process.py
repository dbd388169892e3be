"""How hidden tests are run by graders of today: pytest imports the submission into its own process.

This is the baseline of the benchmarks, as a pytest plugin: `python -m pytest -p in_process --submission FILE test_hidden.py`.
It offers the same fixtures as `grader.pytest_plugin`, so that the same tests run, and none of its protection.
"""

from __future__ import annotations

import importlib.util
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.content.kata import Kata
from grader.content.kata import load_kata

SAMPLES = 3
"""So many ratios a judge takes of code that is as fast as the baseline."""

call_seconds: list[float] = []
"""The processor time of each call of the submission and of the reference."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Takes the file to grade and the folders of its kata."""
    parser.addoption("--submission", type=Path)
    parser.addoption("--kata", type=Path)
    parser.addoption("--reference", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker of tasks."""
    config.addinivalue_line("markers", "task(number): the task of the statement.")


def load(path: Path, name: str) -> ModuleType:
    """Imports a file as a module."""
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class PlainModule:
    """A module whose functions return NumPy arrays instead of tensors, as hidden tests expect."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self.module, name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            start = time.process_time()
            value = function(*arguments, **keywords)
            call_seconds.append(time.process_time() - start)
            return np.asarray(value) if hasattr(value, "__array__") else value

        return call


@pytest.fixture(scope="session")
def kata(pytestconfig: pytest.Config) -> Kata:
    """The kata that is graded."""
    return load_kata(pytestconfig.getoption("kata"), pytestconfig.getoption("reference"))


@pytest.fixture(scope="session")
def submission(pytestconfig: pytest.Config, kata: Kata) -> PlainModule:
    """The submission, imported here."""
    return PlainModule(load(pytestconfig.getoption("submission"), kata.name))


@pytest.fixture(scope="session")
def reference(kata: Kata) -> PlainModule:
    """The reference, imported here."""
    return PlainModule(load(kata.reference, "reference"))


@pytest.fixture(scope="session")
def baseline(kata: Kata) -> PlainModule:
    """What speed is measured against, imported here."""
    return PlainModule(load(kata.baseline, "baseline"))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """The same random numbers as in a judge."""
    return np.random.default_rng([0, zlib.crc32(request.node.name.encode())])


@pytest.fixture
def speed(submission: PlainModule, baseline: PlainModule) -> Callable[..., None]:
    """Makes the calls that a judge makes, so that the work is the same."""

    def compare(function: str, make_inputs: Callable[[], Any], check: Callable[[Any, Any], None]) -> None:
        for _ in range(SAMPLES + 1):
            inputs = make_inputs()
            expected = getattr(baseline, function)(*inputs)
            check(getattr(submission, function)(*inputs), expected)

    return compare
