"""Landlock: an allow list of files, no TCP, no signals and no abstract sockets beyond the worker itself.

It is about sixty lines of system calls here because the existing libraries need a newer kernel than most machines have
(one needs ABI 6) or are unfinished; this takes whatever the running kernel's ABI offers.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from typing import Final

from grader.worker.sandbox import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH: Final = 1
_VERSION_FLAG: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_FILE_RIGHTS: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_READ: Final = _READ_FILE | _READ_DIR | _EXECUTE
_HIGHEST_RIGHT_BY_ABI: Final = {1: 12, 2: 13, 3: 14, 4: 14, 5: 15}
_TCP: Final = 0b11
_SCOPES: Final = 0b11


def abi_version() -> int:
    """Returns the Landlock ABI of the running kernel, 0 where there is none."""
    try:
        return linux.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def prepare(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Builds a ruleset and returns its file descriptor, for `restrict` in any number of processes.

    Args:
        readable: files and folders that may be read, with all below them.
        writable: files and folders that may be read and changed.

    Raises:
        OSError: the kernel has no Landlock.
    """
    abi = abi_version()
    handled = (2 << _HIGHEST_RIGHT_BY_ABI.get(abi, 15)) - 1
    fields = [handled]
    fields += [_TCP] if abi >= 4 else []
    fields += [_SCOPES] if abi >= 6 else []
    attributes = struct.pack(f"<{len(fields)}Q", *fields)
    ruleset = linux.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    for paths, rights in ((readable, _READ), (writable, handled & ~_EXECUTE)):
        for path in paths:
            _allow(ruleset, path, rights & handled)
    return ruleset


def restrict(ruleset: int) -> None:
    """Puts the calling thread under a ruleset, for good; `no_new_privs` must be set.

    Raises:
        OSError: the kernel refuses.
    """
    linux.syscall(_RESTRICT_SELF, ruleset, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # What is not there needs no permission.
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, descriptor))
        linux.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
