"""The catalogue: every kata of every pack, checked as a whole when it is loaded."""

from __future__ import annotations

import contextlib
import difflib
import graphlib
import os
import zlib
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import cast

import msgspec
import pluggy

from grader import cache
from grader import messages
from grader.content import kata as kata_module
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.content.pack import Pack
from grader.errors import PackError
from grader.errors import UsageError
from grader.protocol import limits as limits_module


class Problem(NamedTuple):
    """A mistake in a pack on disk; the katas that it does not concern can be used."""

    pack: Pack
    kata: str | None
    """The name of the kata, if it is the mistake of one."""
    text: str
    """A sentence that names the file, what was expected and what was found."""


class Catalog:
    """All katas by name, in the order of chapters and, within one, of prerequisites."""

    def __init__(self, packs: list[Pack]) -> None:
        """Loads the katas of the packs; what cannot be used is left out, and all mistakes are in `problems`."""
        self.packs: dict[str, Pack] = {}
        self.katas: dict[str, Kata] = {}
        self.problems: list[Problem] = []
        self._folders = {str(folder) for pack in packs for folder in (pack.katas, pack.reference)}
        for pack in packs:
            if pack.name in self.packs:
                text = f"Two packs are called {pack.name!r}, and one is left out; uninstall one, or rename it."
                self.problems.append(Problem(pack, None, text))
                continue
            self.packs[pack.name] = pack
            for kata in self._load(pack):
                if kata.name in self.katas:
                    text = (
                        f"{kata.folder}: expected a name that no other kata has, found one at "
                        f"{self.katas[kata.name].folder}; rename one of the two."
                    )
                    self.problems.append(Problem(pack, kata.name, text))
                else:
                    self.katas[kata.name] = kata
        self._sort()

    def find(self, name: str) -> Kata:
        """Returns a kata by its name.

        Raises:
            UsageError: there is none; says which one may be meant.
            PackError: there is one, and it cannot be used.
        """
        if name in self.katas:
            return self.katas[name]
        for problem in self.problems:
            if problem.kata == name:
                raise PackError(problem.text)
        close = difflib.get_close_matches(name, self.katas, n=1)
        guess = f"; did you mean {close[0]!r}?" if close else "."
        raise UsageError(f"There is no kata called {name!r}{guess} `grader list` shows all.")

    def chapters(self) -> list[str]:
        """Lists the chapters that have a kata, in their order."""
        return list(dict.fromkeys(kata.chapter for kata in self.katas.values()))

    def require_whole(self, pack: str | None, katas: Container[str] = ()) -> None:
        """Checks that nothing is wrong with a pack, or with single katas, for those who mean all of it.

        Args:
            pack: the name of the pack; None stands for none.
            katas: the names of katas of any pack.

        Raises:
            PackError: something is.
        """
        for problem in self.problems:
            if problem.pack.name == pack or problem.kata in katas:
                raise PackError(problem.text)

    def opened_by(self, kata: Kata, passed: set[str]) -> list[str]:
        """Lists the katas that have this one as a prerequisite, and no other that is not passed."""
        ready = passed | {kata.name}
        return [
            other.name
            for other in self.katas.values()
            if kata.name in other.spec.prerequisites
            and ready >= set(other.spec.prerequisites)
            and other.name not in passed
        ]

    def pack_of(self, kata: Kata) -> Pack:
        """Returns the pack that a kata belongs to."""
        return self.packs[kata.pack]

    def hidden_folders(self) -> tuple[str, ...]:
        """Lists the folders that no worker may read: every pack with its plugin's code, and the grader."""
        return tuple(sorted({str(Path(__file__).parents[1]), *self._folders}))

    def _load(self, pack: Pack) -> list[Kata]:
        try:
            katas, problems = _cached_pack(pack)
        except Exception as error:  # A pack is anything that a plugin made.
            problem = Problem(pack, None, f"The pack {pack.name!r} cannot be read ({messages.describe(error)}).")
            katas, problems = [], [problem]
        self.problems += problems
        return katas

    def _sort(self) -> None:
        known = self.katas.keys() | {problem.kata for problem in self.problems}
        for kata in self.katas.values():
            for prerequisite in kata.spec.prerequisites:
                if prerequisite not in known:
                    text = (
                        f"{kata.folder / 'kata.toml'}: expected the prerequisite {prerequisite!r} to be a kata, found none "
                        f"of that name; fix the name, or install the pack that has it."
                    )
                    self.problems.append(Problem(self.pack_of(kata), kata.name, text))
        order = {name: position for position, name in enumerate(self._order())}
        ranks = {kata.name: _rank(self.packs[kata.pack], kata.chapter) for kata in self.katas.values()}
        self.katas = dict(sorted(self.katas.items(), key=lambda item: (*ranks[item[0]], order[item[0]])))

    def _order(self) -> list[str]:
        """Lists the katas such that prerequisites come first; those in a cycle count as without any."""
        graph = {kata.name: kata.spec.prerequisites for kata in self.katas.values()}
        while True:
            try:
                return list(graphlib.TopologicalSorter(graph).static_order())
            except graphlib.CycleError as error:
                circle = error.args[1]
                text = f"The prerequisites {' -> '.join(circle)} form a cycle; remove one of them from its kata.toml."
                for name in set(circle):
                    graph[name] = []
                    self.problems.append(Problem(self.pack_of(self.katas[name]), name, text))


