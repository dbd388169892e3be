"""What the kernel has counted of a process: its processor time, how long it waited for a processor, whether it is stopped."""

from __future__ import annotations

import os
import time
from pathlib import Path


class ProcessUsage:
    """The kernel's counters of one process, which is not asked itself; where they cannot be read they stay 0."""

    def __init__(self, pidfd: int | None) -> None:
        self._pidfd = pidfd
        self._cpu_seconds = 0.0
        self._waited: dict[str, int] = {}

    def cpu_seconds(self) -> float | None:
        """Returns the processor time that all its threads have used since it was forked, those that have ended included.

        None where the system has no such clock.
        """
        try:
            # The formula is that of clock_getcpuclockid(3).
            return time.clock_gettime(~self._pid() << 3 | 2)
        except OSError:
            return None

    def take(self) -> tuple[float, float]:
        """Returns the processor time, and the time waited for a processor, of all threads since the last call, in seconds."""
        before, self._cpu_seconds = self._cpu_seconds, self.cpu_seconds() or self._cpu_seconds
        waited = self._read_waited()
        nanoseconds = sum(max(0, value - self._waited.get(thread, 0)) for thread, value in waited.items())
        self._waited = waited
        return self._cpu_seconds - before, nanoseconds / 1e9

    def is_stopped(self) -> bool:
        """Says whether a signal or a debugger has stopped it."""
        try:
            state = Path(f"/proc/{self._pid()}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
        except OSError:
            return False
        return state.split()[0] in {"T", "t"}

    def _read_waited(self) -> dict[str, int]:
        """Returns the nanoseconds that each thread has waited for a processor."""
        waited = {}
        try:
            tasks = f"/proc/{self._pid()}/task"
            for thread in os.listdir(tasks):
                waited[thread] = int(Path(f"{tasks}/{thread}/schedstat").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            pass  # A thread has ended meanwhile, or this kernel does not count.
        return waited

    def _pid(self) -> int:
        """Returns the process id in the namespace of this process.

        The zygote counts processes in a namespace of its own, so the pid that it reports means nothing here.

        Raises:
            ProcessLookupError: it has ended, or cannot be named from here.
        """
        try:
            if self._pidfd is not None and os.readlink("/proc/self") == str(os.getpid()):
                facts = Path(f"/proc/self/fdinfo/{self._pidfd}").read_text(encoding="ascii").splitlines()
                pid = int(dict(line.split(":", 1) for line in facts)["Pid"])
                if pid > 0:  # 0 would mean this process, and -1 means that it has ended.
                    return pid
        except (OSError, KeyError, ValueError):
            pass
        raise ProcessLookupError


def own_usage() -> tuple[float, float]:
    """Returns the processor time of this thread, and the time that it waited for a processor, in seconds."""
    try:
        computed, waited, _ = Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return time.thread_time(), 0.0
    return int(computed) / 1e9, int(waited) / 1e9
