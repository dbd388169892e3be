"""Sentences for the learner: what was called, what came back, what was expected, and one next step."""

from __future__ import annotations

from typing import Any

from grader.errors import SubmissionError
from grader.errors import SubmissionRaised
from grader.judge.proxy import Call
from grader.judge.proxy import ObjectProxy
from grader.testing import Mismatch
from grader.testing import describe

_NEXT_STEP = "Try the call yourself and compare, or ask for a hint."


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
    lines = [_called(last), f"Returned  {describe(last.returned)}"] if last else []
    if isinstance(error, AssertionError):
        sentence = str(error).split("\nassert ")[0].split("\n +")[0]
        return "\n".join([*lines, sentence or "A check does not hold.", f"Next step: {_NEXT_STEP}"])
    lines.append(f"The test cannot use that value ({type(error).__name__}: {error}).")
    return "\n".join([*lines, "Next step: Compare the kind and the shape of what you return with the docstring."])


def _explain_submission(error: SubmissionError, calls: list[Call], source: bytes, filename: str) -> str:
    lines = [_called(calls[-1])] if calls else []
    if not isinstance(error, SubmissionRaised):
        return "\n".join([*lines, str(error), f"Next step: {error.next_step}"])
    if error.is_not_started:
        task = error.text.removeprefix("TODO:").strip() or "this task"
        return f"Not started: {task}.\nNext step: Replace the line that raises NotImplementedError in {filename}."
    lines.append(f"Raised    {error}")
    if error.lines:
        number = error.lines[-1]
        text = source.decode("utf-8", "replace").splitlines()
        code = text[number - 1].strip() if 0 < number <= len(text) else ""
        lines.append(f"At        {filename}, line {number}: {code[:120]}")
    return "\n".join([*lines, f"Next step: {_next_step_for(error)}"])


def _next_step_for(error: SubmissionRaised) -> str:
    if error.type_name == "SystemExit":
        return "Remove the call of sys.exit() or quit(): a function ends with `return`."
    if error.type_name == "ForbiddenCallError":
        return "Build the result from simpler operations; the statement says which ones are meant."
    if error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        return "Fix the syntax error on that line; your editor will underline it."
    if error.type_name in ("ModuleNotFoundError", "ImportError"):
        return "Import only what the stub imports, or another library that is installed here."
    if error.type_name == "AttributeError" and "module" in error.text:
        return "Keep every name of the stub: the tests call your functions by their names."
    if error.type_name == "TypeError" and "positional argument" in error.text:
        return "Keep the parameters of the stub, with their names and their order: the tests call your functions with them."
    if error.type_name in ("MemoryError", "ResourceExhaustedError"):
        return "Look for an array that grows or is far larger than the inputs."
    if error.lines:
        return "Print the values that this line works with, and compare their kinds and shapes with the docstring."
    return error.next_step


def _called(call: Call | None) -> str:
    return f"Called    {call}" if call else "Called    nothing"


def _lines_about(value: Any, calls: list[Call]) -> list[str]:
    """Says which call a value came from, or that the test has found it itself."""
    for call in reversed(calls) if value is not None else ():
        if call.returned is value:
            return [_called(call), f"Returned  {describe(value)}"]
        parts = call.returned if isinstance(call.returned, list | tuple) else ()
        for number, part in enumerate(parts, 1):
            if part is value:
                place = f", the {_ordinal(number)} of {len(parts)} values" if len(parts) > 1 else ""
                return [_called(call), f"Returned  {describe(value)}{place}"]
    lines = [_called(calls[0])] if len(calls) == 1 else []
    if value is not None:
        return [*lines, f"Found     {describe(value)}"]
    if calls and not isinstance(calls[-1].returned, ObjectProxy) and len(calls) == 1:
        return [*lines, f"Returned  {describe(calls[0].returned)}"]
    return lines


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 14 else endings.get(number % 10, 'th')}"
