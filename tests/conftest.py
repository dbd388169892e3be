"""What the tests share: one running service, katas written for a test, and the course."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import textwrap
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.content.catalog import Catalog
from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.result import Result
from grader.service import client
from grader.service.connection import BackgroundService
from grader.service.connection import OwnService

ROOT = Path(__file__).parents[1]
PRELOAD = ("tensorflow", "keras", "gymnasium", "sklearn.datasets")

REFERENCE = "def double(values):\n    return values + values\n"
STUB = 'def double(values):\n    raise NotImplementedError("TODO: task 1")\n'
HIDDEN_TESTS = '''
import numpy as np
import pytest
from grader.testing import assert_close

@pytest.mark.task(1)
def test_doubles(submission):
    """Doubles three numbers."""
    assert_close(submission.double(np.array([1.0, -2.0, 0.5])), [2.0, -4.0, 1.0])

@pytest.mark.task(1)
def test_doubles_again(submission, rng):
    """Doubles random numbers."""
    values = rng.normal(size=(3, 4))
    assert_close(submission.double(values), [[2 * entry for entry in row] for row in values.tolist()])
'''
KATA_TOML = """
title = "Double"
summary = "Twice a number."
section = "0"
[[tasks]]
title = "Twice"
points = 2
"""

GradeSource = Callable[..., Result]
WriteKata = Callable[..., Kata]


@pytest.fixture(scope="session", autouse=True)
def own_background_service() -> Iterator[None]:
    """Keeps the service that stays apart from the user's, and ends it with the tests."""
    # A judge that ends with the service may still be writing what it has found out.
    made = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
    with made as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", folder)
        yield
        BackgroundService().stop()


@pytest.fixture(autouse=True)
def own_workspace(tmp_path: Path) -> None:
    """Makes each test's folder a workspace, lest one further up be found."""
    (tmp_path / ".grader").mkdir()


@pytest.fixture(scope="session")
def service() -> Iterator[OwnService]:
    with OwnService() as running:
        yield running


@pytest.fixture(scope="session")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return (str(ROOT), str(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(create_manager())


@pytest.fixture
def write_kata(tmp_path: Path) -> WriteKata:
    """Writes a kata called `double`, any file of it replaced by what a test wants there."""

    def write(
        hidden_tests: str = HIDDEN_TESTS,
        reference: str = REFERENCE,
        toml: str = KATA_TOML,
        support: str | None = None,
    ) -> Kata:
        folder, reference_folder = tmp_path / "katas/basics/double", tmp_path / "reference/basics/double"
        files = {
            folder / "kata.toml": toml,
            folder / "README.md": "# Double\n",
            folder / "hints.md": "## Task 1\n\n- Add.\n",
            folder / "double.py": STUB,
            reference_folder / "double.py": textwrap.dedent(reference),
            reference_folder / "test_hidden.py": textwrap.dedent(hidden_tests),
        }
        if support is not None:
            files[folder / "support.py"] = textwrap.dedent(support)
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return load_kata(folder, reference_folder)

    return write


@pytest.fixture
def grade(service: OwnService, hidden: tuple[str, ...]) -> GradeSource:
    """Grades source code against a kata."""

    def grade_source(kata: Kata, source: str | bytes, **options: Any) -> Result:
        content = textwrap.dedent(source).encode() if isinstance(source, str) else source
        options = {"diagnosis_seconds": 3.0, **options}
        job = client.GradeJob.of(kata, GradeRequest(source=content, **options), preload=PRELOAD, hidden=hidden)
        return client.grade(service, job)[0]

    return grade_source


def zygotes_of(service: int, *, with_orphans: bool = False) -> list[int]:
    """Lists the processes of a service's zygotes and their workers, parents first; if asked, with what process 1 took over."""
    parents, zygotes = {}, set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if b"grader.worker.zygote" in (entry / "cmdline").read_bytes():
                    zygotes.add(int(entry.name))
    family = [service, *(orphan for orphan in zygotes if with_orphans and parents[orphan] == 1)]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return [member for member in family if member in zygotes]


def query(db: Path, statement: str) -> list[tuple[Any, ...]]:
    """Asks a database of grades, and closes it: from Python 3.13 on, one that stays open is warned of."""
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(statement).fetchall()
