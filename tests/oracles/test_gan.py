"""`gan` against SciPy: distances by a k-d tree, and the share within three deviations by the chi-square distribution."""

import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.stats import binom
from scipy.stats import chi2


@pytest.fixture
def kata(load):
    return load("generative/gan")


@pytest.mark.parametrize(("modes", "dims", "count"), [(1, 1, 1), (8, 2, 3000), (5, 7, 200), (30, 2, 1000)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_coverage_by_a_tree(kata, rng, modes, dims, count, dtype):
    centers, samples = rng.normal(size=(modes, dims)).astype(dtype), (2 * rng.normal(size=(count, dims))).astype(dtype)
    _, found = KDTree(centers).query(samples, distance_upper_bound=3 * 0.3)
    counts = np.bincount(found, minlength=modes + 1)[:modes]
    for least in (1, 3, 10):
        covered, quality = kata.mode_coverage(samples, centers, 0.3, least)
        assert covered == np.sum(counts >= least)
        assert quality == pytest.approx(np.sum(counts) / count)


@pytest.mark.parametrize("dims", [1, 2, 5])
def test_quality_of_true_samples(kata, rng, dims):
    samples = 1.5 * rng.normal(size=(20_000, dims))
    _, quality = kata.mode_coverage(samples, np.zeros((1, dims)), 1.5)
    low, high = binom.interval(1 - 1e-6, len(samples), chi2.cdf(9, dims))
    assert low <= quality * len(samples) <= high


def test_a_single_gaussian_is_learned(kata, rng):
    points = (rng.normal(size=(1000, 2)) @ [[3.0, 1.0], [0.0, 2.0]] + [20.0, -5.0]).astype("float32")
    samples = np.array(kata.train_gan(points, 2, 600, 0)(rng.normal(size=(4000, 2)).astype("float32")))
    spread = np.cov(points.T)
    distances = np.einsum(
        "ni,ij,nj->n", samples - points.mean(axis=0), np.linalg.inv(spread), samples - points.mean(axis=0)
    )
    assert np.mean(distances < chi2.ppf(0.999, 2)) > 0.9
    assert np.quantile(distances, 0.9) > chi2.ppf(0.5, 2)
