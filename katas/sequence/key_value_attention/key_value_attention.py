"""Key-value attention: scores of queries and keys, and what they fetch from the values."""

import numpy as np


def dot_scores(queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Scores each query with each key by their dot product, which is not scaled.

    M.-T. Luong, H. Pham and C. D. Manning, "Effective Approaches to Attention-based Neural Machine Translation", EMNLP 2015,
    section 3.1:

        score(q, k) = <q, k>

    Args:
        queries: float array of shape `(queries, depth)`, one query a row. All axes here and below have length 1 or more.
        keys: float array of shape `(keys, depth)`, one key a row.

    Returns:
        Float array of shape `(queries, keys)`: row i, column j is the score of query i and key j.
    """
    raise NotImplementedError("TODO: task 1")


def cosine_scores(queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Scores each query with each key by the cosine of the angle between them.

    A. Graves, G. Wayne and I. Danihelka, "Neural Turing Machines", arXiv 1410.5401, section 3.3.1:

        score(q, k) = <q, k> / (‖q‖ ‖k‖)

    where ‖q‖ is the root of the sum of squares. If q or k is a vector of zeros, the score is 0.

    Args:
        queries: float array of shape `(queries, depth)`. The length ‖q‖ of each row is 0, or from 0.1 to 100.
        keys: float array of shape `(keys, depth)`, with rows of the same lengths.

    Returns:
        Float array of shape `(queries, keys)`, with values from -1 to 1.
    """
    raise NotImplementedError("TODO: task 1")


def additive_scores(
    queries: np.ndarray,
    keys: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
) -> np.ndarray:
    """Scores each query with each key by a network with one hidden layer.

    D. Bahdanau, K. Cho and Y. Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", ICLR 2015,
    appendix A.1.2. For a query q and a key k, which are rows:

        score(q, k) = tanh(q w_query + k w_key) · v

    The matrices are the same for all queries and all keys. There is no bias.

    Args:
        queries: float array of shape `(queries, query_depth)`.
        keys: float array of shape `(keys, key_depth)`. The two depths may differ.
        w_query: float array of shape `(query_depth, units)`.
        w_key: float array of shape `(key_depth, units)`.
        v: float array of shape `(units,)`.
            The entries of `queries @ w_query` and `keys @ w_key` are between -1,000 and 1,000.

    Returns:
        Float array of shape `(queries, keys)`.
    """
    raise NotImplementedError("TODO: task 2")


def attend(scores: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Averages the values, with the softmax of the scores as weights.

    Section 5.3 of the notes. For each query, with the sums over all of its keys:

        weight_j = exp(score_j) / Σ_l exp(score_l)
        output   = Σ_j weight_j value_j

    Args:
        scores: float array of shape `(queries, keys)`, any numbers from -1,000 to 1,000.
        values: float array of shape `(keys, value_depth)`: row j belongs to key j.

    Returns:
        `(outputs, weights)`: float arrays of shapes `(queries, value_depth)` and `(queries, keys)`. Every row of the weights
        sums to 1.
    """
    raise NotImplementedError("TODO: task 3")
