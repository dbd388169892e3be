"""What a learner compares with after a pass: the kata's reference and its other right solutions."""

from __future__ import annotations

import ast
import io
import sys

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.content.kata import Kata
from grader.content.solution import Solution
from grader.content.solution import read_solution
from grader.harmless import harmless

REFERENCE = "reference"
_GAP = 3


def right_solutions(kata: Kata) -> dict[str, Solution]:
    """Returns the reference and the other right solutions, by what a learner calls them."""
    solutions = [read_solution("reference", kata.reference), *kata.right_solutions()]
    return {solution.key.removeprefix("right/"): solution for solution in solutions}


def render_solutions(kata: Kata, style: str, mine: str | None) -> str:
    """Renders one right solution beside the learner's own, side by side if the terminal is wide enough, and names the others.

    Args:
        kata: what is solved.
        style: which solution.
        mine: the learner's source, if there is one.
    """
    solutions = right_solutions(kata)
    console = Console(file=io.StringIO(), force_terminal=sys.stdout.isatty(), highlight=False)
    theirs = solutions[style].source.decode()
    columns = [_column(f"Ours: {style}", what_to_notice(solutions[style]), theirs)]
    if mine is not None:
        columns.insert(0, _column("Yours", "", harmless(mine)))
    if sys.stdout.isatty() and sum(console.measure(text).maximum + _GAP for text in columns) - _GAP <= console.width:
        table = Table.grid(padding=(0, _GAP, 0, 0))
        table.add_row(*columns)
        console.print(table)
    else:
        for text in columns:
            console.print(text, soft_wrap=True)
            console.print()
    others = {name: what_to_notice(solution) for name, solution in solutions.items() if name != style}
    if others:
        console.print(Text("Other right solutions:", "bold"))
        width = max(map(len, others))
        for name, notice in others.items():
            console.print(Text(f"  {name:<{width}}  {notice}".rstrip()), soft_wrap=True)
        console.print(Text(f"One of them: `grader solution {kata.name} --style NAME`", "dim"), soft_wrap=True)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def what_to_notice(solution: Solution) -> str:
    """Returns the first line of a solution's docstring; a short solution may have none."""
    docstring = ast.get_docstring(ast.parse(solution.source)) or ""
    return docstring.partition("\n")[0].strip()


def _column(heading: str, notice: str, source: str) -> Text:
    code = Syntax("", "python", theme="ansi_dark").highlight(source.rstrip())
    code.rstrip()
    return Text.assemble((heading, "bold"), f"   {notice}" if notice else "", "\n\n", code)
