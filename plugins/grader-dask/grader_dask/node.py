"""What runs on a node: it compares what it has with what is asked for, and grades with a warm service of its own."""

from __future__ import annotations

import functools
import socket
import threading

import msgspec

from grader.content.catalog import Catalog
from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.errors import GraderError
from grader.plugins import create_manager
from grader.protocol.channel import GradeRequest
from grader.protocol.channel import JudgeRequest
from grader.service import client
from grader.service.connection import OwnService
from grader_dask import task
from grader_dask.task import Answer
from grader_dask.task import Graded
from grader_dask.task import Refused
from grader_dask.task import Task


def grade(content: bytes) -> bytes:
    """Grades what a task asks for; Dask calls this in as many threads as the node has been given.

    Args:
        content: a `Task`, encoded.

    Returns:
        An `Answer`, encoded.
    """
    return task.encode(_answer(msgspec.msgpack.decode(content, type=Task)))


def _answer(asked: Task) -> Answer:
    catalog = _catalog()
    try:
        kata = catalog.find(asked.kata)
    except GraderError as error:
        return Refused(str(error))
    refused = _compare(asked, kata)
    if refused:
        return refused
    request = msgspec.msgpack.decode(asked.request, type=GradeRequest)
    try:
        client.resolve_device("gpu" if request.device == "gpu" else "cpu")
    except GraderError as error:
        return Refused(str(error))
    job = client.make_job(catalog, kata, request, num_gpu_jobs=asked.num_gpu_jobs)
    try:
        result, _ = client.PendingGrade(_Link(_SERVICE), job, is_urgent=False).wait()
    except GraderError as error:
        result = client.error_result(job, str(error))
    return Graded(msgspec.json.encode(result))


def _compare(asked: Task, kata: Kata) -> Refused | None:
    """Names the first thing that this node has in another version, or not at all, and both versions."""
    found = task.versions_for(kata)
    for name, version in asked.versions.items():
        if found.get(name) != version:
            return Refused(
                f"expected {name} {version}, as where the batch runs, found {found.get(name, 'none')}; "
                "install the same on both, and start the node again."
            )
    return None


@functools.cache
def _catalog() -> Catalog:
    return load_catalog(create_manager())


class _SharedService:
    """The service of this process, which all its threads use; it is started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: OwnService | None = None

    def get(self) -> OwnService:
        """Returns the service."""
        with self._lock:
            if self._current is None:
                self._current = OwnService()
            return self._current

    def discard(self, broken: OwnService) -> None:
        """Ends a service that does not answer, unless another thread has done so."""
        with self._lock:
            if self._current is broken:
                self._current = None
                broken.process.kill()
                broken.close()


class _Link:
    """One grade's `Connection` to the shared service: it has that one replaced that it spoke to, and none that came after."""

    def __init__(self, shared: _SharedService) -> None:
        self._shared = shared
        self._used: OwnService | None = None

    def connect(self, request: JudgeRequest) -> socket.socket:
        """Returns a socket to the judge that was asked for."""
        self._used = self._shared.get()
        return self._used.connect(request)

    def renew(self) -> None:
        """Has the service replaced."""
        if self._used:
            self._shared.discard(self._used)


_SERVICE = _SharedService()
