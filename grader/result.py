"""The result of a grade: the JSON contract, version 1."""

from __future__ import annotations

from typing import Final
from typing import Literal

import msgspec

Status = Literal["pass", "fail", "error"]
TestStatus = Literal["pass", "fail", "error", "skip"]

Feedback = Literal["full", "property", "none"]
"""What is told of a failed test: all of it; what it asks for, the misconception and a hint; or nothing but the points."""

NOT_RUN: Final = "Not run"
"""How the message of a test begins that got no turn."""

NOT_STARTED: Final = "Not started"
"""How the message of a test begins that came upon a stub."""


class TestResult(msgspec.Struct, kw_only=True):
    """One hidden test, in the order of its file."""

    name: str
    task: int
    description: str
    status: TestStatus
    points: float
    max_points: float
    message: str | None = None
    misconception: str | None = None
    output: str = ""
    seconds: float = 0.0


class Misconception(msgspec.Struct, kw_only=True):
    """The wrong solution that behaves as the submission does."""

    name: str
    title: str
    explanation: str
    evidence: str
    alternatives: list[Misconception] = []
    """Others that cannot be told apart from it."""


class ThresholdResult(msgspec.Struct, kw_only=True):
    """A measured value beside its limit."""

    name: str
    value: float
    limit: float
    direction: Literal["at most", "at least"]
    unit: str
    samples: int
    status: Literal["pass", "fail"]
    note: str | None = None
    """What one has to know about the value."""


class Artifact(msgspec.Struct, kw_only=True):
    """A picture that a test left behind."""

    name: str
    path: str
    media_type: str


class Result(msgspec.Struct, kw_only=True):
    """What a grade found; `status` is "error" only for what is not the submission's fault."""

    version: int = 1
    kata: str
    status: Status
    score: float
    max_score: float
    tests: list[TestResult]
    misconception: Misconception | None = None
    is_diagnosis_pending: bool = False
    """Whether there was no time to compare the submission with all known mistakes; the grader goes on with that."""
    thresholds: list[ThresholdResult] = []
    seed: int = 0
    device: Literal["cpu", "gpu"] = "cpu"
    seconds: float = 0.0
    sandbox: list[str] = []
    artifacts: list[Artifact] = []
    cpu_seconds: float | msgspec.UnsetType = msgspec.UNSET
    """Processor time of the judge and of the workers, as far as the system tells; of a kata's own solutions only."""


def to_json(result: Result) -> str:
    """Renders a result as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


def from_json(text: bytes) -> Result:
    """Reads a result back.

    Raises:
        msgspec.ValidationError: it is not a result of this version.
    """
    return msgspec.json.decode(text, type=Result)
