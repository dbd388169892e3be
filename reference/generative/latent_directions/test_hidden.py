"""What `latent_directions` must do.

It sees which other direction was taken for the right one: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

NORMAL = "It is the normal of a separating hyperplane: the weights of a linear classifier, without the intercept."
LENGTH = "Divide by the length, last of all: `n / np.linalg.norm(n)`."
SIDE = "The normal points to the side of the codes with the attribute. If it does not, turn it round."
SPAN = "Take away the projection onto the whole span of the others, which is a least-squares problem."
GAP = "For each factor take the largest mutual information minus the second largest, divided by the entropy of the factor."
CUT = "Cut each dimension from its own smallest to its own largest value, which belongs to the last of the intervals."
ONE_INTERVAL = (
    "Where the smallest and the largest value are equal, put all samples into one interval; never divide by 0."
)


def draw(rng, samples, dims, share):
    """Correlated codes, an attribute that this share of them has, and its direction."""
    deviations = rng.permutation(np.geomspace(0.5, 2.5, dims))
    axes, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
    around = rng.normal(size=(samples, dims)) * np.geomspace(0.5, 1.5, dims) @ axes.T
    weights = rng.choice([-1.0, 1.0], size=dims) * rng.uniform(0.5, 1.5, size=dims)
    scores = around @ weights
    scores = scores / scores.std() + 0.2 * rng.normal(size=samples)
    direction = weights / deviations
    codes = around * deviations + 5 * rng.normal(size=dims)
    return codes, scores > np.quantile(scores, 1 - share), direction / np.linalg.norm(direction)


def find(submission, codes, attribute):
    """A direction, whose shape and length are right."""
    found = assert_finite(submission.attribute_direction(codes, attribute), (codes.shape[1],), name="the direction")
    assert_close(np.linalg.norm(found), 1.0, rtol=1e-3, name="its length", next_step=LENGTH)
    return found.astype(float)


def unit(vector):
    return vector / np.linalg.norm(vector)


def find_tag(codes, attribute, found):
    """Sees which other direction was taken."""
    difference = codes[attribute].mean(axis=0) - codes[~attribute].mean(axis=0)
    deviations = codes.std(axis=0)
    whitened = np.linalg.solve(np.cov(codes.T), difference)
    others = {
        "difference of means": difference,
        "mean with the attribute": codes[attribute].mean(axis=0),
        "standardised": whitened * deviations,
        "each by itself": difference / deviations**2,
        "correlations": difference / deviations,
        "principal": np.linalg.eigh(np.cov(codes.T))[1][:, -1],
        "no intercept": np.linalg.solve(codes.T @ codes, codes.T @ np.where(attribute, 1.0, -1.0)),
        "uncentred labels": np.linalg.solve(codes.T @ codes, codes.T @ attribute),
        "one dimension": np.eye(len(found))[np.argmax(np.abs(difference / deviations))],
        "right": whitened,
    }
    name = max(others, key=lambda name: abs(unit(others[name]) @ found))
    return None if name == "right" else name


@pytest.mark.task(1)
@pytest.mark.parametrize("attribute_of", ["x", "y", "x + y"])
def test_simple_plane(submission, attribute_of):
    """Finds the direction of an attribute that codes in a square have where `attribute_of` is large."""
    wanted = {"x": [1.0, 0.0], "y": [0.0, 1.0], "x + y": [0.5**0.5, 0.5**0.5]}[attribute_of]
    line = np.linspace(-1.0, 1.0, 15)
    codes = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    found = find(submission, codes, codes @ wanted > 0.03)
    if found @ wanted < 0:
        check(False, "The direction points away from the attribute.", next_step=SIDE, returned=found, tag="away")
    assert_close(found, wanted, atol=0.15, name="the direction", next_step=NORMAL)


@pytest.mark.task(1)
def test_one_dimension(submission, rng):
    """Finds the direction in a latent space of one dimension."""
    codes = rng.normal(size=(100, 1))
    for sign in (-1.0, 1.0):
        assert_close(find(submission, codes, sign * codes[:, 0] > 0.2), [sign], rtol=1e-3, next_step=SIDE)


@pytest.mark.task(1)
def test_correlated_codes(submission, rng):
    """Finds directions in latent spaces whose dimensions are correlated and have scales of their own."""
    for samples, dims, share in [(3000, 8, 0.5), (3000, 5, 0.15), (1500, 3, 0.8)]:
        codes, attribute, direction = draw(rng, samples, dims, share)
        found = find(submission, codes, attribute)
        angle = np.degrees(np.arccos(np.clip(found @ direction, -1.0, 1.0)))
        tag = "away" if angle > 150 else find_tag(codes, attribute, found)
        # Discriminant analysis, least squares and logistic regression come within 5 degrees.
        problem = f"It is {angle:.0f} degrees away from the true direction, and up to 10 are accepted."
        check(angle <= 10, problem, next_step=SIDE if tag == "away" else NORMAL, tag=tag)


@pytest.mark.task(1)
def test_picture(submission, rng, pictures):
    """Finds the border between correlated codes in the plane."""
    codes = rng.normal(size=(400, 2)) @ np.array([[1.5, 1.2], [0.0, 0.5]]) + [3.0, -1.0]
    attribute = codes @ [0.6, -0.8] + 0.1 * rng.normal(size=400) > 2.6
    found = find(submission, codes, attribute)
    middle = (codes[attribute].mean(axis=0) + codes[~attribute].mean(axis=0)) @ found / 2
    pictures.regions("direction", lambda grid: 0.5 + 0.3 * np.tanh(8 * (grid @ found - middle)), codes, attribute)
    tag = "away" if found @ [0.6, -0.8] < -0.9 else find_tag(codes, attribute, found)
    problem = f"The direction is {found.round(3).tolist()}, and it should be about [0.6, -0.8]."
    check(found @ [0.6, -0.8] > 0.98, problem, next_step=SIDE if tag == "away" else NORMAL, tag=tag)


def remove(direction, others):
    """What remains, by an orthonormal basis of the span."""
    _, sizes, axes = np.linalg.svd(others, full_matrices=False)
    axes = axes[sizes > 1e-8 * sizes[0]]
    return unit(direction - axes.T @ (axes @ direction))


@pytest.mark.task(2)
def test_spares_by_hand(submission):
    """Spares one other direction, by hand."""
    found = submission.orthogonalize(np.array([0.6, 0.8, 0.0]), np.array([[1.0, 0.0, 0.0]]))
    assert_close(found, [0.0, 1.0, 0.0], next_step=SPAN)
    found = submission.orthogonalize(np.array([3.0, 2.0, 2.0]), np.array([[5.0, 0.0, 0.0]]))
    assert_close(found, [0.0, 0.5**0.5, 0.5**0.5], next_step="Others may have any length: divide by the square of it.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "count"), [(2, 1), (6, 1), (6, 3), (4, 3), (12, 5)])
def test_spares_others(submission, rng, dims, count):
    """Leaves other directions unchanged, `count` of them, in a space with `dims` dimensions."""
    direction, others = 3 * rng.normal(size=dims), rng.uniform(0.2, 4.0, (count, 1)) * rng.normal(size=(count, dims))
    others[1:] += others[0]  # So that they are far from orthogonal.
    found = assert_finite(submission.orthogonalize(direction, others), (dims,), name="the direction")
    wanted = remove(direction, others)
    is_short = np.allclose(unit(found), wanted, atol=1e-3)
    assert_close(found, wanted, rtol=1e-3, atol=1e-3, name="the direction", next_step=LENGTH if is_short else SPAN)


@pytest.mark.task(2)
def test_repeated_others(submission, rng):
    """Copes with other directions that occur twice or are combinations of each other."""
    direction, (first, second) = rng.normal(size=5), rng.normal(size=(2, 5))
    step = "Invert nothing that may be singular: `np.linalg.lstsq` and `np.linalg.pinv` cope with it."
    for others in ([first, first], [first, second, first, first - 2 * second]):
        found = submission.orthogonalize(direction, np.stack(others))
        wanted = remove(direction, np.stack(others))
        assert_close(found, wanted, rtol=1e-3, atol=1e-3, name="the direction", next_step=step)


def gap(codes, factors, bins):
    """The judge's own score: for each pair of columns a histogram in two dimensions."""
    scores = []
    for factor in factors.T:
        values, known = np.unique(factor), []
        for code in codes.T:
            limits = code.min(), code.max() if np.ptp(code) else code.min() + 1
            counts = [np.histogram(code[factor == value], bins, limits)[0] for value in values]
            shares = np.array(counts) / len(code)
            expected = shares.sum(axis=1, keepdims=True) @ shares.sum(axis=0, keepdims=True)
            known.append(
                np.sum(shares * np.log(np.where(shares > 0, shares, 1.0) / np.where(shares > 0, expected, 1.0)))
            )
        shares = np.array([np.mean(factor == value) for value in values])
        known.sort()
        scores.append((known[-1] - known[-2]) / -np.sum(shares * np.log(shares)))
    return np.mean(scores)


