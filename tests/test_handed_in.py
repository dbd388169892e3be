"""What a class hands in, however it was packed: nobody is lost, nobody is graded twice, and every file left out is named."""

from __future__ import annotations

import csv
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pluggy
import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import query

import grader
from grader import result as contract
from grader.cli import batch as command
from grader.cli import create_cli
from grader.content.kata import Kata
from grader.plugins import create_manager
from grader.service.client import GradeJob

SOURCE = "x = 1\n"


class Recorder:
    """A plugin whose executor passes everything without running it, and which notes the events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.sizes: list[int] = []
        self.status = "pass"
        self.num_lost = 0

    def run(self, jobs: Iterable[GradeJob]) -> Iterator[tuple[GradeJob, contract.Result]]:
        for job in list(jobs)[self.num_lost :]:
            self.sizes.append(len(job.request.source))
            test = contract.TestResult(
                name="t",
                task=1,
                description="Works.",
                status=self.status,  # type: ignore[arg-type]
                points=10.0,
                max_points=10.0,
                message="The grader failed.\nIn detail.",
            )
            yield (
                job,
                contract.Result(
                    kata=job.kata.name,
                    status=self.status,  # type: ignore[arg-type]
                    score=float(len(job.request.source)),
                    max_score=100.0,
                    tests=[test],
                    seed=job.request.seed,
                ),
            )

    @grader.hookimpl
    def grader_executors(self) -> dict[str, Callable[[int], Recorder]]:
        return {"recorder": lambda _: self}

    @grader.hookimpl
    def grader_load_submission(self, path: Path, kata: Kata) -> bytes | None:
        if path.suffix != ".ipynb":
            return None
        return "".join(line for cell in json.loads(path.read_text())["cells"] for line in cell["source"]).encode()

    @grader.hookimpl
    def grader_grading_started(self, kata: Kata, path: Path) -> None:
        self.events.append(("started", path.name))

    @grader.hookimpl
    def grader_grading_finished(self, kata: Kata, path: Path, result: contract.Result) -> None:
        self.events.append(("finished", path.name))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def manager(recorder: Recorder) -> pluggy.PluginManager:
    made = create_manager()
    made.register(recorder, "recorder")
    return made


Batch = Callable[..., Result]


@pytest.fixture
def batch(manager: pluggy.PluginManager, tmp_path: Path) -> Batch:
    def run(source: Path, *arguments: object) -> Result:
        db = tmp_path / f"{source.name}.sqlite"
        words = ["batch", str(source), "--executor", "recorder", "--db", str(db), *map(str, arguments)]
        run = CliRunner().invoke(create_cli(manager), words)
        assert run.exception is None or isinstance(run.exception, SystemExit), run.output
        return run

    return run


def table(tmp_path: Path, source: Path) -> list[tuple[str, str, float]]:
    """Returns who got how many points for what."""
    return query(tmp_path / f"{source.name}.sqlite", "SELECT student, kata, score FROM grade ORDER BY 1, 2")


def write_folder(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def write_zip(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            archive.writestr(entry, content)
    return path


def write_tar(path: Path, files: dict[str, str]) -> Path:
    kind = path.suffix.removeprefix(".")
    with tarfile.open(path, "w" if kind == "tar" else f"w:{kind}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            archive.addfile(entry, io.BytesIO(content.encode()))
    return path


def write_all(tmp_path: Path, files: dict[str, str]) -> list[Path]:
    """Writes the same files as a folder, and as each kind of archive."""
    sources = [write_folder(tmp_path / "folder", files), write_zip(tmp_path / "class.zip", files)]
    return sources + [write_tar(tmp_path / f"class.{end}", files) for end in ("tar", "tar.gz", "tar.bz2", "tar.xz")]


CLASS = {f"Müller {number:02}": f"x = {'1' * (number + 1)}\n" for number in range(60)}


def pack(how: str, folder: Path) -> Path:
    """Hands in the class of 60 in one of eight ways."""
    files = {f"{student}/perceptron.py": source for student, source in CLASS.items()}
    if how == "folder":
        return write_folder(folder / "class", files)
    if how == "tar":
        return write_tar(folder / "class.tar", files)
    if how == "zip":
        return write_zip(folder / "class.zip", files)
    if how == "wrapped":
        junk = {"__MACOSX/week 1/._perceptron.py": "", "week 1/.DS_Store": "", "Thumbs.db": ""}
        return write_zip(folder / "class.zip", junk | {f"week 1\\{name}": source for name, source in files.items()})
    if how == "Moodle":
        names = {s: f"{s}_{4711 + n}_assignsubmission_file_/perceptron.py" for n, s in enumerate(CLASS)}
        return write_zip(folder / "class.zip", {names[student]: source for student, source in CLASS.items()})
    if how == "Canvas":
        ends = ["_{}_9_perceptron.py", "_LATE_{}_9_perceptron.py", "_{}_9_perceptron-1.py"]
        names = {s: f"{s}{ends[n % 3].format(4711 + n)}" for n, s in enumerate(CLASS)}
        return write_zip(folder / "class.zip", {names[student]: source for student, source in CLASS.items()})
    write_folder(folder / "files", files)
    lines = ["Path;Student;Kata;Remark", ";;;", *(f"files\\{name};{name[:9]};perceptron;" for name in files)]
    manifest = folder / "class.csv"
    manifest.write_bytes("\r\n".join(lines).encode(how.removeprefix("manifest ")))
    return manifest


def test_class_of_60_in_eight_packagings_gives_one_table(tmp_path: Path, batch: Batch) -> None:
    expected = [(student, "perceptron", float(len(source))) for student, source in CLASS.items()]
    for how in ("folder", "zip", "tar", "wrapped", "Moodle", "Canvas", "manifest cp1252", "manifest utf-16"):
        folder = tmp_path / how
        folder.mkdir()
        source = pack(how, folder)
        run = batch(source)
        assert run.exit_code == 0, f"{how}: {run.output}"
        assert table(tmp_path, source) == expected, how
        (tmp_path / f"{source.name}.sqlite").unlink()


def test_folder_and_archives_leave_out_the_same_files_with_the_same_words(tmp_path: Path, batch: Batch) -> None:
    files = {
        "ann/perceptron.py": SOURCE,
        "ann/perceptron (1).py": SOURCE,
        "ann/helper.py": SOURCE,
        "bob/Perceptron.py": SOURCE,
        "cid/perceptron.txt": SOURCE,
        "dan/notes.txt": "Sorry.",
        "eve/xor/xor.py": SOURCE,
        "eve/week/perceptron.py": SOURCE,
        "eve/README.md": "",
        "eve/plot.png": "",
        "xor.py": SOURCE,
    }
    runs = []
    for source in write_all(tmp_path, files):
        run = batch(source)
        assert run.exit_code == 2
        assert [row[:2] for row in table(tmp_path, source)] == [("ann", "perceptron"), ("eve", "xor")]
        runs.append(run.output)
    assert len(set(runs)) == 1
    *_, note, ann, helper, bob, dan, eve, stray, cid = runs[0].splitlines()
    assert note.endswith("eve/plot.png.")
    assert "ann/perceptron (1).py: ann/perceptron.py was taken" in ann
    assert "ann/helper.py: named after no kata" in helper
    assert "bob/Perceptron.py: expected perceptron.py" in bob
    assert "dan: found no file that is named after a kata, only dan/notes.txt" in dan
    assert "eve/week/perceptron.py: expected perceptron.py" in eve
    assert "xor.py: is in no student's folder" in stray
    assert "cid/perceptron.txt: expected a Python file" in cid


def test_two_answers_are_said_with_the_one_that_was_taken(tmp_path: Path, batch: Batch) -> None:
    files = {"ann/perceptron.py": "x = 1\n", "ann/perceptron/perceptron.py": "x = 22\n"}
    for source in write_all(tmp_path, files):
        run = batch(source)
        assert run.exit_code == 2
        assert "ann/perceptron/perceptron.py: ann/perceptron.py was taken as perceptron, which is nearer" in run.output
        assert table(tmp_path, source) == [("ann", "perceptron", 6.0)]


def test_later_copy_counts_in_canvas(tmp_path: Path, batch: Batch) -> None:
    files = {"ann_1_2_perceptron-1.py": "x = 1\n", "ann_1_3_perceptron-2.py": "x = 22\n"}
    source = write_zip(tmp_path / "class.zip", files)
    assert "perceptron-2.py was taken as perceptron, which was handed in later" in batch(source).output
    assert table(tmp_path, source) == [("ann", "perceptron", 7.0)]


def test_two_students_of_one_name_stay_two(tmp_path: Path, batch: Batch) -> None:
    moodle = {f"Jane Doe_{number}_assignsubmission_file_/perceptron.py": f"x = {number}\n" for number in (7, 88)}
    source = write_zip(tmp_path / "moodle.zip", moodle)
    assert batch(source).exit_code == 0
    assert table(tmp_path, source) == [("Jane Doe_7", "perceptron", 6.0), ("Jane Doe_88", "perceptron", 7.0)]
    canvas = {f"doejane_{number}_1_perceptron.py": f"x = {number}\n" for number in (7, 88)}
    source = write_zip(tmp_path / "canvas.zip", canvas)
    assert batch(source).exit_code == 0
    assert table(tmp_path, source) == [("doejane_7", "perceptron", 6.0), ("doejane_88", "perceptron", 7.0)]


def test_class_of_one_is_no_wrapping_folder(tmp_path: Path, batch: Batch) -> None:
    for source in write_all(tmp_path, {"ann/perceptron/perceptron.py": SOURCE, "ann/perceptron/README.md": ""}):
        assert batch(source).exit_code == 0
        assert table(tmp_path, source) == [("ann", "perceptron", 6.0)]


def three(tmp_path: Path) -> Path:
    """Writes a zip archive of ann, bob and cid."""
    return write_zip(tmp_path / "class.zip", {f"{name}/perceptron.py": SOURCE for name in ("ann", "bob", "cid")})


def damage(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("bob/perceptron.py")
    content = bytearray(path.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename)] ^= 0xFF
    path.write_bytes(content)


def change_entry(path: Path, offset: int, value: bytes) -> None:
    """Changes bob's entry in the list of members of a zip archive."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"bob/perceptron.py") - 46
    content[entry + offset : entry + offset + len(value)] = value
    path.write_bytes(content)


