"""GitLab's Code Quality report, which a merge request shows at the lines that failed."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from grader.content.kata import Kata
from grader.graded import Failure
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.reporters import words


def render(file: GradedFile, _: Kata) -> str:
    """Renders one submission: an issue for each test that failed."""
    return _write([file])


def render_class(graded: GradedClass) -> str:
    """Renders a class: the issues of all submissions whose files are there."""
    return _write([file for file in graded.files if file.path])


def _write(files: list[GradedFile]) -> str:
    issues = [_issue(file, failure) for file in files for failure in file.failures]
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode() + "\n"


def _issue(file: GradedFile, failure: Failure) -> dict[str, Any]:
    path, kata, test = words.path_below(file.path, "CI_PROJECT_DIR"), file.result.kata, failure.test
    identity = "\0".join([path, kata, test.name])  # Not the line: the same issue may move.
    return {
        "description": f"{words.line(test.description)} {words.problem(test)}".strip(),
        "check_name": f"{kata}/{words.line(test.name)}",
        "fingerprint": hashlib.sha256(identity.encode(errors="backslashreplace")).hexdigest(),
        "severity": "major" if test.status == "fail" else "info",  # An error is not the submission's fault.
        "location": {"path": path or f"{kata}.py", "lines": {"begin": failure.line or 1}},
    }
