"""Sentences for the learner: what was called, what came back, what was expected, and one next step."""

from __future__ import annotations

import importlib.util
from typing import Any
from typing import Final

from grader.errors import SubmissionError
from grader.errors import SubmissionRaised
from grader.judge.proxy import Call
from grader.judge.proxy import ObjectProxy
from grader.judge.proxy import class_name_of
from grader.result import NOT_STARTED
from grader.testing import Mismatch
from grader.testing import describe

_NEXT_STEP = "Try the call yourself and compare, or ask for a hint."
_STEPS: Final = (
    ({"SystemExit"}, "", "Remove the call to sys.exit() or quit(): a function ends with `return`."),
    (
        {"ForbiddenCallError"},
        "",
        "Build the result from simpler operations; the statement says which ones are meant.",
    ),
    (
        {"SyntaxError", "IndentationError", "TabError"},
        "",
        "Fix the syntax error on that line; your editor will underline it.",
    ),
    (
        {"ModuleNotFoundError", "ImportError"},
        "",
        "One file is graded: put your own helpers into it, and import only libraries that are installed here.",
    ),
    (
        {"UnboundLocalError"},
        "",
        "Assign that variable on every path through the function before you use it.",
    ),
    ({"NameError"}, "", "Look for a typo in that name, or for an import or an assignment that is missing."),
    (
        {"AttributeError"},
        "'NoneType'",
        "A value is None there: look for a function that ends without `return`, or that only changes its argument.",
    ),
    (
        {"AttributeError"},
        "module",
        "Keep every name of the stub, and look in that module's documentation for the name that you need.",
    ),
    (
        {"TypeError"},
        "positional argument",
        "Keep the parameters of the stub, with their names and their order: the tests call your functions with them.",
    ),
    (
        {"MemoryError", "ResourceExhaustedError"},
        "",
        "Look for an array that grows or is far larger than the inputs.",
    ),
    (
        {"RecursionError"},
        "",
        "The function calls itself without end: look for the case in which it must stop.",
    ),
    (
        {"EOFError"},
        "",
        "Remove the call to input(): nobody types while your file is graded, so use the arguments.",
    ),
)
"""What to try next, by the type of an exception and words in its text; the first that fits."""


def explain(error: BaseException, calls: list[Call], source: bytes, filename: str) -> str:
    """Turns what ended a test into a message.

    Args:
        error: a Mismatch, another AssertionError, a SubmissionError, or what a test raised over a value it did not expect.
        calls: the calls of the test on the submission, in order.
        source: the submission, for the line that raised.
        filename: how the submission's file is called in messages.

    Returns:
        Lines that start with "Called", "Returned", "Expected" and so on, where they apply; the next step is the last.
    """
    if isinstance(error, SubmissionError):
        return _explain_submission(error, calls, source, filename)
    if isinstance(error, Mismatch):
        expected = error.expected if isinstance(error.expected, str) else describe(error.expected)
        lines = _lines_about(error.returned, calls)
        lines += [f"Expected  {expected}"] if error.expected is not None else []
        return "\n".join([*lines, error.problem, f"Next step: {error.next_step or _NEXT_STEP}"])
    last = calls[-1] if calls else None
    lines = [_called(last), f"Returned  {_describe_returned(last.returned)}"] if last else []
    if isinstance(error, AssertionError):
        sentence = str(error).split("\nassert ")[0].split("\n +")[0]
        return "\n".join([*lines, sentence or "A check failed.", f"Next step: {_NEXT_STEP}"])
    lines.append(f"The test cannot use that value ({type(error).__name__}: {error}).")
    return "\n".join([*lines, "Next step: Compare the kind and the shape of what you return with the docstring."])


def _explain_submission(error: SubmissionError, calls: list[Call], source: bytes, filename: str) -> str:
    lines = [_called(calls[-1])] if calls else []
    if not isinstance(error, SubmissionRaised):
        return "\n".join([*lines, str(error), f"Next step: {error.next_step}"])
    if error.is_not_started:
        task = error.text.removeprefix("TODO:").strip() or "this task"
        return f"{NOT_STARTED}: {task}.\nNext step: Replace the line that raises NotImplementedError in {filename}."
    lines.append(f"Raised    {error}")
    if error.lines:
        number = error.lines[-1]
        text = importlib.util.decode_source(source).split("\n")
        code = text[number - 1].strip() if 0 < number <= len(text) else ""
        lines.append(f"At        {filename}, line {number}: {code[:120]}")
    return "\n".join([*lines, f"Next step: {_next_step_for(error)}"])


def _next_step_for(error: SubmissionRaised) -> str:
    for type_names, text, step in _STEPS:
        if error.type_name in type_names and text in error.text:
            return step
    if error.lines:
        return "Print the values that this line works with, and compare their kinds and shapes with the docstring."
    return error.next_step


def _called(call: Call | None) -> str:
    return f"Called    {call}" if call else "Called    nothing"


def _lines_about(value: Any, calls: list[Call]) -> list[str]:
    """Says which call a value came from, or that the test has found it itself."""
    for call in reversed(calls) if value is not None else ():
        if call.returned is value:
            return [_called(call), f"Returned  {_describe_returned(value)}"]
        parts = call.returned if isinstance(call.returned, list | tuple) else ()
        for number, part in enumerate(parts, 1):
            if part is value:
                place = f", the {_ordinal(number)} of {len(parts)} values" if len(parts) > 1 else ""
                return [_called(call), f"Returned  {_describe_returned(value)}{place}"]
    lines = [_called(calls[0])] if len(calls) == 1 else []
    if value is not None:
        return [*lines, f"Found     {describe(value)}"]
    if calls and not isinstance(calls[-1].returned, ObjectProxy) and len(calls) == 1:
        return [*lines, f"Returned  {describe(calls[0].returned)}"]
    return lines


def _describe_returned(value: Any) -> str:
    """Says of what class an object is that is no plain value: its name in calls would say nothing here."""
    return f"an object of the class {class_name_of(value)}" if isinstance(value, ObjectProxy) else describe(value)


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 14 else endings.get(number % 10, 'th')}"
