"""`reverse_diffusion` against SciPy's solver of differential equations, and its conditional and marginal distributions."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

MEAN, DEVIATION = 1.5, 0.4


@pytest.fixture
def module(load):
    return load("generative/reverse_diffusion")


def best_noise(noisy, ratio):
    """The noise that is to be expected in data of N(MEAN, DEVIATION²)."""
    noisy = np.asarray(noisy, dtype=float)
    return (1 - ratio) ** 0.5 * (noisy - ratio**0.5 * MEAN) / (ratio * DEVIATION**2 + 1 - ratio)


def predict_noise(noisy, ratios):
    return best_noise(noisy, np.array(ratios, dtype=float)[:, None])


def test_small_steps_follow_the_differential_equation(module):
    """Eq. 14 of Song et al.: the image over the root of its ratio moves along the noise, by the change of noise to signal."""
    ratios, start = np.cos(np.linspace(0, 0.48 * np.pi, 1501)) ** 2, np.linspace(-2, 2, 5)

    def slope(level, scaled):
        ratio = 1 / (1 + level**2)
        return best_noise(scaled * ratio**0.5, ratio)

    levels = ((1 / ratios[-1] - 1) ** 0.5, 0.0)
    expected = solve_ivp(slope, levels, start / ratios[-1] ** 0.5, rtol=1e-8).y[:, -1]
    images = np.array(module.sample(predict_noise, start[:, None], ratios))[:, 0]
    np.testing.assert_allclose(images, expected, atol=3e-3)


@pytest.mark.parametrize(("old", "new"), [(0.3, 0.8), (0.01, 0.5), (0.9, 0.95)])
def test_full_chance_is_the_posterior_of_the_forward_process(module, rng, old, new):
    """With η = 1 a step draws from q(x_{t-1} | x_t, x_0): Bayes' rule, on a grid."""
    noise, noisy = 0.7, 0.4
    grid = np.linspace(-12, 12, 200_001)
    image = float(module.predict_image(np.array([noisy]), old, np.array([noise]))[0])
    before = stats.norm(new**0.5 * image, (1 - new) ** 0.5).pdf(grid)
    weights = before * stats.norm(grid * (old / new) ** 0.5, (1 - old / new) ** 0.5).pdf(noisy)
    mean = np.average(grid, weights=weights)
    deviation = np.average((grid - mean) ** 2, weights=weights) ** 0.5
    assert float(module.fresh_deviation(old, new, 1.0)) == pytest.approx(deviation, rel=1e-4)

    told = []
    module.sample(
        lambda images, ratios: told.append(np.array(images)) or np.full((2, 1), noise),
        np.full((2, 1), noisy),
        np.array([1.0, new, old]),
        1.0,
        np.array([[[0.0], [0.0]], [[0.0], [1.0]]]),
    )
    np.testing.assert_allclose(told[1][:, 0], [mean, mean + deviation], rtol=1e-4)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_images_are_distributed_as_the_data(module, rng, eta):
    ratios = np.cos(np.linspace(0, 0.49 * np.pi, 401)) ** 2
    spread = (ratios[-1] * DEVIATION**2 + 1 - ratios[-1]) ** 0.5
    start, fresh = rng.normal(ratios[-1] ** 0.5 * MEAN, spread, size=(3000, 1)), rng.normal(size=(400, 3000, 1))
    images = np.array(module.sample(predict_noise, start, ratios, eta, fresh))[:, 0]
    assert stats.kstest(images, stats.norm(MEAN, DEVIATION).cdf).pvalue > 1e-3
