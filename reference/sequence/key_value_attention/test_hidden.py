"""What `key_value_attention` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import unpack

SIZES = [(2, 3, 4), (5, 2, 1), (1, 4, 3), (3, 1, 2), (4, 4, 4), (1, 1, 1), (7, 12, 20)]
PAIRS = "Each query meets each key: queries along the first axis, keys along the second."
DOT = "Multiply the entries of the query and of the key one by one, and sum the products; nothing is divided."
COSINE = "Divide each dot product by the length of its query and by the length of its key, and by nothing else."
LENGTH = "The length of a vector is the root of its sum of squares, and each row has one of its own."
ZERO = "A vector of zeros has length 0: make sure that its dot products, which are 0, are not divided by that."
ADDITIVE = "Map query and key by their matrices, add, take tanh, and multiply by `v`, in this order."
SATURATED = "Use a tanh that works for large numbers, as the library's does: exp of 2,000 is infinite."
ROW = "Take the softmax of each row on its own: the keys compete for the attention of a query."
STABLE = "Subtract from each row its own largest score before you take exp."
SUM = "Sum the values, each times its weight for this query; the weights themselves are the second result."


def cosine_of(query, key):
    """The cosine by the distance of the two points in which the vectors meet the sphere of radius 1."""
    ends = [vector / np.sqrt(sum(vector**2)) for vector in (query, key)]
    return 1 - sum((ends[0] - ends[1]) ** 2) / 2


def softmax_of(row):
    """Each weight is 1 / Σ exp(the other score - its own): what is infinite leaves a weight of 0."""
    with np.errstate(over="ignore"):
        return np.array([1 / np.sum(np.exp(row - score)) for score in row])


def check_scores(returned, expected, next_step):
    array = assert_finite(assert_shape(returned, expected.shape, next_step=PAIRS))
    assert_close(array, expected, next_step=next_step)


def check_attention(returned, weights, values, weights_step=ROW):
    """Compares both results, the weights first, for the outputs follow from them."""
    outputs, returned_weights = unpack(returned, "outputs", "weights")
    assert_shape(returned_weights, weights.shape, name="the weights", next_step="There is one weight for each score.")
    assert_finite(returned_weights, name="the weights", next_step=STABLE)
    assert_close(returned_weights, weights, name="the weights", next_step=weights_step)
    expected = np.array([sum(w * value for w, value in zip(row, values, strict=True)) for row in weights])
    step = "There is one output for each query, with the depth of the values."
    assert_shape(outputs, expected.shape, name="the outputs", next_step=step)
    assert_close(outputs, expected, name="the outputs", next_step=SUM)


@pytest.mark.task(1)
def test_dot_by_hand(submission):
    """Scores two queries with three keys by their dot products."""
    scores = submission.dot_scores(np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[3.0, 4.0], [2.0, -1.0], [0.5, 0.0]]))
    check_scores(scores, np.array([[11.0, 0.0, 0.5], [-4.0, 1.0, 0.0]]), DOT)


@pytest.mark.task(1)
@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_dot_of_each_pair(submission, rng, queries, keys, depth):
    """Takes the dot product of each query with each key, with `queries` by `keys` vectors of depth `depth`."""
    q, k = rng.normal(size=(queries, depth)), 2 * rng.normal(size=(keys, depth))
    # <q, k> = (‖q + k‖² - ‖q - k‖²) / 4
    expected = [[(sum((a + b) ** 2) - sum((a - b) ** 2)) / 4 for b in k] for a in q]
    check_scores(submission.dot_scores(q, k), np.array(expected), DOT)


@pytest.mark.task(1)
def test_cosine_by_hand(submission):
    """Scores the same direction, a right angle and the opposite with 1, 0 and -1, and one in between with 0.6."""
    keys = np.array([[6.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [3.0, 4.0]])
    check_scores(submission.cosine_scores(np.array([[2.0, 0.0]]), keys), np.array([[1.0, 0.0, -1.0, 0.6]]), COSINE)


@pytest.mark.task(1)
@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_cosine_of_each_pair(submission, rng, queries, keys, depth):
    """Takes the cosine of each query with each key, with `queries` by `keys` vectors of depth `depth`."""
    q, k = rng.normal(size=(queries, depth)), 2 * rng.normal(size=(keys, depth)) + 1
    expected = [[cosine_of(a, b) for b in k] for a in q]
    check_scores(submission.cosine_scores(q, k), np.array(expected), COSINE)


@pytest.mark.task(1)
@pytest.mark.parametrize("ends", [(0.1, 0.1), (100.0, 100.0), (0.1, 100.0)])
def test_cosine_of_short_and_long_vectors(submission, rng, ends):
    """Sees the directions only, with queries and keys of the lengths `ends`, and one key in between."""
    angles = rng.uniform(0, 2 * np.pi, size=(2, 4))
    q, k = (length * np.stack([np.cos(a), np.sin(a)], axis=1) for length, a in zip(ends, angles, strict=True))
    k[1] /= np.linalg.norm(k[1])
    check_scores(submission.cosine_scores(q, k), np.cos(angles[0][:, None] - angles[1]), LENGTH)


@pytest.mark.task(1)
def test_cosine_of_zeros(submission, rng):
    """Scores a vector of zeros with 0, be it a query or a key, and the others as usual."""
    q, k = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    q[1] = k[0] = k[3] = 0.0
    expected = [[cosine_of(a, b) if a.any() and b.any() else 0.0 for b in k] for a in q]
    scores = assert_shape(submission.cosine_scores(q, k), (3, 5), next_step=PAIRS)
    assert_close(assert_finite(scores, next_step=ZERO), expected, next_step=ZERO)


@pytest.mark.task(2)
def test_additive_by_hand(submission):
    """Scores one query with two keys by a network of two units that can be computed by hand."""
    half = np.arctanh(0.5)
    scores = submission.additive_scores(
        np.array([[half, 0.0]]),
        np.array([[0.0], [-2 * half]]),
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([[1.0, 0.5]]),
        np.array([10.0, 3.0]),
    )
    check_scores(scores, np.array([[5.0, -6.5]]), ADDITIVE)


@pytest.mark.task(2)
@pytest.mark.parametrize("depths", [(3, 3), (2, 5), (4, 1), (1, 3)])
@pytest.mark.parametrize(("queries", "keys", "units"), [(2, 3, 4), (4, 4, 6), (1, 5, 2), (3, 1, 1), (6, 9, 12)])
def test_additive_of_each_pair(submission, rng, depths, queries, keys, units):
    """Scores `queries` queries with `keys` keys, of the depths `depths`, by `units` hidden units."""
    q, k = rng.normal(size=(queries, depths[0])), rng.normal(size=(keys, depths[1]))
    w_query, w_key, v = rng.normal(size=(depths[0], units)), rng.normal(size=(depths[1], units)), rng.normal(size=units)
    # tanh(z) = 1 - 2 / (exp(2 z) + 1)
    expected = [[sum(v * (1 - 2 / (np.exp(2 * (a @ w_query + b @ w_key)) + 1))) for b in k] for a in q]
    check_scores(submission.additive_scores(q, k, w_query, w_key, v), np.array(expected), ADDITIVE)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [30.0, 1000.0])
def test_additive_of_large_vectors(submission, rng, size):
    """Scores by the signs where the hidden units get numbers as large as `size`."""
    signs = rng.choice([-1.0, 1.0], size=(4, 3))
    v = rng.normal(size=3)
    scores = submission.additive_scores(size * signs, np.zeros((2, 3)), np.eye(3), np.eye(3), v)
    expected = np.stack([signs @ v] * 2, axis=1)
    scores = assert_shape(scores, expected.shape, next_step=PAIRS)
    assert_close(assert_finite(scores, next_step=SATURATED), expected, next_step=ADDITIVE)


@pytest.mark.task(3)
def test_attend_by_hand(submission):
    """Weighs three values for two queries."""
    scores, values = np.log([[1.0, 1.0, 2.0], [6.0, 1.0, 3.0]]), np.array([[0.0, 10.0], [4.0, 20.0], [8.0, 30.0]])
    check_attention(submission.attend(scores, values), np.array([[0.25, 0.25, 0.5], [0.6, 0.1, 0.3]]), values)


@pytest.mark.task(3)
@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_attend_of_each_query(submission, rng, queries, keys, depth):
    """Weighs `keys` values of depth `depth` for `queries` queries."""
    scores, values = 2 * rng.normal(size=(queries, keys)) - 0.5, rng.normal(size=(keys, depth)) + 1
    check_attention(submission.attend(scores, values), np.array([softmax_of(row) for row in scores]), values)


@pytest.mark.task(3)
def test_equal_scores_take_the_mean(submission, rng):
    """Returns the mean of the values for a query with equal scores, whatever these are."""
    scores, values = np.repeat([[0.0], [-7.0], [3.0]], 4, axis=1), rng.normal(size=(4, 2))
    check_attention(submission.attend(scores, values), np.full((3, 4), 0.25), values)


@pytest.mark.task(3)
@pytest.mark.parametrize("size", [100.0, 1000.0])
def test_attend_with_large_scores(submission, rng, size):
    """Takes rows of scores near `size`, near 0, near -`size`, and near both at once."""
    scores, values = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    scores[:3] += np.array([[size], [0.0], [-size]])
    scores[3] = [-size, size, 0.0]
    scores = np.clip(scores, -1000, 1000).astype("float32").astype("float64")  # Float32 rounds what is large.
    weights = np.array([softmax_of(row) for row in scores])
    check_attention(submission.attend(scores, values), weights, values, weights_step=STABLE)
