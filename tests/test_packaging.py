"""The wheel away from the checkout, a third party's pack beside it, and both as an ordinary user."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from grader.worker.sandbox import linux

ORDINARY_USER = 12345


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and the tiny pack, which borrows the libraries of this one; returns its bin folder."""
    environment = tmp_path_factory.mktemp("environment")
    environment.chmod(0o755)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin/python"
    packages = environment / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--root-user-action", "ignore"]
    for distribution in (wheel, ROOT / "tests/packs/tiny"):
        subprocess.run([*install, "--no-deps", "--no-build-isolation", distribution], check=True)
    (packages / "borrowed.pth").chmod(0o644)
    return environment / "bin"


def test_wheel_puts_only_well_named_packages_at_the_top(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"grader", "deep_learning_course"}
    assert "deep_learning_course/katas/expressivity/perceptron/perceptron.py" in names
    assert "deep_learning_course/reference/expressivity/perceptron/test_hidden.py" in names
    assert {"grader/site/templates/index.html", "grader/site/templates/cell.html", "grader/py.typed"} <= set(names)
    assert not [name for name in names if "__pycache__" in name]


def run(installed: Path, folder: Path, *arguments: object, user: int | None = None) -> subprocess.CompletedProcess[str]:
    cold = ["--cold"] if arguments[0] == "run" else []
    return run_as(user, installed, folder, installed / "grader", *arguments, *cold)


def run_as(user: int | None, installed: Path, folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        preexec_fn=None if user is None else lambda: become_ordinary(user, installed),
    )


def become_ordinary(user: int, installed: Path) -> None:
    """Gives up root in a namespace in which the way to the interpreter is open to everybody."""
    if os.getuid() != 0:
        return
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    needed = {Path(path).resolve() for path in (sys.base_prefix, sysconfig.get_path("purelib"), installed.parent)}
    descriptors = {path: os.open(path, os.O_PATH) for path in needed}
    closed = {folder for path in needed for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH}
    outermost = [folder for folder in closed if not closed & set(folder.parents)]
    for folder in outermost:
        linux.mount("open", str(folder), "tmpfs", options="mode=755")
    for path, descriptor in descriptors.items():
        if any(folder in path.parents for folder in outermost):
            path.mkdir(parents=True, exist_ok=True)
            linux.mount(f"/proc/self/fd/{descriptor}", str(path), flags=linux.MS_BIND | linux.MS_REC)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder to work in that everybody may reach; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o777)
        yield Path(made)


@pytest.mark.parametrize("user", [None, ORDINARY_USER])
def test_wheel_grades_away_from_the_checkout(installed: Path, folder: Path, user: int | None) -> None:
    listed = run(installed, folder, "list", user=user)
    assert listed.returncode == 0, listed.stderr
    assert "perceptron" in listed.stdout
    assert run(installed, folder, "start", "perceptron", user=user).returncode == 0
    stub = run(installed, folder, "run", "perceptron", "--format", "json", user=user)
    assert stub.returncode == 1, stub.stderr
    assert json.loads(stub.stdout)["status"] == "fail"
    reference = (ROOT / "reference/expressivity/perceptron/perceptron.py").read_text()
    (folder / "answer.py").write_text(reference)
    passed = run(installed, folder, "run", "perceptron", "answer.py", "--format", "json", user=user)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    layers = set(json.loads(passed.stdout)["sandbox"])
    assert {"namespaces", "landlock", "seccomp", "rlimits"} <= layers
    assert ("uid" in layers) == (user is None and os.getuid() == 0)


@pytest.mark.parametrize("user", [None, ORDINARY_USER])
def test_pack_of_a_third_party_is_listed_and_graded(installed: Path, folder: Path, user: int | None) -> None:
    assert "double" in run(installed, folder, "list", "--chapter", "basics", user=user).stdout
    assert "pack tiny_pack: A tiny pack, 1 kata" in run(installed, folder, "plugins", user=user).stdout
    reference = ROOT / "tests/packs/tiny/reference/basics/double"
    for path, code in ((reference / "right/by_multiplication.py", 0), (reference / "wrong/squares.py", 1)):
        (folder / "double.py").write_text(path.read_text())
        assert run(installed, folder, "run", "double", "double.py", user=user).returncode == code


