"""The executor `dask` of the kata grader, which grades a class on the nodes of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grader import hookimpl

if TYPE_CHECKING:
    from grader.service.executor import Executor


@hookimpl
def grader_executors() -> dict[str, Callable[[int], Executor]]:
    """Offers the cluster that Dask is configured for."""

    def make(num_parallel: int) -> Executor:
        from grader_dask.executor import DaskExecutor  # It brings Dask, which no other command needs.

        return DaskExecutor(num_parallel)

    return {"dask": make}
