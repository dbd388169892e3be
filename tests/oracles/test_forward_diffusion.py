"""`forward_diffusion` against Keras' cosine decay, SciPy's tests of distributions, and the paper's own number."""

import keras
import numpy as np
import pytest
from scipy import stats


@pytest.fixture
def module(load):
    return load("generative/forward_diffusion")


@pytest.mark.parametrize(("steps", "offset"), [(1, 0.0), (7, 0.008), (200, 0.3), (50, 1.0)])
def test_cosine_is_that_of_a_learning_rate(module, steps, offset):
    decay = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=(1 + offset) * steps)
    expected = np.array([decay(t + offset * steps) for t in range(steps + 1)])
    np.testing.assert_allclose(module.cosine_ratios(steps, offset), expected / expected[0], atol=1e-6)


def test_linear_destroys_as_much_as_the_paper_says(module):
    """Section 4 of Ho et al.: the KL divergence of the last step from N(0, I) is about 1e-5 bits per dimension."""
    ratio = float(module.linear_ratios(1000)[-1])
    pixels = np.arange(256) / 127.5 - 1
    divergence = 0.5 * (ratio * np.mean(pixels**2) - ratio - np.log1p(-ratio)) / np.log(2)
    assert 0.5e-5 < divergence < 2e-5


@pytest.mark.parametrize("steps", [1, 3, 30])
def test_ratio_is_the_autocovariance_of_a_chain(module, steps):
    """Noise is added step by step: how much of the image is left is a product of 2x2 transitions."""
    ratios = np.array(module.linear_ratios(steps, 0.1, 0.4))
    shares = 1 - stats.uniform(0.1, 0.3).ppf(np.linspace(0, 1, steps) if steps > 1 else [0.0])
    moments = np.array([1.0, 0.0])  # Of the image's factor, squared, and of the noise.
    for step, share in enumerate(shares, start=1):
        moments = np.array([[share, 0.0], [0.0, share]]) @ moments + [0.0, 1 - share]
        np.testing.assert_allclose([ratios[step], 1 - ratios[step]], moments, rtol=1e-5)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0])
def test_noisy_pixels_have_their_distribution(module, rng, ratio):
    noisy = np.array(module.diffuse(np.full((2, 5000), 0.7), np.full(2, ratio), rng.normal(size=(2, 5000))))
    if ratio < 1:
        assert stats.kstest(noisy.ravel(), stats.norm(0.7 * ratio**0.5, (1 - ratio) ** 0.5).cdf).pvalue > 1e-4
    else:
        np.testing.assert_allclose(noisy, 0.7)


def test_batch_is_drawn_as_it_should(module):
    images, ratios = np.full((2000, 4), 51, dtype="uint8"), np.linspace(1, 0, 6)
    noisy, chosen, noise = (np.array(part) for part in module.training_batch(images, ratios, 3))
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-4
    steps = np.rint(5 * (1 - chosen)).astype(int)
    assert stats.chisquare(np.bincount(steps, minlength=6)[1:]).pvalue > 1e-4
    assert stats.spearmanr(steps, noise[:, 0]).pvalue > 1e-4
    np.testing.assert_allclose(noisy, np.sqrt(chosen)[:, None] * -0.6 + np.sqrt(1 - chosen)[:, None] * noise, atol=1e-5)
