"""The checks that hidden tests use: lenient about how a value is written, strict about what it is."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from grader import testing
from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient


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
        ([1, 1], [1, 0], "1 of 2 values differ; the first is at index 1: 1, and it should be 0."),
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


def test_examples_in_docstrings_are_right() -> None:
    assert doctest.testmod(testing, raise_on_error=False).failed == 0


def test_numeric_gradient_is_that_of_calculus() -> None:
    point = np.array([[0.5, -1.0], [2.0, 0.0]])
    gradient = numeric_gradient(lambda w: np.sum(np.sin(w)) * w[0, 0], point)
    expected = np.cos(point) * 0.5
    expected[0, 0] += np.sum(np.sin(point))
    assert np.abs(gradient - expected).max() < 1e-8
    assert point.tolist() == [[0.5, -1.0], [2.0, 0.0]]
