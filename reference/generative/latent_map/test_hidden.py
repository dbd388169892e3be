"""What `latent_map` must do.

It brings two models of curved items: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

SQUARES = (
    "W minimises the squared distances between x W + b and y: fit from the source to the target, all of W at once."
)
BIAS = "For any W the best b is the mean of the target minus (the mean of the source times W)."
PENALTY = "Add l2 times the squares of the entries of W to the *sum* of squared errors, and leave b alone."
FEW = (
    "Where many maps fit equally well, take the one with the smallest W. Centre both arrays first, and invert nothing."
)
KEEP = "Calculate with new arrays: `-=` and the like change the caller's arrays."
ORDER = "Codes are rows, x W + b: W has a row for each dimension of the source, and a column for each of the target."
UNSEEN = "Only the support set may be known in both models: fit the map on it, and map the items from the first model."
MAPPED = "Encode the items by the first model, multiply by W, add b, and give these codes to the decoder."


def solve(source, target, l2=0.0):
    """The judge's own fit, of as many unknowns as there are points or dimensions: W = Xᵀ (X Xᵀ + l2)⁺ Y for centred X."""
    x = source - source.mean(axis=0)
    kernel = x @ x.T + l2 * (np.eye(len(x)) - 1 / len(x))
    matrix = x.T @ np.linalg.pinv(kernel, rcond=1e-10, hermitian=True) @ (target - target.mean(axis=0))
    return matrix, (target - source @ matrix).mean(axis=0)


def draw(rng, points, source_dims, target_dims, noise=0.3):
    """Codes of the same items in two models, neither of them centred, and with an affine map between them but for noise."""
    source = rng.normal(size=(points, source_dims)) * rng.uniform(0.5, 2.0, size=source_dims) + rng.normal(scale=3.0)
    truth = rng.normal(size=(source_dims, target_dims)) / np.sqrt(source_dims)
    bias = rng.normal(scale=4.0, size=target_dims)
    return source, source @ truth + bias + noise * rng.normal(size=(points, target_dims))


def compare(submission, source, target, *l2, next_step, tolerance=1e-3):
    """Fits a map and compares W first, then b."""
    matrix, bias = unpack(submission.fit_latent_map(source, target, *l2), "matrix", "bias")
    wanted, wanted_bias = solve(source, target, *l2)
    matrix = assert_shape(matrix, wanted.shape, name="the matrix", next_step=ORDER)
    assert_shape(bias, wanted_bias.shape, name="the bias")
    assert_close(matrix, wanted, rtol=tolerance, atol=tolerance, name="the matrix", next_step=next_step)
    assert_close(bias, wanted_bias, rtol=tolerance, atol=10 * tolerance, name="the bias", next_step=BIAS)


@pytest.mark.task(1)
def test_by_hand(submission):
    """Finds the line through two points."""
    matrix, bias = unpack(
        submission.fit_latent_map(np.array([[1.0], [3.0]]), np.array([[5.0], [9.0]])), "matrix", "bias"
    )
    assert_close(matrix, [[2.0]], name="the matrix", next_step=SQUARES)
    assert_close(bias, [3.0], name="the bias", next_step=BIAS)


@pytest.mark.task(1)
def test_square_by_hand(submission):
    """Finds a map that turns and shears the plane, from four corners."""
    source = np.array([[1.0, 1.0], [3.0, 1.0], [1.0, 3.0], [3.0, 3.0]])
    wanted = np.array([[1.0, -3.0], [2.0, 0.5]])
    matrix, bias = unpack(submission.fit_latent_map(source, source @ wanted + [10.0, -20.0]), "matrix", "bias")
    assert_close(matrix, wanted, name="the matrix", next_step=ORDER)
    assert_close(bias, [10.0, -20.0], name="the bias", next_step=BIAS)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("points", "source_dims", "target_dims"), [(40, 8, 5), (30, 3, 7), (25, 4, 4), (12, 1, 1), (100, 16, 2)]
)
def test_noisy_codes(submission, rng, points, source_dims, target_dims):
    """Fits noisy codes of shape (`points`, `source_dims`) to codes of shape (`points`, `target_dims`)."""
    compare(submission, *draw(rng, points, source_dims, target_dims), next_step=SQUARES)


@pytest.mark.task(1)
def test_far_from_the_origin(submission, rng):
    """Fits codes whose means are far from 0."""
    source, target = draw(rng, 30, 4, 3)
    source, target = source + 100.0, target - 500.0
    matrix, bias = unpack(submission.fit_latent_map(source, target), "matrix", "bias")
    wanted, _ = solve(source, target)
    assert_close(matrix, wanted, rtol=1e-2, atol=1e-2, name="the matrix", next_step=SQUARES)
    found = (source - source.mean(axis=0)) @ wanted + source.mean(axis=0) @ matrix + bias
    assert_close(found, source @ wanted + solve(source, target)[1], rtol=0, atol=0.05, name="x W + b", next_step=BIAS)


@pytest.mark.task(1)
def test_arguments_stay(submission, shared, rng):
    """Leaves the codes of both models as they were."""
    arguments = list(draw(rng, 9, 3, 2))
    for l2 in (0.0, 1.0):
        passed = [shared(argument) for argument in arguments]
        submission.fit_latent_map(*passed, l2)
        assert_arrays(passed, arguments, names=["the source", "the target"], next_step=KEEP)


