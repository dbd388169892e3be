"""`key_value_attention` against the attention layers of Keras, scikit-learn's cosine and SciPy's softmax."""

import keras
import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics.pairwise import cosine_similarity

SIZES = [(2, 3, 4), (1, 5, 2), (6, 1, 3), (1, 1, 1)]


# Keras warns of a softmax over one key, which a query may well have.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


@pytest.fixture
def kata(load):
    return load("sequence/key_value_attention")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_dot_product_attention_is_that_of_keras(kata, rng, queries, keys, depth, dtype):
    q, k, v = (rng.normal(size=shape).astype(dtype) for shape in [(queries, depth), (keys, depth), (keys, 7)])
    outputs, weights = kata.attend(kata.dot_scores(q, k), v)
    expected, expected_weights = keras.layers.Attention()([q[None], v[None], k[None]], return_attention_scores=True)
    np.testing.assert_allclose(outputs, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, expected_weights[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_cosine_is_that_of_scikit_learn(kata, rng, queries, keys, depth):
    q, k = rng.normal(size=(queries, depth)), 100 * rng.normal(size=(keys, depth))
    q[0] = 0
    np.testing.assert_allclose(kata.cosine_scores(q, k), cosine_similarity(q, k), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("units", [1, 6])
@pytest.mark.parametrize(("queries", "keys", "depth"), SIZES)
def test_additive_attention_is_that_of_keras(kata, rng, queries, keys, depth, units):
    q, k, values = rng.normal(size=(queries, depth)), rng.normal(size=(keys, depth + 1)), rng.normal(size=(keys, 7))
    w_query, w_key = rng.normal(size=(depth, units)), rng.normal(size=(depth + 1, units))
    v = rng.normal(size=units)
    layer = keras.layers.AdditiveAttention()
    inputs = [(q @ w_query)[None], values[None], (k @ w_key)[None]]
    layer.build([array.shape for array in inputs])
    layer.set_weights([v])
    expected, _ = layer(inputs, return_attention_scores=True)
    outputs, _ = kata.attend(kata.additive_scores(q, k, w_query, w_key, v), values)
    np.testing.assert_allclose(outputs, expected[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [1.0, 300.0])
def test_weights_are_scipys_softmax(kata, rng, size):
    scores, values = size * rng.normal(size=(5, 8)), rng.normal(size=(8, 2))
    scores[1] -= 2 * size
    _, weights = kata.attend(scores, values)
    np.testing.assert_allclose(weights, softmax(scores, axis=-1), atol=1e-7)
