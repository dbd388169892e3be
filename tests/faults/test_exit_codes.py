"""Exit codes: 1 means "fail" and nothing else, and no output, folder or file of ours that is broken changes a verdict."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT

from grader import cache
from grader.cli import create_cli
from grader.messages import LOG_NAME
from grader.plugins import create_manager

RIGHT = ROOT / "reference/expressivity/perceptron/perceptron.py"
STUB = ROOT / "katas/expressivity/perceptron/perceptron.py"
PROGRAM = [sys.executable, "-m", "grader"]


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """Starts the command line as a program."""
    words = [*PROGRAM, *map(str, arguments)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leaves(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *above, name)
        else:
            yield (*above, name)


ARGUMENTS = {
    **{
        name: ["perceptron"]
        for name in ("start", "run", "hint", "locate", "solution", "history", "diff", "reset", "try", "calibrate")
    },
    "batch": ["class"],
    "show": ["perceptron", "reference"],
    "export": ["folder"],
    "site": ["folder"],
    "verify-receipt": ["receipt.json"],
    "new": ["--pack", "folder"],
}


@pytest.mark.parametrize("words", list(leaves(create_cli(create_manager()))), ids=" ".join)
@pytest.mark.parametrize(
    "error", [RuntimeError("two\nlines"), OSError(28, "No space left on device"), EOFError(), MemoryError()], ids=repr
)
def test_failure_of_ours_is_one_sentence_that_names_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cli = create_cli(create_manager())
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    monkeypatch.setattr(command, "callback", fail)
    run = CliRunner().invoke(cli, [*words, *ARGUMENTS.get(words[0], [])])
    assert run.exit_code == 2
    (line,) = run.stderr.splitlines()
    log = tmp_path / "cache/grader" / LOG_NAME
    assert line.startswith(f"Error: The grader itself failed ({type(error).__name__}")
    assert line.endswith(f"the traceback is in {log}.")
    assert "Traceback" in log.read_text()
    assert "in fail" in log.read_text()


def test_log_goes_elsewhere_without_a_cache_folder_and_does_not_grow_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("grader.content.catalog.load_catalog", None)  # So every command fails.
    log = cache.default_folder() / LOG_NAME
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * 2_000_000)
    assert str(log) in grader("list").stderr
    assert log.stat().st_size < 100_000
    log.unlink()
    log.mkdir()
    other = Path(grader("list").stderr.rpartition("the traceback is in ")[2].strip().removesuffix("."))
    assert other.parent != log.parent
    assert "Traceback" in other.read_text()
    other.unlink()


def is_connected(process: int) -> bool:
    with contextlib.suppress(OSError):  # A descriptor may be closed meanwhile.
        return any(os.readlink(file).startswith("socket:") for file in Path(f"/proc/{process}/fd").iterdir())
    return False


def test_interruption_is_130(tmp_path: Path) -> None:
    (tmp_path / "perceptron.py").write_text("while True: pass\n")
    process = start(
        *("run", "perceptron", "perceptron.py"),
        stdout=subprocess.PIPE,
        # Who runs the tests in the background may ignore the signal, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        while not is_connected(process.pid):  # From then on the loop takes as long as a file may take to load.
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "Interrupted.\n")


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "utf-16"])
def test_encoding_of_the_output_changes_no_verdict(encoding: str, form: str) -> None:
    for path, code in ((RIGHT, 0), (STUB, 1)):
        run = subprocess.run(
            [*PROGRAM, "run", "perceptron", path, "--format", form],
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (code, b"")
        text = run.stdout.decode("utf-8" if encoding == "ascii" else encoding)  # click takes no ascii for an answer.
        if form == "json":
            assert json.loads(text)["status"] == ("fail" if code else "pass")
            assert json.loads(text)["tests"][0]["description"].startswith("Gives 1 on the positive side")
        else:
            assert ("NOT YET" if code else "PASS") in text


def test_text_that_the_encoding_lacks_stays_valid_json(tmp_path: Path) -> None:
    (tmp_path / "perceptron.py").write_text("raise ValueError('é → 🙂')")
    run = subprocess.run(
        [*PROGRAM, "run", "perceptron", "perceptron.py", "--format", "json"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    messages = [test["message"] for test in json.loads(run.stdout.decode("latin-1"))["tests"]]
    assert any("é → 🙂" in message for message in messages)


@pytest.mark.parametrize(("path", "code", "verdict"), [(RIGHT, 0, "'pass', 10 of 10"), (STUB, 1, "'fail', 0 of 10")])
def test_full_disk_changes_no_verdict(path: Path, code: int, verdict: str) -> None:
    with open("/dev/full", "w") as full, start("run", "perceptron", path, stdout=full) as process:
        _, told = process.communicate()
    assert process.returncode == code
    assert told.startswith("Warning: The report could not be written (OSError: [Errno 28]")
    assert told.endswith(f"the verdict is {verdict} points.\n")


def test_full_disk_for_errors_too_changes_no_verdict() -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run([*PROGRAM, "run", "perceptron", RIGHT], stdout=full, stderr=full, check=False)
    assert run.returncode == 0


@pytest.mark.parametrize(("path", "code"), [(RIGHT, 0), (STUB, 1)])
def test_closed_pipe_changes_no_verdict(path: Path, code: int) -> None:
    with start("run", "perceptron", path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == code


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("path", "code"), [(RIGHT, 0), (STUB, 1)])
def test_closed_streams_change_no_verdict(path: Path, code: int, closed: str) -> None:
    command = f"exec {sys.executable} -m grader run perceptron {path} {closed}"
    run = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert run.returncode == code
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("words", [["list"], ["--help"], ["plugins"]])
def test_output_of_other_commands_that_cannot_be_written_is_2(words: list[str]) -> None:
    with start(*words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""  # As all programs do, it ends in silence.
    assert process.returncode == 2
    with open("/dev/full", "w") as full, start(*words, stdout=full) as process:
        _, told = process.communicate()
    assert process.returncode == 2
    assert len(told.splitlines()) == 1
    assert "No space left on device" in told


SPOILT_PROGRESS = [
    "",
    "{",
    "[]",
    '{"perceptron": 3}',
    '{"perceptron": {"passed": "yes"}}',
    '{"perceptron": {"hints": 1}}',
]


@pytest.mark.parametrize("content", SPOILT_PROGRESS)
def test_damaged_progress_loses_no_verdict(workspace: Path, content: str) -> None:
    progress = workspace / ".grader/progress.json"
    progress.write_text(content)
    (workspace / "perceptron").mkdir()
    for source, code in ((RIGHT, 0), (STUB, 1)):
        (workspace / "perceptron/perceptron.py").write_bytes(source.read_bytes())
        run = grader("run", "perceptron")
        assert run.exit_code == code
        assert run.stderr.startswith("Warning: The result could not be kept in full (")
        assert "progress.json: cannot be read" in run.stderr
        assert ("NOT YET" if code else "PASS") in run.stdout
    assert progress.read_text() == content
    assert grader("run", "perceptron", RIGHT).exit_code == 0
    hint = grader("hint", "perceptron")
    assert (hint.exit_code, "Traceback" in hint.output) == (2, False)


@pytest.mark.parametrize("name", [".grader", ".grader/results", ".grader/results/perceptron", ".grader/progress.json"])
def test_folder_that_cannot_be_written_loses_no_verdict(workspace: Path, name: str) -> None:
    (workspace / "perceptron").mkdir()
    (workspace / "perceptron/perceptron.py").write_bytes(RIGHT.read_bytes())
    obstacle = workspace / name
    if name == ".grader":
        obstacle.rmdir()
    if name.endswith("json"):
        obstacle.mkdir(parents=True)
    else:
        obstacle.parent.mkdir(exist_ok=True)
        obstacle.write_text("A file in the place of a folder.")
    run = grader("run", "perceptron")
    assert run.exit_code == 0, run.output
    assert run.stderr.startswith("Warning: The result could not be kept in full (")
    assert "PASS" in run.stdout


def test_current_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    command = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {sys.executable} -m grader run perceptron {RIGHT}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert "The current folder cannot be used" in run.stderr


def test_folder_whose_name_is_no_text_loses_no_verdict(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (odd / ".grader").mkdir(parents=True)
    path = ROOT / "reference/training/gradient_descent/gradient_descent.py"
    run = subprocess.run(
        [*PROGRAM, "run", "gradient_descent", path, "--format", "json"], cwd=odd, capture_output=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert "caf\ufffd" in json.loads(run.stdout)["artifacts"][0]["path"]
