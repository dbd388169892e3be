"""The catalogue: every kata of every pack, checked as a whole when it is loaded."""

from __future__ import annotations

import contextlib
import difflib
import graphlib
import itertools
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pluggy

from grader import cache
from grader.content import kata as kata_module
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.content.pack import Pack
from grader.errors import PackError
from grader.errors import UsageError
from grader.protocol import limits as limits_module


class Catalog:
    """All katas by name, in the order of chapters and, within one, of prerequisites."""

    def __init__(self, packs: list[Pack]) -> None:
        """Loads the katas of the packs.

        Raises:
            PackError: a kata is malformed, two have the same name, or prerequisites are unknown or form a cycle.
        """
        self.packs = {pack.name: pack for pack in packs}
        if len(self.packs) < len(packs):
            names = sorted(pack.name for pack in packs)
            twice = next(name for name, other in itertools.pairwise(names) if name == other)
            raise PackError(f"Two packs are called {twice!r}; uninstall one, or rename it.")
        self.katas: dict[str, Kata] = {}
        for pack in packs:
            for kata in _cached_pack(pack):
                if kata.name in self.katas:
                    raise PackError(
                        f"{kata.folder}: expected a name that no other kata has, found one at "
                        f"{self.katas[kata.name].folder}; rename one of the two."
                    )
                self.katas[kata.name] = kata
        self._sort()

    def find(self, name: str) -> Kata:
        """Returns a kata by its name.

        Raises:
            UsageError: there is none; says which one may be meant.
        """
        if name in self.katas:
            return self.katas[name]
        close = difflib.get_close_matches(name, self.katas, n=1)
        guess = f"; did you mean {close[0]!r}?" if close else "."
        raise UsageError(f"There is no kata called {name!r}{guess} `grader list` shows all.")

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
        folders = {Path(__file__).parents[1]}
        for pack in self.packs.values():
            folders |= {pack.katas, pack.reference}
        return tuple(sorted(str(folder) for folder in folders))

    def _sort(self) -> None:
        for kata in self.katas.values():
            for prerequisite in kata.spec.prerequisites:
                if prerequisite not in self.katas:
                    raise PackError(
                        f"{kata.folder / 'kata.toml'}: expected the prerequisite {prerequisite!r} to be a kata, found none "
                        f"of that name; fix the name, or install the pack that has it."
                    )
        sorter = graphlib.TopologicalSorter({kata.name: kata.spec.prerequisites for kata in self.katas.values()})
        try:
            order = {name: position for position, name in enumerate(sorter.static_order())}
        except graphlib.CycleError as error:
            circle = " -> ".join(error.args[1])
            raise PackError(
                f"The prerequisites {circle} form a cycle; remove one of them from its kata.toml."
            ) from error
        ranks = {kata.name: _rank(self.packs[kata.pack], kata.chapter) for kata in self.katas.values()}
        self.katas = dict(sorted(self.katas.items(), key=lambda item: (*ranks[item[0]], order[item[0]])))


def load_catalog(manager: pluggy.PluginManager) -> Catalog:
    """Builds the catalogue from what the plugins provide."""
    return Catalog([pack for packs in manager.hook.grader_packs() for pack in packs])


def _cached_pack(pack: Pack) -> list[Kata]:
    """Returns the katas of a pack: from the cache, or loaded when anything has changed since."""
    place = f"{pack.name} {pack.katas} {pack.reference}"
    file = cache.default_folder() / f"pack-{zlib.crc32(place.encode()):08x}.json"
    known = cache.load(file, place)
    if known is not None:
        with contextlib.suppress(msgspec.MsgspecError):  # An older grader wrote it.
            return msgspec.json.decode(known, type=list[Kata], dec_hook=_from_plain)
    stamps = cache.stamp([*_what_decides(pack), *(str(module.__file__) for module in (kata_module, limits_module))])
    katas = _load_pack(pack)
    cache.store(file, place, msgspec.json.encode(katas, enc_hook=str), stamps)
    return katas


def _from_plain(kind: type, value: Any) -> Any:
    return kind(value)


def _what_decides(pack: Pack) -> Iterator[str]:
    """Lists what a kata is made from when it is loaded: all folders, for the files in them, and each kata.toml."""
    for root in (pack.katas, pack.reference):
        for folder, _, files in os.walk(root):
            yield folder
            if "kata.toml" in files:
                yield os.path.join(folder, "kata.toml")


def _load_pack(pack: Pack) -> list[Kata]:
    for root in (pack.katas, pack.reference):
        if not root.is_dir():
            raise PackError(f"{root}: expected a folder of the pack {pack.name!r}, found none; fix its Pack(...).")
    folders = [folder for chapter in sorted(pack.katas.iterdir()) if chapter.is_dir() for folder in _katas_in(chapter)]
    names = {folder.relative_to(pack.katas) for folder in folders}
    for chapter in sorted(pack.reference.iterdir()):
        for folder in _katas_in(chapter) if chapter.is_dir() else ():
            if folder.relative_to(pack.reference) not in names:
                raise PackError(
                    f"{folder}: expected a kata at the same path below {pack.katas}, found none; add it, or remove this."
                )
    return [load_kata(folder, pack.reference / folder.relative_to(pack.katas), pack.name) for folder in folders]


def _katas_in(chapter: Path) -> list[Path]:
    if chapter.name == "__pycache__":
        return []
    for entry in sorted(chapter.iterdir()):
        if not entry.is_dir() and entry.name != ".DS_Store":
            raise PackError(f"{entry}: expected only folders of katas in a chapter, found a file; move it elsewhere.")
    return [entry for entry in sorted(chapter.iterdir()) if entry.is_dir() and entry.name != "__pycache__"]


def _rank(pack: Pack, chapter: str) -> tuple[int, str]:
    return (pack.chapters.index(chapter), "") if chapter in pack.chapters else (len(pack.chapters), chapter)
