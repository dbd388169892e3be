"""The picture of the packages is the code's, and the imports respect what is trusted."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

import grimp
from conftest import ROOT
from remove_safety import REMOVALS

PICTURE = (ROOT / "docs/architecture.md").read_text()
PACKAGES = sorted(file.parent.name for file in (ROOT / "grader").glob("*/__init__.py"))


def test_imports_keep_the_contracts() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_worker_is_kept_from_everything_but_the_protocol() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = next(contract for contract in contracts if contract.get("source_modules") == ["grader.worker"])
    children = grimp.build_graph("grader", cache_dir=None).find_children("grader")
    assert set(forbidden["forbidden_modules"]) == children - {"grader.worker", "grader.protocol", "grader.memory"}


def test_table_says_of_each_package_what_its_docstring_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", PICTURE, re.MULTILINE)
    said = {
        package: str(
            ast.get_docstring(ast.parse((ROOT / "grader" / package / "__init__.py").read_text()))
        ).splitlines()[0]
        for package in PACKAGES
    }
    assert dict(rows) == said


def test_arrows_are_those_of_the_code() -> None:
    drawn = {
        package: set(re.findall(r"\w+", targets))
        for package, targets in re.findall(r"^(\w+) +->([ \w,]*)$", PICTURE, re.MULTILINE)
    }
    graph = grimp.build_graph("grader", exclude_type_checking_imports=True, cache_dir=None)
    found: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for module in graph.modules:
        package = module.split(".")[1] if "." in module else ""
        if package in found:
            imported = {name.split(".")[1] for name in graph.find_modules_directly_imported_by(module) if "." in name}
            found[package] |= imported & found.keys() - {package}
    assert drawn == found


def test_files_that_the_picture_names_exist() -> None:
    for path in re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", PICTURE):
        if path != "grader/":
            assert (ROOT / "grader" / path).exists(), path


def test_what_makes_it_safe_is_where_its_removal_looks_for_it() -> None:
    stale = [
        removal.name
        for removal in REMOVALS
        if (ROOT / "grader" / removal.file).read_text(encoding="utf-8").count(removal.old) != 1
    ]
    assert stale == []
