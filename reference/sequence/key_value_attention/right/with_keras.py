"""Keras in float32: einsum, concatenated inputs for the network, and an epsilon in the cosine."""

import numpy as np
from keras import ops


def dot_scores(queries, keys):
    return ops.einsum("qd,kd->qk", ops.cast(queries, "float32"), ops.cast(keys, "float32"))


def cosine_scores(queries, keys):
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(keys, axis=1)
    return dot_scores(queries, keys) / ops.cast(lengths + 1e-8, "float32")


def additive_scores(queries, keys, w_query, w_key, v):
    pairs = [np.concatenate([np.broadcast_to(query, (len(keys), len(query))), keys], axis=1) for query in queries]
    both = ops.cast(np.concatenate([w_query, w_key]), "float32")
    hidden = ops.tanh(ops.matmul(ops.cast(pairs, "float32"), both))
    return ops.sum(hidden * ops.cast(v, "float32"), axis=-1)


def attend(scores, values):
    scores = ops.cast(scores, "float32")
    weights = ops.exp(scores - ops.logsumexp(scores, axis=1, keepdims=True))
    return ops.dot(weights, ops.cast(values, "float32")), weights