@pytest.mark.parametrize("user", [None, ORDINARY_USER])
@pytest.mark.parametrize("secret", ["tiny_pack/reference/basics/double/double.py", "grader/judge/judge.py"])
def test_installed_packs_are_out_of_reach(installed: Path, folder: Path, user: int | None, secret: str) -> None:
    path = next(installed.parent.glob("lib/python*/site-packages")) / secret
    assert path.exists()
    (folder / "double.py").write_text(
        f"text = open({str(path)!r}).read()\ndef double(values):\n    return values + values\n"
    )
    attempt = run(installed, folder, "run", "double", "double.py", user=user)
    assert attempt.returncode == 1
    assert "PermissionError" in attempt.stdout or "FileNotFoundError" in attempt.stdout


@pytest.mark.parametrize("user", [None, ORDINARY_USER])
def test_workers_have_no_capabilities_and_cannot_be_read(installed: Path, folder: Path, user: int | None) -> None:
    (folder / "double.py").write_text(
        "import ctypes\n"
        'lines = open("/proc/self/status").read().splitlines()\n'
        'capabilities = [line.split()[1] for line in lines if line.startswith("CapEff")]\n'
        "is_dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "raise RuntimeError(capabilities, is_dumpable)\n"
    )
    told = run(installed, folder, "run", "double", "double.py", user=user).stdout
    assert f"RuntimeError: (['{'0' * 16}'], 0)" in told


@pytest.mark.parametrize("user", [None, ORDINARY_USER])
def test_service_stays_for_its_user(installed: Path, folder: Path, user: int | None) -> None:
    (folder / "double.py").write_text("def double(values):\n    return values + values\n")
    program = installed / "grader"
    commands = [f"{program} run double double.py"] * 2 + [f"{program} zygote status", f"{program} zygote stop"]
    # In one shell, because each of these tests' processes sees folders of its own.
    shell = run_as(user, installed, folder, "/bin/sh", "-c", "; ".join(commands))
    assert shell.stdout.count("PASS") == 2
    assert "ready for: double" in shell.stdout
    assert "The service has stopped." in shell.stdout


def steps_of(document: Path) -> Iterator[tuple[str, str]]:
    """Yields the commands and files of the walk through, in order: ("sh", commands) or (path, content)."""
    walk = document.read_text().split("## The files")[0]
    blocks = re.compile(
        r"(?:`(?P<path>[\w/.]+)`\n\n)?^(?P<fence>`{3,})(?P<kind>\w+)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
    )
    for block in blocks.finditer(walk):
        yield block["path"] or block["kind"], block["text"]


def test_walk_through_for_authors_leads_to_a_verified_kata(installed: Path, folder: Path) -> None:
    borrowed_pip = (
        f'exec {sys.executable} -m pip --python {installed}/python "$@" --quiet --no-deps --no-build-isolation\n'
    )
    (folder / "bin").mkdir()
    (folder / "bin/pip").write_text("#!/bin/sh\n" + borrowed_pip)
    (folder / "bin/pip").chmod(0o755)
    place, told = folder, ""
    for kind, text in steps_of(ROOT / "docs/writing-a-kata.md"):
        if kind != "sh":
            assert (place / kind).parent.is_dir(), kind
            (place / kind).write_text(text)
            continue
        shell = subprocess.run(
            ["/bin/sh", "-e", "-c", f"{text}\npwd"],
            cwd=place,
            env={"PATH": f"{installed}:{folder}/bin:/usr/bin:/bin", "HOME": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert shell.returncode == 0, text + shell.stdout + shell.stderr
        *lines, last = shell.stdout.splitlines()
        place, told = Path(last), told + "\n".join(lines)
    assert "pack my_pack: TODO: a title, 0 katas" in told
    assert "✓ leaky_relu  3 right, 2 wrong, 2 seeds" in told
    assert "return ops.where(inputs > 0, inputs, slope * inputs)  ->  return ops.where(inputs >= 0" in told
    assert "PASS   10 of 10 points" in told
    assert sorted(path.name for path in (folder / "for-learners/basics/leaky_relu").iterdir()) == [
        "README.md",
        "hints.md",
        "kata.toml",
        "leaky_relu.py",
    ]