SPOILED: dict[str, tuple[Callable[[Path], None], str]] = {
    "damaged": (damage, "cannot be unpacked"),
    "encrypted": (lambda path: change_entry(path, 8, b"\x01\x00"), "is encrypted"),
    "compressed in an unknown way": (lambda path: change_entry(path, 10, b"\x63\x00"), "cannot be unpacked"),
    "link": (lambda path: change_entry(path, 38, (0o120777 << 16).to_bytes(4, "little")), "found a link"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_one_bad_member_stops_nobody_else(tmp_path: Path, batch: Batch, how: str) -> None:
    spoil, words = SPOILED[how]
    source = three(tmp_path)
    spoil(source)
    run = batch(source)
    assert run.exit_code == 2
    assert [row[0] for row in table(tmp_path, source)] == ["ann", "cid"]
    assert [line for line in run.output.splitlines() if "bob" in line and words in line]


def test_members_that_damage_has_hidden_from_the_list_are_missed(tmp_path: Path, batch: Batch) -> None:
    source = three(tmp_path)
    # Bob's comment now has the length of cid's entry, which is taken for it.
    change_entry(source, 32, (46 + len("cid/perceptron.py")).to_bytes(2, "little"))
    run = batch(source)
    assert run.exit_code == 2
    assert "1 of its files cannot be identified" in run.output
    assert [row[0] for row in table(tmp_path, source)] == ["ann", "bob"]


def test_member_that_is_too_large_fails_as_in_a_single_run(tmp_path: Path, batch: Batch, recorder: Recorder) -> None:
    sources = write_all(tmp_path, {"ann/perceptron.py": "#" * 2_000_000})
    for source in sources:
        batch(source)
    assert recorder.sizes == [256 * 1024 + 1] * len(
        sources
    )  # One byte too many is what a single run reads and refuses.


def test_damaged_header_in_a_tar_is_said_and_the_rest_is_graded(tmp_path: Path, batch: Batch) -> None:
    files = {f"{name}/perceptron.py": SOURCE for name in ("ann", "bob", "cid")}
    source = write_tar(tmp_path / "class.tar", files)
    content = bytearray(source.read_bytes())
    content[content.index(b"bob/")] ^= 0xFF
    source.write_bytes(content)
    run = batch(source)
    assert run.exit_code == 2
    assert "a file whose name is lost is damaged, after 'ann/perceptron.py'" in run.output
    assert [row[0] for row in table(tmp_path, source)] == ["ann", "cid"]


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_archive_that_was_cut_off_gets_one_sentence(tmp_path: Path, batch: Batch, end: str, share: float) -> None:
    # Every content differs and is hard to compress, so that each part of the archive matters.
    files = {f"s{n}/perceptron.py": " ".join(str(hash((n, i))) for i in range(200)) for n in range(4)}
    source = (write_zip if end == "zip" else write_tar)(tmp_path / f"class.{end}", files)
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content.rstrip(b"\0")) * share)])
    run = batch(source)
    assert run.exit_code == 2
    assert len(run.output.splitlines()) == 1
    assert "cut off or damaged" in run.output