def score(submission, codes, factors, *bins, next_step):
    """Compares a score with the judge's own."""
    found = assert_shape(submission.mutual_information_gap(codes, factors, *bins), (), name="the score")
    wanted = gap(codes, factors, bins[0] if bins else 20)
    assert_close(found, wanted, rtol=1e-3, atol=1e-4, name="the score", next_step=next_step)


@pytest.mark.task(3)
def test_gap_by_hand(submission):
    """Scores 1 where a dimension is the factor, 0 where two know it equally well, and in between, by hand."""
    factor = np.array([[0], [0], [1], [1]])
    codes = np.array([[0.0, 5.0, 1.0], [0.0, 6.0, 1.0], [1.0, 5.0, 9.0], [1.0, 6.0, 9.0]])
    assert_close(submission.mutual_information_gap(codes[:, :2], factor, 2), 1.0, atol=1e-5, next_step=GAP)
    assert_close(submission.mutual_information_gap(codes, factor, 2), 0.0, atol=1e-5, next_step=GAP)
    # The second dimension puts three of four samples together: it knows 0.216 of 0.693 nats.
    codes[:, 1] = [5.0, 6.0, 6.0, 6.0]
    assert_close(submission.mutual_information_gap(codes[:, :2], factor, 2), 1 - 0.311278, atol=1e-5, next_step=GAP)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("samples", "dims", "count", "bins"), [(300, 2, 1, 20), (500, 5, 3, 7), (400, 3, 3, 40), (60, 4, 2, 1)]
)
def test_gap(submission, rng, samples, dims, count, bins):
    """Scores codes of shape (`samples`, `dims`), cut into `bins` intervals; factors: `count`."""
    codes = rng.normal(size=(samples, dims)) * rng.uniform(0.1, 9.0, size=dims) + 5 * rng.normal(size=dims)
    scaled = (codes - codes.mean(axis=0)) / codes.std(axis=0)
    heard = scaled[:, rng.permutation(max(dims, count))[:count] % dims] + 0.4 * scaled[:, :1]
    factors = np.floor(rng.uniform(0.5, 1.5, size=count) * (heard + 0.3 * rng.normal(size=(samples, count)))).astype(
        int
    )
    factors[0] += 7  # A value that is rare.
    score(submission, codes, 3 * factors, bins, next_step=GAP)


@pytest.mark.task(3)
def test_default_bins(submission, rng):
    """Cuts each dimension into 20 intervals by default."""
    codes = rng.uniform(size=(800, 3)) * [1.0, 30.0, 0.01]
    score(submission, codes, np.floor(codes[:, 1:2] / 1.5).astype(int), next_step=CUT)


@pytest.mark.task(3)
def test_dimension_that_never_varies(submission, rng):
    """Treats a dimension that never varies as one that says nothing."""
    codes = rng.normal(size=(200, 3))
    codes[:, 1] = rng.normal()
    score(submission, codes, (codes[:, :1] > 0.3).astype(int), 10, next_step=ONE_INTERVAL)
