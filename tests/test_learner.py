"""The learner's hour: what a pass opens, the history, where to go on, starting over, and trying things out."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT

from grader import result as results
from grader.cli import create_cli
from grader.content.catalog import Catalog
from grader.learner.workspace import Workspace
from grader.plugins import create_manager

REFERENCE = ROOT / "reference/expressivity/perceptron"
STUB = ROOT / "katas/expressivity/perceptron/perceptron.py"
HALF = (REFERENCE / "right/with_loops.py").read_text().replace("score = bias", "score = 0")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mine(workspace: Path) -> Path:
    file = workspace / "perceptron/perceptron.py"
    file.parent.mkdir()
    file.write_bytes(STUB.read_bytes())
    return file


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


def note(folder: Path, catalog: Catalog, kata: str, status: results.Status, score: float, **more: object) -> None:
    """Saves a result as a grade of the learner's own file would."""
    result = results.Result(kata=kata, status=status, score=score, max_score=10.0, tests=[], **more)  # type: ignore[arg-type]
    found, workspace = catalog.katas[kata], Workspace(folder)
    workspace.save(found, workspace.submission_path(found), result, [])


def test_pass_says_what_opened_where_to_compare_and_what_is_next(mine: Path) -> None:
    mine.write_bytes((REFERENCE / "right/with_loops.py").read_bytes())
    run = grader("run", "perceptron")
    assert run.exit_code == 0
    assert run.output.splitlines()[-3:] == [
        "Open now: dense_parameters, universal_approximation, xor.",
        "Compare: `grader solution perceptron` shows yours beside ours.",
        "Next: `grader start dense_parameters`.",
    ]
    solution = grader("solution", "perceptron").output
    assert "Yours" in solution
    assert "for weight, feature in zip(weights, row, strict=True):" in solution
    assert "Ours: reference   Perceptron: a hyperplane that answers yes or no." in solution
    assert "scores = ops.matmul(inputs, weights) + bias" in solution
    assert "  with_loops    Plain Python, one row at a time; NAND is AND with every sign changed." in solution