def test_tar_that_ends_between_two_members_was_cut_off(tmp_path: Path, batch: Batch) -> None:
    source = write_tar(tmp_path / "class.tar", {"ann/perceptron.py": SOURCE, "bob/perceptron.py": SOURCE})
    source.write_bytes(source.read_bytes()[:1024])
    run = batch(source)
    assert run.exit_code == 2
    assert "cut off or damaged" in run.output


def test_names_in_other_encodings_are_read_and_kept_apart(tmp_path: Path, batch: Batch) -> None:
    source = tmp_path / "class.tar"
    with tarfile.open(source, "w", encoding="cp1252", format=tarfile.GNU_FORMAT) as archive:
        for name in ("Müller", "Möller"):
            entry = tarfile.TarInfo(f"{name}/perceptron.py")
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(b"x=1234567"))
    assert batch(source).exit_code == 0
    assert [row[0] for row in table(tmp_path, source)] == ["Möller", "Müller"]


MANIFEST = "student,kata,path\nMüller,perceptron,a.py\nMöller,perceptron,b.py\n"
SPELLINGS = {
    "UTF-8": MANIFEST.encode(),
    "UTF-8 with a mark": MANIFEST.encode("utf-8-sig"),
    "Windows-1252": MANIFEST.encode("cp1252"),
    "UTF-16": MANIFEST.encode("utf-16"),
    "UTF-16 without a mark": MANIFEST.encode("utf-16-be"),
    "UTF-32": MANIFEST.encode("utf-32"),
    "semicolons": MANIFEST.replace(",", ";").encode(),
    "tabs": MANIFEST.replace(",", "\t").encode(),
    "a line that says the delimiter": b"sep=;\r\n" + MANIFEST.replace(",", ";").encode(),
    "capitals": MANIFEST.replace("student,kata,path", "Student , KATA,Path").encode(),
    "capitals in a kata": MANIFEST.replace("perceptron", "Perceptron").encode(),
    "blanks": MANIFEST.replace("\n", ",,\n\n , ,\n").replace(",", " ,").encode(),
    "old line ends": MANIFEST.replace("\n", "\r").encode(),
    "letters and accents apart": MANIFEST.replace("ü", "u\u0308").encode(),
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_manifest_is_read_as_spreadsheets_write_it(tmp_path: Path, batch: Batch, how: str) -> None:
    write_folder(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 22\n"})
    source = tmp_path / "class.csv"
    source.write_bytes(SPELLINGS[how])
    run = batch(source)
    assert run.exit_code == 0, run.output
    assert table(tmp_path, source) == [("Möller", "perceptron", 7.0), ("Müller", "perceptron", 6.0)]


UNREADABLE = {
    "other columns": (b"name;file\nann;a.py\n", "found 'name', 'file' (UTF-8, separated by semicolons)"),
    "two columns of one name": (b"student,student,kata,path\n", "each once"),
    "a quotation mark that is not closed": (
        b'student,kata,path\n"ann,perceptron,a.py\nbob,perceptron,a.py\n',
        "quotation",
    ),
    "another encoding": ("student,kata,path\nM\x81\x8d,perceptron,a.py\n".encode("latin-1"), "at byte 19"),
    "half a character": (MANIFEST.encode("utf-16")[:-1], "not even UTF-16"),
    "a workbook": (b"PK\x05\x06" + bytes(18), "found a workbook"),
    "nothing": (b"", "found none"),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_manifest_that_cannot_be_read_is_refused_with_what_was_found(tmp_path: Path, batch: Batch, how: str) -> None:
    content, words = UNREADABLE[how]
    source = tmp_path / "class.csv"
    source.write_bytes(content)
    run = batch(source)
    assert run.exit_code == 2
    assert len(run.output.splitlines()) == 1
    assert words in run.output


def test_bad_rows_are_named_and_the_others_are_graded(tmp_path: Path, batch: Batch) -> None:
    write_folder(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 22\n"})
    source = tmp_path / "class.csv"
    source.write_text(
        "student,kata,path\nann,perceptron,a.py\nDoe, Bob,perceptron,a.py\n,perceptron,a.py\nann,perceptron,b.py\n"
        '"cid\nx",perceptron,a.py\nann,perceptron,b.py\n'
    )
    run = batch(source)
    assert run.exit_code == 2
    lines = [line for line in run.output.splitlines() if line.startswith("Left out: ")]
    expected = [
        "line 3: expected 3 cells, found 4",
        "line 4: expected student, kata, path, found {'student': '', 'kata': 'perceptron', 'path': 'a.py'}",
        "line 2: a.py (ann) is not graded; line 5 has b.py for the same student and kata",
        "line 7: found a line break in 'cid\\nx perceptron a.py'",
    ]
    assert [words in line for words, line in zip(expected, lines, strict=True)] == [True] * 4, run.output
    assert table(tmp_path, source) == [("ann", "perceptron", 7.0)]


def test_json_lines_take_numbers_for_students(tmp_path: Path, batch: Batch) -> None:
    write_folder(tmp_path, {"a.py": SOURCE})
    source = tmp_path / "class.jsonl"
    source.write_bytes(b'\xef\xbb\xbf{"Student": 17, "kata": "perceptron", "path": "a.py"}\r\n\r\n[1]\r\n')
    run = batch(source)
    assert run.exit_code == 2
    assert "line 3: expected a JSON object, found '[1]'" in run.output
    assert table(tmp_path, source) == [("17", "perceptron", 6.0)]


def test_batch_loads_through_the_hook_and_calls_the_events(tmp_path: Path, batch: Batch, recorder: Recorder) -> None:
    notebook = json.dumps({"cells": [{"source": ["x = 1\n"]}]})
    files = {"ann/perceptron.py": SOURCE, "bob/perceptron.ipynb": notebook, "cid/perceptron.ipynb": notebook}
    source = write_zip(tmp_path / "class.zip", files)
    assert batch(source).exit_code == 0
    assert table(tmp_path, source) == [(name, "perceptron", 6.0) for name in ("ann", "bob", "cid")]
    started, finished = recorder.events[:3], recorder.events[3:]
    assert started == [("started", "perceptron.py"), *[("started", "perceptron.ipynb")] * 2]
    assert finished == [("finished", "perceptron.py"), *[("finished", "perceptron.ipynb")] * 2]


def test_plugin_that_fails_over_a_file_stops_nobody_else(tmp_path: Path, batch: Batch) -> None:
    source = write_folder(tmp_path / "class", {"ann/perceptron.ipynb": "no notebook", "bob/perceptron.py": SOURCE})
    run = batch(source)
    assert run.exit_code == 2
    assert "Warning: The plugin 'recorder' failed in grader_load_submission (json.decoder" in run.output
    assert "Left out: ann/perceptron.ipynb: expected a Jupyter notebook, found something else (" in run.output
    assert [row[0] for row in table(tmp_path, source)] == ["bob"]


def test_file_that_cannot_be_read_stops_nobody_else(
    tmp_path: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_folder(tmp_path / "class", {f"{name}/perceptron.py": f"x = '{name}'\n" for name in ("ann", "bob")})
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> object:
        if "ann" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)  # Root, as which tests may run, can read every file.
    run = batch(source)
    assert run.exit_code == 2
    assert "Left out: ann/perceptron.py: cannot be read (Permission denied)" in run.output
    assert [row[0] for row in table(tmp_path, source)] == ["bob"]


def test_folder_that_cannot_be_listed_stops_nobody_else(
    tmp_path: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_folder(tmp_path / "class", {f"{name}/perceptron.py": SOURCE for name in ("ann", "bob")})
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "ann":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    run = batch(source)
    assert run.exit_code == 2
    assert [line for line in run.output.splitlines() if "ann" in line] == [
        "Left out: ann: cannot be read (Permission denied)."
    ]
    assert [row[0] for row in table(tmp_path, source)] == ["bob"]


def test_what_an_executor_loses_or_fails_to_grade_is_named(tmp_path: Path, batch: Batch, recorder: Recorder) -> None:
    source = write_folder(tmp_path / "class", {f"{name}/perceptron.py": f"x = '{name}'\n" for name in ("ann", "bob")})
    recorder.num_lost, recorder.status = 1, "error"
    run = batch(source)
    assert run.exit_code == 2
    assert "Left out: ann/perceptron.py: the executor returned no result" in run.output
    assert "Not graded: bob/perceptron.py: The grader failed." in run.output
    recorder.num_lost, recorder.status = 0, "pass"
    assert batch(source, "--resume").exit_code == 0
    assert [row[0] for row in table(tmp_path, source)] == ["ann", "bob"]


def test_progress_is_written_without_a_terminal(tmp_path: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PROGRESS_SECONDS", 0.0)
    assert "2 of 3 done.\n" in batch(three(tmp_path)).output


def test_students_of_a_roster_who_handed_in_nothing_are_in_gradebook_and_summary(
    tmp_path: Path, batch: Batch, manager: pluggy.PluginManager
) -> None:
    files = {"Möller/perceptron.py": SOURCE, "guest/perceptron.py": SOURCE, "cid/Perceptron.py": SOURCE}
    source = write_folder(tmp_path / "class", files)
    roster = tmp_path / "roster.csv"
    roster.write_bytes("ID;Student\n1;Möller\n2;Müller\n3;cid\n;\n".encode("cp1252"))
    run = batch(source, "--roster", roster)
    assert run.exit_code == 2
    assert "handed in nothing: 1 (Müller)\nwithout a grade: 1 (cid)\n" in run.output
    assert f"Not in {roster}: guest." in run.output

    def export(form: str) -> list[list[str]]:
        words = ["gradebook", "export", str(tmp_path / "class.sqlite"), "--format", form]
        return list(csv.reader(io.StringIO(CliRunner().invoke(create_cli(manager), words).output)))

    assert export("plain")[1:] == [
        ["Möller", "perceptron", "pass", "6.0", "100.0"],
        ["guest", "perceptron", "pass", "6.0", "100.0"],
        ["Müller", "", "missing", "", ""],
        ["cid", "", "left out", "", ""],
    ]
    assert export("moodle")[1:] == [["Möller", "6.00"], ["Müller", ""], ["cid", ""], ["guest", "6.00"]]
    assert [row[0] for row in export("canvas")[2:]] == ["Möller", "Müller", "cid", "guest"]


def test_roster_names_each_student_once(tmp_path: Path, batch: Batch) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student\nann\nbob\ncid\ndan\n")
    assert batch(three(tmp_path), "--roster", roster).exit_code == 0  # All that was handed in is graded.
    roster.write_text("student\nann\nbob\ncid\nann\n")
    run = batch(three(tmp_path), "--roster", roster, "--resume")
    assert run.exit_code == 2
    assert "line 5: 'ann' is in line 2, too" in run.output
    roster.write_text("name\nann\n")
    assert "expected the columns student, each once, found 'name'" in batch(three(tmp_path), "--roster", roster).output