def load_catalog(manager: pluggy.PluginManager, report: Callable[[str], None] = messages.warn) -> Catalog:
    """Builds the catalogue from what the plugins provide.

    Args:
        manager: knows the plugins.
        report: is told every mistake in their packs, as a sentence with the plugin's name.
    """
    found = [
        (implementation.plugin_name, pack)
        for implementation in reversed(manager.hook.grader_packs.get_hookimpls())
        for pack in cast(Iterable[Pack], implementation.function() or ())
    ]
    catalog = Catalog([pack for _, pack in found])
    for text in dict.fromkeys(
        f"The plugin {plugin!r}: {problem.text}"
        for problem in catalog.problems
        for plugin, pack in found
        if pack is problem.pack
    ):
        report(text)
    return catalog


def _cached_pack(pack: Pack) -> tuple[list[Kata], list[Problem]]:
    """Returns the katas of a pack: from the cache, or loaded when anything has changed since, or anything is wrong."""
    place = f"{pack.name} {pack.katas} {pack.reference}"
    file = cache.default_folder() / f"pack-{zlib.crc32(place.encode()):08x}.json"
    known = cache.load(file, place)
    if known is not None:
        with contextlib.suppress(msgspec.MsgspecError):  # An older grader wrote it.
            return msgspec.json.decode(known, type=list[Kata], dec_hook=_from_plain), []
    stamps = cache.stamp([*_what_decides(pack), *(str(module.__file__) for module in (kata_module, limits_module))])
    katas, problems = _load_pack(pack)
    if not problems:
        cache.store(file, place, msgspec.json.encode(katas, enc_hook=str), stamps)
    return katas, problems


def _from_plain(kind: type, value: Any) -> Any:
    return kind(value)


def _what_decides(pack: Pack) -> Iterator[str]:
    """Lists what a kata is made from when it is loaded: all folders, for the files in them, and each kata.toml."""
    for root in (pack.katas, pack.reference):
        for folder, _, files in os.walk(root):
            yield folder
            if "kata.toml" in files:
                yield os.path.join(folder, "kata.toml")


def _load_pack(pack: Pack) -> tuple[list[Kata], list[Problem]]:
    katas: list[Kata] = []
    problems: list[Problem] = []
    for root in (pack.katas, pack.reference):
        if not root.is_dir():
            text = f"{root}: expected a folder of the pack {pack.name!r}, found none; fix its Pack(...)."
            return [], [Problem(pack, None, text)]
    for folder in _katas_in(pack, pack.katas, problems):
        try:
            katas.append(load_kata(folder, pack.reference / folder.relative_to(pack.katas), pack.name))
        except PackError as error:
            problems.append(Problem(pack, folder.name, str(error)))
        except Exception as error:
            problems.append(Problem(pack, folder.name, f"{folder}: cannot be read ({messages.describe(error)})."))
    for folder in _katas_in(pack, pack.reference, problems):
        if not (pack.katas / folder.relative_to(pack.reference)).is_dir():
            text = f"{folder}: expected a kata at the same path below {pack.katas}, found none; add it, or remove this."
            problems.append(Problem(pack, folder.name, text))
    return katas, problems


def _katas_in(pack: Pack, root: Path, problems: list[Problem]) -> list[Path]:
    """Lists the folders of katas in the chapters below a root."""
    folders = []
    for chapter in sorted(entry for entry in root.iterdir() if entry.is_dir() and entry.name != "__pycache__"):
        for entry in sorted(chapter.iterdir()):
            if entry.is_dir():
                folders += [entry] if entry.name != "__pycache__" else []
            elif entry.name != ".DS_Store":
                text = f"{entry}: expected only folders of katas in a chapter, found a file; move it elsewhere."
                problems.append(Problem(pack, None, text))
    return folders


def _rank(pack: Pack, chapter: str) -> tuple[int, str]:
    return (pack.chapters.index(chapter), "") if chapter in pack.chapters else (len(pack.chapters), chapter)
