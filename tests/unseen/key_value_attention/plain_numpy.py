"""Key-value attention: scores of queries and keys, and what they fetch from the values."""

import numpy as np


def dot_scores(queries, keys):
    """Scores each query with each key by their dot product."""
    return queries @ keys.T


def cosine_scores(queries, keys):
    """Scores each query with each key by the cosine of the angle between them."""
    query_lengths = np.sqrt(np.sum(queries**2, axis=1, keepdims=True))
    key_lengths = np.sqrt(np.sum(keys**2, axis=1, keepdims=True))
    query_lengths = np.where(query_lengths == 0, 1.0, query_lengths)
    key_lengths = np.where(key_lengths == 0, 1.0, key_lengths)
    cosines = (queries / query_lengths) @ (keys / key_lengths).T
    return np.clip(cosines, -1.0, 1.0)


def additive_scores(queries, keys, w_query, w_key, v):
    """Scores each query with each key by a network with one hidden layer."""
    from_queries = queries @ w_query
    from_keys = keys @ w_key
    hidden = np.tanh(from_queries[:, None, :] + from_keys[None, :, :])
    return hidden @ v


def attend(scores, values):
    """Averages the values, with the softmax of the scores as weights."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    weights = exponentials / exponentials.sum(axis=1, keepdims=True)
    return weights @ values, weights
