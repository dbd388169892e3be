"""`distributional_rl` against SciPy's interpolation, Keras' loss, and moments that a projection keeps."""

import keras
import numpy as np
import pytest
from scipy import interpolate


@pytest.mark.parametrize("atoms", [2, 9, 51])
def test_projection_is_the_adjoint_of_linear_interpolation(load, rng, atoms):
    # Whatever function of the return is averaged, on the atoms it is the average of its linear interpolant.
    support, probs = np.linspace(-4.0, 4.0, atoms), rng.dirichlet(np.ones(atoms), size=6)
    r_t, terminated_t = rng.normal(size=6), rng.random(6) < 0.5
    target = load("reinforcement/distributional_rl").project(probs, r_t, terminated_t, 0.9, support)
    places = np.clip(r_t[:, None] + 0.9 * ~terminated_t[:, None] * support, -4.0, 4.0)
    for values in rng.normal(size=(3, atoms)):
        interpolant = interpolate.make_interp_spline(support, values, k=1)
        np.testing.assert_allclose(target @ values, (interpolant(places) * probs).sum(axis=1))


def test_loss_is_that_of_keras(load, rng):
    targets, logits = rng.dirichlet(np.ones(5), size=7), rng.normal(scale=3.0, size=(7, 5))
    expected = keras.losses.CategoricalCrossentropy(from_logits=True)(targets, logits)
    assert load("reinforcement/distributional_rl").cross_entropy(targets, logits) == pytest.approx(
        float(expected), rel=1e-5
    )
