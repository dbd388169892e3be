"""The examples in docs/plugins.md run as they stand, and there is one for each hook."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from conftest import ROOT

from grader import class_hookspecs
from grader import hookspecs
from grader.cli import create_cli
from grader.plugins import PluginManager
from grader.plugins import create_manager

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/plugins.md").read_text(), re.MULTILINE | re.DOTALL)
RAISES = "def double(values):\n    values = None\n    return values + values\n"


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PluginManager:
    """All plugins of the page at once, in a folder with a pack and a class."""
    monkeypatch.chdir(tmp_path)
    for part in ("katas", "reference"):
        shutil.copytree(ROOT / "tests/packs/tiny" / part, tmp_path / "my-pack" / part)
    reference = (tmp_path / "my-pack/reference/basics/double/double.py").read_text()
    for student, source in (("ada", reference), ("bob", RAISES)):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "double.py").write_text(source)
    manager = create_manager()
    for number, block in enumerate(BLOCKS):
        plugin = types.ModuleType(f"example_{number}")
        exec(block, plugin.__dict__)
        manager.register(plugin, plugin.__name__)
    return manager


def test_every_hook_has_an_example(manager: PluginManager) -> None:
    hooks = {hook for module in (hookspecs, class_hookspecs) for hook in dir(module) if hook.startswith("grader_")}
    examples = [plugin for name, plugin in manager.list_name_plugin() if name.startswith("example_")]
    shown = {caller.name for plugin in examples for caller in manager.get_hookcallers(plugin) or ()}
    assert shown == hooks


def test_examples_pass_strict_type_checking(tmp_path: Path) -> None:
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"example_{number}.py").write_text(block)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache", "--config-file", os.devnull]
    files = [file.name for file in tmp_path.glob("example_*.py")]
    run = subprocess.run([*command, *files], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stdout == f"Success: no issues found in {len(BLOCKS)} source files\n"


def test_examples_do_what_the_page_says(manager: PluginManager, tmp_path: Path) -> None:
    cli: click.Group = create_cli(manager)

    def grader(*words: str) -> tuple[int, str, str]:
        run = CliRunner().invoke(cli, words)
        return run.exit_code, run.stdout, run.stderr

    assert grader("hello") == (0, "Hello.\n", "")
    shutil.copy("class/ada/double.py", "answer.txt")
    assert grader("run", "double", "answer.txt", "--format", "tweet")[:2] == (0, "Double: pass!\n")
    code, places, _ = grader("run", "double", "class/bob", "--format", "places")
    assert code == 1
    assert places.splitlines()[0].startswith("class/bob/double.py:3: ")
    batch = grader("batch", "class", "--executor", "one-by-one", "--format", "names")
    assert batch[:2] == (0, "ada: pass\nbob: fail\n")
    assert grader("gradebook", "export", "--format", "percent")[:2] == (0, "ada;double;100%\nbob;double;0%\n")
    events = Path("events.txt").read_text().splitlines()
    assert events[:4] == ["double: answer.txt", "double: pass", "double: bob", "double: fail"]
    assert events[4] == "class: 2 to grade"
    assert sorted(events[5:-1]) == sorted(["double: double.py", "double: double.py", "double: pass", "double: fail"])
    assert events[-1] == "class: 2 graded, 0 left out"
    assert grader("run", "double", "answer.txt", "--format", "names")[0] == 2
