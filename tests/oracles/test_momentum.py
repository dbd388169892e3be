"""`momentum` against Keras' own SGD."""

import keras
import numpy as np
import pytest


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_descent_is_that_of_keras(load, rng, momentum):
    curvatures, start = np.array([0.5, 2.0, 8.0]), rng.normal(size=3)
    path = load("training/momentum").momentum_descent(lambda point: curvatures * point, start, 0.1, momentum, 20)
    optimizer, weights = keras.optimizers.SGD(0.1, momentum=momentum), keras.Variable(start, dtype="float64")
    expected = [start]
    for _ in range(20):
        optimizer.apply([curvatures * np.array(weights)], [weights])
        expected.append(np.array(weights))
    np.testing.assert_allclose(path, expected, rtol=1e-5)
