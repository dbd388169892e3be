"""The text report: the verdict, the tests by task or what has changed, the first failure in full, and the next step."""

from __future__ import annotations

import io
import sys
import textwrap

from rich.console import Console
from rich.text import Text

from grader.content.kata import Kata
from grader.learner.history import format_points
from grader.learner.unwritten import is_unwritten
from grader.result import NOT_RUN
from grader.result import Result
from grader.result import TestResult

_MARKS = {"pass": ("✓", "green"), "fail": ("✗", "red"), "error": ("!", "yellow"), "skip": ("-", "dim")}
_VERDICTS = {
    "pass": ("PASS", "bold green"),
    "fail": ("NOT YET", "bold red"),
    "error": ("ERROR (not your fault)", "bold yellow"),
}
_INDENT = " " * 6


def render_text(result: Result, kata: Kata) -> str:
    """Renders a result for a person; colours are used where standard output is a terminal."""
    buffer, console = _open()
    _print_verdict(console, result, kata)
    shown = False
    for number, title in [(0, ""), *enumerate((task.title for task in kata.spec.tasks), 1)]:
        tests = [test for test in result.tests if test.task == number]
        if not tests:
            continue
        if number:
            score, most = sum(test.points for test in tests), sum(test.max_points for test in tests)
            points = f"{format_points(score)} of {format_points(most)}"
            console.print(Text.assemble(f"\nTask {number}  ", (title, "bold"), f"   {points}"))
        for test in tests:
            shown |= _print_test(console, test, in_full=not shown)
    _print_rest(console, result, kata)
    return buffer.getvalue()


def _open() -> tuple[io.StringIO, Console]:
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=sys.stdout.isatty(),
        force_jupyter=False,  # It would show each line by itself.
        highlight=False,
        soft_wrap=True,
    )
    return buffer, console


def _print_verdict(console: Console, result: Result, kata: Kata) -> None:
    verdict, style = _VERDICTS[result.status]
    points = f"{format_points(result.score)} of {format_points(result.max_score)} points"
    console.print(Text.assemble((kata.spec.title, "bold"), f"  ({kata.name})   ", (verdict, style), f"   {points}"))


def render_change(result: Result, previous: Result | None, kata: Kata) -> str:
    """Renders what a learner wants to see after a save: the verdict, what has changed, and the first failure in full."""
    buffer, console = _open()
    _print_verdict(console, result, kata)
    console.print(Text("  ".join(_progress(result, number) for number in range(1, len(kata.spec.tasks) + 1))))
    if previous is not None:
        console.print(Text(_compare(previous, result), style="dim"))
    failing = next((test for test in result.tests if test.status in ("fail", "error")), None)
    if failing:
        _print_test(console, failing, in_full=True)
    _print_rest(console, result, kata)
    return buffer.getvalue()


def _progress(result: Result, number: int) -> str:
    tests = [test for test in result.tests if test.task == number]
    passed = sum(test.status == "pass" for test in tests)
    return f"Task {number}: {passed} of {len(tests)} tests" if tests else f"Task {number}: -"


def _compare(previous: Result, result: Result) -> str:
    """Says which tests pass now that did not, and the other way round."""
    before = {test.name: test.status == "pass" for test in previous.tests}
    after = {test.name: test.status == "pass" for test in result.tests}
    won = sum(passes and not before.get(name, False) for name, passes in after.items())
    lost = sum(passes and not after.get(name, False) for name, passes in before.items())
    parts = [f"{won} more {_tests(won)} now"] if won else []
    parts += [f"{lost} no longer {'does' if lost == 1 else 'do'}"] if lost else []
    return f"Since the last run: {', '.join(parts) or 'the same tests pass'}."


def _tests(count: int) -> str:
    return "test passes" if count == 1 else "tests pass"


def _print_test(console: Console, test: TestResult, *, in_full: bool) -> bool:
    """Prints one test; says whether its message was printed."""
    mark, style = _MARKS[test.status]
    was_run = not (test.message or "").startswith(NOT_RUN)
    console.print(Text.assemble("  ", (mark, style), f" {test.description}" + ("" if was_run else " (not run)")))
    if not in_full or not test.message or test.status in ("pass", "skip"):
        return False
    console.print(Text(textwrap.indent(test.message, _INDENT)))
    if test.output.strip():
        console.print(Text(textwrap.indent("Your code printed:\n" + test.output.rstrip(), _INDENT), style="dim"))
    return True


def _print_rest(console: Console, result: Result, kata: Kata) -> None:
    console.print()
    if result.misconception:
        found = result.misconception
        console.print(Text.assemble(("This looks familiar: ", "bold"), found.title))
        for other in found.alternatives:
            console.print(Text.assemble(("or: ", "bold"), other.title, f" {other.explanation}"))
        console.print(Text(f"{found.explanation} (Known code with this mistake {found.evidence}.)\n"))
    if result.is_diagnosis_pending:
        console.print(Text("Whether this is a known mistake is still being looked up: ask again in a few seconds.\n"))
    for threshold in result.thresholds:
        mark, style = _MARKS[threshold.status]
        console.print(
            Text.assemble(
                (mark, style),
                f" {threshold.name.replace('_', ' ')}: {threshold.value:.4g} {threshold.unit} "
                f"({threshold.direction} {threshold.limit:g})" + (f", {threshold.note}" if threshold.note else ""),
            )
        )
    for artifact in result.artifacts:
        console.print(Text(f"Picture: {artifact.path}"))
    gaps = _gaps(result.sandbox)
    if gaps:
        console.print(
            Text(f"isolation: weak (this system cannot keep a submission from {'; '.join(gaps)})", style="yellow")
        )
    if result.status == "fail":
        line = f", `grader locate {kata.name}` looks for the line" if _is_unexplained(result, kata) else ""
        console.print(Text(f"Next: `grader hint {kata.name}` gives a nudge{line}.", style="dim"))


def _is_unexplained(result: Result, kata: Kata) -> bool:
    """Says whether code that is written in full fails, and no known mistake is named."""
    failed = [test for test in result.tests if test.status == "fail"]
    is_written = all(test.task and not is_unwritten(test) for test in failed)
    return is_written and not result.misconception and kata.spec.feedback != "none"


def _gaps(layers: list[str]) -> list[str]:
    """Lists what the active layers of a sandbox leave open; where no worker ran, there are none and nothing is open."""
    gaps = []
    if layers and not {"namespaces", "landlock"} & set(layers):
        gaps.append("reading files")
    if layers and "seccomp" not in layers:
        gaps.append("starting processes that go on after the grade")
        if not {"namespaces", "uid"} & set(layers):
            gaps.append("changing modes and times of files, or priorities of processes")
    return gaps
