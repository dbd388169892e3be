"""What strangers wrote is shown as text: it moves no cursor, commands no CI system and hides nothing."""

from __future__ import annotations

import doctest
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import GradeSource
from conftest import WriteKata

from grader import harmless as module
from grader.cli import create_cli
from grader.harmless import harmless
from grader.plugins import create_manager


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("loss: 0.5\n\tépoch 2 → 3, 損失", "loss: 0.5\n\tépoch 2 → 3, 損失"),
        ("x[::2] and a::b", "x[::2] and a::b"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b2Jgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r\x1b\\text", "text"),
        ("\x1b]52;c;never ends", ""),
        ("10 %\r20 %\r\ndone", "10 %\n20 %\ndone"),
        ("bell\x07 null\x00 back\x08", "bell\\x07 null\\x00 back\\x08"),
        ("\u202egnp.tset\u2066", "\\u202egnp.tset\\u2066"),
        ("\ud800", "\\ud800"),
        ("  ::error file=a.py::owned", "  : :error file=a.py::owned"),
        ("a\u2028::add-mask::PASS\x85::stop-commands::x", "a\n: :add-mask::PASS\n: :stop-commands::x"),
        (
            "text ##[error]owned ##vso[task.complete] ##teamcity[x]",
            "text # #[error]owned # #vso[task.complete] # #teamcity[x]",
        ),
        ("section_start:1560896352:x\r\x1b[0K", "section_start :1560896352:x\n"),
    ],
)
def test_text_is_made_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown
    assert harmless(shown) == shown


def test_what_a_submission_says_is_harmless_in_its_result(write_kata: WriteKata, grade: GradeSource) -> None:
    source = r"""
        def double(values):
            print("\x1b[2J\x1b]0;title\x07PASS\n::error::printed")
            raise type("\x1b[31mPASS\n::error::type", (Exception,), {})("\u202e\n::error::text \ud800")
    """
    for test in grade(write_kata(), source).tests:
        for text in (test.message or "", test.output):
            assert not any(
                unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in text.replace("\n", "")
            )
            assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_names_of_a_class_are_harmless_in_its_summary(tmp_path: Path) -> None:
    name = "\x1b[2J::error::eve\u202e"
    for file in ("perceptron.py", "notes\x1b]0;x\x07.py"):
        (tmp_path / "class" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name / file).write_text("::error::\n")
    arguments = ["batch", str(tmp_path / "class"), "--db", str(tmp_path / "grades.sqlite"), "--jobs", "1"]
    run = CliRunner().invoke(create_cli(create_manager()), arguments)
    assert "eve" in run.output
    assert "\x1b" not in run.output
    assert "\u202e" not in run.output
    assert not any(line.lstrip().startswith("::") for line in run.output.splitlines())
