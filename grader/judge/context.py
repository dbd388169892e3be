"""What a judge knows of its kata before it has seen any submission."""

from __future__ import annotations

import dataclasses

from grader.content.calibration import Calibration
from grader.content.kata import Kata
from grader.judge.libraries import Zygotes


@dataclasses.dataclass
class KataContext:
    """What is known of a kata before any submission: its files, and where workers come from."""

    kata: Kata
    digest: str
    """Changes with any file of the kata, and with the grader."""
    zygotes: Zygotes
    reference_source: bytes
    baseline_source: bytes
    """What speed is measured against."""
    support_source: bytes | None
    data: dict[str, bytes]
    """The kata's files of arrays, by name."""
    calibration: Calibration | None
    start_seconds: float
    """How long a worker may take to appear."""
    has_libraries: bool = True
    """Whether the full zygote has imported them."""
