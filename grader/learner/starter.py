"""The notebook that a kata begins with: the statement as texts, and the stub in a cell that `%%grade` grades."""

from __future__ import annotations

import itertools

import nbformat
from markdown_it import MarkdownIt

from grader.content.kata import Kata


def make_notebook(kata: Kata) -> bytes:
    """Makes the notebook of a kata, the same one each time.

    Args:
        kata: has the statement, of which each section becomes a cell, and the stub.
    """
    first, *sections = _sections(kata.statement.read_text(encoding="utf-8"))
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(first),
            nbformat.v4.new_code_cell("%load_ext grader.jupyter"),
            *map(nbformat.v4.new_markdown_cell, sections),
            nbformat.v4.new_code_cell(f"%%grade {kata.name}\n{kata.stub.read_text(encoding='utf-8').rstrip()}"),
        ],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"  # By default it is a random one.
    return f"{nbformat.writes(notebook)}\n".encode()


def _sections(statement: str) -> list[str]:
    """Divides a text in Markdown before its headings of the second level."""
    lines = statement.splitlines()
    starts = [token.map[0] for token in MarkdownIt().parse(statement) if token.tag == "h2" and token.map]
    bounds = [0, *starts, len(lines)]
    return ["\n".join(lines[first:last]).strip() for first, last in itertools.pairwise(bounds)]
