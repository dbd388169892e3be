"""The checks that hidden tests use: lenient about how a value is written, strict about what it is."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import Quadratic
from grader.testing import Recorder
from grader.testing import assert_arrays
from grader.testing import assert_between
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import assert_uniform
from grader.testing import check
from grader.testing import numeric_gradient
from grader.testing import unpack


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ([1, 0], [1, 0]),
        (np.array([1.0, 0.0]), [1, 0]),
        ((1, 0), np.array([1, 0])),
        (3, 3),
        (np.array(3), 3),
        (np.array([True, False]), [True, False]),
        (np.nan, np.nan),
        ("AND", "AND"),
        (["a", "b"], ["a", "b"]),
        ([[1], [2, 3]], [[1], [2, 3]]),
    ],
)
def test_equal_values_pass(returned: object, expected: object) -> None:
    assert_equal(returned, expected)


@pytest.mark.parametrize(
    ("returned", "expected", "words"),
    [
        ([1, 1], [1, 0], "1 of 2 values differs, at index 1: 1, and it should be 0."),
        ([1, 0, 0], [1, 0], "The shape is (3,), and it should be (2,)."),
        ([[1, 0]], [1, 0], "The shape is (1, 2)"),
        (1, [1, 1], "The shape is ()"),
        (None, [1], "Nothing was returned."),
        (["a"], [1], "numbers only"),
        ([[1], [2, 3]], [1, 2], "numbers only"),
        ([True], [1], "of kind bool, and they should be numbers"),
        ([1], [True], "of kind integer, and they should be bool"),
        (np.nan, 1.0, "The value is nan, and it should be 1."),
        ("OR", "AND", "not the expected value"),
    ],
)
def test_other_values_fail_with_the_reason(returned: object, expected: object, words: str) -> None:
    with pytest.raises(Mismatch) as caught:
        assert_equal(returned, expected)
    assert words in caught.value.problem


def test_kind_of_number_can_be_asked_for() -> None:
    assert_equal(np.array([1], dtype=np.uint8), [1], kind="integer")
    with pytest.raises(Mismatch, match="of kind float, and they should be integer"):
        assert_equal([1.0], [1], kind="integer")


@pytest.mark.parametrize(
    "returned", [[1.0, 2.0], np.float32([1.0, 2.0]), [1.00001, 2.0001], np.array([1, 2]), np.array([1 + 0j, 2])]
)
def test_close_values_pass(returned: object) -> None:
    assert_close(returned, [1.0, 2.0])


@pytest.mark.parametrize(
    "returned", [[1.0, 2.1], [1.0, np.nan], [1.0, np.inf], [[1.0, 2.0]], 1.0, [True, True], None, "12"]
)
def test_far_values_fail(returned: object) -> None:
    with pytest.raises(Mismatch):
        assert_close(returned, [1.0, 2.0])


def test_infinity_equals_itself_only() -> None:
    assert_close([np.inf, -np.inf], [np.inf, -np.inf])
    with pytest.raises(Mismatch):
        assert_close([np.inf], [-np.inf])


def test_tolerance_is_absolute_plus_relative() -> None:
    assert_close(101.0, 100.0, rtol=0.01, atol=0.0)
    with pytest.raises(Mismatch):
        assert_close(101.1, 100.0, rtol=0.01, atol=0.0)
    assert_close(0.1, 0.0, rtol=0.0, atol=0.1)


def test_shape_is_exact() -> None:
    assert assert_shape([[1, 2]], (1, 2)).tolist() == [[1, 2]]
    with pytest.raises(Mismatch, match=r"The shape is \(2,\), and it should be \(1, 2\)."):
        assert_shape([1, 2], (1, 2))


def test_check_carries_its_facts() -> None:
    check(True, "fine")
    with pytest.raises(Mismatch) as caught:
        check([], "empty", next_step="Fill it.", returned=1, expected=2)
    assert (caught.value.problem, caught.value.next_step, caught.value.returned, caught.value.expected) == (
        "empty",
        "Fill it.",
        1,
        2,
    )


@pytest.mark.parametrize("module", ["chance", "functions", "mismatch", "results", "values"])
def test_examples_in_docstrings_are_right(module: str) -> None:
    found = doctest.testmod(
        importlib.import_module(f"grader.testing.{module}"), extraglobs={"np": np}, optionflags=doctest.ELLIPSIS
    )
    assert found.attempted > 0
    assert found.failed == 0


def test_shape_comes_before_finiteness_and_that_before_values() -> None:
    step = "Subtract the mean."
    with pytest.raises(Mismatch, match="shape") as shape:
        assert_close([np.nan, 1.0], [[1.0, 2.0]], next_step=step)
    with pytest.raises(Mismatch, match="not finite") as finite:
        assert_close([np.nan, 5.0], [1.0, 2.0], next_step=step)
    with pytest.raises(Mismatch, match="should be 2") as value:
        assert_close([1.0, 5.0], [1.0, 2.0], next_step=step)
    # The step of a test is about its values; a wrong shape has another cause.
    assert [found.value.next_step == step for found in (shape, finite, value)] == [False, False, True]


def test_several_results_are_counted_and_named() -> None:
    assert unpack((1.0, 2.0), "weights", "velocity") == [1.0, 2.0]
    for returned in (None, 1.0, [1.0], (1.0, 2.0, 3.0), {"weights": 1.0, "velocity": 2.0}):
        with pytest.raises(Mismatch, match="weights, velocity") as caught:
            unpack(returned, "weights", "velocity")
        assert caught.value.next_step == "End with `return weights, velocity`."
    with pytest.raises(Mismatch, match="it has 1"):
        assert_length([1.0], 2, of="layers")
    with pytest.raises(Mismatch, match='"b"'):
        assert_arrays({"a": 1.0, "b": 3.0}, {"a": 1.0, "b": 2.0})
    assert_arrays([np.ones(2), 3], [[1, 1], 3.0])


def test_seed_has_to_decide() -> None:
    assert_seeded(lambda seed: np.random.default_rng(seed).normal(size=3), 5)
    free = np.random.default_rng(0)
    with pytest.raises(Mismatch, match="same seed give different"):
        assert_seeded(lambda seed: free.normal(), 5)


def test_even_draws_pass_and_uneven_ones_do_not() -> None:
    counts = [np.bincount(np.random.default_rng(seed).integers(6, size=600), minlength=6) for seed in range(200)]
    for found in counts:
        assert_uniform(found)
    with pytest.raises(Mismatch, match="do not occur equally often"):
        assert_uniform([180, 84, 84, 84, 84, 84])
    with pytest.raises(ValueError, match="10 draws for each"):
        assert_uniform([3, 4])


def test_recorder_notes_arguments_however_they_are_passed() -> None:
    recorder = Recorder(lambda point, scale=1.0: scale * point, "gradient")
    assert (recorder(2.0, scale=3.0), recorder(scale=2.0, point=1.0)) == (6.0, 2.0)
    assert recorder.calls == [(2.0, 3.0), (1.0, 2.0)]


def test_quadratic_has_the_gradient_of_its_loss() -> None:
    valley = Quadratic.random(np.random.default_rng(3), 4)
    point = np.array([0.5, -1.0, 2.0, 0.0])
    assert_close(valley.gradient(point), numeric_gradient(valley, point), rtol=1e-6)
    assert_close(valley.gradient(valley.minimum), np.zeros(4))


def test_range_and_kind_of_results() -> None:
    assert assert_between([0.0, 1.0 + 1e-7], 0, 1).shape == (2,)
    with pytest.raises(Mismatch, match="should lie between 0 and 1"):
        assert_between([0.0, 1.1], 0, 1)
    with pytest.raises(Mismatch, match="not finite"):
        assert_finite([1.0, np.inf])
    assert_callable(len, "the encoder")
    with pytest.raises(Mismatch, match="encoder"):
        assert_callable(3, "the encoder")


def test_numeric_gradient_is_that_of_calculus() -> None:
    point = np.array([[0.5, -1.0], [2.0, 0.0]])
    gradient = numeric_gradient(lambda w: np.sum(np.sin(w)) * w[0, 0], point)
    expected = np.cos(point) * 0.5
    expected[0, 0] += np.sum(np.sin(point))
    assert np.abs(gradient - expected).max() < 1e-8
    assert point.tolist() == [[0.5, -1.0], [2.0, 0.0]]


@pytest.mark.parametrize("compare", [assert_close, assert_equal])
@pytest.mark.parametrize("nothing", [np.zeros((0, 3)), np.zeros(0, bool)])
def test_nothing_is_not_equal_to_nothing(compare: Callable[[Any, Any], None], nothing: Any) -> None:
    with pytest.raises(Mismatch, match="nothing to compare"):
        compare(nothing, nothing)
    compare([], [])
