"""The command line: what a learner types, what comes back, and the contract of exit codes and JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT
from conftest import WriteKata

from grader import hookimpl
from grader.cli import create_cli
from grader.learner.workspace import Workspace
from grader.learner.workspace import find_workspace
from grader.plugins import create_manager

REFERENCE = ROOT / "reference/expressivity/perceptron"
STUB = ROOT / "katas/expressivity/perceptron/perceptron.py"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def test_help_teaches() -> None:
    output = grader("--help").output
    for command in (
        "list",
        "start",
        "run",
        "watch",
        "hint",
        "solution",
        "history",
        "batch",
        "gradebook",
        "verify",
        "service",
        "plugins",
    ):
        assert f"\n  {command} " in output
    assert "grader start perceptron" in output


def test_help_shows_every_command_in_full() -> None:
    run = CliRunner().invoke(create_cli(create_manager()), ["--help"], terminal_width=80)
    commands = run.output.partition("Commands:\n")[2].splitlines()
    assert len(commands) >= 14
    assert not [line for line in commands if line.endswith(("...", "…"))]
    assert "zygote" not in run.output


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "start",
        "run",
        "watch",
        "hint",
        "try",
        "solution",
        "history",
        "diff",
        "reset",
        "site",
        "batch",
        "gradebook",
        "verify",
        "service",
        "plugins",
    ],
)
def test_every_command_has_help(command: str) -> None:
    result = grader(command, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["plugins"], ["hint", "perceptron"]])
def test_light_commands_import_neither_numpy_nor_tensorflow(workspace: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom grader.cli import main\n"
        f"sys.argv = ['grader', *{arguments!r}]\n"
        "try: main()\nfinally: print([n for n in ('numpy', 'tensorflow', 'keras', 'pytest', 'rich') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("[]\n")


def test_json_of_a_pass_is_the_contract(workspace: Path) -> None:
    run = grader("run", "perceptron", REFERENCE / "perceptron.py", "--format", "json")
    assert run.exit_code == 0, run.output
    result = json.loads(run.stdout)
    assert list(result) == [
        "version",
        "kata",
        "status",
        "score",
        "max_score",
        "tests",
        "misconception",
        "is_diagnosis_pending",
        "thresholds",
        "seed",
        "device",
        "seconds",
        "sandbox",
        "artifacts",
    ]
    assert (result["version"], result["kata"], result["status"]) == (1, "perceptron", "pass")
    assert (result["score"], result["max_score"], result["device"]) == (10.0, 10.0, "cpu")
    assert list(result["tests"][0]) == [
        "name",
        "task",
        "description",
        "status",
        "points",
        "max_points",
        "message",
        "misconception",
        "output",
        "seconds",
    ]
    saved = json.loads((workspace / ".grader/results/perceptron/result.json").read_text())
    assert saved == result


def test_stub_fails_with_exit_code_1(workspace: Path) -> None:
    run = grader("run", "perceptron", STUB, "--format", "json")
    assert run.exit_code == 1
    assert json.loads(run.stdout)["status"] == "fail"


def test_text_shows_the_first_failure_in_full_and_is_plain_when_piped(workspace: Path) -> None:
    (workspace / "drops_the_bias.py").write_text(grader("show", "perceptron", "drops_the_bias").stdout)
    run = grader("run", "perceptron", "drops_the_bias.py")
    assert run.exit_code == 1
    assert "Perceptron  (perceptron)   NOT YET   6 of 10 points" in run.output
    assert "✗ Moves the hyperplane by the bias." in run.output
    assert run.output.count("Called    ") == 1
    assert "Next step: Add the bias to every score before you compare." in run.output
    assert "\x1b" not in run.output


def test_learner_starts_fails_gets_hints_and_passes(workspace: Path) -> None:
    started = grader("start", "perceptron")
    assert started.exit_code == 0
    assert "section 1.1 of the course notes" in started.output
    mine = workspace / "perceptron/perceptron.py"
    assert mine.read_text() == STUB.read_text()
    assert grader("run", "perceptron").exit_code == 1
    hints = [grader("hint", "perceptron").output for _ in range(4)]
    assert [f"Task 1, hint {number} of 3: " in hint for number, hint in zip((1, 2, 3, 1), hints, strict=True)] == [
        True
    ] * 4
    assert "○ perceptron" in grader("list").output
    mine.write_text((REFERENCE / "right/with_numpy.py").read_text())
    assert grader("run", "perceptron").exit_code == 0
    assert "✓ perceptron" in grader("list").output


class Tweets:
    @hookimpl
    def grader_reporters(self) -> dict[str, object]:
        return {"tweet": lambda result, kata: f"{kata.spec.title}: {result.status}!"}


def test_reporter_of_a_plugin_is_one_more_format(workspace: Path) -> None:
    manager = create_manager()
    manager.register(Tweets())
    words = ["run", "perceptron", str(REFERENCE / "perceptron.py"), "--format"]
    assert CliRunner().invoke(create_cli(manager), [*words, "tweet"]).output == "Perceptron: pass!"
    assert "markdown, prairielearn, text, tweet" in CliRunner().invoke(create_cli(manager), [*words, "post"]).output


def test_start_copies_the_data_of_a_kata(workspace: Path, write_kata: WriteKata) -> None:
    kata = write_kata()
    (kata.folder / "data").mkdir()
    (kata.folder / "data/weights.npy").write_bytes(b"numbers")
    Workspace(workspace).start(kata)
    assert (workspace / "double/data/weights.npy").read_bytes() == b"numbers"


def test_start_never_overwrites(workspace: Path) -> None:
    grader("start", "perceptron")
    mine = workspace / "perceptron/perceptron.py"
    mine.write_text("my work")
    again = grader("start", "perceptron")
    assert again.exit_code == 2
    assert "was left as it is" in again.output
    assert mine.read_text() == "my work"


def test_grading_another_file_does_not_count_as_progress(workspace: Path) -> None:
    grader("run", "perceptron", REFERENCE / "perceptron.py")
    assert "○ perceptron" in grader("list").output


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("syntax.py", b"def perceptron(:\n", 1, "SyntaxError"),
        ("empty.py", b"", 1, "The file is empty."),
        ("binary.py", bytes(range(256)), 1, "not UTF-8"),
        ("notes.txt", b"hello", 2, "expected a Python file, found 'notes.txt'"),
        ("missing.py", None, 2, "no submission there"),
    ],
)
def test_file_that_is_no_submission_gets_one_message(workspace: Path, name, content, code, words) -> None:
    if content is not None:
        (workspace / name).write_bytes(content)
    run = grader("run", "perceptron", workspace / name)
    assert run.exit_code == code
    assert words in run.output
    assert "Traceback" not in run.output


def test_folder_is_searched_for_the_katas_file(workspace: Path) -> None:
    empty = grader("run", "perceptron", workspace)
    assert empty.exit_code == 2
    assert "a folder without perceptron.py" in empty.output
    assert grader("run", "perceptron", REFERENCE).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "preceptron"], "did you mean 'perceptron'?"),
        (["start", "nothing_like_it"], "`grader list` shows all."),
        (["run", "perceptron"], "`grader start perceptron` makes"),
        (
            ["run", "perceptron", "x.py", "--format", "xml"],
            "the formats are autolab, exercism, github, github-classroom, gitlab, gradescope, json, junit, markdown, "
            "prairielearn, text.",
        ),
        (["list", "--chapter", "cooking"], "the chapters are expressivity"),
        (["hint", "perceptron", "--task", "9"], "its tasks are 1, 2"),
        (["run", "perceptron", "x.py", "--seed", "-1"], "--seed"),
    ],
)
def test_bad_usage_is_one_message_with_exit_code_2(workspace: Path, arguments: list[str], words: str) -> None:
    run = grader(*arguments)
    assert run.exit_code == 2
    assert words in run.output
    assert "Traceback" not in run.output


def test_damaged_progress_is_named_and_kept(workspace: Path) -> None:
    (workspace / ".grader/progress.json").write_text("{")
    run = grader("list")
    assert run.exit_code == 2
    assert "progress.json" in run.output
    assert (workspace / ".grader/progress.json").read_text() == "{"


def test_plugins_shows_who_provides_what() -> None:
    output = grader("plugins").output
    assert "deep_learning_course  grader_packs" in output
    assert "builtin" in output


def test_pictures_are_saved_beside_the_result(workspace: Path) -> None:
    path = ROOT / "reference/training/gradient_descent/gradient_descent.py"
    run = grader("run", "gradient_descent", path, "--format", "json")
    assert run.exit_code == 0, run.output
    artifacts = json.loads(run.stdout)["artifacts"]
    assert artifacts
    for artifact in artifacts:
        assert artifact["media_type"] == "image/png"
        assert Path(artifact["path"]).parent == workspace / ".grader/results/gradient_descent"
        assert Path(artifact["path"]).read_bytes().startswith(b"\x89PNG")


def test_workspace_of_another_user_is_not_used(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = workspace / "below"
    folder.mkdir()
    assert find_workspace(folder).root == workspace
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    assert find_workspace(folder).root == folder


def test_start_brings_back_what_is_missing_and_leaves_the_rest(workspace: Path) -> None:
    started = grader("start", "perceptron")
    assert started.exit_code == 0
    assert "section 1.1 of the course notes" in started.output
    folder = workspace / "perceptron"
    (folder / "perceptron.py").unlink()
    (folder / "hints.md").write_text("Mine.")
    missing = grader("run", "perceptron")
    assert (missing.exit_code, "`grader start perceptron` makes" in missing.output) == (2, True)
    started = grader("start", "perceptron")
    assert started.exit_code == 0
    assert "section 1.1 of the course notes" in started.output
    assert (folder / "perceptron.py").read_text() == STUB.read_text()
    assert (folder / "hints.md").read_text() == "Mine."
    assert grader("start", "perceptron").exit_code == 2


def test_pass_says_what_comes_next(workspace: Path) -> None:
    assert "Next: `grader start " in grader("run", "perceptron", REFERENCE / "perceptron.py").output


def test_hints_say_when_they_begin_again(workspace: Path) -> None:
    told = [grader("hint", "perceptron").output for _ in range(7)]
    assert ["Starting over" in hint for hint in told] == [False, False, False, True, False, False, True]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which, and above which, there is no workspace."""
    (tmp_path / ".grader").rmdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("grader.learner.workspace.STATE_FOLDER", ".grader-of-this-test")
    return tmp_path


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_run_with_a_path_makes_no_workspace(nowhere: Path) -> None:
    (nowhere / "perceptron.py").write_bytes((REFERENCE / "perceptron.py").read_bytes())
    path = ROOT / "reference/training/gradient_descent/gradient_descent.py"
    for words in (["perceptron", "perceptron.py"], ["perceptron", STUB], ["gradient_descent", path]):
        run = grader("run", *words, "--format", "json")
        assert run.exit_code == (1 if STUB in words else 0)
        assert run.stderr == ""
    pictures = [Path(artifact["path"]) for artifact in json.loads(run.stdout)["artifacts"]]
    assert pictures
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    for words in (["list"], ["hint", "perceptron"], ["run", "perceptron"]):
        grader(*words)
    assert entries(nowhere) == {"perceptron.py"}


