"""The report of a grade as HTML, the same on a page of the site and below a cell of a notebook."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import NamedTuple

import jinja2
import msgspec

from grader.harmless import harmless
from grader.learner.history import format_points
from grader.result import NOT_RUN
from grader.result import Result
from grader.site import markup

if TYPE_CHECKING:
    from grader.content.kata import Kata
    from grader.protocol.channel import DrawnPicture

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MARKS: Final = {"pass": "✓", "fail": "✗", "error": "!", "skip": "–"}
_WORDS: Final = {"pass": "passes", "fail": "fails", "error": "could not be decided", "skip": "skipped"}
_VERDICTS: Final = {"pass": "Pass", "fail": "Not yet", "error": "Error (not your fault)"}


class Picture(NamedTuple):
    """A picture of a report."""

    title: str
    file: str
    width: int
    height: int


class Report(NamedTuple):
    """The latest result of a kata."""

    result: Result
    graded_at: datetime
    pictures: list[Picture]


def render_for_cell(result: Result, kata: Kata, pictures: Iterable[DrawnPicture]) -> str:
    """Renders a result as a part of a page that has a style of its own, with the pictures in it.

    Args:
        result: what was found.
        kata: what was graded against.
        pictures: what the tests drew.
    """
    found = [
        make_picture(
            picture.name, picture.content, f"data:image/png;base64,{base64.b64encode(picture.content).decode()}"
        )
        for picture in pictures
    ]
    shown = [picture for picture in found if picture]
    report = Report(without_control(result), datetime.now().astimezone(), shown)
    return create_environment().get_template("cell.html").render(kata=kata, report=report, root="")


def make_picture(name: str, content: bytes, file: str) -> Picture | None:
    """Describes a picture; None where its content is none.

    Args:
        name: what the tests call it.
        content: a PNG file.
        file: where the report finds it.
    """
    if not content.startswith(_PNG):
        return None
    width, height = (int.from_bytes(content[start : start + 4]) for start in (16, 20))
    return Picture(name.replace("_", " "), file, width, height)


def create_environment() -> jinja2.Environment:
    """Returns the environment of the templates, in which whatever is filled in is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": markup.render_line, "points": format_points}
    environment.globals |= {"NOT_RUN": NOT_RUN, "MARKS": _MARKS, "WORDS": _WORDS, "VERDICTS": _VERDICTS}
    return environment


def without_control(result: Result) -> Result:
    """Returns a result in which no text, whoever wrote it, has control characters."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return harmless(value)
        if isinstance(value, list):
            return [clean(entry) for entry in value]
        return {key: clean(entry) for key, entry in value.items()} if isinstance(value, dict) else value

    return msgspec.convert(clean(msgspec.to_builtins(result)), Result)
