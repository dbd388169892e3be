"""The magic `%%grade` in a real kernel: what it shows, what it defines, and that no error of ours is a traceback."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import tempfile
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest
from conftest import ROOT
from jupyter_client.manager import AsyncKernelManager

from grader import result as contract
from grader.content.kata import load_kata
from grader.content.notebook import load_cell
from grader.protocol.channel import DrawnPicture
from grader.site.report import render_for_cell

RIGHT = (ROOT / "reference/expressivity/perceptron/right/with_loops.py").read_text()
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208000000")


class Answer(NamedTuple):
    """What a kernel has answered to a cell."""

    shown: list[dict[str, str]]
    """What is displayed, by media types."""
    streams: str
    errors: list[str]
    """The names of exceptions."""


class Notebook:
    """A notebook that is open in a folder."""

    def __init__(self, folder: Path) -> None:
        (folder / ".grader").mkdir(parents=True)
        (folder / "perceptron").mkdir()
        self.folder = folder
        self.loop = asyncio.Runner()
        self.sockets = tempfile.TemporaryDirectory(prefix="kernel-")
        self.manager = AsyncKernelManager(transport="ipc", ip=f"{self.sockets.name}/socket", kernel_name="python3")
        self.loop.run(self.manager.start_kernel(cwd=str(folder / "perceptron")))
        self.client = self.manager.client()
        self.client.start_channels()
        self.loop.run(self.client.wait_for_ready(timeout=60))

    def run(self, cell: str) -> Answer:
        answer = Answer([], "", [])

        def take(message: dict[str, Any]) -> None:
            nonlocal answer
            content = message["content"]
            if message["msg_type"] in ("display_data", "execute_result"):
                answer.shown.append(content["data"])
            elif message["msg_type"] == "stream":
                answer = answer._replace(streams=answer.streams + content["text"])
            elif message["msg_type"] == "error":
                answer.errors.append(content["ename"])

        self.loop.run(self.client.execute_interactive(cell, output_hook=take, timeout=120))
        return answer

    def close(self) -> None:
        self.client.stop_channels()
        self.loop.run(self.manager.shutdown_kernel(now=True))
        self.manager.context.destroy()
        self.loop.close()
        self.sockets.cleanup()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    opened = Notebook(tmp_path_factory.mktemp("workspace"))
    assert opened.run("%load_ext grader.jupyter") == Answer([], "", [])
    yield opened
    opened.close()


def test_cell_is_run_and_graded_and_counts_in_its_katas_folder(notebook: Notebook) -> None:
    (report,) = notebook.run(f"%%grade perceptron\n{RIGHT}").shown
    assert report["text/plain"].startswith("Perceptron  (perceptron)   PASS   10 of 10 points\n")
    assert '<strong class="verdict pass">Pass</strong> 10 of 10 points' in report["text/html"]
    told = notebook.run("perceptron([[1.0, 2.0]], [1.0, 1.0], 0.0)")
    assert told.shown == [{"text/plain": "[1]"}]
    progress = json.loads((notebook.folder / ".grader/progress.json").read_text())
    assert progress["perceptron"] == {"passed": True, "score": 10.0, "max_score": 10.0}


def test_what_only_jupyter_understands_is_run_and_not_graded(notebook: Notebook) -> None:
    told = notebook.run(f"%%grade perceptron\n%pwd\n{RIGHT}\nprint(gate('AND'))")
    assert told.streams == "([1.0, 1.0], -1.5)\n"
    assert "10 of 10 points" in told.shown[-1]["text/plain"]


def test_failure_names_the_line_of_the_cell(notebook: Notebook) -> None:
    (report,) = notebook.run("%%grade perceptron\n\ndef perceptron(*_):\n    return [][1]").shown
    for text in report.values():
        assert "perceptron.py, line 4: return [][1]" in text
    assert "NOT YET   0 of 10 points" in report["text/plain"]


def test_cell_that_is_no_python_is_shown_by_both(notebook: Notebook) -> None:
    told = notebook.run("%%grade perceptron\n%matplotlib inline\nx = (")
    assert told.errors == ["SyntaxError"]
    assert "perceptron.py, line 3: x = (" in told.shown[-1]["text/plain"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%grade percepton\nx = 1", "There is no kata called 'percepton'; did you mean 'perceptron'?"),
        ("%%grade\nx = 1", "%%grade: Missing argument 'KATA'. Write it as `%%grade perceptron`"),
        ("%%grade perceptron --sed 1\nx = 1", "%%grade: No such option '--sed'."),
        ("%%grade 'perceptron\nx = 1", "%%grade: No closing quotation. Write it as"),
        ("%%grade perceptron\n1 + 1", "The cell defines nothing that can be graded; write your functions into it"),
    ],
)
def test_slip_is_one_sentence(notebook: Notebook, cell: str, said: str) -> None:
    told = notebook.run(cell)
    assert told.errors == []
    (line,) = told.streams.splitlines()
    assert line.startswith(f"Error: {said}")
    assert not any("text/html" in shown for shown in told.shown)


def test_failure_of_ours_is_one_sentence_that_names_the_log(notebook: Notebook) -> None:
    hidden = "from grader.jupyter import magic; kept = magic.render_for_cell; magic.render_for_cell = None"
    notebook.run(hidden)
    try:
        told = notebook.run(f"%%grade perceptron\n{RIGHT}")
    finally:
        notebook.run("magic.render_for_cell = kept")
    assert told.errors == []
    assert re.fullmatch(r"Error: The grader itself failed \(TypeError: .+; the traceback is in .+\.\n", told.streams)


def test_interruption_ends_the_cell_and_its_grade(notebook: Notebook) -> None:
    process = notebook.manager.provisioner.process  # type: ignore[union-attr]
    timer = threading.Timer(1.5, process.send_signal, [signal.SIGINT])
    timer.start()
    told = notebook.run("%%grade perceptron\nimport time\ntime.sleep(60)")
    timer.join()
    assert (told.shown, told.streams, told.errors) == ([], "Interrupted.\n", ["KeyboardInterrupt"])
    assert "10 of 10 points" in notebook.run(f"%%grade perceptron\n{RIGHT}").shown[-1]["text/plain"]


class Elements(HTMLParser):
    """Collects what a browser makes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.pictures: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.pictures += [value for name, value in attrs if name == "src"]


