"""Plugins and packs that are broken: they are named, the rest works, and no verdict and no exit code changes."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT

from grader import Pack
from grader import hookimpl
from grader.cli import create_cli
from grader.entry_points import EntryPoint
from grader.graded import Reporter
from grader.plugins import DISABLED
from grader.plugins import create_manager

RIGHT = ROOT / "reference/expressivity/perceptron/perceptron.py"
STUB = ROOT / "katas/expressivity/perceptron/perceptron.py"
COURSE = EntryPoint("course", "deep_learning_course", "kata-grader")


class FakeEntryPoint(EntryPoint):
    """An entry point whose plugin need not be importable, or whose import fails as it is told to."""

    plugin: object = None

    def load(self) -> object:
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


def entry_point(name: str, plugin: object) -> EntryPoint:
    point = FakeEntryPoint(name, "unused", "some-pack")
    point.plugin = plugin
    return point


def grader(plugin: object, *arguments: object) -> Result:
    """Runs a command with the course and one more plugin, which is called "third"."""
    manager = create_manager([COURSE, entry_point("third", plugin)])
    return CliRunner().invoke(create_cli(manager), [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Misspelled:
    @hookimpl
    def grader_pack(self) -> list[Pack]:
        return []


class WrongArguments:
    @hookimpl
    def grader_grading_started(self, kat: object) -> None: ...


class Wrapper:
    @hookimpl(wrapper=True)
    def grader_load_submission(self) -> Any:
        yield
        return b"def perceptron(): ..."


class Hidden:
    def __dir__(self) -> list[str]:
        raise ZeroDivisionError


NOT_LOADED = [
    (ImportError("no module named gone"), "cannot be imported (ImportError: no module named gone)"),
    (SystemExit(0), "cannot be imported (SystemExit: 0)"),
    (SyntaxError("invalid syntax"), "cannot be imported (SyntaxError: invalid syntax)"),
    (Misspelled(), "'grader_pack' is not a hook of the grader; the hooks are grader_batch_finished, "),
    (WrongArguments(), "a hook's arguments are not those specified"),
    (Wrapper(), "its grader_load_submission is a wrapper"),
    (Hidden(), "it cannot be registered (ZeroDivisionError)"),
]


@pytest.mark.parametrize(("plugin", "reason"), NOT_LOADED)
def test_plugin_that_cannot_be_loaded_is_left_out_with_one_sentence(plugin: object, reason: str) -> None:
    for path, code in ((RIGHT, 0), (STUB, 1)):
        run = grader(plugin, "run", "perceptron", path)
        assert run.exit_code == code
        (line,) = run.stderr.splitlines()
        assert line.startswith("Warning: The plugin 'third' of some-pack is left out: ")
        assert reason in line
    shown = grader(plugin, "plugins")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "course  grader_packs" in shown.stdout
    assert "! The plugin 'third' of some-pack is left out: " in shown.stdout
    assert reason in shown.stdout


def test_second_plugin_of_one_name_is_left_out() -> None:
    manager = create_manager([COURSE, COURSE._replace(owner="other")])
    run = CliRunner().invoke(create_cli(manager), ["list"])
    assert run.exit_code == 0
    assert "The plugin 'course' of other is left out: another plugin has this name" in run.stderr
    assert "perceptron" in run.stdout


def test_plugin_is_switched_off_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DISABLED, "other, third")
    plugin = ImportError("This would be a warning.")
    assert grader(plugin, "list").stderr == ""
    assert f"The plugin 'third' of some-pack is left out: {DISABLED} names it." in grader(plugin, "plugins").stdout
    monkeypatch.setenv(DISABLED, "course")
    assert "perceptron" not in grader(plugin, "list").stdout


def raising(hook: str, error: BaseException) -> object:
    """Makes a plugin whose hook raises."""
    arguments = {
        "grader_register_commands": "group",
        "grader_load_submission": "path, kata",
        "grader_grading_started": "kata, path",
        "grader_grading_finished": "kata, path, result",
        "grader_batch_started": "submissions, num_submissions",
        "grader_batch_finished": "submissions, graded",
    }
    return answering(hook, f"raise_({arguments.get(hook, '')})", arguments.get(hook, ""), raise_=error)


def answering(hook: str, answer: str, arguments: str = "", **names: Any) -> object:
    """Makes a plugin whose hook answers with the value of an expression."""
    if "raise_" in names:
        error = names["raise_"]

        def raise_(*_: object) -> None:
            raise error

        names["raise_"] = raise_
    exec(f"def {hook}({arguments}):\n    return {answer}\n", names)
    plugin = type(sys)("third")
    setattr(plugin, hook, hookimpl(names[hook]))
    return plugin


@pytest.mark.parametrize(
    "error", [ValueError("boom"), SystemExit(1), click.exceptions.Exit(1), click.Abort(), OSError(28, "full")], ids=repr
)
@pytest.mark.parametrize(
    "hook",
    [
        "grader_register_commands",
        "grader_packs",
        "grader_load_submission",
        "grader_grading_started",
        "grader_grading_finished",
        "grader_reporters",
    ],
)
def test_hook_that_raises_is_named_and_changes_no_verdict(hook: str, error: BaseException) -> None:
    for path, code in ((RIGHT, 0), (STUB, 1)):
        run = grader(raising(hook, error), "run", "perceptron", path, "--format", "json")
        assert run.exit_code == code
        assert json.loads(run.stdout)["status"] == ("fail" if code else "pass")


@pytest.mark.parametrize(
    ("hook", "effect"),
    [("grader_grading_finished", "which changes no verdict"), ("grader_load_submission", "so its answer is left out")],
)
def test_hook_that_raises_is_one_sentence_and_its_traceback_is_kept(hook: str, effect: str) -> None:
    (line,) = grader(raising(hook, ValueError("boom")), "run", "perceptron", RIGHT).stderr.splitlines()
    sentence, _, log = line.partition("; the traceback is in ")
    assert sentence == f"Warning: The plugin 'third' failed in {hook} (ValueError: boom), {effect}"
    assert "in raise_" in Path(log.removesuffix(".")).read_text()


def test_loader_that_fails_over_its_own_format_is_the_reason_why_nothing_is_graded(tmp_path: Path) -> None:
    (tmp_path / "answer.rmd").write_text("no Python")
    run = grader(raising("grader_load_submission", ValueError("boom")), "run", "perceptron", "answer.rmd")
    assert run.exit_code == 2
    _, line = run.stderr.splitlines()
    assert line.startswith("Error: answer.rmd: the plugin 'third' failed in grader_load_submission (ValueError: boom);")


@pytest.mark.parametrize(
    ("hook", "answer", "words"),
    [
        ("grader_packs", "None", "not iterable"),
        ("grader_packs", "['pack']", "expected packs with a name and two paths"),
        ("grader_packs", "[Pack(name='x', title='X', katas='katas', reference='reference')]", "expected packs"),
        ("grader_reporters", "['tweet']", "expected a dict"),
        ("grader_reporters", "{'tweet': 'text'}", "expected functions by name"),
        ("grader_reporters", "{1: Reporter(print)}", "expected functions by name"),
        ("grader_reporters", "{'tweet': Reporter('text')}", "expected functions by name"),
        ("grader_load_submission", "'def perceptron(): ...'", "expected bytes or None"),
        ("grader_register_commands", "group.add_command(print, 'print')", "expected a click.Command"),
        ("grader_register_commands", "group.add_command(None)", "expected a click.Command"),
    ],
)
def test_answer_of_another_kind_is_left_out(
    hook: str, answer: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"grader_register_commands": "group", "grader_load_submission": "path, kata"}.get(hook, "")
    plugin = answering(hook, answer, arguments, Pack=Pack, Reporter=Reporter)
    run = grader(plugin, "run", "perceptron", RIGHT)
    assert run.exit_code == 0
    (line,) = (capsys.readouterr().err + run.stderr).splitlines()  # Commands are registered before one runs.
    assert line.startswith(f"Warning: The plugin 'third' failed in {hook} (TypeError: ")
    assert words in line


def test_event_gets_a_copy_of_the_result() -> None:
    change = "setattr(result, 'status', 'fail') or result.tests.clear()"
    plugin = answering("grader_grading_finished", change, "kata, path, result")
    run = grader(plugin, "run", "perceptron", RIGHT, "--format", "json")
    assert run.exit_code == 0
    assert json.loads(run.stdout)["status"] == "pass"
    assert json.loads(run.stdout)["tests"]


def make_class(folder: Path) -> Path:
    (folder / "class/ada").mkdir(parents=True)
    shutil.copy(STUB, folder / "class/ada")
    return folder / "class"


@pytest.mark.parametrize(
    "hook",
    [
        "grader_batch_started",
        "grader_batch_finished",
        "grader_class_reporters",
        "grader_gradebook_formats",
    ],
)
def test_hook_of_a_class_that_raises_changes_no_grade_and_no_exit_code(hook: str, tmp_path: Path) -> None:
    plugin = raising(hook, SystemExit(1))
    run = grader(plugin, "batch", make_class(tmp_path), "--format", "json")
    assert run.exit_code == 0
    assert [grade["result"]["status"] for grade in json.loads(run.stdout)["grades"]] == ["fail"]
    exported = grader(plugin, "gradebook", "export")
    assert exported.exit_code == 0
    assert exported.stdout.splitlines()[1] == "ada,perceptron,fail,0.0,10.0"
    warnings = [line for line in (run.stderr + exported.stderr).splitlines() if line.startswith("Warning: ")]
    (warning,) = warnings
    assert warning.startswith(f"Warning: The plugin 'third' failed in {hook} (SystemExit: 1), ")


def test_class_event_gets_a_copy_of_the_grades(tmp_path: Path) -> None:
    plugin = answering("grader_batch_finished", "graded.files.clear()", "submissions, graded")
    run = grader(plugin, "batch", make_class(tmp_path), "--format", "json")
    assert len(json.loads(run.stdout)["grades"]) == 1


@pytest.mark.parametrize(
    "render",
    ["lambda result, kata: 1 / 0", "lambda result, kata: None", "exit", "Reporter(lambda file, kata: 1 / 0)"],
)
def test_format_that_was_asked_for_and_fails_is_2_and_any_other_format_works(render: str) -> None:
    plugin = answering("grader_reporters", f"{{'tweet': {render}}}", exit=lambda *_: sys.exit(1), Reporter=Reporter)
    run = grader(plugin, "run", "perceptron", RIGHT, "--format", "tweet")
    assert run.exit_code == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("Error: The plugin 'third' failed in what it offers by grader_reporters (")
    assert "the traceback is in " in line
    assert grader(plugin, "run", "perceptron", RIGHT, "--format", "json").exit_code == 0


def test_format_of_a_class_that_was_asked_for_and_fails_is_2_and_grades_are_kept(tmp_path: Path) -> None:
    folder = make_class(tmp_path)
    run = grader(
        answering("grader_class_reporters", "{'tweet': lambda graded: 1 / 0}"), "batch", folder, "--format", "tweet"
    )
    assert run.exit_code == 2
    assert "The plugin 'third' failed in what it offers by grader_class_reporters (ZeroDivisionError" in run.stderr
    plugin = answering("grader_gradebook_formats", "{'tweet': lambda graded: None}")
    exported = grader(plugin, "gradebook", "export", "--format", "tweet")
    assert exported.exit_code == 2
    assert "expected a string" in exported.stderr
    assert len(grader(plugin, "gradebook", "export").stdout.splitlines()) == 2


def test_executor_that_was_asked_for_and_fails_is_2() -> None:
    plugin = answering("grader_executors", "{'cluster': lambda num_parallel: 1 / 0}")
    run = grader(plugin, "batch", ".", "--executor", "cluster")
    assert run.exit_code == 2
    assert "The plugin 'third' failed in what it offers by grader_executors (ZeroDivisionError" in run.stderr


def test_command_of_a_plugin_that_fails_is_2() -> None:
    command = click.Command("fail", callback=lambda: 1 / 0)
    run = grader(answering("grader_register_commands", "group.add_command(it)", "group", it=command), "fail")
    assert run.exit_code == 2
    assert len(run.stderr.splitlines()) == 1


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A pack with two katas, `double` and `healthy`."""
    for part in ("katas", "reference"):
        shutil.copytree(ROOT / "tests/packs/tiny" / part, tmp_path / "pack" / part)
        healthy = tmp_path / "pack" / part / "basics/healthy"
        shutil.copytree(healthy.with_name("double"), healthy)
        (healthy / "double.py").rename(healthy / "healthy.py")
    root = tmp_path / "pack"
    return Pack(name="tiny", title="Tiny", katas=root / "katas", reference=root / "reference")


