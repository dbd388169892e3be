"""What has not changed: fingerprints of a kata, of the engine and of the libraries, from which every cache is composed.

The engine is what judge, worker and the service that starts them import, found by following the imports: a command's help is no
part of it. It counts by its syntax trees without docstrings, so that rewording a comment makes no verification stale.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import json
import os
import sys
import sysconfig
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader import cache
from grader.content.kata import Kata

_PACKAGE: Final = Path(__file__).parents[1]
# The service decides about threads through the environment that it gives to zygotes; hidden tests import grader.testing.
_ROOTS: Final = ("grader.service.daemon", "grader.worker.zygote", "grader.testing")
# Beside what computes: hidden tests take data sets of scikit-learn, and environments of Gymnasium.
_LIBRARIES: Final = ("numpy", "tensorflow", "keras", "scikit-learn", "gymnasium")


def compose(*parts: str) -> str:
    """Joins fingerprints, and other strings that matter, into one."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def of_kata(kata: Kata) -> str:
    """Returns a digest that changes with the name or the content of any file of a kata."""
    digest = hashlib.sha256()
    for folder in (kata.folder, kata.reference_folder):
        for file in _files_in(folder):
            digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def of_graded(kata: Kata) -> str:
    """Returns a digest of all that decides what a kata's solutions do: its files, the engine and the libraries."""
    return compose(of_kata(kata), of_engine(), of_libraries())


@functools.cache
def of_engine() -> str:
    """Returns a digest that changes with what the engine's code says, comments and docstrings aside."""
    files = engine_files()
    kept, version = _cache_file("digest"), f"{__name__} {sys.version}"
    stamps = cache.stamp(map(str, files))
    known = cache.load(kept, version)
    if known is not None:
        return known.decode()
    digest = compose(*(f"{file.relative_to(_PACKAGE)} {_meaning_of(file)}" for file in files))
    cache.store(kept, version, digest.encode(), stamps)
    return digest


@functools.cache
def library_versions() -> dict[str, str]:
    """Returns the versions of Python and of the libraries that decide verdicts; one that is not installed is left out."""
    from importlib import metadata  # Each command imports this module, and few ask for a version.

    versions = {"python": sys.version.split()[0]}
    for library in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[library] = metadata.version(library)
    return versions


def of_libraries() -> str:
    """Returns a digest that changes with the version of Python or of a library that decides verdicts."""
    return compose(*(f"{name} {version}" for name, version in library_versions().items()))


def of_service() -> str:
    """Returns a digest of what a service has loaded, by times of change: each command of a learner asks for it."""
    libraries = sysconfig.get_path("purelib")
    stamps = cache.stamp([*map(str, engine_files()), libraries])
    return compose(sys.executable, sys.version, json.dumps(stamps))[:16]


def stamp_of(folder: Path, reference_folder: Path) -> str:
    """Returns a digest that changes whenever a file of a kata may have changed; cheaper than its fingerprint."""
    files = [file for part in (folder, reference_folder) for file in _files_in(part)]
    facts = [(str(file), stat.st_mtime_ns, stat.st_size) for file in files for stat in (file.stat(),)]
    return compose(repr(facts))


def engine_files() -> list[Path]:
    """Lists the engine's files: what its programs import, directly or through others."""
    file = _cache_file("files")
    known = cache.load(file, __name__)
    if known is not None:
        return [Path(path) for path in json.loads(known)]
    folders = [folder for folder, _, _ in os.walk(_PACKAGE)]
    stamps = cache.stamp([*folders, *map(str, sorted(_PACKAGE.rglob("*.py")))])
    found = sorted(_follow(_ROOTS))
    cache.store(file, __name__, json.dumps([str(path) for path in found]).encode(), stamps)
    return found


def _cache_file(content: str) -> Path:
    """Returns where something about the engine in this place is kept."""
    return cache.default_folder() / f"engine-{content}-{zlib.crc32(str(_PACKAGE).encode()):08x}.json"


def _follow(modules: tuple[str, ...]) -> set[Path]:
    waiting, found = list(modules), set[Path]()
    while waiting:
        for file in _files_of(waiting.pop()):
            if file not in found:
                found.add(file)
                waiting += _imports(ast.parse(file.read_bytes()))
    return found


def _files_of(module: str) -> Iterator[Path]:
    """Yields the file of a module of this package, and those of the packages that it is in."""
    place = _PACKAGE.parent
    for part in module.split("."):
        place /= part
        if (place / "__init__.py").exists():
            yield place / "__init__.py"
        elif place.with_suffix(".py").exists():
            yield place.with_suffix(".py")


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yields what a module imports of this package when it runs, inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("grader"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from _imports(node)


def _meaning_of(file: Path) -> str:
    return hashlib.sha256(repr(_plain(ast.parse(file.read_bytes()))).encode()).hexdigest()


def _plain(part: object) -> object:
    """Turns a syntax tree into lists without empty fields: later versions of Python add some, which ast.dump shows."""
    if isinstance(part, list):
        return [_plain(entry) for entry in part if not _is_prose(entry)]
    if isinstance(part, ast.AST):
        fields = ((name, _plain(value)) for name, value in ast.iter_fields(part))
        return [type(part).__name__, *((name, value) for name, value in fields if value not in (None, []))]
    return part


def _is_prose(statement: object) -> bool:
    """Says whether a statement is a string and nothing else, as the docstring of a function or of an attribute is."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _files_in(folder: Path) -> list[Path]:
    found = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return sorted(file for file in found if not file.name.startswith(".") and not file.name.endswith("~"))
