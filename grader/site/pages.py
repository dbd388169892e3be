"""Makes the pages of a site, as a dictionary from paths to contents; nothing is written here."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import NamedTuple

from markupsafe import Markup

from grader import cache
from grader import messages
from grader.content.catalog import Catalog
from grader.content.hints import read_hints
from grader.content.kata import Kata
from grader.errors import GraderError
from grader.errors import PackError
from grader.harmless import harmless
from grader.learner.position import command_for
from grader.learner.position import find_position
from grader.learner.position import max_points
from grader.learner.position import points_of
from grader.learner.solutions import right_solutions
from grader.learner.solutions import what_to_notice
from grader.learner.stub import read_text
from grader.learner.workspace import Progress
from grader.learner.workspace import Workspace
from grader.result import from_json
from grader.site import markup
from grader.site.report import Report
from grader.site.report import create_environment
from grader.site.report import make_picture
from grader.site.report import without_control

if TYPE_CHECKING:
    from grader.plugins import PluginManager

INDEX: Final = "index.html"
_STYLE: Final = "style.css"
_FONT: Final = "DejaVuSerif.ttf"
_LICENSE: Final = "LICENSE_DEJAVU"
_FONT_FACE: Final = f'@font-face {{ font-family: "Site Math"; src: url("{_FONT}"); }}\n'


class Standing(NamedTuple):
    """How far the learner has come with a kata."""

    state: str
    """Also the class that gives it a colour."""
    mark: str
    points: float
    max_points: float
    missing: list[str]
    """The prerequisites that are not passed."""


class Site:
    """The pages of one learner."""

    def __init__(self, manager: PluginManager, catalog: Catalog, workspace: Workspace) -> None:
        """Reads the progress.

        Raises:
            UsageError: it is damaged.
        """
        self._manager = manager
        self._catalog = catalog
        self._workspace = workspace
        self._progress = workspace.progress()
        self._standings = {kata.name: self._standing(kata) for kata in catalog.katas.values()}
        self._environment = create_environment()

    def render(self) -> dict[str, bytes]:
        """Renders all pages, with what they show."""
        files = _style()
        files[INDEX] = self._page("index.html", root="", **self._map())
        katas = list(self._catalog.katas.values())
        for before, kata, after in zip([None, *katas], katas, [*katas[1:], None], strict=False):
            report, pictures = self._report(kata)
            files |= pictures
            files[f"katas/{kata.name}.html"] = self._page(
                "kata.html",
                root="../",
                kata=kata,
                standing=self._standings[kata.name],
                before=before,
                after=after,
                statement=markup.render_blocks(kata.statement.read_text(encoding="utf-8", errors="replace")),
                hints=_hints(kata),
                report=report,
                solutions=self._solutions(kata),
                opens=[other for other in katas if kata.name in other.spec.prerequisites],
                command=command_for(kata, self._workspace),
            )
        return files

    def _page(self, template: str, **values: object) -> bytes:
        return self._environment.get_template(template).render(katas=self._catalog.katas, **values).encode()

    def _map(self) -> dict[str, Any]:
        standings = self._standings
        chapters = {
            chapter: [(kata, standings[kata.name]) for kata in self._catalog.katas.values() if kata.chapter == chapter]
            for chapter in self._catalog.chapters()
        }
        return {
            "chapters": chapters,
            "everything": list(standings.values()),
            "position": find_position(self._catalog, self._workspace),
        }

    def _standing(self, kata: Kata) -> Standing:
        entry: Progress = self._progress.get(kata.name, {})
        missing = [name for name in kata.spec.prerequisites if not self._progress.get(name, {}).get("passed")]
        points = points_of(kata, entry)
        if entry.get("passed"):
            state, mark = "passed", "✓"
        elif points:
            state, mark = "partly", "◐"
        else:
            state, mark = ("locked", "·") if missing else ("open", "○")
        return Standing(state, mark, points, max_points(kata), missing)

    def _report(self, kata: Kata) -> tuple[Report | None, dict[str, bytes]]:
        """Returns the latest result and the files of its pictures, by their paths in the site."""
        folder = self._workspace.results_folder(kata)
        if not self._workspace.exists:  # Then a run leaves its result there.
            folder = cache.default_folder() / "results" / kata.name
        file = folder / "result.json"
        try:
            result = without_control(from_json(file.read_bytes()))
            graded_at = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
        except (FileNotFoundError, NotADirectoryError):
            return None, {}
        except (OSError, ValueError) as error:
            messages.warn(
                f"{file}: cannot be read ({messages.describe(error)}), and is left out; grade {kata.name} again."
            )
            return None, {}
        pictures, files = [], {}
        for number, artifact in enumerate(result.artifacts, 1):
            try:
                content = (folder / Path(artifact.path).name).read_bytes()
            except (OSError, ValueError):
                content = b""
            target = f"pictures/{kata.name}-{number}.png"
            picture = make_picture(artifact.name, content, target) if artifact.media_type == "image/png" else None
            if picture is None:
                messages.warn(
                    f"{artifact.path}: expected a picture, found none, and it is left out; grade {kata.name} again."
                )
                continue
            files[target] = content
            pictures.append(picture)
        return Report(result, graded_at, pictures), files

    def _solutions(self, kata: Kata) -> list[tuple[str, str, Markup]]:
        """Lists the solutions that `grader solution` would show: title, what to notice and source; none before a pass."""
        if self._standings[kata.name].state != "passed":
            return []
        shown = []
        file = self._workspace.submission_path(kata)
        try:
            if file.exists():
                shown.append(("Yours", "", markup.render_code(harmless(read_text(self._manager, file, kata)))))
        except GraderError as error:
            messages.warn(f"Your {kata.name} is not shown: {error}")
        for name, solution in right_solutions(kata).items():
            source = harmless(solution.source.decode())
            shown.append((f"Ours: {name.replace('_', ' ')}", what_to_notice(solution), markup.render_code(source)))
        return shown


def render_site(manager: PluginManager, catalog: Catalog, workspace: Workspace) -> dict[str, bytes]:
    """Renders the course, as one learner may see it.

    Args:
        manager: loads the learner's own files.
        catalog: all katas.
        workspace: has the learner's progress, results and pictures.

    Returns:
        The contents of the files, by their paths in the site.

    Raises:
        UsageError: the progress is damaged.
    """
    return Site(manager, catalog, workspace).render()


def _style() -> dict[str, bytes]:
    """Returns the style sheet, with a font that has what roots and large brackets are made of: few systems have one."""
    style = resources.files(__package__).joinpath("templates", _STYLE).read_bytes()
    package = importlib.util.find_spec("matplotlib")  # To import it would take longer than all the pages.
    assert package is not None
    fonts = Path(str(package.origin)).parent / "mpl-data" / "fonts" / "ttf"
    try:
        font = {name: (fonts / name).read_bytes() for name in (_FONT, _LICENSE)}
    except OSError:  # Some distributions have Matplotlib without its fonts.
        return {_STYLE: style}
    return {_STYLE: _FONT_FACE.encode() + style, **font}


def _hints(kata: Kata) -> dict[int, list[Markup]]:
    """Reads the hints by task; a kata that tells nothing but points gives none, and neither does one that is malformed."""
    if kata.spec.feedback == "none":
        return {}
    try:
        found = read_hints(kata.hints)
    except (PackError, ValueError) as error:  # A file that is no UTF-8 is a ValueError.
        messages.warn(f"The hints of {kata.name} are left out: {messages.describe(error)}.")
        return {}
    return {task: [markup.render_inline(hint) for hint in hints] for task, hints in found.items()}
