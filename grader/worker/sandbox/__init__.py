"""Confines workers: what a zygote does once (`Sandbox.enter`) and what each forked worker does to itself (`Sandbox.confine`).

Every layer is tried when the grader runs and named in the result only if the kernel accepted it. The layers overlap on
purpose: files are kept away by the jail and by Landlock, the network by a namespace and by seccomp, signals by three.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from typing import Final

from grader.protocol.limits import SCRATCH_BYTES
from grader.protocol.limits import Limits
from grader.worker.sandbox.paths import DEVICES
from grader.worker.sandbox.paths import readable_paths
from grader.worker.sandbox.scratch import ScratchFolder
from grader.worker.sandbox.trial import works

if sys.platform == "linux":
    from grader.worker.sandbox import landlock
    from grader.worker.sandbox import linux
    from grader.worker.sandbox import namespaces
    from grader.worker.sandbox import seccomp

_FIRST_WORKER_UID: Final = 61184
_NUM_WORKER_UIDS: Final = 4096
_LAST_WORKER_UID: Final = _FIRST_WORKER_UID + _NUM_WORKER_UIDS - 1
_ADDRESS_SPACE_BEYOND_DATA: Final = 6 * 2**30
_MAX_OPEN_FILES: Final = 1024


class Sandbox:
    """The confinement of one zygote and of all workers forked from it."""

    def __init__(self, hidden: Iterable[str], *, gpu: bool = False) -> None:
        """Plans the confinement.

        Args:
            hidden: folders that no worker may read.
            gpu: whether workers need the GPU; its driver reads many files, so the jail is left out.
        """
        self.gpu = gpu
        self.layers: list[str] = []
        self._readable = readable_paths(hidden, gpu=gpu)
        self._ruleset: int | None = None
        self._scratch: ScratchFolder | None = None
        self._is_jailed = False
        # A rootless container has one user only.
        self._gives_users = os.getuid() == 0 and works(lambda: _become(_LAST_WORKER_UID))
        """Whether each worker becomes a user of its own."""

    def enter(self) -> None:
        """Takes the zygote's own steps; call it in a process with one thread, before any large import."""
        if sys.platform != "linux":
            self._scratch = ScratchFolder()
            return
        with (
            contextlib.suppress(OSError),  # /proc may be read-only.
            open("/proc/self/oom_score_adj", "w", encoding="ascii") as file,
        ):
            # When memory runs out, the kernel should kill a worker and not the judge; children inherit this.
            file.write("1000")
        # Containers often refuse; the layers below do not depend on it.
        if not self.gpu and namespaces.is_possible(self._readable):
            namespaces.enter(self._readable)
            self._is_jailed = True
            self.layers.append("namespaces")
        else:
            self._scratch = ScratchFolder()
            # Python may lie where only root can read, and then another user's imports would fail; in the jail they do not.
            self._gives_users = self._gives_users and works(_read_libraries_as_another)
        own = self._scratch.path if self._scratch else namespaces.SCRATCH
        os.environ.update(TMPDIR=own, MPLCONFIGDIR=own)
        if self._is_jailed:
            # In the jail /proc shows the zygote and its workers only, and each may read no more of another than its name.
            self._ruleset = self._prepare_ruleset("/proc", namespaces.SCRATCH_PARENT)

    def descriptors(self) -> list[int]:
        """Lists the open descriptors that `confine` will need."""
        return [] if self._ruleset is None else [self._ruleset]

    def confine(self, limits: Limits) -> list[str]:
        """Confines the calling process, a worker with one thread, for good.

        Returns:
            The names of the layers that are active.

        Raises:
            OSError: a layer that was possible for the zygote is not for the worker, or a limit could not be set.
        """
        layers = list(self.layers)
        if self._is_jailed:
            namespaces.mount_scratch()
        scratch = self._make_scratch()
        self._limit_resources(limits)
        layers.append("rlimits")
        if self._gives_users:
            _become(_FIRST_WORKER_UID + os.getpid() % _NUM_WORKER_UIDS)
            layers.append("uid")
        os.chdir(scratch)
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "KERAS_HOME", "MPLCONFIGDIR"), scratch))
        tempfile.tempdir = scratch
        if sys.platform == "linux":
            layers += self._confine_on_linux(scratch)
        return layers

    @property
    def watches_scratch(self) -> bool:
        """Whether `is_overfull` has to be asked from time to time, since no mount ends what a worker writes."""
        return self._scratch is not None

    def is_overfull(self, worker: int) -> bool:
        """Says whether a worker has written more than it may."""
        return self._scratch is not None and self._scratch.is_overfull(worker)

    def clean_up(self, worker: int) -> None:
        """Removes what a dead worker left in its scratch folder; in a jail it is gone already."""
        if self._scratch:
            self._scratch.remove(worker)

    def close(self) -> None:
        """Removes the scratch folders of all workers."""
        if self._scratch:
            self._scratch.close()

    def _confine_on_linux(self, scratch: str) -> list[str]:
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        layers = []
        ruleset = self._ruleset or self._prepare_ruleset(f"/proc/{os.getpid()}", scratch)
        if ruleset is not None:
            landlock.restrict(ruleset)
            os.close(ruleset)
            layers.append("landlock")
        if seccomp.is_supported():
            # In the jail there are no files of others, and another user cannot change theirs.
            seccomp.install(may_change_metadata=self._is_jailed or self._gives_users)
            layers.append("seccomp")
        return layers

    def _prepare_ruleset(self, processes: str, scratch: str) -> int | None:
        """Builds the list of files that may be reached; None where the kernel has no Landlock."""
        try:
            return landlock.prepare((*self._readable, processes), (*DEVICES, scratch))
        except OSError:
            return None

    def _make_scratch(self) -> str:
        if self._scratch is None:
            return namespaces.SCRATCH
        user = _FIRST_WORKER_UID + os.getpid() % _NUM_WORKER_UIDS
        return self._scratch.make(os.getpid(), user if self._gives_users else None)

    def _limit_resources(self, limits: Limits) -> None:
        cpu_seconds = max(1, round(limits.cpu_seconds))
        _limit(resource.RLIMIT_CPU, cpu_seconds)
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES)
        _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
        if sys.platform == "linux":
            _limit(resource.RLIMIT_DATA, limits.memory_mb * 2**20)
            if not self.gpu:  # A CUDA driver reserves far more addresses than memory.
                _limit(resource.RLIMIT_AS, limits.memory_mb * 2**20 + _ADDRESS_SPACE_BEYOND_DATA)
            if self._is_jailed or self._gives_users:
                # Elsewhere the count would include whatever else the user runs.
                _limit(resource.RLIMIT_NPROC, limits.threads)


def _read_libraries_as_another() -> None:
    _become(_LAST_WORKER_UID)
    for name in ("stdlib", "purelib"):
        os.listdir(sysconfig.get_path(name))


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
