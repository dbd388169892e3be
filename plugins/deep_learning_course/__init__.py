"""The katas of a university course on deep learning, as a plugin like any other."""

from __future__ import annotations

from pathlib import Path

from grader import Pack
from grader import hookimpl

_HERE = Path(__file__).parent
# The wheel carries the katas inside this package; in a checkout they lie at its top.
_ROOT = _HERE if (_HERE / "katas").is_dir() else _HERE.parents[1]


@hookimpl
def grader_packs() -> list[Pack]:
    """Provides the course."""
    return [
        Pack(
            name="deep_learning_course",
            title="Deep learning: a course in katas",
            katas=_ROOT / "katas",
            reference=_ROOT / "reference",
            chapters=("expressivity", "training", "vision", "generative", "sequence", "reinforcement"),
            preload=("tensorflow", "keras", "gymnasium", "sklearn.datasets"),
        )
    ]
