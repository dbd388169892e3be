"""Positional encoding: what a token is, and where it stands."""

import keras
import numpy as np
from keras import ops


def positional_encoding(length: int, depth: int) -> np.ndarray:
    """Encodes the positions 0, 1, ..., length - 1 by sines and cosines of falling frequency."""
    positions = ops.arange(length, dtype="float32")[:, None]
    columns = np.arange(depth)
    is_sine = columns % 2 == 0
    angles = positions * _frequencies(depth)[columns // 2]
    return ops.where(is_sine, ops.sin(angles), ops.cos(angles))


def shift_matrix(offset: int, depth: int) -> np.ndarray:
    """Makes the matrix that moves every encoding by `offset` positions."""
    angles = offset * _frequencies(depth)
    matrix = np.zeros((depth, depth))
    for pair, (sine, cosine) in enumerate(zip(np.sin(angles), np.cos(angles), strict=True)):
        block = slice(2 * pair, 2 * pair + 2)
        matrix[block, block] = [[cosine, -sine], [sine, cosine]]
    return matrix


class TokenAndPosition(keras.layers.Layer):
    """Embeds tokens, and adds the encodings of their positions."""

    def __init__(self, vocabulary: int, depth: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.depth = depth
        self.embedding = keras.layers.Embedding(vocabulary, depth)

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Embeds a batch of sequences."""
        length = ops.shape(tokens)[1]
        return self.depth**0.5 * self.embedding(tokens) + positional_encoding(length, self.depth)


def _frequencies(depth):
    """How far the angle of each pair moves from one position to the next."""
    pairs = np.arange((depth + 1) // 2)
    return 10000.0 ** (-2 * pairs / depth)
