"""A seccomp filter that takes away the system calls by which a worker could reach anything but its own memory.

It is classic BPF built here: libseccomp is a system library that a machine with only Python may lack, and the filter is
a list of refusals with two conditions.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

from grader.worker.sandbox import linux

_REFUSED: Final = {
    # New sockets. Those that are open when the filter starts, the wire, go on working.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    # New programs and processes (clone with CLONE_THREAD stays, for threads).
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    # Other processes: their memory, descriptors, signals, scheduling.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    # Memory that no limit counts, and channels to others that share the machine.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Ways around the file rules.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "unshare": (272, 97),
    "setns": (308, 268),
    # Large kernel interfaces that no kata needs.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    "personality": (135, 92),
    "acct": (163, 89),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "quotactl": (179, 60),
}
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_KILL: Final = (62, 129)
_TGKILL: Final = (234, 131)
_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE_THREAD: Final = 0x00010000
_X32_BIT: Final = 0x40000000

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENT_OFFSET = 0, 4, 16
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_MODE_FILTER: Final = 2


def is_supported() -> bool:
    """Says whether this machine's architecture is one whose system calls are listed here."""
    return platform.machine() in _ARCHITECTURES


def install() -> None:
    """Installs the filter in the calling process, for good; `no_new_privs` must be set.

    Raises:
        OSError: the kernel refuses.
    """
    column, architecture = _ARCHITECTURES[platform.machine()]
    program = _assemble(column, architecture, os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    linux.prctl(linux.PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(header))


def _assemble(column: int, architecture: int, own_pid: int) -> bytes:
    """Builds the filter: refuse the listed calls, processes that are no threads, and signals to anybody else."""
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
        first_argument(_KILL[column], _JUMP_EQUAL, own_pid),
        first_argument(_TGKILL[column], _JUMP_EQUAL, own_pid),
    ]
    refused = [numbers[column] for numbers in _REFUSED.values()]
    parts += [equal_returns(number, refuse) for number in refused if number is not None]
    parts.append(instruction(_RETURN, 0, 0, _ALLOW))
    return b"".join(parts)
