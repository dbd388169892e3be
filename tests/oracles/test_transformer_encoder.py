"""`transformer_encoder` against SciPy's softmax and z-scores, and against scikit-learn's hidden layer with ReLU."""

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import zscore
from sklearn.neural_network import MLPRegressor


@pytest.fixture
def kata(load):
    return load("sequence/transformer_encoder")


def feed_forward(dense1, dense2, rows):
    """Scikit-learn's multi-layer perceptron with the weights of two dense layers."""
    network = MLPRegressor((dense1.units,), activation="relu", max_iter=1)
    network.n_layers_, network.out_activation_ = 3, "identity"
    network.n_features_in_ = rows.shape[-1]
    weights = [dense1.get_weights(), dense2.get_weights()]
    network.coefs_, network.intercepts_ = zip(*weights, strict=True)
    return network.predict(rows).reshape(len(rows), -1)


def attend(attention, rows):
    """One sequence, with SciPy's softmax."""
    query, query_bias, key, key_bias, value, value_bias, output, output_bias = attention.get_weights()
    queries, keys, values = (
        np.einsum("td,dhk->htk", rows, kernel) + bias[:, None]
        for kernel, bias in ((query, query_bias), (key, key_bias), (value, value_bias))
    )
    weights = softmax(queries @ keys.swapaxes(1, 2) / np.sqrt(query.shape[2]), axis=-1)
    return np.einsum("htk,hkd->td", weights @ values, output) + output_bias


def encode(block, rows):
    """One block for one sequence; z-scores are layer normalization without epsilon, γ and β."""
    gamma, beta = (np.array(weight) for weight in block.norm1.get_weights())
    middle = gamma * zscore(rows + attend(block.attention, rows), axis=-1) + beta
    gamma, beta = (np.array(weight) for weight in block.norm2.get_weights())
    return gamma * zscore(middle + feed_forward(block.dense1, block.dense2, middle), axis=-1) + beta


@pytest.mark.parametrize(
    ("num_blocks", "batch", "time", "depth", "heads", "hidden"),
    [(1, 2, 5, 8, 2, 16), (3, 1, 7, 6, 3, 4), (2, 3, 1, 4, 1, 1), (4, 2, 4, 12, 4, 9)],
)
def test_stack_is_that_of_scipy_and_sklearn(kata, rng, num_blocks, batch, time, depth, heads, hidden):
    encoder = kata.Encoder(num_blocks, heads, hidden)
    encoder.build((None, None, depth))
    encoder.set_weights([array + 0.3 * rng.normal(size=array.shape) for array in encoder.get_weights()])
    inputs = rng.normal(size=(batch, time, depth)).astype("float32")
    lengths = rng.integers(1, time + 1, size=batch)
    outputs = np.array(encoder(inputs, sequence_mask=np.arange(time) < lengths[:, None]))
    for sequence, length, found in zip(inputs, lengths, outputs, strict=True):
        expected = sequence[:length]
        for block in encoder.blocks:
            expected = encode(block, expected)
        np.testing.assert_allclose(found[:length], expected, rtol=1e-3, atol=1e-3)
