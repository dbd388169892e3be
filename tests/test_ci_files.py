"""The files in docs/ci run as they stand, on a tiny submission; all that is not run is the installation from a network."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import junitparser
import pytest
import yaml
from conftest import ROOT

CI = ROOT / "docs/ci"
RIGHT = (ROOT / "reference/expressivity/perceptron/perceptron.py").read_text()
RAISES = "def perceptron(*_):\n    return [][1]\n"
INSTALL = 'python -m pip install "$GRADER_PACKAGE"'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a submission that fails, and a `grader` in the path."""
    monkeypatch.setenv("PATH", f"{make_grader(tmp_path / 'venv').parent}:{os.environ['PATH']}")
    (tmp_path / "perceptron").mkdir()
    (tmp_path / "perceptron/perceptron.py").write_text(RAISES)
    return tmp_path


def make_grader(venv: Path) -> Path:
    program = venv / "bin/grader"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m grader "$@"\n')
    program.chmod(0o755)
    return program


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as the CI systems do, which stop at the first command that fails."""
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_github_workflow(project: Path) -> None:
    job: dict[str, Any] = yaml.safe_load((CI / "github.yml").read_text())["jobs"]["grade"]
    (kata,) = job["strategy"]["matrix"]["kata"]
    assert job["env"]["KATA"] == "${{ matrix.kata }}"
    install, *scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert install == INSTALL
    (script,) = scripts
    environment = {"KATA": kata, "GITHUB_WORKSPACE": str(project), "GITHUB_STEP_SUMMARY": str(project / "summary.md")}
    run = bash(script, project, **environment)
    assert (run.returncode, run.stderr) == (1, "")
    assert "::error file=perceptron/perceptron.py,line=2,title=" in run.stdout
    assert (project / "summary.md").read_text().startswith("## ❌ Perceptron: fail, 0 of 10 points\n")
    (project / "perceptron/perceptron.py").write_text(RIGHT)
    assert bash(script, project, **environment).returncode == 0


def test_github_classroom_workflow(project: Path) -> None:
    job: dict[str, Any] = yaml.safe_load((CI / "github-classroom.yml").read_text())["jobs"]["grade"]
    *_, install, grade, report = job["steps"]
    assert install["run"] == INSTALL
    # The reporter finds the result of a runner in a variable that is called after it.
    assert report["with"]["runners"] == grade["id"]
    assert report["env"] == {f"{grade['id'].upper()}_RESULTS": f"${{{{ steps.{grade['id']}.outputs.result }}}}"}
    environment = {"KATA": job["env"]["KATA"], "GITHUB_WORKSPACE": str(project)}
    for source, score in ((RAISES, 0.0), (RIGHT, 10.0)):
        (project / "perceptron/perceptron.py").write_text(source)
        output = project / f"output-{score}"
        run = bash(grade["run"], project, **environment, GITHUB_OUTPUT=str(output))
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
        told = json.loads(base64.b64decode(output.read_text().removeprefix("result=")))
        assert sum(test["score"] for test in told["tests"]) == score  # As the reporter adds them up and shows them.
    (project / "perceptron/perceptron.py").unlink()
    assert bash(grade["run"], project, **environment, GITHUB_OUTPUT=str(output)).returncode != 0


def test_gitlab_job(project: Path) -> None:
    job: dict[str, Any] = yaml.safe_load((CI / "gitlab-ci.yml").read_text())["grade"]
    assert job["before_script"] == [INSTALL]
    environment = {"KATA": job["parallel"]["matrix"][0]["KATA"][0], "CI_PROJECT_DIR": str(project)}
    run = bash("\n".join(job["script"]), project, **environment)
    assert (run.returncode, run.stderr) == (1, "")
    assert "NOT YET" in run.stdout
    reports = job["artifacts"]["reports"]
    assert junitparser.JUnitXml.fromfile(str(project / reports["junit"])).failures > 0
    issue = json.loads((project / reports["codequality"]).read_text())[0]
    assert issue["location"] == {"path": "perceptron/perceptron.py", "lines": {"begin": 2}}
    (project / "perceptron/perceptron.py").write_text(RIGHT)
    assert bash("\n".join(job["script"]), project, **environment).returncode == 0


def run_autograder(folder: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AUTOGRADER": str(folder), "GRADER_VENV": str(venv)}
    program = [str(CI / "gradescope/run_autograder")]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "source", "score", "words"),
    [
        ("perceptron.py", RIGHT, 10, "Perceptron: pass, 10 of 10 points"),
        ("perceptron.py", RAISES, 0, "Perceptron: fail, 0 of 10 points"),
        ("mine.py", RIGHT, 0, "Expected the file perceptron.py"),
    ],
)
def test_gradescope_autograder(project: Path, name: str, source: str, score: int, words: str) -> None:
    for part in ("submission", "results"):
        (project / part).mkdir()
    (project / "submission" / name).write_text(source)
    run = run_autograder(project, project / "venv")
    assert (run.returncode, run.stderr) == (0, "")
    assert [file.name for file in (project / "results").iterdir()] == ["results.json"]
    results = json.loads((project / "results/results.json").read_text())
    assert results["score"] == score
    assert words in results["output"]


def test_gradescope_gets_no_results_where_the_grader_failed(project: Path) -> None:
    for part in ("submission", "results"):
        (project / part).mkdir()
    (project / "submission/perceptron.py").write_text(RIGHT)
    (project / "venv/bin/grader").write_text("#!/bin/sh\necho '{\"sco'\nexit 2\n")
    assert run_autograder(project, project / "venv").returncode == 2
    assert list((project / "results").iterdir()) == []


def test_gradescope_setup_installs_into_an_environment(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/apt-get").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/apt.log\n')
    (tmp_path / "bin/apt-get").chmod(0o755)
    (tmp_path / "bin/python3").symlink_to(Path(sys.base_prefix) / "bin/python3")
    wheel = tmp_path / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        archive.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.dist-info/RECORD", "")
    environment = {"GRADER_VENV": str(tmp_path / "venv"), "GRADER_PACKAGE": str(wheel)}
    environment |= {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "PIP_NO_INDEX": "1"}
    run = bash(str(CI / "gradescope/setup.sh"), tmp_path, **environment)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "apt.log").read_text() == "update\ninstall -y python3 python3-venv\n"
    assert list((tmp_path / "venv").glob("lib/python3*/site-packages/tiny.py"))


def test_container_runs_the_command_line(project: Path) -> None:
    lines = (CI / "Containerfile").read_text().splitlines()
    words = {line.split()[0]: line.partition(" ")[2] for line in lines if re.match("[A-Z]", line)}
    assert words["RUN"] == 'python -m pip install --no-cache-dir "$GRADER_PACKAGE"'
    entry, default = json.loads(words["ENTRYPOINT"]), json.loads(words["CMD"])
    run = subprocess.run([*entry, *default], cwd=project, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert "perceptron" in run.stdout
    (batch,) = re.findall(r"^#.* -v \"\$PWD/grades:/work\" grader (batch .*)$", "\n".join(lines), re.MULTILINE)
    (project / "class/ada").mkdir(parents=True)
    (project / "class/ada/perceptron.py").write_text(RAISES)
    told = subprocess.run(
        [*entry, *batch.replace("/class", f"{project}/class").split()],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0
    assert "| ❌ | <code>ada</code> | perceptron | 0 / 10 |" in told.stdout
    assert (project / "grades.sqlite").exists()
