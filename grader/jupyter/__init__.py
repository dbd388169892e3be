"""Jupyter and IPython: the magic `%%grade`, which `%load_ext grader.jupyter` adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Adds the magic; IPython calls this."""
    from grader.jupyter.magic import add_magic

    add_magic(shell)
