"""`diffusion` against Keras' mean squared error, and against SciPy's integrals for a case with a known answer."""

import keras
import numpy as np
import pytest
from scipy import stats


@pytest.fixture
def module(load):
    return load("generative/diffusion")


@pytest.mark.parametrize("shape", [(1, 1), (7, 2), (4, 4), (3, 64)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_loss_is_that_of_keras(module, rng, shape, dtype):
    points, noise = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    ratios, seen = rng.uniform(size=shape[0]).astype(dtype), []

    def predict_noise(noisy, ratios):
        seen.append(np.array(noisy))
        return np.sin(noisy)

    loss = module.denoising_loss(predict_noise, points, ratios, noise)
    expected = keras.ops.mean(keras.losses.mean_squared_error(noise, np.sin(seen[0])))
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)
    # Keras' own formula of a mix, linear in the roots of the shares of the variance.
    np.testing.assert_allclose(
        seen[0], ratios[:, None] ** 0.5 * points + (1 - ratios[:, None]) ** 0.5 * noise, rtol=1e-4, atol=1e-6
    )


def test_learns_the_mean_of_the_noise(module):
    """Two points, -1 and 1 in both coordinates: the mean noise is an expectation over two cases, by SciPy's densities."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    denoiser = module.train_denoiser(rng.choice([-1.0, 1.0], size=(2000, 2)).astype("float32"))
    for ratio in (0.1, 0.5, 0.8):
        noisy = rng.normal(size=(500, 2)) * (1 - ratio) ** 0.5 + rng.choice([-1.0, 1.0], size=(500, 2)) * ratio**0.5
        up, down = (stats.norm(sign * ratio**0.5, (1 - ratio) ** 0.5).pdf(noisy) for sign in (1, -1))
        expected = (noisy - ratio**0.5 * (up - down) / (up + down)) / (1 - ratio) ** 0.5
        found = np.array(denoiser(noisy.astype("float32"), np.full(500, ratio, dtype="float32")))
        assert np.mean((found - expected) ** 2) < 0.08
