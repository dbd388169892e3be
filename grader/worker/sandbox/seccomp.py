"""A seccomp filter that leaves a worker the system calls for its own memory, threads and files, and no others.

It is classic BPF built here: libseccomp is a system library that a machine with only Python may lack, and the filter is
a list with a few conditions.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

from grader.worker.sandbox import linux

_ALLOWED: Final = {
    # Files, as far as Landlock and the jail let them be reached.
    "read": (0, 63),
    "write": (1, 64),
    "open": (2, None),
    "openat": (257, 56),
    "creat": (85, None),
    "close": (3, 57),
    "close_range": (436, 436),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "preadv2": (327, 286),
    "pwritev2": (328, 287),
    "sendfile": (40, 71),
    "splice": (275, 76),
    "tee": (276, 77),
    "copy_file_range": (326, 285),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "link": (86, None),
    "linkat": (265, 37),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "sync_file_range": (277, 84),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "flock": (73, 32),
    "umask": (95, 166),
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "fgetxattr": (193, 10),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "flistxattr": (196, 13),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    # Waiting, and pipes within the process.
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "eventfd": (284, None),
    "eventfd2": (290, 19),
    "signalfd4": (289, 74),
    "timerfd_create": (283, 85),
    "timerfd_settime": (286, 86),
    "timerfd_gettime": (287, 87),
    # The wire, which is open when the filter starts.
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "recvmsg": (47, 212),
    "sendmsg": (46, 211),
    "shutdown": (48, 210),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    # Its own memory.
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "msync": (26, 227),
    "mincore": (27, 232),
    "madvise": (28, 233),
    "mlock": (149, 228),
    "mlock2": (325, 284),
    "munlock": (150, 229),
    "get_mempolicy": (239, 236),
    "set_mempolicy": (238, 237),
    "mbind": (237, 235),
    "membarrier": (324, 283),
    "pkey_alloc": (330, 289),
    "pkey_free": (331, 290),
    "pkey_mprotect": (329, 288),
    # Its own threads, limits and signals.
    "exit": (60, 93),
    "exit_group": (231, 94),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "futex": (202, 98),
    "futex_waitv": (449, 449),
    "futex_wake": (454, 454),
    "futex_wait": (455, 455),
    "futex_requeue": (456, 456),
    "rseq": (334, 293),
    "arch_prctl": (158, None),
    "prctl": (157, 167),
    "gettid": (186, 178),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "getsid": (124, 156),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getgroups": (115, 158),
    "capget": (125, 90),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "sched_rr_get_interval": (148, 127),
    "getcpu": (309, 168),
    "getpriority": (140, 141),
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "getrusage": (98, 165),
    "times": (100, 153),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    # Clocks and random numbers.
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "timer_create": (222, 107),
    "timer_settime": (223, 110),
    "timer_gettime": (224, 108),
    "timer_getoverrun": (225, 109),
    "timer_delete": (226, 111),
    "getrandom": (318, 278),
}
_METADATA: Final = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
"""Of files, which Landlock does not protect: modes, owners, times and attributes."""

_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_KILL: Final = (62, 129)
_TGKILL: Final = (234, 131)
_PRLIMIT: Final = (302, 261)
_MMAP: Final = (9, 222)
_OPENAT2: Final = (437, 437)
_NEWEST_KNOWN: Final = 462
"""Newer calls are unknown here, and are said to be missing, so that libraries do without."""
_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE_THREAD: Final = 0x00010000
_MAP_SHARED_ANONYMOUS: Final = 0x21
_X32_BIT: Final = 0x40000000

_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENT_OFFSET = 0, 4, 16
_FLAGS_OF_MMAP_OFFSET: Final = _ARGUMENT_OFFSET + 3 * 8
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_MODE_FILTER: Final = 2


def is_supported() -> bool:
    """Says whether this machine's architecture is one whose system calls are listed here."""
    return platform.machine() in _ARCHITECTURES


def install(*, may_change_metadata: bool = True) -> None:
    """Installs the filter in the calling process, for good; `no_new_privs` must be set.

    Args:
        may_change_metadata: whether all files that the process can name are its own.

    Raises:
        OSError: the kernel refuses.
    """
    column, architecture = _ARCHITECTURES[platform.machine()]
    calls = _ALLOWED | _METADATA if may_change_metadata else _ALLOWED
    numbers = [numbers[column] for numbers in calls.values()]
    program = _assemble(column, architecture, os.getpid(), [number for number in numbers if number is not None])
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    linux.prctl(linux.PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(header))


def _assemble(column: int, architecture: int, own_pid: int, allowed: list[int]) -> bytes:
    """Builds the filter: the listed calls, threads, signals and limits of the process itself, and memory of its own."""
    refuse = _ERRNO | errno.EPERM

    def instruction(code: int, if_true: int, if_false: int, operand: int) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, operand)

    def equal_returns(number: int, result: int) -> bytes:
        return instruction(_JUMP_EQUAL, 0, 1, number) + instruction(_RETURN, 0, 0, result)

    def first_argument(number: int, jump: int, operand: int) -> bytes:
        """For this call, allow when the first argument (its low word) satisfies the jump, else refuse."""
        return (
            instruction(_JUMP_EQUAL, 0, 4, number)
            + instruction(_LOAD, 0, 0, _ARGUMENT_OFFSET)
            + instruction(jump, 0, 1, operand)
            + instruction(_RETURN, 0, 0, _ALLOW)
            + instruction(_RETURN, 0, 0, refuse)
        )

    parts = [
        instruction(_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        instruction(_JUMP_EQUAL, 1, 0, architecture),
        instruction(_RETURN, 0, 0, _KILL_PROCESS),
        instruction(_LOAD, 0, 0, _NUMBER_OFFSET),
        instruction(_JUMP_AT_LEAST, 0, 1, _X32_BIT),
        instruction(_RETURN, 0, 0, refuse),
        first_argument(_CLONE[column], _JUMP_ANY_BIT, _CLONE_THREAD),
        # clone3 passes its flags in memory, where a filter cannot look; told that it is missing, libc uses clone.
        equal_returns(_CLONE3[column], _ERRNO | errno.ENOSYS),
        equal_returns(_OPENAT2[column], _ERRNO | errno.ENOSYS),
        first_argument(_KILL[column], _JUMP_EQUAL, own_pid),
        first_argument(_TGKILL[column], _JUMP_EQUAL, own_pid),
        first_argument(_PRLIMIT[column], _JUMP_EQUAL, 0),
        # Anonymous memory that is shared counts as nobody's data.
        instruction(_JUMP_EQUAL, 0, 5, _MMAP[column])
        + instruction(_LOAD, 0, 0, _FLAGS_OF_MMAP_OFFSET)
        + instruction(_AND, 0, 0, _MAP_SHARED_ANONYMOUS)
        + instruction(_JUMP_EQUAL, 0, 1, _MAP_SHARED_ANONYMOUS)
        + instruction(_RETURN, 0, 0, _ERRNO | errno.ENOMEM)
        + instruction(_RETURN, 0, 0, _ALLOW),
    ]
    parts += [equal_returns(number, _ALLOW) for number in allowed]
    parts.append(instruction(_JUMP_AT_LEAST, 0, 1, _NEWEST_KNOWN + 1))
    parts.append(instruction(_RETURN, 0, 0, _ERRNO | errno.ENOSYS))
    parts.append(instruction(_RETURN, 0, 0, refuse))
    return b"".join(parts)
