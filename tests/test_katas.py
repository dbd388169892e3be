"""Every kata of the course: the stub is not started, the reference and right/ pass, each wrong/ fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import GradeSource

from grader.catalog import Catalog
from grader.catalog import load_catalog
from grader.kata import Kata
from grader.plugins import create_manager

KATAS = list(load_catalog(create_manager()).katas.values())


def solutions(kind: str) -> list[object]:
    files = {
        "stub": lambda kata: [kata.stub],
        "right": lambda kata: [kata.reference, *kata.right_solutions()],
        "wrong": lambda kata: kata.wrong_solutions(),
    }
    return [pytest.param(kata, file, id=f"{kata.name}-{file.stem}") for kata in KATAS for file in files[kind](kata)]


@pytest.mark.parametrize(("kata", "file"), solutions("stub"))
def test_stub_is_not_started(grade: GradeSource, kata: Kata, file: Path) -> None:
    result = grade(kata, file.read_bytes())
    assert (result.status, result.score) == ("fail", 0.0)
    assert all((test.message or "").startswith("Not started") for test in result.tests)


@pytest.mark.parametrize(("kata", "file"), solutions("right"))
def test_correct_solution_passes(grade: GradeSource, kata: Kata, file: Path) -> None:
    result = grade(kata, file.read_bytes())
    assert result.status == "pass", [test.message for test in result.tests if test.status != "pass"]


@pytest.mark.parametrize(("kata", "file"), solutions("wrong"))
def test_wrong_solution_fails_with_a_next_step(grade: GradeSource, kata: Kata, file: Path) -> None:
    result = grade(kata, file.read_bytes())
    assert result.status == "fail"
    assert all("Next step: " in (test.message or "") for test in result.tests if test.status == "fail")


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