def test_start_makes_the_workspace_where_it_is_called(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert grader("start", "perceptron").stderr == ""
    below = nowhere / "projects/mine"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    started = grader("start", "xor")
    assert (
        started.stderr
        == f"{below} is a workspace of its own now; {nowhere} remains a separate one, with its own progress.\n"
    )
    assert (below / "xor/xor.py").exists()
    assert not (nowhere / "xor").exists()
    monkeypatch.chdir(nowhere / "perceptron")
    assert grader("start", "xor").stderr == ""
    assert (nowhere / "xor/xor.py").exists()
    assert ".grader-of-this-test" not in entries(nowhere / "perceptron")


def test_workspace_further_up_is_named_whenever_it_is_used(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grader("start", "perceptron")
    named = f"Using the workspace {nowhere}.\n"
    far = nowhere / "projects/mine"
    far.mkdir(parents=True)
    for folder in (far, far.parent):
        monkeypatch.chdir(folder)
        for words in (["list"], ["hint", "perceptron"], ["run", "perceptron"], ["run", "perceptron", STUB]):
            assert grader(*words).stderr == named
    for folder in (nowhere, nowhere / "perceptron"):
        monkeypatch.chdir(folder)
        for words in (["list"], ["hint", "perceptron"], ["run", "perceptron"], ["run", "perceptron", STUB]):
            assert grader(*words).stderr == ""


def test_file_in_the_current_folder_goes_before_a_workspace_further_up(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grader("start", "perceptron")
    mine = nowhere / "projects/perceptron/perceptron.py"
    mine.parent.mkdir(parents=True)
    mine.write_bytes((REFERENCE / "perceptron.py").read_bytes())
    monkeypatch.chdir(nowhere / "projects")
    run = grader("run", "perceptron")
    assert (run.exit_code, run.stderr) == (0, "")
    assert "✓ perceptron" in grader("list").stdout
    monkeypatch.chdir(nowhere)
    assert "○ perceptron" in grader("list").stdout