def test_wide_terminal_has_both_solutions_side_by_side(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine.write_text("def perceptron(inputs, weights, bias):\n    return 0\n")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    assert re.search(r"Yours +Ours: reference", on_terminal("solution", "perceptron", "--give-up"))
    monkeypatch.setenv("COLUMNS", "80")
    narrow = on_terminal("solution", "perceptron", "--give-up")
    assert re.search(r"Yours\r\n", narrow)
    assert "def perceptron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:\r\n" in narrow


def test_solution_is_kept_from_those_who_have_not_passed_until_they_give_up(mine: Path) -> None:
    refused = grader("solution", "perceptron")
    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "`grader solution perceptron --give-up`" in refused.stderr
    assert "matmul" not in refused.output
    shown = grader("solution", "perceptron", "--give-up")
    assert shown.exit_code == 0
    assert "scores = ops.matmul(inputs, weights) + bias" in shown.output
    assert "\x1b" not in shown.output


def test_style_shows_another_solution_and_a_typing_error_is_guessed(workspace: Path) -> None:
    shown = grader("solution", "perceptron", "--give-up", "--style", "with_numpy").output
    assert "return np.where(inputs @ weights + bias < 0, 0, 1)" in shown
    assert "Yours" not in shown
    wrong = grader("solution", "perceptron", "--give-up", "--style", "with_numpi")
    assert (wrong.exit_code, "did you mean 'with_numpy'?" in wrong.output) == (2, True)


def test_own_file_that_is_no_text_is_shown_all_the_same(mine: Path) -> None:
    mine.write_bytes(b"x = '\xff\x1b[2J'\n")
    shown = grader("solution", "perceptron", "--give-up")
    assert shown.exit_code == 0
    assert "x = '\N{REPLACEMENT CHARACTER}'" in shown.output


def test_best_score_is_kept(workspace: Path, catalog: Catalog) -> None:
    for score in (4.0, 7.0, 2.0):
        note(workspace, catalog, "xor", "fail", score)
    progress = json.loads((workspace / ".grader/progress.json").read_text())
    assert progress == {"xor": {"passed": False, "score": 7.0, "max_score": 10.0}}
    note(workspace, catalog, "xor", "pass", 10.0)
    note(workspace, catalog, "xor", "error", 0.0)
    progress = json.loads((workspace / ".grader/progress.json").read_text())
    assert progress == {"xor": {"passed": True, "score": 10.0, "max_score": 10.0}}


def test_progress_of_an_older_grader_is_read(workspace: Path, catalog: Catalog) -> None:
    old = {"xor": {"passed": True, "score": 3.0, "max_score": 10.0, "hints": {"1": 2}}}
    (workspace / ".grader/progress.json").write_text(json.dumps(old))
    assert "✓ xor" in grader("list").output
    note(workspace, catalog, "xor", "fail", 5.0)
    progress = json.loads((workspace / ".grader/progress.json").read_text())
    assert progress["xor"] == {"passed": True, "score": 5.0, "max_score": 10.0, "hints": {"1": 2}}


def test_history_shows_points_verdict_and_misconception(workspace: Path, catalog: Catalog) -> None:
    assert grader("history", "xor").output == "No attempt at xor yet; the first one: grader run xor\n"
    found = results.Misconception(name="swaps", title="The layers are\x1b[2J swapped.", explanation="", evidence="")
    note(workspace, catalog, "xor", "fail", 20 / 3, misconception=found)
    note(workspace, catalog, "xor", "pass", 10.0)
    first, second = grader("history", "xor").output.splitlines()
    assert first[16:] == "  6.7 of 10 points  NOT YET  The layers are swapped."
    assert second[16:] == "   10 of 10 points  PASS"


def test_history_is_bounded(workspace: Path, catalog: Catalog) -> None:
    for score in range(103):
        note(workspace, catalog, "xor", "fail", score / 100)
    kept = json.loads((workspace / ".grader/results/xor/history.json").read_text())
    assert len(kept) == 100
    assert (kept[0]["score"], kept[-1]["score"]) == (0.03, 1.02)
    assert grader("history", "xor").output.splitlines()[-1] == "The latest 100; older ones are not kept."


@pytest.mark.parametrize("content", ["", "{", "{}", '[{"score": 3}]', "\xff"])
def test_damaged_history_is_named_and_costs_neither_verdict_nor_progress(mine: Path, content: str) -> None:
    mine.write_bytes((REFERENCE / "perceptron.py").read_bytes())
    file = mine.parents[1] / ".grader/results/perceptron/history.json"
    file.parent.mkdir(parents=True)
    file.write_text(content, encoding="latin-1")
    run = grader("run", "perceptron")
    assert run.exit_code == 0
    assert run.stderr.startswith("Warning: The result could not be kept in full (")
    assert "history.json" in run.stderr
    assert "✓ perceptron" in grader("list").output
    shown = grader("history", "perceptron")
    assert (shown.exit_code, len(shown.stderr.splitlines())) == (2, 1)
    assert file.read_text(encoding="latin-1") == content


def test_damaged_history_or_file_stops_neither_list_nor_where_to_go_on(mine: Path, workspace: Path) -> None:
    mine.write_text(HALF)
    file = workspace / ".grader/results/perceptron/history.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    alone = grader()
    assert alone.exit_code == 0
    assert "history.json: expected a history" in " ".join(alone.output.split())
    assert "Next: grader run perceptron" in alone.output
    assert "Next: `grader run perceptron`" in grader("list").output
    mine.unlink()
    mine.mkdir()
    assert "cannot be read (Is a directory)" in " ".join(grader().output.split())
    assert grader("list").exit_code == 0


def test_own_file_that_is_too_large_does_not_hide_ours(mine: Path) -> None:
    mine.write_text("#" * 300_000)
    shown = grader("solution", "perceptron", "--give-up")
    assert shown.exit_code == 0
    assert "Warning: Yours is not shown: " in shown.stderr
    assert "scores = ops.matmul(inputs, weights) + bias" in shown.stdout


def test_grading_another_file_is_no_attempt(mine: Path, workspace: Path) -> None:
    (workspace / "other.py").write_text(HALF)
    assert grader("run", "perceptron", "other.py").exit_code == 1
    assert "No attempt" in grader("history", "perceptron").output
    assert grader("run", "perceptron").exit_code == 1
    assert "0 of 10 points  NOT YET" in grader("history", "perceptron").output


@pytest.mark.parametrize("words", [["run"], ["hint"], ["history"], ["solution", "--give-up"], ["diff"]])
def test_kata_may_be_left_out_in_its_folder(mine: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    outside = grader(*words)
    assert outside.exit_code == 2
    assert "No kata is named" in outside.stderr
    assert f"{words[0]} perceptron`" in outside.stderr
    below = mine.parent / "data"
    below.mkdir()
    for folder in (mine.parent, below):
        monkeypatch.chdir(folder)
        inside = grader(*words)
        assert inside.exit_code == (1 if words == ["run"] else 0), inside.output


def test_grader_alone_says_where_the_learner_was_and_what_to_type(
    mine: Path, workspace: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        run = grader()
        assert run.exit_code == 0
        return " ".join(run.output.split())  # Lines break where the terminal ends.

    assert "Started; the file is still the stub. Next: grader watch perceptron" in told()
    mine.write_text(HALF)
    assert "Begun, and not graded yet. Next: grader run perceptron" in told()
    found = results.Misconception(name="bias", title="The bias is lost.", explanation="", evidence="")
    note(workspace, catalog, "perceptron", "fail", 6.0, misconception=found)
    assert "6 of 10 points at best, last graded " in told()
    assert "This looked familiar: The bias is lost. Next: grader hint perceptron" in told()
    later = mine.stat().st_mtime + 60
    os.utime(mine, (later, later))
    changed = "6 of 10 points at best, saved since it was graded. Next: grader run perceptron"
    assert changed in told()
    monkeypatch.chdir(mine.parent)
    assert changed in told()
    note(workspace, catalog, "perceptron", "pass", 10.0)
    count = f"1 of {len(catalog.katas)} katas passed"
    assert f"Open, and not started. Next: grader start dense_parameters {count}" in told()


def test_grader_alone_is_done_when_all_is_passed(workspace: Path, catalog: Catalog) -> None:
    progress = {name: {"passed": True} for name in catalog.katas}
    (workspace / ".grader/progress.json").write_text(json.dumps(progress))
    assert grader().output.startswith("You have passed all that is open.")


def test_grader_alone_shows_help_where_there_is_no_workspace(workspace: Path) -> None:
    (workspace / ".grader").rmdir()
    run = grader()
    assert "grader start perceptron" in run.output
    assert "Commands:" in run.output
    assert "Next:" not in run.output


@pytest.mark.parametrize("width", [60, 80])
def test_list_fits_the_terminal_and_counts(
    workspace: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    note(workspace, catalog, "perceptron", "pass", 10.0)
    note(workspace, catalog, "gradient_descent", "fail", 10 / 3)
    monkeypatch.setenv("COLUMNS", str(width))
    num_katas, num_training = len(catalog.katas), sum(kata.chapter == "training" for kata in catalog.katas.values())
    for words in (["list"], ["list", "--chapter", "training"]):
        output = grader(*words).output
        assert max(map(len, output.splitlines())) <= width
        assert "\x1b" not in output
        assert f"training  0 of {num_training}, 3.3 of {num_training}0 points" in output  # 10 for each.
        assert f"all  1 of {num_katas}, 13.3 of {num_katas}0 points\nNext: `grader start " in output
    output = grader("list").output
    assert "  ✓ perceptron  " in output
    assert "  ◐ gradient_descent         3.3 of 10 points. Full-batch" in output
    assert "  · depth_vs_width           first: universal_approximation" in output
    assert output.splitlines()[-1] == "✓ passed   ◐ partly   ○ open   · locked, first: ..."
    in_full = " ".join(grader("list", "--chapter", "training").output.split())
    assert (
        "The gradient of every weight of a deep network in one walk back, without automatic differentiation." in in_full
    )


def test_no_color_is_respected_on_a_terminal(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in on_terminal("list")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("list")


def on_terminal(*arguments: str) -> str:
    """Runs the command line on a terminal, and returns what it printed."""
    terminal, theirs = pty.openpty()
    words = [sys.executable, "-m", "grader", *arguments]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"}):
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # So Linux says that the other side is closed.
            while more := os.read(terminal, 65536):
                seen += more
    os.close(terminal)
    return seen.decode()


def test_reset_keeps_every_file(mine: Path) -> None:
    assert "is the stub already" in grader("reset", "perceptron").stderr
    for number, text in enumerate(("first = 1\n", "second = 2\n"), 1):
        mine.write_text(text)
        mine.chmod(0o640)
        reset = grader("reset", "perceptron")
        assert reset.exit_code == 0
        assert f"perceptron.{number}.py beside it" in reset.output
        assert mine.read_bytes() == STUB.read_bytes()
        assert mine.stat().st_mode & 0o777 == 0o640
    assert (mine.parent / "perceptron.1.py").read_text() == "first = 1\n"
    assert (mine.parent / "perceptron.2.py").read_text() == "second = 2\n"


def test_reset_without_a_file_says_how_to_get_one(workspace: Path) -> None:
    run = grader("reset", "perceptron")
    assert (run.exit_code, "`grader start perceptron`" in run.stderr) == (2, True)


def test_diff_shows_what_was_changed(mine: Path) -> None:
    assert grader("diff", "perceptron").output == f"{mine} is still the stub.\n"
    mine.write_text(STUB.read_text().replace('raise NotImplementedError("TODO: task 2")', "return [1, 1], -1.5"))
    lines = grader("diff", "perceptron").output.splitlines()
    assert lines[:2] == ["--- perceptron.py as it was started", "+++ perceptron/perceptron.py"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        '-    raise NotImplementedError("TODO: task 2")',
        "+    return [1, 1], -1.5",
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\0", b"# coding: nonsense\n", b"x" * 300_000, b"\x1b[2J\r\n"])
def test_diff_of_any_file_is_no_traceback(mine: Path, content: bytes) -> None:
    mine.write_bytes(content)
    run = grader("diff", "perceptron")
    assert run.exit_code == (2 if len(content) > 100_000 else 0)
    assert "Traceback" not in run.output
    assert "\x1b" not in run.output


@pytest.mark.parametrize(
    ("words", "guessed"),
    [
        (["lst"], "No such command 'lst'; did you mean 'list'?"),
        (["preceptron"], "No such command 'preceptron'; 'perceptron' is a kata: `grader start perceptron`"),
        (["zzz"], "; there are list, start, run, watch"),
        (["run", "perceptron", "--sed", "1"], "--seed"),
        (["run", "perceptron", "--format", "jsn"], "did you mean 'json'?"),
        (["list", "--chapter", "visoin"], "did you mean 'vision'?"),
        (["show", "perceptron", "drops_bias"], "did you mean 'drops_the_bias'?"),
    ],
)
def test_typing_errors_are_guessed(workspace: Path, words: list[str], guessed: str) -> None:
    run = grader(*words)
    assert run.exit_code == 2
    assert guessed in run.stderr


@pytest.mark.parametrize("command", ["run", "start", "hint", "solution", "reset", "verify"])
def test_shell_completes_katas(command: str) -> None:
    environment = {"_GRADER_COMPLETE": "bash_complete", "COMP_WORDS": f"grader {command} perc", "COMP_CWORD": "2"}
    completed = CliRunner().invoke(create_cli(create_manager()), env=environment, prog_name="grader")
    assert completed.output == "plain,perceptron\n"


def try_(folder: Path, kata: str, lines: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "grader", "try", kata]
    return subprocess.run(words, cwd=folder, input=lines, capture_output=True, text=True, check=False, timeout=120)


def test_try_has_the_learners_module_imported(mine: Path, workspace: Path) -> None:
    mine.write_text("BIAS = 41\n\ndef gate(name):\n    return name * 2\n")
    tried = try_(workspace, "perceptron", "gate('OR')\nBIAS + 1\nexit(1)\n")
    assert tried.returncode == 0
    assert f"From {mine}: gate.\n" in tried.stderr
    assert "'OROR'" in tried.stdout
    assert "42" in tried.stdout
    assert not (mine.parent / "__pycache__").exists()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("x = 1\ny = x +\n", "SyntaxError: invalid syntax in line 2"),
        ("\n1 / 0\n", "ZeroDivisionError: division by zero in line 2"),
        ("raise SystemExit(1)\n", "SystemExit: 1 in line 1"),
    ],
)
def test_try_falls_back_to_the_stub(mine: Path, workspace: Path, source: str, why: str) -> None:
    mine.write_text(source)
    tried = try_(workspace, "perceptron", "gate.__doc__[:30]\n")
    assert tried.returncode == 0
    assert f"{mine} cannot be imported ({why}). The stub is imported instead." in tried.stdout + tried.stderr
    assert "'Chooses the weights and the bi'" in tried.stdout
    assert "Traceback" not in tried.stderr


def test_try_has_support_code_and_its_own_folder(workspace: Path) -> None:
    (workspace / "capacity").mkdir()
    (workspace / "capacity/capacity.py").write_text("import os\nHERE = os.path.basename(os.getcwd())\n")
    tried = try_(workspace, "capacity", "HERE\ncallable(support.fit_polynomial)\n")
    assert tried.returncode == 0
    assert "'capacity'" in tried.stdout
    assert "True" in tried.stdout


def test_try_whose_process_is_killed_says_so(mine: Path, workspace: Path) -> None:
    tried = try_(workspace, "perceptron", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n")
    assert tried.returncode == 2
    assert tried.stderr.splitlines()[-1].startswith("Error: The prompt was ended (exit code -9)")
