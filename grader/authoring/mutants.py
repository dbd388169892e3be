"""Tests the hidden tests: changes the reference in one place after another, and reports the changes that no test notices."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import Final

import msgspec

from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.errors import UsageError
from grader.protocol.channel import GradeRequest
from grader.service.client import make_job
from grader.service.executor import Executor

_ARITHMETIC: Final = {
    "Add": "Sub",
    "Sub": "Add",
    "Mul": "Div",
    "Div": "Mul",
    "Pow": "Mul",
    "FloorDiv": "Div",
    "Mod": "Mul",
}
_COMPARISONS: Final = {
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Eq": ("NotEq", "LtE"),
    "NotEq": ("Eq", "Lt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
_OPERATORS: Final = [
    *(f"ReplaceBinaryOperator_{old}_{new}" for old, new in _ARITHMETIC.items()),
    *(f"ReplaceComparisonOperator_{old}_{new}" for old, others in _COMPARISONS.items() for new in others),
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "NumberReplacer",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "ZeroIterationForLoop",
]


class Mutant(msgspec.Struct, frozen=True):
    """The reference with one change."""

    line: int
    change: str
    source: str


class MutationReport(msgspec.Struct, kw_only=True):
    """How many changes of a reference the hidden tests notice, and which they do not."""

    kata: str
    num_mutants: int
    survivors: list[Mutant]

    @property
    def share_killed(self) -> float:
        """The share of the changes that a test noticed."""
        return 1.0 - len(self.survivors) / max(1, self.num_mutants)


def find_survivors(
    catalog: Catalog, kata: Kata, executor: Executor, advance: Callable[[], None] = lambda: None
) -> MutationReport:
    """Grades every mutant of a kata's reference; one that passes is equivalent to it, or shows a missing test.

    Raises:
        UsageError: the library that makes them is not installed.
    """
    mutants = list(make_mutants(kata.reference.read_text(encoding="utf-8")))
    by_source = {mutant.source.encode(): mutant for mutant in mutants}
    requests = [GradeRequest(source=source, with_pictures=False, diagnosis_seconds=0.0) for source in by_source]
    survivors = []
    for job, result in executor.run(make_job(catalog, kata, request) for request in requests):
        if result.status == "pass":
            survivors.append(by_source[job.request.source])
        advance()
    survivors.sort(key=lambda mutant: mutant.line)
    return MutationReport(kata=kata.name, num_mutants=len(mutants), survivors=survivors)


def make_mutants(source: str) -> Iterator[Mutant]:
    """Yields the source with one small change, a sign, a comparison, a number, for each place where there can be one."""
    seen = {ast.dump(ast.parse(source))}
    for operator in _load_operators():
        occurrence = 0
        while (changed := operator(source, occurrence)) is not None:
            occurrence += 1
            meaning = _meaning_of(changed)
            if meaning is not None and meaning not in seen:
                seen.add(meaning)
                line, change = _describe(source, changed)
                yield Mutant(line, change, changed)


def _load_operators() -> list[Callable[[str, int], str | None]]:
    try:
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.plugins import get_operator
    except ImportError as error:
        raise UsageError(
            "--mutate needs the library cosmic-ray, which is not installed; run: pip install 'kata-grader[authoring]'"
        ) from error

    def bind(name: str) -> Callable[[str, int], Any]:
        operator = get_operator(f"core/{name}")()
        return lambda source, occurrence: mutate_code(source, operator, occurrence)

    return [bind(name) for name in _OPERATORS]


def _meaning_of(source: str) -> str | None:
    """Returns what two spellings of the same code have in common; None where it is no code."""
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def _describe(source: str, changed: str) -> tuple[int, str]:
    """Returns the number of the first line that differs, and how it reads before and after."""
    before, after = source.splitlines(), changed.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    _, start, end, new_start, new_end = next(block for block in matcher.get_opcodes() if block[0] != "equal")
    old, new = (" ".join(line.strip() for line in lines) for lines in (before[start:end], after[new_start:new_end]))
    return start + 1, f"{old}  ->  {new}"
