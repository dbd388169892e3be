"""`grader watch` as a learner uses it: in a terminal, with an editor that saves in its own way."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from grader.content.catalog import Catalog

REFERENCE = (ROOT / "reference/expressivity/perceptron/perceptron.py").read_text()
WRONG = REFERENCE.replace(">=", ">")
SECONDS = 60


def expect(descriptor: int, seen: str, pattern: str) -> tuple[str, str]:
    """Reads until a pattern appears; returns all up to its end, and what was read beyond."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = re.search(pattern, seen)
        if found:
            return seen[: found.end()], seen[found.end() :]
        if select.select([descriptor], [], [], 0.1)[0]:
            seen += os.read(descriptor, 65536).decode()
    raise AssertionError(f"{pattern!r} was not seen in {seen!r}")


class Session:
    """A running `grader watch` with a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str, term: str = "dumb") -> None:
        self.terminal, theirs = pty.openpty()
        self.file = folder / "perceptron/perceptron.py"
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "watch", *arguments],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": term, "NO_COLOR": "1"},
        )
        os.close(theirs)

    def expect(self, pattern: str) -> str:
        """Waits until a pattern appears in what was printed since the last match, and returns all up to it."""
        text, self.seen = expect(self.terminal, self.seen, pattern)
        return text

    def press(self, key: str) -> None:
        os.write(self.terminal, key.encode())

    def save(self, text: str) -> None:
        """Saves as most editors do: a new file takes the place of the old one."""
        new = self.file.with_suffix(".tmp")
        new.write_text(text)
        new.replace(self.file)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    running = Session(tmp_path, "perceptron")
    running.expect("NOT YET")
    running.expect("Not started")
    yield running
    running.close()


def test_every_save_is_graded_and_compared_with_the_last(session: Session) -> None:
    session.save(WRONG)
    session.expect("NOT YET")
    assert "more tests pass now" in session.expect("Next step")
    session.save(REFERENCE)
    session.expect("PASS")
    session.expect("more tests? pass(es)? now")
    session.file.write_text(WRONG)
    session.expect("NOT YET")
    session.expect("no longer do")


def test_save_during_a_grade_starts_over(session: Session) -> None:
    session.save("while True: pass\n")
    time.sleep(1.0)
    session.save(REFERENCE)
    text = session.expect("PASS")
    assert "still running" not in text


def test_file_that_is_gone_for_a_moment_or_written_twice_is_graded_once_it_is_whole(session: Session) -> None:
    session.file.unlink()
    time.sleep(0.2)
    half = len(REFERENCE) // 2
    with session.file.open("w") as file:
        file.write(REFERENCE[:half])
        file.flush()
        file.write(REFERENCE[half:])
    session.expect("PASS")


def test_keys(session: Session, tmp_path: Path, catalog: Catalog) -> None:
    session.press("h")
    session.expect("Task 1, hint 1 of")
    session.press("h")
    session.expect("Task 1, hint 2 of")
    session.press("l")
    session.expect("○ perceptron")
    session.press("r")
    session.expect("the same tests pass")
    session.save(REFERENCE)
    session.expect("PASS")
    session.press("n")
    open_now = [
        name
        for name, kata in catalog.katas.items()
        if name != "perceptron" and {"perceptron"} >= set(kata.spec.prerequisites)
    ]
    session.expect(rf"Watching .*{open_now[0]}\.py")
    assert (tmp_path / open_now[0] / "README.md").exists()
    session.press("q")
    assert session.process.wait(SECONDS) == 0


def test_screen_is_cleared_for_each_verdict_and_a_grade_is_announced(tmp_path: Path) -> None:
    session = Session(tmp_path, "perceptron", term="xterm")
    try:
        session.expect("Grading perceptron.py")
        first = session.expect("q quit")
        assert first.index("\x1b[2J") < first.index("NOT YET")
        session.save(REFERENCE)
        seen = session.expect("PASS")
        assert seen.index("Grading perceptron.py") < seen.index("\x1b[2J")
        rest = session.expect("q quit")
        assert "Open now: dense_parameters, universal_approximation, xor." in rest
        assert "Next: press n for dense_parameters." in rest
    finally:
        session.close()


def test_every_message_shows_the_keys(session: Session) -> None:
    for key, words in (("h", "Task 1, hint 1 of"), ("l", r"all  0 of \d+"), ("r", "the same tests pass")):
        session.expect("n next kata, h hint, l list, r run again, q quit")
        session.press(key)
        session.expect(words)
    session.expect("q quit")


def test_deleted_file_is_said_once_and_waited_for(session: Session) -> None:
    stub = session.file.read_text()
    session.file.unlink()
    session.expect(r"perceptron\.py is gone; waiting for it\. `grader start perceptron` brings the stub back\.")
    session.expect("q quit")
    (session.file.parent / "notes.txt").write_text("Nothing to do with it.")
    time.sleep(0.5)
    session.file.write_text(stub)  # What was graded before it was deleted.
    assert "is gone" not in session.expect("NOT YET")


def test_deleted_folder_is_made_again_when_asked_for(session: Session) -> None:
    shutil.rmtree(session.file.parent)
    session.expect("is gone; waiting for it")
    session.press("r")
    session.expect("Made ")
    session.expect("NOT YET")
    session.save(REFERENCE)
    session.expect("PASS")


def test_last_saved_kata_is_watched_where_none_is_named_and_no_terminal_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "perceptron/perceptron.py"
    file.parent.mkdir()
    file.write_text(REFERENCE)
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # Who runs the tests in the background may ignore the signal, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  No thread runs here.
    )
    with process:
        try:
            assert process.stdout is not None
            expect(process.stdout.fileno(), "", "PASS")
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()