def break_toml(pack: Pack) -> None:
    (pack.katas / "basics/double/kata.toml").write_text("title = ")


def break_encoding(pack: Pack) -> None:
    (pack.katas / "basics/double/kata.toml").write_bytes(b'title = "\xff"')


def remove_tests(pack: Pack) -> None:
    (pack.reference / "basics/double/test_hidden.py").unlink()


def link_in_a_circle(pack: Pack) -> None:
    (pack.katas / "basics/double/kata.toml").unlink()
    (pack.katas / "basics/double/kata.toml").symlink_to("kata.toml")


@pytest.mark.parametrize("damage", [break_toml, break_encoding, remove_tests, link_in_a_circle])
def test_broken_kata_takes_no_other_away(pack: Pack, damage: Callable[[Pack], None]) -> None:
    damage(pack)
    plugin = answering("grader_packs", "[pack]", pack=pack)
    listed = grader(plugin, "list")
    assert listed.exit_code == 0
    assert "○ healthy" in listed.stdout
    assert "○ perceptron" in listed.stdout
    assert "double" not in listed.stdout
    (line,) = listed.stderr.splitlines()
    assert line.startswith(f"Warning: The plugin 'third': {pack.katas.parent}")
    assert "basics/double/" in line
    shown = grader(plugin, "plugins")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "pack tiny: Tiny, 1 kata" in shown.stdout
    assert "! The plugin 'third': " in shown.stdout
    asked = grader(plugin, "run", "double", RIGHT)
    assert asked.exit_code == 2
    assert "Error: " + line.removeprefix("Warning: The plugin 'third': ") in asked.stderr


def test_authors_are_told_of_a_broken_kata_by_exit_code(pack: Pack, tmp_path: Path) -> None:
    break_toml(pack)
    plugin = answering("grader_packs", "[pack]", pack=pack)
    for words in (["verify", "--pack", "tiny"], ["verify", "--all"], ["verify", "double"], ["export", "out"]):
        run = grader(plugin, *words)
        assert (run.exit_code, "expected valid TOML" in run.stderr.splitlines()[-1]) == (2, True)
    assert not (tmp_path / "out").exists()


def test_pack_without_a_folder_takes_no_other_away(pack: Pack) -> None:
    shutil.rmtree(pack.reference)
    run = grader(answering("grader_packs", "[pack]", pack=pack), "run", "perceptron", RIGHT)
    assert run.exit_code == 0
    assert "Warning: The plugin 'third': " in run.stderr
    assert "expected a folder of the pack 'tiny'" in run.stderr
