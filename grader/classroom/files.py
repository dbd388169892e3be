"""Lists the files that a class handed in, in a folder or in an archive, and why some of them cannot be read.

A folder and its archive give the same list. Nothing is unpacked to a path that an archive names: a wanted member is written to
a numbered folder of the caller's scratch folder.
"""

from __future__ import annotations

import dataclasses
import lzma
import os
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from typing import Literal

from grader.content.submission import MAX_BYTES
from grader.errors import UsageError

MAX_MEMBER_BYTES: Final = 16 * 1024 * 1024
"""What is unpacked of a member at most, unless it is Python, of which no more than a submission may have is read anyway."""

_Kind = Literal["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
_BEGINNINGS: Final[dict[_Kind, re.Pattern[bytes]]] = {
    "zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
    "tar.gz": re.compile(rb"\x1f\x8b\x08"),
    "tar.bz2": re.compile(rb"BZh[1-9]1AY&SY"),
    "tar.xz": re.compile(rb"\xfd7zXZ\x00"),
}
_MODES: Final[dict[_Kind, Literal["r:", "r:gz", "r:bz2", "r:xz"]]] = {
    "tar": "r:",
    "tar.gz": "r:gz",
    "tar.bz2": "r:bz2",
    "tar.xz": "r:xz",
}
_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
_END_BYTES: Final = 22
"""The length of the record that ends a zip archive, before its comment."""
_JUNK: Final = frozenset({"__macosx", "__pycache__", "thumbs.db", "desktop.ini"})
_DAMAGES: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, KeyError, OSError, RuntimeError, ValueError),
)
"""What reading a damaged archive raises. gzip and bz2 raise an OSError without an errno, zipfile a RuntimeError for what is
encrypted or compressed in a way that it does not know, tarfile a KeyError for a link that leads nowhere."""


@dataclasses.dataclass(frozen=True)
class Found:
    """One file or folder of what was handed in."""

    parts: tuple[str, ...]
    """Its path from the top of what was handed in; empty where it has none, and then there is a problem."""
    path: Path | None = None
    """Where it can be read; None where that is not wanted or not possible."""
    problem: str = ""
    """Why it cannot be graded."""
    is_folder: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return "/".join(self.parts)


def list_folder(folder: Path) -> Iterator[Found]:
    """Lists a folder and all that is in it; links are named and not followed."""
    failures: list[OSError] = []
    for top, folders, files in os.walk(folder, onerror=failures.append):
        above = Path(top).relative_to(folder).parts
        links = [name for name in folders if os.path.islink(os.path.join(top, name))]
        folders[:] = sorted(name for name in folders if name not in links and not is_junk((name,)))
        for name in folders:
            yield Found(_split(os.path.join(*above, name)), is_folder=True)
        for name in sorted([*files, *links]):
            yield _found_in_folder(_split(os.path.join(*above, name)), Path(top, name))
    for failure in failures:
        parts = _split(str(Path(failure.filename).relative_to(folder)))
        yield Found(parts, problem=f"cannot be read ({failure.strerror})", is_folder=True)


def _found_in_folder(parts: tuple[str, ...], path: Path) -> Found:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return Found(parts, problem=f"cannot be read ({error.strerror})")
    return Found(parts, path) if stat.S_ISREG(mode) else Found(parts, problem=_not_a_file(is_link=stat.S_ISLNK(mode)))


def list_archive(archive: Path, scratch: Path, is_wanted: Callable[[str], bool]) -> Iterator[Found]:
    """Lists an archive, and unpacks what is wanted of it.

    Args:
        archive: a zip, tar, tar.gz, tar.bz2 or tar.xz.
        scratch: an empty folder.
        is_wanted: says by the name of a file whether it will be read.

    Raises:
        UsageError: it is no archive, or so damaged that members cannot be told from what is missing.
    """
    with archive.open("rb") as stream:
        beginning = stream.read(10)
    kind: _Kind = next((kind for kind, magic in _BEGINNINGS.items() if magic.match(beginning)), "tar")
    unpacker = _Unpacker(scratch, is_wanted)
    try:
        yield from unpacker.of_zip(archive) if kind == "zip" else unpacker.of_tar(archive, kind)
    except _DAMAGES as error:
        if isinstance(error, OSError) and error.errno:
            raise
        if kind == "tar" and not unpacker.num_found:
            raise UsageError(
                f"{archive}: expected a folder, a .csv or .jsonl manifest, or a zip or tar archive; found none of these."
            ) from error
        raise UsageError(
            f"{archive}: the {kind} archive is cut off or damaged ({_words_of(error)}), so none of it is graded; "
            f"download or pack it again."
        ) from error


def _split(name: str) -> tuple[str, ...]:
    """Splits a path into its parts; some Windows programs write backslashes, and macOS takes accents from their letters."""
    path = unicodedata.normalize("NFC", _legible(name)).replace("\\", "/")
    return tuple(part for part in path.split("/") if part not in ("", "."))


def is_junk(parts: tuple[str, ...]) -> bool:
    """Says whether this is something that systems and editors leave behind, and nobody hands in."""
    names = [part.casefold() for part in parts]
    return any(name.startswith((".", "~$")) or name.endswith("~") or name in _JUNK for name in names)


