"""`transformer_decoder` against SciPy's softmax and z-scores, and against scikit-learn's hidden layer with ReLU."""

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import zscore
from sklearn.neural_network import MLPRegressor


def feed_forward(dense1, dense2, rows):
    """Scikit-learn's multi-layer perceptron with the weights of two dense layers."""
    network = MLPRegressor((dense1.units,), activation="relu", max_iter=1)
    network.n_layers_, network.out_activation_ = 3, "identity"
    network.n_features_in_ = rows.shape[-1]
    weights = [dense1.get_weights(), dense2.get_weights()]
    network.coefs_, network.intercepts_ = zip(*weights, strict=True)
    return network.predict(rows).reshape(len(rows), -1)


def attend(attention, asking, answering, scale):
    """One sequence, with SciPy's softmax; `scale` is added to the scores."""
    query, query_bias, key, key_bias, value, value_bias, output, output_bias = attention.get_weights()
    queries, keys, values = (
        np.einsum("td,dhk->htk", rows, kernel) + bias[:, None]
        for rows, kernel, bias in (
            (asking, query, query_bias),
            (answering, key, key_bias),
            (answering, value, value_bias),
        )
    )
    weights = softmax(queries @ keys.swapaxes(1, 2) / np.sqrt(query.shape[2]) + scale, axis=-1)
    return np.einsum("htk,hkd->td", weights @ values, output) + output_bias


def normalize(norm, rows):
    """Z-scores are layer normalization without epsilon, γ and β."""
    gamma, beta = norm.get_weights()
    return gamma * zscore(rows, axis=-1) + beta


@pytest.mark.parametrize(
    ("batch", "target_time", "memory_time", "depth", "heads", "hidden"),
    [(2, 5, 7, 8, 2, 16), (1, 7, 3, 6, 3, 4), (3, 1, 1, 4, 1, 1), (2, 4, 4, 12, 4, 9)],
)
def test_block_is_that_of_scipy_and_sklearn(load, rng, batch, target_time, memory_time, depth, heads, hidden):
    block = load("sequence/transformer_decoder").DecoderBlock(heads, hidden)
    block.build((None, None, depth))
    block.set_weights([array + 0.3 * rng.normal(size=array.shape) for array in block.get_weights()])
    targets = rng.normal(size=(batch, target_time, depth)).astype("float32")
    memory = rng.normal(size=(batch, memory_time, depth)).astype("float32")
    lengths = rng.integers(1, memory_time + 1, size=batch)
    outputs = np.array(block(targets, memory, memory_mask=np.arange(memory_time) < lengths[:, None]))
    causal = np.where(np.tri(target_time), 0.0, -np.inf)
    for rows, source, length, found in zip(targets, memory, lengths, outputs, strict=True):
        expected = normalize(block.norm1, rows + attend(block.self_attention, rows, rows, causal))
        read = attend(block.cross_attention, expected, source[:length], 0.0)
        expected = normalize(block.norm2, expected + read)
        expected = normalize(block.norm3, expected + feed_forward(block.dense1, block.dense2, expected))
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
