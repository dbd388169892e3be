"""A kata on disk: its kata.toml, and where its files are and must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal

import msgspec

from grader.content.misconceptions import read_misconceptions
from grader.content.solution import NAME
from grader.content.solution import Solution
from grader.content.solution import read_solution
from grader.errors import PackError
from grader.protocol.computations import COMPUTATIONS
from grader.protocol.limits import Limits
from grader.result import Feedback

FORMAT_VERSION: Final = 1
MAX_DATA_BYTES: Final = 2**20
"""All files of data of a kata together."""

_IGNORED: Final = frozenset({"__pycache__", ".DS_Store"})


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a kata that is graded on its own."""

    title: str
    points: float


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A limit for a measured value."""

    limit: float
    direction: Literal["at most", "at least"]
    unit: str
    baseline: str = "reference"
    """Of `speed` only: whose time the limit is a multiple of, the reference or a right solution, "right/with_numpy"."""

    def is_met(self, value: float) -> bool:
        """Says whether a value is within the limit; NaN never is."""
        return value <= self.limit if self.direction == "at most" else value >= self.limit


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of a kata.toml."""

    format_version: int = FORMAT_VERSION
    """Of the form of katas, so that a later grader can tell older ones."""
    title: str
    summary: str
    section: str
    tasks: list[Task]
    prerequisites: list[str] = []
    forbidden: list[str] = []
    limits: Limits = Limits()
    thresholds: dict[str, Threshold] = {}
    feedback: Feedback = "full"


class Kata(msgspec.Struct, frozen=True, kw_only=True):
    """One kata: what the learner gets (`folder`) and what stays with the instructor (`reference_folder`)."""

    name: str
    chapter: str
    folder: Path
    reference_folder: Path
    spec: Spec
    pack: str = ""

    @property
    def stub(self) -> Path:
        """The file that the learner fills in."""
        return self.folder / f"{self.name}.py"

    @property
    def statement(self) -> Path:
        """What the learner reads first."""
        return self.folder / "README.md"

    @property
    def support(self) -> Path:
        """Public code that makes objects in the worker; may be absent."""
        return self.folder / "support.py"

    @property
    def hints(self) -> Path:
        """The learner's hints, one heading a task."""
        return self.folder / "hints.md"

    @property
    def reference(self) -> Path:
        """The file of the reference solution."""
        return self.reference_folder / f"{self.name}.py"

    @property
    def baseline(self) -> Path:
        """The file of the solution that speed is measured against."""
        speed = self.spec.thresholds.get("speed")
        if speed is None or speed.baseline == "reference":
            return self.reference
        return self.reference_folder / f"{speed.baseline}.py"

    @property
    def hidden_tests(self) -> Path:
        """The tests that grade."""
        return self.reference_folder / "test_hidden.py"

    @property
    def misconceptions(self) -> Path:
        """The mistakes that are written as changes of a right solution; may be absent."""
        return self.reference_folder / "misconceptions.toml"

    @property
    def data(self) -> Path:
        """The folder of arrays that support code and hidden tests read; may be absent."""
        return self.folder / "data"

    def data_files(self) -> list[Path]:
        """Lists the files of arrays."""
        return sorted(file for file in self.data.glob("*") if file.name not in _IGNORED)

    def solutions(self) -> list[Solution]:
        """Lists the reference, the other right solutions, and the wrong ones.

        Raises:
            PackError: the mistakes cannot be read.
        """
        return [read_solution("reference", self.reference), *self.right_solutions(), *self.wrong_solutions()]

    def right_solutions(self) -> list[Solution]:
        """Lists the correct solutions beside the reference."""
        return self._files("right")

    def wrong_solutions(self) -> list[Solution]:
        """Lists the mistakes that learners make, by name.

        Raises:
            PackError: the misconceptions.toml is malformed, or two mistakes have one name.
        """
        found = self._files("wrong")
        files = {solution.name: solution for solution in found}
        for solution in read_misconceptions(self.misconceptions) if self.misconceptions.exists() else ():
            if solution.name in files:
                raise PackError(
                    f"{solution.where}: is also in {files[solution.name].file}; rename or drop one of the two."
                )
            found.append(solution)
        return sorted(found, key=lambda solution: (solution.name, solution.variant))

    def _files(self, kind: Literal["right", "wrong"]) -> list[Solution]:
        return [read_solution(kind, file) for file in sorted((self.reference_folder / kind).glob("*.py"))]


