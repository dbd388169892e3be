"""Submissions that do nothing of what a kata asks for, made by the tool for every kata: they must not earn its points."""

from __future__ import annotations

import ast
import base64
import pickle
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Final
from typing import TypeVar

from grader.authoring.finding import Finding
from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.diagnosis.trace import Traces
from grader.result import Result

T = TypeVar("T", ast.FunctionDef, ast.ClassDef)

_IGNORANT: Final = {
    "zeros": ("zeros for every call", "np.zeros_like(array(arguments))"),
    "ones": ("ones for every call", "np.ones_like(array(arguments))"),
    "nan": ("NaN for every call", "np.full_like(array(arguments), np.nan)"),
    "infinity": ("infinity for every call", "np.full_like(array(arguments), np.inf)"),
    "empty": ("an empty array for every call", "np.zeros(0)"),
    "none": ("None for every call", "None"),
    "echo": ("the first argument of every call", "next(iter(arguments), None)"),
}
"""What these answer, in words and as an expression."""

_BY_HEART: Final = "what the reference answered with another seed, call by call"
_BY_HEART_WITH_SUPPORT: Final = f"{_BY_HEART}, also in the place of support.py's functions,"

_LEAST_POINTS: Final = 1.0
"""What a cheat that knows nothing must not earn in a task. One that knows answers by heart passes tests of a known input."""

_MAX_BYTES: Final = 128 * 1024
"""So large are the answers by heart at most; those of later calls are left out."""

_SOURCE: Final = '''
import numpy as np


def array(arguments):
    """The first argument that is an array, or a number where there is none."""
    for argument in arguments:
        if hasattr(argument, "shape"):
            return np.asarray(argument, dtype=float)
    return np.float64(0.0)


def answer(name, arguments):
    return {expression}


class Cheat:
    def __init__(self, *arguments, **keywords):
        pass

    def __call__(self, *arguments, **keywords):
        return answer("", arguments)

    def __getattr__(self, name):
        return lambda *arguments, **keywords: answer(name, arguments)

'''
_RECITE: Final = """
import base64
import pickle

known = pickle.loads(base64.b64decode("{known}"))


def recite(name):
    answers = known.get(name) or [None]
    answers.append(answers.pop(0))
    return answers[-1]

"""
_PATCH: Final = """
import support

for _name in {names}:
    setattr(support, _name, lambda *arguments, _name=_name, **keywords: answer(_name, arguments))
"""


def make_cheats(kata: Kata, traces: Traces) -> Iterator[Solution]:
    """Yields submissions that have every name of the stub and do not look at what they are asked.

    Args:
        kata: what they are handed in for.
        traces: what the reference did, with another seed than the one the cheats are graded with.
    """
    if not traces:
        return  # The reference could not be loaded, which is a finding of its own.
    for name, (title, expression) in _IGNORANT.items():
        yield _make(kata, name, title, _SOURCE.replace("{expression}", expression))
    recites = _SOURCE.replace("{expression}", "recite(name)") + _RECITE.replace("{known}", _answers_in(traces))
    yield _make(kata, "by_heart", _BY_HEART, recites)
    if kata.support.exists():
        functions = _find(ast.FunctionDef, kata.support)
        names = [function.name for function in functions if not function.name.startswith("make")]
        patches = recites + _PATCH.replace("{names}", repr(names))
        yield _make(kata, "by_heart_with_support", _BY_HEART_WITH_SUPPORT, patches)


def find_undeserved(kata: Kata, cheat: Solution, result: Result, traces: Traces) -> Iterator[Finding]:
    """Yields the tasks in which a cheat earns what it must not.

    Where only functions without parameters are asked for, what the reference answers is a solution, and no cheat.

    Args:
        kata: whose tests the cheat went through.
        cheat: one of `make_cheats`.
        result: what it got.
        traces: what the reference did.
    """
    constant = {function.name for function in _find(ast.FunctionDef, kata.stub) if not ast.unparse(function.args)}
    for task in sorted({test.task for test in result.tests}):
        tests = [test for test in result.tests if test.task == task]
        asked = {answer.function for test in tests for answer in traces[test.name].answers}
        if asked <= constant and cheat.name not in _IGNORANT:
            continue
        points, most = sum(test.points for test in tests), sum(test.max_points for test in tests)
        limit = min(_LEAST_POINTS, most) if cheat.name in _IGNORANT else most
        if points >= limit > 0:
            passed = ", ".join(test.name for test in tests if test.points)
            problem = f"{points:.2g} of {most:g} points in task {task} for {cheat.title}: {passed}"
            yield Finding.about(kata.hidden_tests, f"a submission gets {problem}; let these tests ask for more")


def _make(kata: Kata, name: str, title: str, source: str) -> Solution:
    lines = [
        f"{function.name} = lambda *arguments, **keywords: answer({function.name!r}, arguments)"
        for function in _find(ast.FunctionDef, kata.stub)
    ]
    lines += [f"{found.name} = Cheat" for found in _find(ast.ClassDef, kata.stub)]
    text = "\n".join([source, *lines, ""])
    return Solution(kind="cheat", name=name, source=text.encode(), file=kata.hidden_tests, title=title)


def _find(kind: type[T], file: Path) -> list[T]:
    """Lists the functions, or the classes, that a file defines at its top."""
    return [node for node in ast.parse(file.read_bytes()).body if isinstance(node, kind)]


def _answers_in(traces: Traces) -> str:
    """Packs what was answered, by the function that was asked, in the order of the calls."""
    known: defaultdict[str, list[Any]] = defaultdict(list)
    size = 0
    for trace in traces.values():
        for answer in trace.answers:
            if answer.kind == "returned":
                size += len(pickle.dumps(answer.value))
                if size < _MAX_BYTES:
                    known[answer.function].append(answer.value)
    return base64.b64encode(pickle.dumps(dict(known))).decode()
