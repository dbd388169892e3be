"""Arranges the memory of a process whose forks are to be cheap."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from pathlib import Path
from typing import Final

_HUGE_PAGE: Final = 2 * 2**20
_MADV_COLLAPSE: Final = 25


def settle() -> None:
    """Arranges the memory of this process so that its forks are cheap; where the kernel cannot, they cost more.

    The page tables that a fork copies are most of what it costs, and huge pages need few.
    """
    gc.collect()
    gc.freeze()  # A collection in a fork would touch, and so copy, every object that is here.
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    with contextlib.suppress(AttributeError):  # Other C libraries have no such function.
        libc.malloc_trim(ctypes.c_size_t(0))
    with contextlib.suppress(OSError):  # /proc may be absent.
        for start, end in _writable_memory():
            for page in range(-(-start // _HUGE_PAGE) * _HUGE_PAGE, end - _HUGE_PAGE + 1, _HUGE_PAGE):
                libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(_HUGE_PAGE), ctypes.c_int(_MADV_COLLAPSE))


def _writable_memory() -> list[tuple[int, int]]:
    """Lists the ranges of addresses that belong to no file, such as the heap."""
    ranges = []
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, permissions, _, _, _, *file = line.split(maxsplit=5)
        if permissions == "rw-p" and file in ([], ["[heap]"]):
            start, end = addresses.split("-")
            ranges.append((int(start, 16), int(end, 16)))
    return ranges
