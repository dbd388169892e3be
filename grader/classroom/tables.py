"""Reads tables as spreadsheets write them: in several encodings, with several delimiters, with blanks, and as JSON Lines.

No character is ever replaced: two students whose names differ stay two.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.errors import UsageError

_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # Before UTF-16, whose mark it begins with.
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NAMES: Final = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HINT: Final = 'save it as "CSV UTF-8"'


@dataclasses.dataclass(frozen=True)
class Row:
    """One row: its cells by column, without blanks around them; or what is wrong with it."""

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """What was read of a file."""

    rows: list[Row]
    notes: list[str]
    """What the user may want to check, such as a guess at the encoding."""


def read_csv(file: Path, columns: tuple[str, ...]) -> Table:
    """Reads a table whose columns may be in any order, among others, and in upper or lower case.

    Args:
        file: the table.
        columns: the columns that it must have.

    Raises:
        UsageError: it is no such table; says what was found.
    """
    text, encoding, notes = _read_text(file)
    # Excel may say in a first line of its own which delimiter follows.
    text = re.sub(r"\A\"?sep=.\"?(?=\r|\n)", "", text)
    headers = {delimiter: _header(text, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(headers, key=lambda it: (set(columns) <= set(headers[it]), len(headers[it])))
    header = headers[delimiter]
    if not set(columns) <= set(header) or any(header.count(column) > 1 for column in columns):
        raise UsageError(
            f"{file}: expected the columns {', '.join(columns)}, each once, found {', '.join(map(repr, header)) or 'none'} "
            f"({encoding}, separated by {_DELIMITERS[delimiter]}); add or rename columns in its first row."
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for cells in reader:
            clean = [_clean(cell) for cell in cells]
            if any(clean):
                rows.append(_row(reader.line_num, clean, header))
    except csv.Error as error:
        raise UsageError(
            f"{file}, line {reader.line_num}: cannot be read ({error}); look for a quotation mark that is missing or too many."
        ) from error
    return Table(rows[1:], notes)


def read_json_lines(file: Path) -> Table:
    """Reads a file that has one JSON object in each line.

    Raises:
        UsageError: it is not text.
    """
    text, _, notes = _read_text(file)
    return Table([_json_row(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()], notes)


def _header(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        first = next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        first = []
    names = [_clean(cell).casefold() for cell in first]
    while names and not names[-1]:
        names.pop()
    return names


def _row(line: int, cells: list[str], header: list[str]) -> Row:
    problem = ""
    if any(cells[len(header) :]):
        problem = f"expected {len(header)} cells, found {len(cells)}; put what contains a delimiter in quotation marks"
    elif any("\n" in cell or "\r" in cell for cell in cells):
        problem = f"found a line break in {' '.join(cells)[:80]!r}; a quotation mark may be missing"
    return Row(line, dict(zip(header, cells, strict=False)), problem)


def _json_row(number: int, line: str) -> Row:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict):
        return Row(number, {}, f"expected a JSON object, found {line.strip()[:80]!r}")
    # Numbers are what some systems have for students.
    plain = {key: value for key, value in entry.items() if isinstance(value, str | int) and not isinstance(value, bool)}
    return Row(number, {_clean(key).casefold(): _clean(str(value)) for key, value in plain.items()})


def _clean(cell: str) -> str:
    # A lone surrogate, which JSON can spell, is in no text that can be kept.
    return unicodedata.normalize("NFC", cell.encode("utf-8", "backslashreplace").decode()).strip("\ufeff \t\r\n\xa0")


def _read_text(file: Path) -> tuple[str, str, list[str]]:
    """Returns what a file says, the name of its encoding, and a note where that had to be guessed."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); check the path and its permissions.") from error
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        raise UsageError(f"{file}: expected a text file, found a workbook or a zip archive; {_HINT}.")
    marked = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)
    encodings = [marked] if marked else [_utf_16_by_zeros(content)] if b"\0" in content else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            failure = error
            continue
        name = _NAMES.get(encoding, encoding.upper())
        return text, name, _guess_note(file, text) if encoding == "cp1252" else []
    raise UsageError(
        f"{file}: expected text in UTF-8, UTF-16 or Windows-1252, found a file that is "
        f"not even {_NAMES.get(failure.encoding, failure.encoding.upper())} at byte {failure.start}; {_HINT}."
    )


def _utf_16_by_zeros(content: bytes) -> str:
    """Guesses by where the zeros of ASCII letters lie."""
    return "utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be"


def _guess_note(file: Path, text: str) -> list[str]:
    example = next(_words_with_accents(text), "")
    return [f"{file}: is not UTF-8 and was read as Windows-1252; check the names, such as {example!r}, or {_HINT}."]


def _words_with_accents(text: str) -> Iterator[str]:
    return (word for word in re.findall(r"\w+", text) if not word.isascii())
