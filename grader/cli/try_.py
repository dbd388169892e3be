"""`grader try`: a Python prompt with the learner's file imported."""

from __future__ import annotations

import os
import sys

import click
import pluggy

from grader.cli import options
from grader.errors import UsageError

_ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""As in a grade, unless the user has chosen otherwise."""


@click.command("try", short_help="Try your code at a Python prompt.")
@options.kata_or_here
@click.pass_obj
def command(manager: pluggy.PluginManager, kata: str | None) -> None:
    """Open a Python prompt in which your file is imported, or the stub where that cannot be, and the kata's support code.

    It runs as any program of yours does, and not confined as in a grade. KATA may be left out in its folder.
    """
    import subprocess

    from grader.content.catalog import load_catalog
    from grader.learner.workspace import use_workspace

    found = options.find_kata(load_catalog(manager), kata)
    file = use_workspace(found).submission_path(found)
    if file.suffix == ".ipynb":
        raise UsageError(f"{file} is a notebook, which is a prompt of its own; open it in Jupyter.")
    folder = file.parent if file.is_file() else found.folder
    sys.stdout.flush()
    words = [sys.executable, "-P", "-m", "grader.learner.prompt", found.name, str(folder), str(found.folder)]
    try:
        # The kata's data are found from its folder.
        process = subprocess.Popen(words, cwd=folder, env=_ENVIRONMENT | os.environ)
    except OSError as error:
        raise UsageError(
            f"{folder}: no prompt can be opened there ({error.strerror}); check its permissions."
        ) from error
    code = None
    while code is None:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue  # The prompt has got it, too, and goes on.
    if code:
        raise UsageError(
            f"The prompt was ended (exit code {code}); your file is as it was, and `grader try` opens another."
        )
