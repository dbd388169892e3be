"""Key-value attention: scores of queries and keys, and what they fetch from the values."""

import keras
import numpy as np
from keras import ops


def dot_scores(queries: np.ndarray, keys: np.ndarray) -> keras.KerasTensor:
    """Scores each query with each key by their dot product, which is not scaled."""
    return ops.matmul(queries, ops.transpose(keys))


def cosine_scores(queries: np.ndarray, keys: np.ndarray) -> keras.KerasTensor:
    """Scores each query with each key by the cosine of the angle between them."""
    return dot_scores(_with_length_one(queries), _with_length_one(keys))


def _with_length_one(vectors):
    lengths = ops.norm(vectors, axis=-1, keepdims=True)
    return vectors / ops.where(lengths == 0, 1.0, lengths)


def additive_scores(
    queries: np.ndarray,
    keys: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
) -> keras.KerasTensor:
    """Scores each query with each key by a network with one hidden layer."""
    from_queries = ops.expand_dims(ops.matmul(queries, w_query), axis=1)
    from_keys = ops.expand_dims(ops.matmul(keys, w_key), axis=0)
    return ops.matmul(ops.tanh(from_queries + from_keys), v)


def attend(scores: np.ndarray, values: np.ndarray) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Averages the values, with the softmax of the scores as weights."""
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, values), weights
