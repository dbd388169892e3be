"""`latent_directions` against scikit-learn's classifiers and mutual information, and SciPy's entropy and orthonormal bases."""

import numpy as np
import pytest
from scipy import linalg
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.svm import LinearSVC


@pytest.fixture
def module(load):
    return load("generative/latent_directions")


def draw(rng, samples=4000, dims=6):
    codes = rng.normal(size=(samples, dims)) @ rng.normal(size=(dims, dims)) + rng.normal(size=dims)
    truth = rng.normal(size=dims)
    scores = (codes - codes.mean(axis=0)) @ truth
    return codes, scores + 0.2 * scores.std() * rng.normal(size=samples) > 0.3 * scores.std(), truth


def angle(one, other):
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def test_is_discriminant_analysis(module, rng):
    codes, attribute, _ = draw(rng)
    model = LinearDiscriminantAnalysis(solver="lsqr").fit(codes, attribute)
    assert angle(module.attribute_direction(codes, attribute), model.coef_[0]) < 1e-3


@pytest.mark.parametrize("model", [LogisticRegression(C=100.0, max_iter=2000), LinearSVC(C=1.0)])
def test_is_close_to_other_classifiers(module, rng, model):
    codes, attribute, truth = draw(rng)
    deviations = codes.std(axis=0)
    model.fit((codes - codes.mean(axis=0)) / deviations, attribute)
    found = module.attribute_direction(codes, attribute)
    assert angle(found, truth) < 20
    assert angle(found * deviations, model.coef_[0]) < 10


@pytest.mark.parametrize(("dims", "count"), [(2, 1), (6, 5), (9, 3)])
def test_is_in_the_null_space(module, rng, dims, count):
    direction, others = rng.normal(size=dims), rng.normal(size=(count, dims))
    others = np.concatenate([others, others[:1]])
    basis = linalg.null_space(others)
    expected = basis @ (basis.T @ direction)
    np.testing.assert_allclose(module.orthogonalize(direction, others), expected / np.linalg.norm(expected), atol=1e-8)


@pytest.mark.parametrize("bins", [1, 5, 20])
def test_gap_is_that_of_scikit_learn(module, rng, bins):
    codes = rng.normal(size=(700, 4)) * [1.0, 5.0, 0.1, 2.0]
    codes[:, 3] = 1.5
    factors = np.stack(
        [np.digitize(codes[:, 0] + 0.3 * codes[:, 1], [-1, 0, 2]), rng.integers(-2, 3, size=700)], axis=1
    )
    gaps = []
    for factor in factors.T:
        intervals = [stats.binned_statistic(code, code, "count", bins=bins)[2] for code in codes.T]
        known = sorted(mutual_info_score(interval, factor) for interval in intervals)
        gaps.append((known[-1] - known[-2]) / stats.entropy(np.unique(factor, return_counts=True)[1]))
    assert module.mutual_information_gap(codes, factors, bins) == pytest.approx(np.mean(gaps), abs=1e-9)
