"""Grading a class: every submission once, none lost, whatever dies on the way; and the tables for other systems."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT
from conftest import query
from conftest import zygotes_of

from grader import result as contract
from grader.classroom import gradebook
from grader.classroom.store import Store
from grader.cli import create_cli
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.plugins import create_manager
from grader.service.admission import count_processors
from grader.service.connection import BackgroundService

FOLDER = ROOT / "reference/expressivity/perceptron"
RIGHT = (FOLDER / "perceptron.py").read_text()
WRONG = RIGHT.replace("scores >= 0.0", "scores > 0.0")
CRASHES = "import os\n" + RIGHT.replace("def perceptron(", "def perceptron(*_): os._exit(0)\ndef unused(")


def batch(*arguments: object, jobs: int | None = 2) -> Result:
    words = [str(argument) for argument in arguments]
    words += [] if jobs is None else ["--jobs", str(jobs)]
    return CliRunner().invoke(create_cli(create_manager()), ["batch", *words])


def write_class(folder: Path, sources: dict[str, str]) -> Path:
    for student, source in sources.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "perceptron.py").write_text(source)
    return folder


def rows(db: Path) -> list[tuple[object, ...]]:
    return query(db, "SELECT student, kata, status, score, content FROM grade ORDER BY 1, 2")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "grades.sqlite"


def test_class_is_graded_and_summarised(tmp_path: Path, db: Path) -> None:
    sources = {"ada": RIGHT, "bob": WRONG, "cleo": CRASHES, "dan": "def perceptron(:\n", "eve": RIGHT}
    run = batch(write_class(tmp_path / "class", sources), "--db", db)
    assert run.exit_code == 0, run.output
    assert [row[2] for row in rows(db)] == ["pass", "fail", "fail", "fail", "pass"]
    assert "perceptron: 2 of 5 pass" in run.output
    assert "slowest: " in run.output
    ((kept,),) = query(db, "SELECT result FROM grade WHERE student = 'bob'")
    result = json.loads(kept)
    assert (result["version"], result["kata"], result["status"]) == (1, "perceptron", "fail")


def test_verdicts_are_those_of_single_runs(tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {"ada": RIGHT, "bob": WRONG, "cleo": CRASHES, "dan": "while True: pass\n", "eve": ""}
    folder = write_class(tmp_path / "class", sources)
    assert batch(folder, "--db", db, "--seed", 3).exit_code == 0
    monkeypatch.chdir(tmp_path)
    graded = query(db, "SELECT student, result FROM grade")
    for student, kept in graded:
        arguments = ["run", "perceptron", str(folder / student), "--format", "json", "--seed", "3"]
        single = json.loads(CliRunner().invoke(create_cli(create_manager()), arguments).stdout)
        assert without_times(json.loads(kept)) == without_times(single)
    assert len(graded) == len(sources)


def test_more_jobs_than_processors_are_said_to_wait(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "bob": WRONG, "cleo": f"# {WRONG}"})
    run = batch(folder, "--db", db, jobs=count_processors() + 1)
    assert run.exit_code == 0
    said = [line for line in run.stderr.splitlines() if "processors" in line]
    assert said == [
        f"Note: --jobs {count_processors() + 1}: the service runs as many grades at a time as there are processors, "
        f"here {count_processors()}; the rest wait."
    ]


def test_by_default_there_are_as_many_jobs_as_processors(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("grader.service.admission.count_processors", lambda: 3)
    monkeypatch.setattr("grader.service.executor.LocalExecutor", asked.append)
    run = batch(write_class(tmp_path / "class", {}), "--db", db, jobs=None)
    assert run.exit_code == 2  # There is nothing to grade.
    assert (asked, "processors" in run.output) == ([3], False)


def without_times(result: dict[str, object]) -> dict[str, object]:
    """Leaves out what differs between two equal grades: seconds, and pictures, which a batch does not draw."""
    tests = [{**test, "seconds": 0} for test in result["tests"]]  # type: ignore[attr-defined]
    return {**result, "tests": tests, "seconds": 0, "artifacts": []}


def test_only_what_has_changed_is_graded_again(tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "bob": WRONG})
    assert batch(folder, "--db", db).exit_code == 0
    refused = batch(folder, "--db", db)
    assert refused.exit_code == 2
    assert "--resume" in refused.output
    (folder / "bob/perceptron.py").write_text(RIGHT)
    # Bob's new file is Ada's, so that nothing is left to grade; a service would be needed for that.
    monkeypatch.setattr("grader.service.executor.PendingGrade", None)
    assert batch(folder, "--db", db, "--resume").exit_code == 0
    assert [row[2] for row in rows(db)] == ["pass", "pass"]


def seeds_in(db: Path) -> set[int]:
    return {seed for (seed,) in query(db, "SELECT seed FROM grade")}


def test_class_has_a_seed_that_nobody_knows_and_keeps_it(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT})
    batch(folder, "--db", db)
    (seed,) = seeds_in(db)
    batch(write_class(folder, {"bob": WRONG}), "--db", db, "--resume")
    assert seeds_in(db) == {seed}
    assert len(rows(db)) == 2
    batch(folder, "--db", tmp_path / "other.sqlite")
    assert len({0, seed} | seeds_in(tmp_path / "other.sqlite")) == 3  # But for once in 4 billion times.


def test_other_seed_is_another_grade(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT})
    batch(folder, "--db", db)
    batch(folder, "--db", db, "--resume", "--seed", 5)
    assert seeds_in(db) == {5}


@pytest.mark.parametrize("kind", ["folder of workspaces", "csv", "jsonl", "zip", "tar.gz"])
def test_class_comes_in_many_forms(tmp_path: Path, db: Path, kind: str) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "bob": WRONG})
    source: Path = tmp_path / f"class.{kind}"
    if kind == "csv":
        source.write_text(
            "student,kata,path\nada,perceptron,class/ada/perceptron.py\nbob,perceptron,class/bob/perceptron.py\n"
        )
    elif kind == "jsonl":
        entries = [
            {"student": name, "kata": "perceptron", "path": f"class/{name}/perceptron.py"} for name in ("ada", "bob")
        ]
        source.write_text("\n".join(map(json.dumps, entries)))
    elif kind == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            for name in ("ada", "bob"):
                archive.write(folder / name / "perceptron.py", f"{name}/perceptron.py")
    elif kind == "tar.gz":
        with tarfile.open(source, "w:gz") as tar:
            for name in ("ada", "bob"):
                tar.add(folder / name, name)
    else:
        source = folder
        for name in ("ada", "bob"):
            (folder / name / "perceptron.py").rename(folder / name / "moved")
            (folder / name / "perceptron").mkdir()
            (folder / name / "moved").rename(folder / name / "perceptron/perceptron.py")
    assert batch(source, "--db", db).exit_code == 0
    assert [row[:3] for row in rows(db)] == [("ada", "perceptron", "pass"), ("bob", "perceptron", "fail")]


def make_archive(path: Path, how: str) -> Path:
    if how == "zip slip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../ada/perceptron.py", RIGHT)
    elif how == "link in a zip":
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo("ada/perceptron.py")
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, "/etc/passwd")
    else:
        with tarfile.open(path, "w") as tar:
            entry_ = tarfile.TarInfo("ada/perceptron.py")
            entry_.type = tarfile.SYMTYPE
            entry_.linkname = "/etc/passwd"
            tar.addfile(entry_)
    return path


@pytest.mark.parametrize("how", ["zip slip", "link in a zip", "link in a tar"])
def test_member_that_reaches_out_is_left_out(tmp_path: Path, db: Path, how: str) -> None:
    run = batch(make_archive(tmp_path / "class.archive", how), "--db", db)
    assert run.exit_code == 2
    assert "ada/perceptron.py" in run.output
    assert ("escapes the archive" if how == "zip slip" else "found a link") in run.output
    assert rows(db) == []


def test_what_cannot_be_graded_is_named_and_the_rest_is_graded(tmp_path: Path, db: Path) -> None:
    write_class(tmp_path, {"ada": RIGHT})
    manifest = tmp_path / "class.csv"
    manifest.write_text(
        "student,kata,path\nada,perceptron,ada/perceptron.py\nbob,perzeptron,ada/perceptron.py\n"
        "cleo,perceptron,missing.py\ndan,,\n"
    )
    run = batch(manifest, "--db", db)
    assert run.exit_code == 2
    assert rows(db)[0][:3] == ("ada", "perceptron", "pass")
    for words in ("line 3: There is no kata called 'perzeptron'", "line 4", "line 5"):
        assert words in run.output


def test_link_in_a_folder_is_left_out(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "bob": RIGHT})
    (folder / "bob/perceptron.py").unlink()
    (folder / "bob/perceptron.py").symlink_to("/etc/passwd")
    run = batch(folder, "--db", db)
    assert run.exit_code == 2
    assert "found a link" in run.output
    assert len(rows(db)) == 1


def spoil(name: str, folder: Path, db: Path) -> tuple[Path, Path]:
    """Makes something that no batch can work with; returns the submissions and the database."""
    if name == "empty folder":
        folder = folder.parent / "empty"
        folder.mkdir()
    elif name == "nothing there":
        folder = folder.parent / "nowhere"
    elif name == "manifest without columns":
        folder = folder.parent / "class.csv"
        folder.write_text("name,file\nada,x.py\n")
    elif name == "no archive":
        folder = folder.parent / "class.zip"
        folder.write_text("no archive")
    elif name == "database of an older version":
        query(db, "CREATE TABLE grade (student TEXT)")
    elif name == "no database":
        db.write_text("no database, but a file of some length, so that it could be one" * 100)
    elif name == "folder in place of a database":
        db.mkdir()
    elif name == "unwritable folder":
        db = Path("/proc/grades.sqlite")
    return folder, db


@pytest.mark.parametrize(
    "name",
    [
        "empty folder",
        "nothing there",
        "manifest without columns",
        "no archive",
        "database of an older version",
        "no database",
        "folder in place of a database",
        "unwritable folder",
    ],
)
def test_bad_input_gets_one_sentence(tmp_path: Path, db: Path, name: str) -> None:
    folder, database = spoil(name, write_class(tmp_path / "class", {"ada": RIGHT}), db)
    run = batch(folder, "--db", database)
    assert run.exit_code == 2
    assert len(run.output.strip().splitlines()) == 1
    assert run.output.startswith("Error: ")
    assert isinstance(run.exception, SystemExit)


def start_batch(folder: Path, db: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "grader", "batch", str(folder), "--db", str(db), "--jobs", "2", "--resume"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_two_batches_cannot_write_to_one_database(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {f"s{n}": f"x = {n}\nwhile True: pass\n" for n in range(4)})
    with start_batch(folder, db) as first:
        while not Path(f"{db}.lock").exists() or not db.exists():
            time.sleep(0.05)
        second = batch(folder, "--db", db)
        first.kill()
    assert second.exit_code == 2
    assert "another batch" in second.output


def test_two_stores_are_open_at_once(tmp_path: Path) -> None:
    with Store(tmp_path / "first.sqlite") as first, Store(tmp_path / "second.sqlite") as second:
        first.put("ada", "content", "version", grade("perceptron", 10.0, "pass"))
        second.put("bob", "content", "version", grade("perceptron", 3.0))
        assert [(student, result.score) for student, result in first.results()] == [("ada", 10.0)]
        assert [(student, result.score) for student, result in second.results()] == [("bob", 3.0)]


def test_full_disk_loses_no_finished_grade(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {f"s{n:03}": f"x = {n}\n{RIGHT}" for n in range(40)})
    command = f"ulimit -f 64; exec {sys.executable} -m grader batch {folder} --db {db} --jobs 2"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "finished grades are kept" in run.stderr
    kept = len(rows(db))
    assert 0 < kept < 40
    assert batch(folder, "--db", db, "--resume").exit_code == 0
    assert [row[2] for row in rows(db)] == ["pass"] * 40


def test_batch_service_zygote_and_workers_may_be_killed_at_any_moment(tmp_path: Path, db: Path) -> None:
    sources = {}
    for number in range(60):
        base = (RIGHT, WRONG, CRASHES)[number % 3]
        sources[f"s{number:03}"] = f"x = {number}\n{base}"
    folder = write_class(tmp_path / "class", sources)
    assert batch(folder, "--db", tmp_path / "quiet.sqlite").exit_code == 0
    chance = random.Random(0)
    for _ in range(20):
        running = start_batch(folder, db)
        time.sleep(chance.uniform(0.3, 1.2))
        with BackgroundService() as connection:
            service = connection.status()
        victims = [service.pid, *zygotes_of(service.pid)] if service else []
        for victim in chance.sample(victims, min(2, len(victims))):
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(chance.uniform(0.0, 0.5))
        running.kill()
        running.wait()
    assert batch(folder, "--db", db, "--resume").exit_code == 0
    assert rows(db) == rows(tmp_path / "quiet.sqlite")


def grade(kata: str, score: float, status: str = "fail") -> contract.Result:
    test = contract.TestResult(name="t", task=1, description="Works.", status="pass", points=score, max_points=10.0)
    return contract.Result(kata=kata, status=status, score=score, max_score=10.0, tests=[test])  # type: ignore[arg-type]


CLASS = GradedClass(
    [
        GradedFile("", grade("perceptron", 10.0, "pass"), "ada"),
        GradedFile("", grade("perceptron", 3.335), "=bob"),
        GradedFile("", grade("conv2d", 0.0, "error"), "ada"),
    ]
)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_canvas_table_has_the_header_that_its_importer_checks() -> None:
    header, points, bob, ada = read(gradebook.export(CLASS, "canvas"))
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert header[3:] == ["Section", "perceptron", "conv2d"]
    assert points == ["    Points Possible", "", "", "", "10.00", "10.00"]
    assert ada == ["ada", "", "ada", "", "10.00", ""]
    assert bob == ["'=bob", "", "'=bob", "", "3.33", ""]


def test_moodle_and_plain_tables() -> None:
    assert read(gradebook.export(CLASS, "moodle"))[0] == ["ID number", "perceptron", "conv2d"]
    assert read(gradebook.export(CLASS, "plain"))[1] == ["ada", "perceptron", "pass", "10.0", "10.0"]


def test_gradebook_is_exported_from_a_database(tmp_path: Path, db: Path) -> None:
    batch(write_class(tmp_path / "class", {"ada": RIGHT}), "--db", db)
    run = CliRunner().invoke(create_cli(create_manager()), ["gradebook", "export", str(db), "--format", "moodle"])
    assert run.output == "ID number,perceptron\nada,10.00\n"
    missing = CliRunner().invoke(create_cli(create_manager()), ["gradebook", "export", str(tmp_path / "none")])
    assert missing.exit_code == 2
    unknown = CliRunner().invoke(create_cli(create_manager()), ["gradebook", "export", str(db), "--format", "sis"])
    assert unknown.exit_code == 2
    assert "There is no format called 'sis'; the formats are canvas, moodle, plain." in unknown.output


def test_class_in_json_is_the_contract(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "bob": WRONG})
    (folder / "bob/perzeptron.py").write_text(RIGHT)
    roster = tmp_path / "roster.csv"
    roster.write_text("student\nada\nbob\ncleo\n")
    run = batch(folder, "--db", db, "--roster", roster, "--format", "json")
    assert run.exit_code == 2
    told = json.loads(run.stdout)
    assert list(told) == ["version", "grades", "without_grade", "left_out"]
    assert told["version"] == 1
    assert [list(grade) for grade in told["grades"]] == [["student", "path", "result"]] * 2
    assert [(grade["student"], grade["path"], grade["result"]["status"]) for grade in told["grades"]] == [
        ("ada", str(folder / "ada/perceptron.py"), "pass"),
        ("bob", str(folder / "bob/perceptron.py"), "fail"),
    ]
    assert told["without_grade"] == [{"student": "cleo", "handed_in": False}]
    (left_out,) = told["left_out"]
    assert left_out.startswith("bob/perzeptron.py: ")


def test_archive_is_named_with_its_members(tmp_path: Path, db: Path) -> None:
    source = tmp_path / "class.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("ada/perceptron.py", RIGHT)
    (grade_,) = json.loads(batch(source, "--db", db, "--format", "json").stdout)["grades"]
    assert grade_["path"] == f"{source}/ada/perceptron.py"


def test_format_of_single_submissions_is_refused_before_anything_is_graded(tmp_path: Path, db: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT})
    run = batch(folder, "--db", db, "--format", "gradescope")
    assert (run.exit_code, db.exists()) == (2, False)
    assert run.output == (
        "Error: The format 'gradescope' is one of single submissions; use it with `grader run KATA PATH`, for each "
        "student.\n"
    )
    run = batch(folder, "--db", db, "--format", "xml")
    assert (run.exit_code, db.exists()) == (2, False)
    assert "the formats are github, gitlab, json, junit, markdown, text." in run.output
