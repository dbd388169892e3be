"""What judge, zygote and worker say to each other beside the values on the wire."""

from __future__ import annotations

from typing import Final

import msgspec

from grader.protocol.limits import Limits

MAX_PACKET_BYTES: Final = 65536
READY: Final = b"!"
"""What a zygote tells its service once it has imported everything."""

LIBRARY_NEEDED: Final = 93
"""The exit code of a worker that was about to import a library that its light zygote has not loaded."""

SUBMISSION: Final = 0
SUPPORT: Final = 1
"""The numbers of the two modules of a worker; objects that the judge holds have larger ones."""


class ZygoteSetup(msgspec.Struct):
    """The first packet: what the zygote prepares."""

    preload: list[str]
    hidden: list[str]
    gpu: bool = False
    is_light: bool = False
    """Whether its workers end where they need a library that is not preloaded: another zygote has it."""


class ForkRequest(msgspec.Struct):
    """Every later packet: fork a worker with these limits."""

    limits: Limits
    niceness: int = 0
    """Its priority, as of nice(2)."""


class WorkerStarted(msgspec.Struct, tag="started"):
    """The first status of a worker; its descriptors come with it, see the zygote's `ForkedWorker`."""

    pid: int


class WorkerEnded(msgspec.Struct, tag="ended"):
    """The last status of a worker: its exit code, or minus the number of the signal that killed it."""

    exit_code: int
    has_filled_scratch: bool = False
    """Whether the zygote killed it because it had written more than a worker may."""


class WorkerUnavailable(msgspec.Struct, tag="unavailable"):
    """The status when no worker could be started, with the reason."""

    reason: str


WorkerStatus = WorkerStarted | WorkerEnded | WorkerUnavailable


class Raised(msgspec.Struct):
    """An exception of the submission, as plain values."""

    type_name: str
    text: str
    lines: list[int]
    """Line numbers in the submission's own file, outermost first."""
