"""The few system calls that the standard library lacks, each raising OSError when the kernel refuses."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38

_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_MNT_DETACH: Final = 2
_MOUNT_SETATTR: Final = 442
_MOUNT_ATTR_RDONLY: Final = 0x1
_AT_RECURSIVE: Final = 0x8000
_AT_FDCWD: Final = -100
_CAPABILITY_VERSION_3: Final = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: object) -> int:
    """Makes any system call, by its number; integers are passed as 64-bit words."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *words)
    return _checked(result)


def prctl(option: int, *arguments: object) -> None:
    """Changes an attribute of the calling process, see prctl(2)."""
    words = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    _checked(_libc.prctl(ctypes.c_int(option), *words))


def unshare(flags: int) -> None:
    """Moves the calling process into new namespaces, see unshare(2)."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, filesystem: str = "", flags: int = 0, options: str = "") -> None:
    """Mounts a filesystem or a bind, see mount(2)."""
    _checked(
        _libc.mount(
            source.encode(), target.encode(), filesystem.encode(), ctypes.c_ulong(flags), options.encode() or None
        )
    )


def make_read_only(target: str) -> None:
    """Makes a mount and all below it read-only, whatever its other flags are, see mount_setattr(2)."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    syscall(
        _MOUNT_SETATTR, _AT_FDCWD, target.encode(), _AT_RECURSIVE, ctypes.byref(attributes), ctypes.sizeof(attributes)
    )


def change_root(root: str) -> None:
    """Makes a mount the root directory and lets go of the old one, see pivot_root(2).

    Unlike chroot(2) it leaves no way back, and new user namespaces possible.
    """
    os.chdir(root)
    syscall(_PIVOT_ROOT[platform.machine()], b".", b".")  # The old root now lies on the new one.
    _checked(_libc.umount2(b".", ctypes.c_int(_MNT_DETACH)))
    os.chdir("/")


def drop_capabilities() -> None:
    """Gives up every capability, see capabilities(7); with PR_SET_NO_NEW_PRIVS none comes back."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    empty = (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(empty)))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
