import math

import keras
import numpy as np
from keras import ops


def positional_encoding(length, depth):
    columns = np.arange(depth)
    angles = ops.arange(length, dtype="float32")[:, None] / 10000.0 ** (columns // 2 * 2 / depth)
    return ops.where(columns % 2 == 0, ops.sin(angles), ops.cos(angles))


def shift_matrix(offset, depth):
    matrix = np.zeros((depth, depth))
    for column in range(0, depth, 2):
        angle = offset / 10000 ** (column / depth)
        sine, cosine = math.sin(angle), math.cos(angle)
        matrix[column : column + 2, column : column + 2] = [[cosine, -sine], [sine, cosine]]
    return matrix


class TokenAndPosition(keras.layers.Layer):
    def __init__(self, vocabulary, depth, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth
        self.embedding = keras.layers.Embedding(vocabulary, depth)

    def call(self, tokens):
        embedded = self.embedding(tokens) * math.sqrt(self.depth)
        return embedded + positional_encoding(ops.shape(tokens)[1], self.depth)