class _Unpacker:
    """Lists the members of an archive and writes those that are wanted."""

    def __init__(self, scratch: Path, is_wanted: Callable[[str], bool]) -> None:
        self.scratch = scratch
        self.is_wanted = is_wanted
        self.num_found = 0

    def of_zip(self, path: Path) -> Iterator[Found]:
        with zipfile.ZipFile(path) as archive:
            num_missing = _num_announced(path, archive) - len(archive.filelist)
            if num_missing:
                yield Found(
                    (), problem=f"the archive's index is damaged, and {num_missing} of its files cannot be identified"
                )
            for entry in archive.infolist():
                mode = entry.external_attr >> 16
                is_plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode)

                def read(size: int, entry: zipfile.ZipInfo = entry) -> bytes:
                    with archive.open(entry) as stream:
                        return stream.read(size)

                name = _zip_name(entry)
                yield self._found(
                    name,
                    read,
                    is_folder=name.endswith(("/", "\\")) or stat.S_ISDIR(mode),
                    problem="" if is_plain else _not_a_file(is_link=stat.S_ISLNK(mode)),
                    is_encrypted=bool(entry.flag_bits & 1),
                )

    def of_tar(self, path: Path, kind: _Kind) -> Iterator[Found]:
        with tarfile.open(path, _MODES[kind]) as archive:
            last, is_damaged = "", False
            while True:
                entry = archive.next()
                if entry:

                    def read(size: int, entry: tarfile.TarInfo = entry) -> bytes:
                        stream = archive.extractfile(entry)
                        return stream.read(size) if stream else b""

                    # A hard link is one more name of a file that is in the archive, too.
                    is_plain = entry.isfile() or entry.isdir() or entry.islnk()
                    problem = "" if is_plain else _not_a_file(is_link=entry.issym())
                    yield self._found(entry.name, read, is_folder=entry.isdir(), problem=problem)
                    last, is_damaged = entry.name, False
                elif _is_at_end(archive):
                    return
                else:
                    if not is_damaged:
                        yield Found((), problem=f"a file whose name is lost is damaged, after {last!r}")
                    is_damaged = True
                    archive.offset += tarfile.BLOCKSIZE

    def _found(
        self, name: str, read: Callable[[int], bytes], *, is_folder: bool, problem: str, is_encrypted: bool = False
    ) -> Found:
        self.num_found += 1
        parts = _split(name)
        if (not parts and not is_folder) or ".." in parts or _ABSOLUTE.match(name):
            return Found((), problem=f"{_legible(name)!r}: the path escapes the archive")
        if is_folder or problem or is_junk(parts) or not self.is_wanted(parts[-1]):
            return Found(parts, problem="" if is_folder else problem, is_folder=is_folder)
        # One byte more than a submission may have shows that it is too large; the rest of it is not unpacked.
        size = MAX_BYTES + 1 if parts[-1].endswith(".py") else MAX_MEMBER_BYTES + 1
        try:
            content = read(size)
        except _DAMAGES as error:
            if isinstance(error, OSError) and error.errno:
                raise
            why = "is encrypted" if is_encrypted else f"cannot be unpacked ({_words_of(error)})"
            return Found(parts, problem=why)
        if len(content) > MAX_MEMBER_BYTES:
            return Found(parts, problem=f"is larger than {MAX_MEMBER_BYTES // 1024**2} MiB")
        path = self.scratch / str(self.num_found) / parts[-1]
        path.parent.mkdir()
        path.write_bytes(content)
        return Found(parts, path)


def _is_at_end(archive: tarfile.TarFile) -> bool:
    """Says whether a tar archive, of which `tarfile` finds no further member, is over, or damaged where it stopped.

    Raises:
        EOFError: it was cut off; `tarfile` takes that for the end, too.
    """
    stream = archive.fileobj
    assert stream is not None
    stream.seek(archive.offset)
    has_mark = False
    while block := stream.read(tarfile.BLOCKSIZE):
        if block.strip(b"\0"):
            return False
        has_mark = True
        archive.offset += tarfile.BLOCKSIZE
    if not has_mark:
        raise EOFError("its end marker is missing")
    return True


def _num_announced(path: Path, archive: zipfile.ZipFile) -> int:
    """Returns how many members a zip archive says it has; `zipfile` does not notice what damage has hidden from its index."""
    found = len(archive.filelist)
    with path.open("rb") as stream:
        stream.seek(-_END_BYTES - len(archive.comment), os.SEEK_END)
        end = stream.read(_END_BYTES)
    announced = int.from_bytes(end[10:12], "little")
    is_known = end.startswith(b"PK\x05\x06") and announced != 0xFFFF  # Which says that the number has no room here.
    return max(found, announced) if is_known else found


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Returns the name of a member; macOS writes UTF-8 without saying so, and it is taken for the encoding of DOS."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _legible(name: str) -> str:
    """Returns a name that can be printed and kept, where its bytes are not the UTF-8 that was expected."""
    try:
        name.encode()
    except UnicodeEncodeError:
        content = os.fsencode(name)
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    return name


def _not_a_file(*, is_link: bool) -> str:
    return f"expected a file, found {'a link' if is_link else 'something else'}"


def _words_of(error: BaseException) -> str:
    return str(error).strip(" .") or type(error).__name__
