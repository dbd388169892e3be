"""`memoryless` against NumPy's sliding windows, Keras' data set of windows, and scikit-learn's linear regression."""

import keras
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.linear_model import LinearRegression


@pytest.mark.parametrize(
    ("time", "window", "features", "horizon"), [(9, 3, 2, 1), (8, 1, 1, 4), (6, 5, 3, 1), (30, 4, 4, 3)]
)
def test_windows_are_those_of_numpy_and_keras(load, rng, time, window, features, horizon):
    sequence = rng.normal(size=(time, features))
    inputs, targets = load("sequence/memoryless").make_windows([sequence], window, horizon)
    views = sliding_window_view(sequence, (window, features))[:, 0]
    np.testing.assert_array_equal(inputs, views[: time - window - horizon + 1])
    data = keras.utils.timeseries_dataset_from_array(
        sequence[:-horizon], sequence[window + horizon - 1 :], window, batch_size=None
    )
    pairs = list(data.as_numpy_iterator())
    np.testing.assert_array_equal(inputs, [pair[0] for pair in pairs])
    np.testing.assert_array_equal(targets, [pair[1] for pair in pairs])


def test_sequences_are_cut_one_by_one(load, rng):
    sequences = [rng.normal(size=(length, 2)) for length in (5, 1, 3, 8)]
    make_windows = load("sequence/memoryless").make_windows
    for found, parts in zip(
        make_windows(sequences, 2, 2), zip(*(make_windows([x], 2, 2) for x in sequences), strict=True), strict=True
    ):
        np.testing.assert_array_equal(found, np.concatenate(parts))


def test_predictor_is_nearly_as_good_as_linear_regression(load, rng):
    sequence = np.zeros((3000, 1))
    for t in range(2, 3000):
        sequence[t] = 1.6 * sequence[t - 1] - 0.9 * sequence[t - 2] + 0.2 * rng.normal()
    module = load("sequence/memoryless")
    inputs, targets = module.make_windows([sequence[2000:]], 2)
    learned, known = module.make_windows([sequence[:2000]], 2)
    linear = LinearRegression().fit(learned.reshape(len(learned), -1), known)
    best = np.mean((linear.predict(inputs.reshape(len(inputs), -1)) - targets) ** 2)
    predictor = module.train_predictor([sequence[:2000]], 2, seed=1)
    assert np.mean((np.asarray(predictor(inputs.astype("float32"))) - targets) ** 2) < 1.3 * best
