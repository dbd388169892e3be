import math

import keras
import numpy as np
from keras import ops


def positional_encoding(length, depth):
    positions = ops.cast(ops.arange(length), "float32")[:, None]
    columns = np.arange(depth)
    pairs = columns // 2
    frequencies = (10000.0 ** (-2.0 * pairs / depth)).astype("float32")
    angles = positions * frequencies[None, :]
    is_even = columns % 2 == 0
    return ops.where(is_even, ops.sin(angles), ops.cos(angles))


def shift_matrix(offset, depth):
    matrix = np.zeros((depth, depth))
    for i in range(depth // 2):
        angle = offset / 10000 ** (2 * i / depth)
        sine, cosine = np.sin(angle), np.cos(angle)
        matrix[2 * i, 2 * i] = cosine
        matrix[2 * i + 1, 2 * i] = sine
        matrix[2 * i, 2 * i + 1] = -sine
        matrix[2 * i + 1, 2 * i + 1] = cosine
    return matrix


class TokenAndPosition(keras.layers.Layer):
    def __init__(self, vocabulary, depth, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth
        self.embedding = keras.layers.Embedding(vocabulary, depth)

    def call(self, tokens):
        time = ops.shape(tokens)[1]
        embedded = math.sqrt(self.depth) * self.embedding(tokens)
        return embedded + positional_encoding(time, self.depth)[None]
