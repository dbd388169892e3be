"""`grader verify`: a good kata passes, and each way of breaking one is reported in a sentence that names the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from conftest import ROOT

from grader import Pack
from grader.authoring.verify import Verification
from grader.authoring.verify import verify
from grader.cli import create_cli
from grader.content.calibration import Calibration
from grader.content.calibration import Outcomes
from grader.content.catalog import Catalog
from grader.plugins import create_manager
from grader.service.executor import LocalExecutor

TINY = ROOT / "tests/packs/tiny"


class Copy:
    """A copy of the tiny pack's kata, to be broken."""

    def __init__(self, folder: Path) -> None:
        for name in ("katas", "reference"):
            shutil.copytree(TINY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.folder = folder

    def file(self, name: str) -> Path:
        """Finds a file by the end of its path."""
        return next(path for path in sorted(self.folder.rglob("*")) if str(path).endswith(name))

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.file(name).read_text()
        assert old in text, text
        self.file(name).write_text(text.replace(old, new))

    def append(self, name: str, text: str) -> None:
        self.file(name).write_text(self.file(name).read_text() + text)

    def measure(
        self,
        reference: list[float] | None = None,
        squares: list[float] | None = None,
        fails: list[str] | None = None,
        evidence: str | None = None,
    ) -> None:
        """Adds a test with a threshold, and a calibration.json with these values."""
        self.append("kata.toml", '\n[thresholds.error]\nlimit = 0.2\ndirection = "at most"\nunit = "units"\n')
        self.append(
            "test_hidden.py",
            '\n\n@pytest.mark.task(1)\ndef test_error(submission, threshold):\n    """Has a small error."""\n'
            '    threshold("error", abs(float(submission.double(np.array([3.0]))[0]) - 6.0))\n',
        )
        if reference is not None:
            values = {"reference": reference, "right/by_multiplication": reference, "right/with_lists": reference}
            if squares is not None:
                values["wrong/squares"] = squares
            outcomes = Outcomes(sorted({*(fails or ["test_doubles"]), "test_error"}))
            calibration = Calibration(
                seeds=5,
                machine="",
                versions={},
                seconds={},
                values={"error": values},  # type: ignore[dict-item]
                outcomes={"squares": outcomes},
            )
            evidence = msgspec.json.encode(calibration).decode()
        if evidence is not None:
            self.file("reference/basics/double").joinpath("calibration.json").write_text(evidence)

    def time(self, limit: float) -> None:
        """Adds a test of speed."""
        self.append(
            "kata.toml", f'\n[thresholds.speed]\nlimit = {limit}\ndirection = "at most"\nunit = "x reference"\n'
        )
        self.append(
            "test_hidden.py",
            '\n\n@pytest.mark.task(1)\ndef test_is_fast(submission, speed):\n    """Is fast."""\n'
            '    speed("double", lambda: (np.ones(9),), assert_close)\n',
        )

    def verify(self, *, num_seeds: int = 1, fresh: bool = True, with_budget: bool = True) -> Verification:
        pack = Pack(
            name="copy",
            title="Copy",
            katas=self.folder / "katas",
            reference=self.folder / "reference",
            preload=("numpy",),
        )
        catalog = Catalog([pack])
        katas = list(catalog.katas.values())
        return verify(catalog, katas, LocalExecutor(2), num_seeds=num_seeds, fresh=fresh, with_budget=with_budget)[0]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_good_kata_has_no_findings(copy: Copy) -> None:
    report = copy.verify(num_seeds=3)
    assert report.findings == []
    assert (report.num_right, report.num_seeds) == (2, 3)


def test_long_hidden_tests_need_a_reason(copy: Copy) -> None:
    text = copy.file("test_hidden.py").read_text()
    copy.file("test_hidden.py").write_text(text + "\n" * 200)
    (finding,) = copy.verify().findings
    assert finding.file.endswith("test_hidden.py")
    assert finding.problem.startswith("expected at most 200 lines, found 2")
    assert finding.problem.endswith("say in its docstring why it has more than 200 lines")
    docstring, rest = text.split('"""', 2)[1:]
    with_reason = f'"""{docstring} Two kinds of tasks have more\nthan 200 lines."""{rest}'
    copy.file("test_hidden.py").write_text(with_reason + "\n" * 200)
    assert copy.verify().findings == []


def test_unchanged_kata_is_not_graded_again(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not copy.verify(fresh=False).is_cached
    monkeypatch.setattr("grader.service.executor.PendingGrade", None)
    assert copy.verify(fresh=False).is_cached
    monkeypatch.undo()
    copy.append("reference/basics/double/double.py", "\n# changed\n")
    assert not copy.verify(fresh=False).is_cached


STARTED = "def double(values):\n    return 0 * values\n"

BREAKAGES: dict[str, tuple[Callable[[Copy], object], str, str]] = {
    "the stub is started": (
        lambda copy: copy.file("katas/basics/double/double.py").write_text(STARTED),
        "double.py",
        "Not started",
    ),
    "the stub passes": (
        lambda copy: copy.file("katas/basics/double/double.py").write_text(
            copy.file("reference/basics/double/double.py").read_text()
        ),
        "katas/basics/double/double.py",
        "expected the verdict fail",
    ),
    "the reference fails": (
        lambda copy: copy.file("reference/basics/double/double.py").write_text(STARTED),
        "reference/basics/double/double.py",
        "expected the verdict pass",
    ),
    "the reference raises when it is loaded": (
        lambda copy: copy.file("reference/basics/double/double.py").write_text("1 / 0\n"),
        "reference/basics/double/double.py",
        "ZeroDivisionError",
    ),
    "a right solution fails": (
        lambda copy: copy.file("right/by_multiplication.py").write_text(STARTED),
        "right/by_multiplication.py",
        "expected the verdict pass",
    ),
    "a wrong solution passes": (
        lambda copy: copy.file("wrong/squares.py").write_text(
            '"""It is right."""\n' + copy.file("right/by_multiplication.py").read_text()
        ),
        "wrong/squares.py",
        "expected the verdict fail",
    ),
    "a wrong solution is not explained": (
        lambda copy: copy.file("wrong/squares.py").write_text("def double(values):\n    return values**2\n"),
        "wrong/squares.py",
        "expected a title and an explanation",
    ),
    "there is no wrong solution": (
        lambda copy: shutil.rmtree(copy.file("/wrong")),
        "misconceptions.toml",
        "found none",
    ),
    "there is one right solution": (
        lambda copy: copy.file("right/by_multiplication.py").unlink(),
        "right",
        "at least two",
    ),
    "a task has no hints": (
        lambda copy: copy.replace("hints.md", "## Task 1", "## Task 7"),
        "hints.md",
        "expected hints for task 1",
    ),
    "the hints have no headings": (
        lambda copy: copy.file("hints.md").write_text("Add.\n"),
        "hints.md",
        "expected headings",
    ),
    "the statement leaves a task out": (
        lambda copy: copy.replace("README.md", "## Task 1", "## Something"),
        "README.md",
        "## Task 1",
    ),
    "the statement has no example": (
        lambda copy: copy.replace("README.md", ">>>", "..."),
        "README.md",
        "expected a worked example",
    ),
    "the example is wrong": (
        lambda copy: copy.append("README.md", "\n```python\n>>> double(np.array([1.0]))\narray([3.])\n```\n"),
        "README.md",
        "its examples do not give what it says",
    ),
    "the stub gives the answer away": (
        lambda copy: (
            copy.file("reference/basics/double/double.py").write_text(
                "def double(values):\n    doubled_values = values + values\n    return doubled_values\n"
            ),
            copy.append("katas/basics/double/double.py", "\n# doubled_values = values + values\n"),
        ),
        "katas/basics/double/double.py",
        "leaks a line of the reference or of a hidden test: doubled_values = values + values",
    ),
    "the hidden tests import TensorFlow": (
        lambda copy: copy.append("test_hidden.py", "\n\ndef unused():\n    import tensorflow\n"),
        "test_hidden.py",
        "imports tensorflow",
    ),
    "the limit of a call is too tight": (
        lambda copy: (
            copy.append("kata.toml", "\n[limits]\ncall_seconds = 0.4\n"),
            copy.file("reference/basics/double/double.py").write_text(
                "import time\n\n\ndef double(values):\n    time.sleep(0.2)\n    return values + values\n"
            ),
        ),
        "kata.toml",
        "call_seconds",
    ),
    "the limit of the whole grade is too tight": (
        lambda copy: (
            copy.append("kata.toml", "\n[limits]\nwall_seconds = 0.5\n"),
            copy.file("reference/basics/double/double.py").write_text(
                "import time\n\n\ndef double(values):\n    time.sleep(0.2)\n    return values + values\n"
            ),
        ),
        "kata.toml",
        "wall_seconds",
    ),
    "a hidden test has no docstring": (
        lambda copy: copy.append(
            "test_hidden.py", "\n\n@pytest.mark.task(1)\ndef test_more(submission):\n    submission.double(1.0)\n"
        ),
        "test_hidden.py",
        "expected a docstring on test_more",
    ),
    "zeros earn points": (
        lambda copy: (
            copy.replace("kata.toml", "points = 1", "points = 10"),
            copy.append(
                "test_hidden.py",
                '\n\n@pytest.mark.task(1)\ndef test_of_zero(submission):\n    """Doubles 0."""\n'
                "    assert_close(submission.double(np.zeros(2)), [0.0, 0.0])\n",
            ),
        ),
        "test_hidden.py",
        "5 of 10 points in task 1 for zeros for every call: test_of_zero",
    ),
    "answers by heart pass": (
        lambda copy: copy.replace("test_hidden.py", "rng.normal(size=3)", "np.array([4.0, 5.0])"),
        "test_hidden.py",
        "1 of 1 points in task 1 for what the reference answered with another seed, call by call: test_doubles",
    ),
    "the hidden tests cannot be collected": (
        lambda copy: copy.append("test_hidden.py", "\n1 / 0\n"),
        "test_hidden.py",
        "ZeroDivisionError",
    ),
    "two wrong solutions do the same": (
        lambda copy: (
            copy.file("/wrong")
            .joinpath("multiplies.py")
            .write_text('"""It multiplies by itself."""\n\n\ndef double(values):\n    return values * values\n')
        ),
        "wrong/squares.py",
        "no test tells it apart from multiplies",
    ),
    "a threshold has no evidence": (
        lambda copy: copy.measure(),
        "calibration.json",
        "no evidence for the threshold error; run `grader calibrate double`",
    ),
    "the evidence cannot be read": (
        lambda copy: copy.measure(evidence="{}"),
        "calibration.json",
        "expected what `grader calibrate double` writes",
    ),
    "the limit is too close to what the reference reaches": (
        lambda copy: copy.measure([0.0, 0.15, 0.1, 0.05, 0.15], [3.0] * 5),
        "kata.toml",
        "reference may miss the error of 0.2",
    ),
    "the evidence is of another kata": (
        lambda copy: copy.measure([-0.5, -0.51, -0.52, -0.5, -0.51], [3.0] * 5),
        "calibration.json",
        "does not fit the kata any more (reference: its error is 0",
    ),
    "the evidence lacks a solution": (
        lambda copy: copy.measure([0.0] * 5, None),
        "calibration.json",
        "does not fit the kata any more (wrong/squares: it has no error there)",
    ),
    "the evidence expects other tests to fail": (
        lambda copy: copy.measure([0.0] * 5, [3.0] * 5, fails=["test_doubles", "test_gone"]),
        "calibration.json",
        "test_gone ends differently",
    ),
    "nothing shows what the limit of speed is for": (
        lambda copy: copy.time(100.0),
        "kata.toml",
        "no wrong solution shows what the speed limit of 100 is for",
    ),
    "a right solution is too close to the limit of speed": (
        lambda copy: copy.time(0.2),
        "kata.toml",
        "right/with_lists takes",
    ),
    "a wrong solution is caught by chance": (
        lambda copy: copy.file("wrong/squares.py").write_text(
            '"""It draws lots."""\nimport random\n\n\ndef double(values):\n    return values * (2 + (random.random() > 0.5))\n'
        ),
        "wrong/squares.py",
        "expected the verdict fail with seed",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_broken_kata_is_reported_in_a_sentence_that_names_the_file(copy: Copy, name: str) -> None:
    breaks, file, words = BREAKAGES[name]
    breaks(copy)
    findings = copy.verify(num_seeds=4 if "chance" in name else 1).findings
    told = [f"{finding.file}: {finding.problem}" for finding in findings]
    assert any(file in line and words in line for line in told), told


def test_command_prints_a_table_for_people_and_json_for_ci() -> None:
    def grader(*words: str) -> tuple[int, str]:
        run = CliRunner().invoke(create_cli(create_manager()), ["verify", *words])
        return run.exit_code, run.output

    code, table = grader("perceptron", "--seeds", "1")
    assert (code, table[:12]) == (0, "✓ perceptron")
    code, text = grader("perceptron", "--seeds", "1", "--format", "json")
    report = json.loads(text)[0]
    assert (code, report["kata"], report["findings"], report["is_cached"]) == (0, "perceptron", [], True)
    assert grader()[0] == 2
    assert "did you mean" in grader("perzeptron")[1]
    assert "no pack called" in grader("--pack", "nowhere")[1]


def test_kata_over_its_budget_is_reported_unless_the_machine_may_be_slow(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.authoring.verify.CPU_SECONDS", 1e-6)
    monkeypatch.setattr("grader.authoring.verify.REFERENCE_CPU_SECONDS", 1e-6)
    found = [finding.problem for finding in copy.verify(num_seeds=1).findings]
    assert ["the reference takes" in problem or "verifying takes" in problem for problem in found] == [True, True]
    assert copy.verify(num_seeds=1, with_budget=False).findings == []