def load_kata(folder: Path, reference_folder: Path, pack: str = "") -> Kata:
    """Reads a kata and checks that its files are the ones that a kata has.

    Args:
        folder: the learner's folder, `<root>/<chapter>/<name>`.
        reference_folder: the instructor's folder.
        pack: the name of the pack that it belongs to.

    Raises:
        PackError: a file is missing, unexpected or malformed.
    """
    name = folder.name
    if not NAME.fullmatch(name):
        raise PackError(
            f"{folder}: the folder's name must be lower-case words joined by underscores "
            f"(found {name!r}); rename it and the files named after it."
        )
    _check_entries(
        folder, required={"kata.toml", "README.md", "hints.md", f"{name}.py"}, optional={"support.py", "data"}
    )
    if not reference_folder.is_dir():
        raise PackError(
            f"{reference_folder}: expected a folder with the reference and the hidden tests of {name}, found none; "
            f"give it the same path under the reference root as the kata has under its own."
        )
    _check_entries(
        reference_folder,
        required={f"{name}.py", "test_hidden.py"},
        optional={"wrong", "right", "misconceptions.toml", "calibration.json"},
    )
    for part in ("wrong", "right"):
        for entry in (reference_folder / part).glob("*"):
            if entry.suffix != ".py" and entry.name not in _IGNORED:
                raise PackError(f"{entry}: expected only Python files in {part}/; move it elsewhere.")
    _check_data(folder / "data")
    kata = Kata(
        name=name,
        chapter=folder.parent.name,
        folder=folder,
        reference_folder=reference_folder,
        spec=_read_spec(folder / "kata.toml"),
        pack=pack,
    )
    if not kata.baseline.is_file():
        known = ", ".join(solution.key for solution in (*kata.solutions()[:1], *kata.right_solutions()))
        raise PackError(
            f"{folder / 'kata.toml'}: the baseline of speed is {kata.spec.thresholds['speed'].baseline!r}; "
            f"choose one of {known}."
        )
    return kata


def _check_entries(folder: Path, *, required: set[str], optional: set[str]) -> None:
    found = {entry.name for entry in folder.iterdir()} - _IGNORED
    for missing in sorted(required - found):
        raise PackError(f"{folder / missing}: expected this file, found none; every kata has one, so add it.")
    for unexpected in sorted(found - required - optional):
        raise PackError(
            f"{folder / unexpected}: unexpected entry; expected only "
            f"{', '.join(sorted(required | optional))}. Move it elsewhere."
        )


def _check_data(folder: Path) -> None:
    """Checks that a kata's data are arrays, and not too many."""
    files = [entry for entry in folder.glob("*") if entry.name not in _IGNORED]
    for file in files:
        if file.suffix not in (".npy", ".npz") or not file.is_file():
            raise PackError(
                f"{file}: expected only arrays in data/ (.npy, .npz), found something else; move it elsewhere."
            )
    size = sum(file.stat().st_size for file in files)
    if size > MAX_DATA_BYTES:
        raise PackError(f"{folder}: expected at most {MAX_DATA_BYTES} bytes of data, found {size}; use smaller arrays.")


def _read_spec(path: Path) -> Spec:
    try:
        spec = msgspec.toml.decode(path.read_bytes(), type=Spec)
    except msgspec.ValidationError as error:
        raise PackError(f"{path}: {error}; see the keys of a kata.toml in docs/writing-a-kata.md.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: expected valid TOML, found: {error}; fix that line.") from error
    if not spec.tasks:
        raise PackError(f"{path}: expected at least one [[tasks]] table, found none; add one for each task.")
    problem = _find_problem(spec)
    if problem:
        raise PackError(f"{path}: {problem}")
    return spec


def _find_problem(spec: Spec) -> str | None:
    if spec.format_version != FORMAT_VERSION:
        return (
            f"format_version is {spec.format_version}, and this grader reads {FORMAT_VERSION}; "
            f"update the grader, or write the kata in that form."
        )
    for name in spec.forbidden:
        if "." not in name and name not in COMPUTATIONS:
            known = ", ".join(COMPUTATIONS)
            return f"forbidden: expected a dotted name such as keras.ops.conv, or one of {known}, found {name!r}; change it."
    for number, task in enumerate(spec.tasks, 1):
        if not task.points > 0:
            return f"task {number} has {task.points:g} points; give every task more than 0."
    for name, threshold in spec.thresholds.items():
        if name != "speed" and threshold.baseline != "reference":
            return f"the threshold {name} has a baseline, and only speed is measured against one; remove it."
    limits: dict[str, Any] = msgspec.structs.asdict(spec.limits)
    for name, value in limits.items():
        if not value > 0:
            return f"the limit {name} is {value:g}; every limit must be greater than 0."
    return None
