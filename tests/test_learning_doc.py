"""The screens of docs/learning.md are what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PAGE = ROOT / "docs/learning.md"
RIGHT = ROOT / "reference/expressivity/perceptron/right/with_numpy.py"
PENDING = "still being looked up"
"""A first failing run may say so of known mistakes; the screens are those of a grader that has looked them up."""


def replay(page: str, folder: Path) -> Iterator[str]:
    """Yields the page as it is to be: its commands are run, its code is written into the kata's file."""
    here, file = folder, folder / "perceptron/perceptron.py"
    for part in re.split(r"(?ms)(^```.*?^```\n|^<!--.*?-->\n)", page):
        if part.startswith("```python\n"):
            file.write_text(part.removeprefix("```python\n").removesuffix("```\n"))
            copy = folder / "copy.py"  # Whose grades are no attempts.
            copy.write_bytes(file.read_bytes())
            while PENDING in run(f"grader run perceptron {copy}", folder):
                time.sleep(0.2)
        elif part.startswith("<!--"):
            file.write_bytes(RIGHT.read_bytes())
        elif part.startswith("```console\n"):
            commands = re.findall(r"^\$ (.*)\n", part, re.MULTILINE)
            screens = []
            for command in commands:
                goes_on = not command.startswith("cd ")
                here = here if goes_on else here / command.removeprefix("cd ")
                screens.append(f"$ {command}\n{run(command, here) if goes_on else ''}")
            yield f"```console\n{''.join(screens)}```\n"
            continue
        yield part


def run(command: str, folder: Path) -> str:
    """Returns what a command prints in a folder, the parts that differ from day to day replaced."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "80"}
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    said = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-11-27 10:00", done.stdout + done.stderr)
    said = re.sub(r"(\d+) of \d+ katas", r"\1 of 100 katas", said)
    return re.sub(r"/\S*/perceptron\b", "/home/ada/course/perceptron", said)


@pytest.mark.usefixtures("own_workspace")
def test_screens_are_those_of_today(tmp_path: Path) -> None:
    page = PAGE.read_text()
    assert "".join(replay(page, tmp_path)) == page


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text("".join(replay(PAGE.read_text(), Path(made))))
