"""Jupyter notebooks as submissions: the cells that define something, as one Python file in which each line names its cell."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from pathlib import Path
from typing import Final

from grader.content import submission
from grader.errors import UsageError

MAX_BYTES: Final = 32 * 2**20
"""Pictures make notebooks large; their code is held to the limit of any submission afterwards."""

CELL: Final = re.compile(r"  # cell (\d+)$", re.MULTILINE)
"""What ends the lines of a notebook that was loaded."""

_SKIP: Final = re.compile(r"#\s*grader:\s*skip\b")
_SHELL: Final = re.compile(r"\s*([%!?]|[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[%!]\s*\w)")
"""Lines that only IPython understands: magics, commands of the shell and questions."""
_WHOLE: Final = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b|grade\b)")
"""A magic whose cell is something else than Python."""
_DEFINITIONS: Final = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign),
)
_UNPARSED: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What is raised over a cell that is no Python, or nests too deeply for the parser."""
_DISPLAYS: Final = frozenset({"display", "print", "show", "help"})


def load_notebook(path: Path) -> bytes:
    """Loads the Python of a notebook.

    A cell is taken if it defines a name: by an import, a function, a class or an assignment. Of a cell that is taken, magics,
    lines of the shell and what is only displayed are dropped. A cell that begins with `# grader: skip` is left out.

    Raises:
        UsageError: it is no notebook.
    """
    import nbformat

    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path}: the notebook is larger than {MAX_BYTES // 2**20} MiB; clear its outputs.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of cells without an id, which older versions of Jupyter write.
            notebook = nbformat.reads(content.decode(), as_version=4)
        cells = [(cell.cell_type, str(cell.source)) for cell in notebook.cells]
    except Exception as error:  # Many kinds, by what is wrong with it.
        raise UsageError(
            f"{path}: expected a Jupyter notebook, found something else ({type(error).__name__}); open it in Jupyter "
            f"and save it."
        ) from error
    code = [(number, _plain_lines(source)) for number, (kind, source) in enumerate(cells, 1) if kind == "code"]
    if sum(len(source) for _, source in code) > submission.MAX_BYTES:
        return "\n".join(source for _, source in code).encode(
            errors="surrogatepass"
        )  # Which is refused for its length.
    parts = [_take(number, source) for number, source in code]
    return _futures_first("\n\n".join(part for part in parts if part)).encode()


def load_cell(source: str) -> bytes:
    """Loads the Python of one cell as that of a notebook, with each line where it is; what is no Python stays as it is."""
    source = _plain_lines(source)
    try:
        source = _keep_definitions(source)
    except _UNPARSED:  # The judge says what is wrong, and in which line.
        source = _blank_shell(source)
    return source.encode(errors="surrogatepass")


def _plain_lines(source: str) -> str:
    """Ends lines as Python's parser does, so that its line numbers are those of the text."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _futures_first(source: str) -> str:
    """Puts imports from `__future__` first, which a notebook may have in any cell and a file may not."""
    lines, futures = source.split("\n"), []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            futures.append(ast.unparse(statement))
            _blank(lines, statement)
    return "\n".join([*futures, *lines])


def _take(number: int, source: str) -> str:
    """Returns what is graded of a cell; "" if nothing is.

    Args:
        number: where the cell is in the notebook, texts counted, from 1 on.
        source: what is in it.
    """
    if _SKIP.match(source.lstrip()) or _WHOLE.match(source):
        return ""
    try:
        kept = _keep_definitions(source)
    except _UNPARSED as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        text = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        return f"raise SyntaxError({f'cell {number}{place}: {text}'!r})"
    return _name_cell(kept, number).strip("\n")


def _keep_definitions(source: str) -> str:
    """Blanks what only IPython understands, and what is only displayed; returns "" if nothing is defined.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python.
    """
    try:
        tree = ast.parse(source)
    except _UNPARSED:  # It may only be what IPython understands.
        source = _blank_shell(source)
        tree = ast.parse(source)
    if not any(isinstance(statement, _DEFINITIONS) for statement in tree.body):
        return ""
    lines = source.split("\n")
    for statement in tree.body:
        if _is_display(statement):
            _blank(lines, statement)
    return "\n".join(lines)


def _blank_shell(source: str) -> str:
    return "\n".join("" if _SHELL.match(line) else line for line in source.split("\n"))


def _is_display(statement: ast.stmt) -> bool:
    """Says whether a statement only shows something: a value on its own, or a call of a function that prints or draws."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if not isinstance(value, ast.Call):
        return not isinstance(value, ast.Await | ast.Yield | ast.YieldFrom)
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _DISPLAYS


def _blank(lines: list[str], statement: ast.stmt) -> None:
    """Takes a statement out of the lines; others may be in the same ones, divided by semicolons."""
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    before = lines[first].encode()[: statement.col_offset].decode()
    after = lines[last].encode()[statement.end_col_offset :].decode()
    lines[first : last + 1] = [f"{before}None{after}", *[""] * (last - first)]


def _name_cell(source: str, number: int) -> str:
    """Ends each logical line with a comment, so that a message about it names the cell."""
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
        if token.type == tokenize.NEWLINE:
            lines[token.start[0] - 1] += f"  # cell {number}"
    return "\n".join(lines)
