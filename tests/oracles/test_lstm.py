"""`lstm` against Keras' own LSTM, which packs the kernels as input, forget, candidate, output."""

import keras
import numpy as np
import pytest

PARTS = ("input", "forget", "candidate", "output")


def make_both(load, features, units):
    """A layer that runs the reference's cell, and Keras' own with the same weights."""
    cell = load("sequence/lstm").LSTMCell(units)
    ours = keras.layers.RNN(cell, return_sequences=True, return_state=True)
    ours.build((None, None, features))
    theirs = keras.layers.LSTM(units, return_sequences=True, return_state=True)
    theirs.build((None, None, features))
    kernel = np.concatenate([getattr(cell, f"{part}_kernel") for part in PARTS], axis=1)
    bias = np.concatenate([getattr(cell, f"{part}_bias") for part in PARTS])
    np.testing.assert_array_equal(bias, theirs.get_weights()[2])  # The forget gate's bias begins with 1 in both.
    bias = bias + np.linspace(-2.0, 2.0, len(bias))
    for part, values in zip(PARTS, np.split(bias, 4), strict=True):
        getattr(cell, f"{part}_bias").assign(values)
    theirs.set_weights([kernel[units:], kernel[:units], bias])
    return ours, theirs


@pytest.mark.parametrize(
    ("batch", "time", "features", "units"), [(1, 1, 1, 1), (3, 30, 2, 5), (2, 7, 4, 4), (5, 1, 3, 2)]
)
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_states_are_those_of_keras(load, rng, batch, time, features, units, scale):
    ours, theirs = make_both(load, features, units)
    sequences = scale * rng.normal(size=(batch, time, features)).astype("float32")
    start = [rng.normal(size=(batch, units)).astype("float32") for _ in range(2)]
    for found, expected in zip(
        ours(sequences, initial_state=start), theirs(sequences, initial_state=start), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_training_is_that_of_keras(load, rng):
    ours, theirs = make_both(load, 2, 3)
    sequences, targets = rng.normal(size=(8, 6, 2)).astype("float32"), rng.normal(size=(8, 6, 3)).astype("float32")
    for layer in (ours, theirs):
        model = keras.Sequential([layer, keras.layers.Lambda(lambda returned: returned[0])])
        model.compile(keras.optimizers.SGD(0.5), "mse")
        model.fit(sequences, targets, batch_size=4, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours(sequences)[0], theirs(sequences)[0], rtol=1e-4, atol=1e-5)