def test_nothing_that_a_submission_says_is_markup_and_pictures_are_in_the_report() -> None:
    evil = "</style></pre><script>alert(1)</script><img src=x onerror=alert(1)> \x1b[2J {{ 7 * 7 }}"
    test = contract.TestResult(
        name="test_a", task=1, description="Does a.", status="fail", points=0, max_points=6, message=evil, output=evil
    )
    result = contract.Result(kata="perceptron", status="fail", score=0, max_score=10, tests=[test])
    kata = load_kata(ROOT / "katas/expressivity/perceptron", ROOT / "reference/expressivity/perceptron")
    pictures = [DrawnPicture(name="two_classes", content=PNG), DrawnPicture(name="none", content=b"<svg onload=x>")]
    text = render_for_cell(result, kata, pictures)
    found = Elements(text)
    assert not found.tags & {"script", "svg"}
    assert not {name for name in found.attributes if name.startswith("on")} - {"open"}
    (picture,) = found.pictures
    assert str(picture).startswith("data:image/png;base64,iVBORw0KGgo")
    assert "&lt;script&gt;" in text
    assert "{{ 7 * 7 }}" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("cell", "graded"),
    [
        ("\nx = 1\nprint(x)\ny = 2", "\nx = 1\nNone\ny = 2"),
        ("\n%matplotlib inline\r\nx = 1\r\n", "\n\nx = 1\n"),
        ("\n!ls\nx = (", "\n\nx = ("),
        ("\nprint(1)", ""),
    ],
)
def test_lines_of_a_cell_stay_where_they_are(cell: str, graded: str) -> None:
    assert load_cell(cell).decode() == graded
