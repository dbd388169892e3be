"""Starts a program as another user and on a kernel that refuses some layers: start.py USER CWD REFUSED... -- PROGRAM.

What is refused is refused as a container or an old kernel would: system calls answer with an error, for good and for all
descendants. A layer `seccomp` is left out by the grader on an architecture that it does not know, so a personality names one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

CALLS = {
    "x86_64": {"namespaces": [272], "landlock": [444, 445, 446], "uid": [117, 119]},
    "aarch64": {"namespaces": [97], "landlock": [444, 445, 446], "uid": [147, 149]},
}
PER_LINUX32 = 8
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, RETURN, ALLOW, ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000


def refuse(numbers: list[int]) -> None:
    """Has the kernel answer these calls with EPERM."""
    program = struct.pack("HBBI", LOAD, 0, 0, 0)
    for number in numbers:
        program += struct.pack("HBBI", JUMP_EQUAL, 0, 1, number) + struct.pack(
            "HBBI", RETURN, 0, 0, ERRNO | errno.EPERM
        )
    program += struct.pack("HBBI", RETURN, 0, 0, ALLOW)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, header):
        raise OSError(ctypes.get_errno(), "seccomp")


def main() -> None:
    """Becomes the program."""
    split = sys.argv.index("--")
    user, folder, *refused = sys.argv[1:split]
    os.chdir(folder)
    calls = CALLS[platform.machine()]
    if int(user) != os.getuid():
        os.setgroups([])
        os.setresgid(int(user), int(user), int(user))
        os.setresuid(int(user), int(user), int(user))
    if "seccomp" in refused:
        ctypes.CDLL(None).personality(PER_LINUX32)
    refuse([number for layer in refused for number in calls.get(layer, [])])
    os.execv(sys.argv[split + 1], sys.argv[split + 1 :])


if __name__ == "__main__":
    main()
