"""`rnn` against Keras' own `SimpleRNN`, for all three kinds of first state, and SciPy's test of a distribution."""

import keras
import numpy as np
import pytest
from scipy import stats

SIZES = [(1, 1, 1, 1), (3, 30, 2, 5), (4, 4, 4, 4), (5, 1, 3, 2)]


def make_both(load, rng, features, units, **settings):
    """A layer of the reference, and Keras' own with the same weights."""
    ours = load("sequence/rnn").RNN(units, **settings)
    ours.build((None, None, features))
    theirs = keras.layers.SimpleRNN(units, return_sequences=settings.get("return_sequences", False))
    theirs.build((None, None, features))
    theirs.set_weights([ours.kernel, ours.recurrent_kernel, rng.normal(size=units)])
    ours.bias.assign(theirs.get_weights()[2])
    return ours, theirs


@pytest.mark.parametrize(("batch", "time", "features", "units"), SIZES)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_states_are_those_of_keras(load, rng, batch, time, features, units, return_sequences, scale):
    ours, theirs = make_both(load, rng, features, units, return_sequences=return_sequences)
    inputs = scale * rng.normal(size=(batch, time, features)).astype("float32")
    np.testing.assert_allclose(ours(inputs), theirs(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("batch", "time", "features", "units"), SIZES)
def test_learned_state_is_the_initial_state_of_keras(load, rng, batch, time, features, units):
    ours, theirs = make_both(load, rng, features, units, initial_state="learned")
    ours.initial.assign(rng.normal(size=units))
    inputs = rng.normal(size=(batch, time, features)).astype("float32")
    first = np.tile(ours.initial, (batch, 1))
    np.testing.assert_allclose(ours(inputs), theirs(inputs, initial_state=first), rtol=1e-4, atol=1e-5)


def test_drawn_state_is_normal(load, rng):
    layer, _ = make_both(load, rng, 1, 3, initial_state="normal", seed=1)
    layer.recurrent_kernel.assign(0.1 * np.eye(3))
    layer.bias.assign(np.zeros(3))
    drawn = [10 * np.arctanh(layer(np.zeros((2000, 1, 1)), training=True)) for _ in range(2)]
    assert stats.kstest(np.ravel(drawn), "norm").pvalue > 1e-3
    correlations = np.corrcoef(np.concatenate(drawn, axis=1).T) - np.eye(6)
    assert np.abs(correlations).max() < 0.1


@pytest.mark.parametrize("initial_state", ["zeros", "normal", "learned"])
def test_training_is_that_of_keras(load, rng, initial_state):
    ours, theirs = make_both(load, rng, 2, 3)
    other, _ = make_both(load, rng, 2, 3, initial_state=initial_state)
    inputs, targets = rng.normal(size=(8, 6, 2)).astype("float32"), rng.normal(size=(8, 3)).astype("float32")
    for layer in (ours, theirs, other):
        model = keras.Sequential([layer])
        model.compile(keras.optimizers.SGD(0.5), "mse")
        model.fit(inputs, targets, batch_size=3, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours(inputs), theirs(inputs), rtol=1e-4, atol=1e-5)
    assert np.isfinite(other(inputs)).all()
