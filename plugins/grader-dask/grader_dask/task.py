"""What is sent to a node and back: contents, as MessagePack, and no path of the machine that asks."""

from __future__ import annotations

import msgspec

from grader.content import fingerprint
from grader.content.kata import Kata
from grader.protocol.channel import GradeRequest
from grader.service.client import GradeJob


class Task(msgspec.Struct, kw_only=True):
    """One grade to make, and what the node that makes it has to have."""

    kata: str
    versions: dict[str, str]
    """What a node has to have exactly as it is here: name, and version or digest."""
    request: bytes
    """A `GradeRequest`, which is not read before the versions are known to be equal: another engine may have another."""
    num_gpu_jobs: int


class Graded(msgspec.Struct, tag="graded"):
    """A result, as JSON."""

    result: bytes


class Refused(msgspec.Struct, tag="refused"):
    """Why a node cannot grade: what was expected, and what it has."""

    reason: str


Answer = Graded | Refused


def versions_for(kata: Kata) -> dict[str, str]:
    """Returns what decides a verdict in a kata: digests of the engine and of the kata's files, and versions of libraries."""
    digests = {"the engine": fingerprint.of_engine(), f"the kata {kata.name}": fingerprint.of_kata(kata)}
    return {**{name: digest[:16] for name, digest in digests.items()}, **fingerprint.library_versions()}


def make_task(job: GradeJob, versions: dict[str, str]) -> bytes:
    """Encodes a job for a node, which has folders of its own for the kata and for the traces of its solutions."""
    request: GradeRequest = msgspec.structs.replace(job.request, traces_folder=None)
    return encode(
        Task(
            kata=job.kata.name,
            versions=versions,
            request=encode(request),
            num_gpu_jobs=job.judge.num_gpu_jobs,
        )
    )


def encode(packet: msgspec.Struct) -> bytes:
    """Encodes a packet."""
    return msgspec.msgpack.encode(packet)


def decode_answer(content: bytes) -> Answer:
    """Decodes what a node answered.

    Raises:
        msgspec.MsgspecError: it is no answer of this version of the plugin.
    """
    answer: Answer = msgspec.msgpack.decode(content, type=Answer)
    return answer