@pytest.mark.task(2)
@pytest.mark.parametrize("l2", [1e-3, 0.5, 10.0, 1e4])
def test_penalty(submission, rng, l2):
    """Fits with a penalty of `l2`."""
    for shape in [(30, 4, 3), (12, 5, 5), (1, 3, 2), (50, 1, 2)]:
        compare(submission, *draw(rng, *shape), l2, next_step=PENALTY)


@pytest.mark.task(2)
def test_penalty_by_hand(submission):
    """Halves the slope of two points with a penalty as large as their spread."""
    found = submission.fit_latent_map(np.array([[1.0], [3.0]]), np.array([[100.0], [108.0]]), 2.0)
    matrix, bias = unpack(found, "matrix", "bias")
    assert_close(matrix, [[2.0]], name="the matrix", next_step=PENALTY)
    assert_close(bias, [100.0], name="the bias", next_step=BIAS)


@pytest.mark.task(2)
@pytest.mark.parametrize("points", [1, 2, 5, 8])
def test_few_points(submission, rng, points):
    """Finds the smallest of many matrices for codes of shape (`points`, 8)."""
    compare(submission, *draw(rng, points, 8, 3), next_step=FEW)


@pytest.mark.task(2)
def test_points_that_coincide(submission, rng):
    """Finds the smallest matrix where points occur twice, and where a dimension never varies."""
    source, target = draw(rng, 4, 6, 2)
    compare(submission, np.tile(source, (3, 1)), rng.normal(size=(12, 2)), next_step=FEW)
    source, target = draw(rng, 20, 4, 2)
    source[:, 1] = 5.0
    compare(submission, source, target, next_step=FEW)


class Models:
    """Two models of the same curved items, which are arrays of shape `(2, 3)`."""

    def __init__(self, rng):
        axes, turn = np.linalg.qr(rng.normal(size=(6, 6)))[0], np.linalg.qr(rng.normal(size=(4, 4)))[0]
        self.mixing, self.bend = axes[:2], 0.5 * axes[2:4]
        self.first, self.other = 2.0 * axes[:4].T @ turn, 3.0 * axes[:2].T + rng.normal(size=(6, 2))
        self.encode_source = Recorder(lambda items: np.reshape(items, (-1, 6)) @ self.first + 3.0, "encode_source")
        self.encode_target = Recorder(
            lambda items: np.tanh(np.reshape(items, (-1, 6)) @ self.other / 9) - 2.0, "encode_target"
        )
        self.decode_target = Recorder(self.decode, "decode_target")

    def decode(self, codes):
        """Items that show what the codes are."""
        return np.stack([np.tile(codes[:, :1], 3), np.tile(codes[:, 1:], 3)], axis=1)

    def items(self, rng, count):
        """Draws items on a curved surface."""
        places = rng.normal(size=(count, 2))
        return (places @ self.mixing + places**2 @ self.bend).reshape(-1, 2, 3)

    def run(self, submission, items, support, *l2):
        """Translates, and returns what the decoder got, which is compared with the judge's own map."""
        codes = (self.encode_source, self.encode_target, self.decode_target)
        returned = submission.translate(items, support, *codes, *l2)
        seen = [np.asarray(call[0]) for call in self.encode_target.calls]
        is_unseen = all(np.isin(np.round(array, 4), np.round(support, 4)).all() for array in seen)
        problem = "The other model's encoder was called with something that is not in the support set."
        check(is_unseen, problem, next_step=UNSEEN)
        matrix, bias = solve(self.encode_source.function(support), self.encode_target.function(support), *l2)
        wanted = self.encode_source.function(items) @ matrix + bias
        check(self.decode_target.calls, "The decoder was never called.", next_step=MAPPED)
        returned = assert_finite(returned, (len(items), 2, 3), name="the translated items")
        assert_close(returned, self.decode(wanted), rtol=1e-3, atol=1e-3, name="the translated items", next_step=MAPPED)
        return wanted


@pytest.mark.task(3)
@pytest.mark.parametrize(("batch", "points"), [(1, 12), (7, 40), (12, 12), (5, 3)])
def test_translates(submission, rng, batch, points):
    """Translates a batch of size `batch` with a support set of size `points`."""
    models = Models(rng)
    models.run(submission, models.items(rng, batch), models.items(rng, points))


@pytest.mark.task(3)
@pytest.mark.parametrize("l2", [0.0, 2.0])
def test_translates_with_a_penalty(submission, rng, l2):
    """Fits the map with the penalty `l2` that it gets."""
    models = Models(rng)
    models.run(submission, models.items(rng, 6), models.items(rng, 15), l2)


@pytest.mark.task(3)
def test_picture(submission, rng, pictures):
    """Maps new items close to where the other model's own encoder puts them."""
    models = Models(rng)
    items, support = models.items(rng, 60), models.items(rng, 25)
    own = models.encode_target.function(items)
    matrix, bias = unpack(
        submission.fit_latent_map(models.encode_source.function(support), models.encode_target.function(support)),
        "matrix",
        "bias",
    )
    mapped = models.encode_source.function(items) @ assert_finite(matrix, (4, 2)) + assert_finite(bias, (2,))
    points, labels = np.concatenate([own, mapped]), np.repeat([0, 1], len(items))
    pictures.regions("mapped_codes", lambda grid: np.full(len(grid), 0.5), points, labels)
    models.run(submission, items, support)
