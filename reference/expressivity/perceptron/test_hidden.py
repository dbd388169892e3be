"""What `perceptron` must do."""

import numpy as np
import pytest

from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TRUTH_TABLES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}


@pytest.mark.task(1)
def test_separates_the_two_sides(submission):
    """Gives 1 on the positive side of the hyperplane and 0 on the other."""
    inputs = np.array([[2.0, 1.0], [0.0, 1.0], [5.0, -3.0]])
    outputs = submission.perceptron(inputs, np.array([1.0, -1.0]), 0.0)
    assert_shape(outputs, (3,), next_step="Return one number for each row of `inputs`, in one flat array.")
    assert_equal(outputs, [1, 0, 1], kind="integer", next_step="Compare w·x + b with zero, then convert to integers.")


@pytest.mark.task(1)
def test_hyperplane_belongs_to_the_positive_side(submission):
    """Gives 1 for a point that lies exactly on the hyperplane."""
    outputs = submission.perceptron(np.array([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]), np.array([1.0, -1.0]), 0.0)
    assert_equal(outputs, [1, 1, 1], next_step="Look at the comparison: what does it answer for a score of exactly 0?")


@pytest.mark.task(1)
def test_bias_moves_the_hyperplane(submission):
    """Moves the hyperplane by the bias."""
    inputs = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    outputs = submission.perceptron(inputs, np.array([1.0, 0.0]), -2.0)
    assert_equal(outputs, [0, 0, 1], next_step="Add the bias to every score before you compare.")


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "features"), [(1, 3), (7, 1), (64, 5)])
def test_takes_a_batch(submission, rng, batch, features):
    """Answers once for each row of inputs of shape (`batch`, `features`)."""
    inputs, weights, bias = rng.normal(size=(batch, features)), rng.normal(size=features), float(rng.normal())
    outputs = submission.perceptron(inputs, weights, bias)
    assert_shape(outputs, (batch,), next_step="Return one number for each row of `inputs`, in one flat array.")
    expected = [int(sum(w * x for w, x in zip(weights, row, strict=True)) + bias >= 0) for row in inputs]
    assert_equal(outputs, expected)


@pytest.mark.task(2)
@pytest.mark.parametrize("name", ["AND", "OR", "NAND"])
def test_gate(submission, rng, name):
    """Finds weights and a bias whose perceptron is `name`."""
    # All are asked for, in any order, so that it is the name that decides and not the number of the call.
    weights, bias = {str(each): submission.gate(str(each)) for each in rng.permutation(list(TRUTH_TABLES))}[name]
    step = "Choose ordinary numbers: a product with infinity may be NaN."
    weights, bias = assert_finite(weights, (2,), next_step=step), assert_finite(bias, (), next_step=step)
    table = (CORNERS @ weights + bias >= 0).astype(int).tolist()
    check(
        table == TRUTH_TABLES[name],
        f"For the inputs 00, 01, 10 and 11 a perceptron with your weights and your bias gives {table}, "
        f"and {name} is {TRUTH_TABLES[name]}.",
        next_step="Draw the four corners and your line: which corners lie on its wrong side?",
    )
