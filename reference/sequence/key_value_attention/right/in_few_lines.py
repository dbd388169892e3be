import numpy as np


def dot_scores(queries, keys):
    return queries @ keys.T


def cosine_scores(queries, keys):
    lengths = np.outer(np.linalg.norm(queries, axis=1), np.linalg.norm(keys, axis=1))
    return queries @ keys.T / np.where(lengths == 0, 1, lengths)


def additive_scores(queries, keys, w_query, w_key, v):
    hidden = np.tanh((queries @ w_query)[:, None] + keys @ w_key)
    return hidden @ v


def attend(scores, values):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exponentials / exponentials.sum(axis=1, keepdims=True)
    return weights @ values, weights
