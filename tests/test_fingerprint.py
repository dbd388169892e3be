"""Fingerprints: what changes them, what does not, and that no module which grades is forgotten."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import grimp
import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT
from conftest import WriteKata

from grader.cli import create_cli
from grader.content import fingerprint
from grader.plugins import create_manager


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Returns the fingerprint of a copy of the engine, which a test may change at `tmp_path / "grader"`."""
    ignored = shutil.ignore_patterns("__pycache__")
    monkeypatch.setattr(fingerprint, "_PACKAGE", shutil.copytree(ROOT / "grader", tmp_path / "grader", ignore=ignored))

    def of_copy() -> str:
        fingerprint.of_engine.cache_clear()
        return fingerprint.of_engine()

    yield of_copy
    fingerprint.of_engine.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("cli/hint.py", "Show the next hint;", "Give the next hint;"),
        ("cli/run.py", '"pass": 0', '"pass": 4'),
        ("judge/grade.py", '"""Runs all tests', '"""Runs every test'),
        ("judge/grade.py", "from __future__", "# A comment.\nfrom __future__"),
        ("classroom/batch.py", "DIAGNOSIS_SECONDS: Final = 60.0", "DIAGNOSIS_SECONDS: Final = 61.0"),
    ],
)
def test_what_grades_nobody_changes_nothing(
    engine: Callable[[], str], tmp_path: Path, file: str, old: str, new: str
) -> None:
    before = engine()
    change(tmp_path / "grader" / file, old, new)
    assert engine() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("judge/grade.py", "MAX_LOST_WORKERS: Final = 2", "MAX_LOST_WORKERS: Final = 3"),
        ("testing/values.py", "rtol: float = 1e-4", "rtol: float = 1e-3"),
        ("worker/sandbox/seccomp.py", "from __future__ import annotations", "import os"),
        ("protocol/limits.py", "call_seconds: float = 10.0", "call_seconds: float = 11.0"),
        ("service/daemon.py", '"OPENBLAS_NUM_THREADS": "1"', '"OPENBLAS_NUM_THREADS": "2"'),
    ],
)
def test_what_judge_or_worker_import_changes_the_engine(
    engine: Callable[[], str], tmp_path: Path, file: str, old: str, new: str
) -> None:
    before = engine()
    change(tmp_path / "grader" / file, old, new)
    assert engine() != before


def test_later_python_reads_the_same_engine(engine: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine()
    # As Python 3.12 does; a lock must fit whatever version reads it.
    monkeypatch.setattr(ast.FunctionDef, "_fields", (*ast.FunctionDef._fields, "type_params"))
    monkeypatch.setattr(ast.FunctionDef, "type_params", [], raising=False)
    assert engine() == before


def test_service_is_named_after_the_files_of_the_engine(engine: Callable[[], str], tmp_path: Path) -> None:
    before = fingerprint.of_service()
    (tmp_path / "grader/cli/hint.py").write_text("")
    assert fingerprint.of_service() == before
    (tmp_path / "grader/worker/forbidden.py").write_text("")
    assert fingerprint.of_service() != before


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_every_module_that_a_program_of_the_engine_loads_is_found() -> None:
    found = set(fingerprint.engine_files())
    for module in ("grader.service.daemon", "grader.judge.judge", "grader.worker.zygote", "grader.testing"):
        code = (
            f"import importlib, json, sys; importlib.import_module({module!r})\n"
            "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'grader']))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert {Path(file) for file in json.loads(run.stdout)} <= found
    assert not {file.parent.name for file in found} & {"cli", "learner", "classroom", "authoring"}


def test_files_of_the_engine_are_those_that_its_imports_lead_to() -> None:
    graph = grimp.build_graph("grader", exclude_type_checking_imports=True, cache_dir=None)
    waiting, modules = ["grader.service.daemon", "grader.worker.zygote", "grader.testing"], set[str]()
    while waiting:
        module = waiting.pop()
        modules.add(module)
        packages = {module.rsplit(".", number)[0] for number in range(1, module.count(".") + 1)}
        waiting += (packages | graph.find_modules_directly_imported_by(module)) - modules
    files = {str(file.relative_to(ROOT).with_suffix("")) for file in fingerprint.engine_files()}
    assert {file.removesuffix("/__init__").replace("/", ".") for file in files} == modules


def test_any_file_of_a_kata_changes_its_fingerprint(write_kata: WriteKata) -> None:
    kata = write_kata()
    (kata.reference_folder / "__pycache__").mkdir()
    seen = {fingerprint.of_kata(kata)}
    (kata.reference_folder / "__pycache__/test_hidden.pyc").write_bytes(b"")
    (kata.reference_folder / ".test_hidden.py.swp").write_bytes(b"")
    assert fingerprint.of_kata(kata) in seen
    for file in (kata.stub, kata.hints, kata.hidden_tests, kata.misconceptions, kata.data / "weights.npy"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(file.read_text() + "\n" if file.exists() else "")
        seen.add(fingerprint.of_kata(kata))
    assert len(seen) == 6


@pytest.mark.parametrize("library", ["tensorflow", "keras", "numpy", "scikit-learn", "gymnasium"])
def test_version_of_a_library_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, write_kata: WriteKata, library: str
) -> None:
    kata = write_kata()
    before = fingerprint.of_libraries(), fingerprint.of_graded(kata)
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "99.0" if name == library else installed(name))
    fingerprint.library_versions.cache_clear()  # As in another process: libraries do not change within one.
    try:
        assert fingerprint.of_libraries() != before[0]
        assert fingerprint.of_graded(kata) != before[1]
    finally:
        fingerprint.library_versions.cache_clear()


@pytest.mark.parametrize(
    ("part", "is_graded_again"), [(None, False), ("of_kata", True), ("of_engine", True), ("of_libraries", True)]
)
def test_batch_grades_again_what_a_change_touches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str | None, is_graded_again: bool
) -> None:
    (tmp_path / "class/ada").mkdir(parents=True)
    shutil.copy(ROOT / "reference/expressivity/perceptron/right/with_loops.py", tmp_path / "class/ada/perceptron.py")
    assert batch(tmp_path).exit_code == 0
    if part:
        monkeypatch.setattr(fingerprint, part, lambda *_: "another")
    monkeypatch.setattr("grader.service.executor.PendingGrade", None)  # Whatever is graded again ends in an exception.
    again = batch(tmp_path, "--resume")
    assert ("TypeError" in again.stderr) is is_graded_again
    assert again.exit_code == (2 if is_graded_again else 0)


def batch(folder: Path, *options: str) -> Result:
    arguments = ["batch", str(folder / "class"), "--db", str(folder / "grades.sqlite"), *options]
    return CliRunner().invoke(create_cli(create_manager()), arguments)
