"""A pack with one kata, as a third party would ship it."""

from pathlib import Path

from grader import Pack
from grader import hookimpl

HERE = Path(__file__).parent


@hookimpl
def grader_packs() -> list[Pack]:
    return [
        Pack(
            name="tiny_pack",
            title="A tiny pack",
            katas=HERE / "katas",
            reference=HERE / "reference",
            preload=("numpy",),
        )
    ]
