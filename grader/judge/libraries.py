"""Which zygote a file's worker comes from: the light one has imported NumPy only, the full one all that the pack preloads."""

from __future__ import annotations

import dataclasses
import re
import socket
import sys
from typing import Final

_IMPORT: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_LIGHT: Final = {*sys.stdlib_module_names, "numpy", "support"}


@dataclasses.dataclass(frozen=True)
class Zygotes:
    """The control sockets of the zygotes that fork a judge's workers."""

    light: socket.socket
    full: socket.socket


def needs_libraries(*sources: bytes | None) -> bool:
    """Says whether code imports more than Python's own library and NumPy, as far as its lines show.

    What they do not show, the worker of a light zygote finds out: it ends, and another takes its place.
    """
    roots = {root.decode(errors="replace") for source in sources if source for root in _IMPORT.findall(source)}
    return not roots <= _LIGHT
