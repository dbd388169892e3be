"""`positional_encoding` against numbers of keras_hub 0.32, SciPy's matrix exponential, and Keras' own embedding."""

import keras
import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.linalg import expm

# Rows 1, 2 and 8 of `keras_hub.layers.SinePositionEncoding()` for inputs of shape (1, 9, depth).
OF_KERAS_HUB = {
    4: [
        [0.841471, 0.5403023, 0.0099998, 0.99995],
        [0.9092974, -0.4161468, 0.0199987, 0.9998],
        [0.9893582, -0.1455, 0.0799147, 0.9968017],
    ],
    5: [
        [0.84147096, 0.54030228, 0.025116222, 0.99968451, 0.00063095719],
        [0.90929741, -0.41614681, 0.050216597, 0.99873835, 0.0012619141],
        [0.98935825, -0.14550003, 0.19960119, 0.97987723, 0.0050476366],
    ],
}


@pytest.mark.parametrize("depth", OF_KERAS_HUB)
def test_encoding_is_that_of_keras_hub(load, depth):
    encoding = load("sequence/positional_encoding").positional_encoding(9, depth)
    np.testing.assert_allclose(np.array(encoding)[[1, 2, 8]], OF_KERAS_HUB[depth], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("offset", [-40, 0, 1, 7])
def test_shift_is_the_exponential_of_its_generator(load, offset):
    module, depth = load("sequence/positional_encoding"), 6
    generator = block_diag(*[np.array([[0, -1], [1, 0]]) * 1e-4 ** (2 * pair / depth) for pair in range(3)])
    np.testing.assert_allclose(module.shift_matrix(offset, depth), expm(offset * generator), atol=1e-6)
    encoding = np.array(module.positional_encoding(100, depth))
    np.testing.assert_allclose(encoding[50] @ expm(offset * generator), encoding[50 + offset], atol=1e-5)


def test_layer_is_an_embedding_and_a_sum(load, rng):
    module, embedding = load("sequence/positional_encoding"), keras.layers.Embedding(11, 9)
    tokens = rng.integers(11, size=(3, 20))
    expected = 3.0 * np.array(embedding(tokens)) + np.array(module.positional_encoding(20, 9))
    layer = module.TokenAndPosition(11, 9)
    layer(tokens)
    layer.set_weights(embedding.get_weights())
    np.testing.assert_allclose(layer(tokens), expected, atol=1e-6)
