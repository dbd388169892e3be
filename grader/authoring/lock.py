"""The lock of a pack: which of its katas were verified, with what, and when; `grader verify --lock` writes it."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from grader.authoring.finding import Finding
from grader.authoring.verify import Verification
from grader.content import fingerprint
from grader.content.kata import Kata
from grader.content.pack import Pack
from grader.errors import PackError
from grader.files import write_whole

TURNS: Final = 8
"""After this many commits in a row, every kata has been verified afresh."""

_HEADER: Final = """\
# Which katas were verified, and with what: written by `grader verify --lock`. An entry that is written by hand is found out,
# since the tests verify every new entry, and a share of the others, afresh.
"""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was verified of one kata."""

    kata: str
    """Fingerprint of its files."""
    engine: str
    """Fingerprint of the engine that graded it."""
    libraries: str
    """Fingerprint of the libraries that it was graded with."""
    seeds: int
    verified: datetime.date


Lock = Mapping[str, Entry]
"""The entries of a pack, by kata."""


def file_of(pack: Pack) -> Path:
    """Returns where the lock of a pack is."""
    return pack.reference / "verified.toml"


def parse_lock(content: bytes, file: Path) -> Lock:
    """Reads a lock.

    Raises:
        PackError: it is malformed.
    """
    try:
        return msgspec.toml.decode(content, type=dict[str, Entry])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PackError(
            f"{file}: expected what `grader verify --lock` writes, found: {error}; run it again."
        ) from error


def read_lock(pack: Pack) -> Lock:
    """Reads the lock of a pack; one that was never verified has none, and so no entries.

    Raises:
        PackError: it is malformed.
    """
    file = file_of(pack)
    return parse_lock(file.read_bytes(), file) if file.exists() else {}


def write_lock(pack: Pack, katas: Collection[Kata], reports: Iterable[Verification]) -> None:
    """Notes what was just verified, beside the entries of the pack's other katas; what has findings gets no entry.

    Args:
        pack: whose lock to write.
        katas: all katas of the pack.
        reports: what was found, of katas of this or of other packs.
    """
    try:
        entries = dict(read_lock(pack))
    except PackError:
        entries = {}
    found = {report.kata: report for report in reports}
    for kata in katas:
        report = found.get(kata.name)
        if report is not None:
            entries.pop(kata.name, None)
            if not report.findings:
                entries[kata.name] = entry_of(kata, report.num_seeds)
    kept = sorted(kata.name for kata in katas if kata.name in entries)
    write_whole(file_of(pack), "\n".join([_HEADER, *(_render(name, entries[name]) for name in kept)]).encode())


def _render(name: str, entry: Entry) -> str:
    return (
        f'[{name}]\nkata = "{entry.kata}"\nengine = "{entry.engine}"\nlibraries = "{entry.libraries}"\n'
        f"seeds = {entry.seeds}\nverified = {entry.verified}\n"
    )


def entry_of(kata: Kata, num_seeds: int) -> Entry:
    """Returns the entry of a kata that has just been verified."""
    return Entry(
        kata=fingerprint.of_kata(kata),
        engine=fingerprint.of_engine(),
        libraries=fingerprint.of_libraries(),
        seeds=num_seeds,
        verified=datetime.datetime.now(tz=datetime.UTC).date(),
    )


def find_misfits(pack: Pack, katas: Iterable[Kata], lock: Lock) -> list[Finding]:
    """Lists the katas whose entries do not fit their files or the engine.

    Other versions of the libraries are no misfit: nobody can lock for what is released tomorrow. Such entries count as new.
    """
    findings = []
    engine, again = fingerprint.of_engine(), "run `grader verify --lock {}`"
    names = set()
    for kata in katas:
        names.add(kata.name)
        entry, cure = lock.get(kata.name), again.format(kata.name)
        if entry is None:
            findings.append(Finding.about(file_of(pack), f"expected an entry for {kata.name}, found none; {cure}"))
        elif entry.kata != fingerprint.of_kata(kata):
            findings.append(Finding.about(file_of(pack), f"{kata.name} has changed since it was verified; {cure}"))
        elif entry.engine != engine:
            problem = f"the engine has changed since {kata.name} was verified; {again.format('--all')}"
            findings.append(Finding.about(file_of(pack), problem))
    for name in sorted(lock.keys() - names):
        findings.append(Finding.about(file_of(pack), f"{name} is not a kata of this pack; {again.format('--all')}"))
    return findings


def choose(katas: Iterable[Kata], lock: Lock, released: Lock, *, canaries: Collection[str], turn: int) -> list[Kata]:
    """Chooses the katas that have to be verified afresh, because an entry alone proves nothing.

    Args:
        katas: all katas of a pack.
        lock: the lock as it is.
        released: the lock as it was when everything new in it had last been verified by the main branch.
        canaries: names of katas that are always verified.
        turn: a number that grows by one with each commit: which share of the rest is due.

    Returns:
        Those whose entry is new, or was made with other libraries than are installed, the canaries, and a share of the rest.
    """
    libraries = fingerprint.of_libraries()
    return [
        kata
        for kata in katas
        if kata.name in canaries
        or kata.name not in lock
        or lock[kata.name] != released.get(kata.name)
        or lock[kata.name].libraries != libraries
        or (_turn_of(kata.name) - turn) % TURNS == 0
    ]


def _turn_of(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0]
