"""Every kata of the course passes all checks: its lock fits, and what the lock alone does not prove is verified afresh."""

from __future__ import annotations

import pytest
from release import number_of_commits
from release import released_lock

from grader.authoring import lock
from grader.authoring.verify import Verification
from grader.authoring.verify import verify
from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.plugins import create_manager
from grader.service.executor import LocalExecutor

CANARIES = ("perceptron", "conv2d", "batch_norm", "early_stopping", "autoencoder", "q_learning")
"""One kata of each kind: a function, one with a speed threshold, a layer, a callback, one that trains, an agent."""

CATALOG = load_catalog(create_manager())
COURSE = CATALOG.packs["deep_learning_course"]
LOCK = lock.read_lock(COURSE)


def due() -> list[Kata]:
    """Lists the katas to verify afresh; without a history that is all of them."""
    katas, turn = list(CATALOG.katas.values()), number_of_commits()
    return katas if turn is None else lock.choose(katas, LOCK, released_lock(COURSE), canaries=CANARIES, turn=turn)


DUE = due()


@pytest.fixture(scope="module")
def verified() -> dict[str, Verification]:
    return {
        report.kata: report
        for report in verify(CATALOG, DUE, LocalExecutor(2), num_seeds=1, fresh=True, with_budget=False)
    }


def test_every_kata_was_verified_as_it_is() -> None:
    assert [finding.problem for finding in lock.find_misfits(COURSE, CATALOG.katas.values(), LOCK)] == []


@pytest.mark.parametrize("kata", [kata.name for kata in DUE])
def test_kata_passes_all_checks(kata: str, verified: dict[str, Verification]) -> None:
    assert [f"{finding.file}: {finding.problem}" for finding in verified[kata].findings] == []


def test_every_kind_of_kata_is_verified_in_every_run() -> None:
    assert {kata.name for kata in DUE} >= set(CANARIES)
