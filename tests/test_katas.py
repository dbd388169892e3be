"""Every kata of the course is good enough; one that has not changed is not graded again unless `--fresh-katas` is given."""

from __future__ import annotations

import pytest
from conftest import ROOT

from grader.authoring.verify import verify
from grader.content.catalog import Catalog
from grader.content.catalog import load_catalog
from grader.content.kata import Kata
from grader.plugins import create_manager
from grader.service.executor import LocalExecutor

CATALOG = load_catalog(create_manager())


@pytest.mark.parametrize("kata", CATALOG.katas.values(), ids=lambda kata: kata.name)
def test_kata_is_good_enough(kata: Kata, pytestconfig: pytest.Config) -> None:
    fresh = pytestconfig.getoption("--fresh-katas")
    reports = verify(CATALOG, [kata], LocalExecutor(2), num_seeds=1, fresh=fresh, memory=ROOT / ".verified")
    assert [f"{finding.file}: {finding.problem}" for finding in reports[0].findings] == []


def test_every_kind_of_kata_is_there(catalog: Catalog) -> None:
    assert set(catalog.katas) >= {
        "perceptron",
        "gradient_descent",
        "conv2d",
        "batch_norm",
        "universal_approximation",
        "autoencoder",
        "image_ascent",
        "q_learning",
    }
