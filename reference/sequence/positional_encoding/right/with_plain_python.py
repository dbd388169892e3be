"""Numbers one by one; the layer has a table that grows by itself, and asks for it while it runs."""

import math

import keras
import tensorflow as tf


def positional_encoding(length, depth):
    rows = []
    for position in range(length):
        row = []
        for column in range(depth):
            angle = position / 10000 ** ((column - column % 2) / depth)
            row.append(math.cos(angle) if column % 2 else math.sin(angle))
        rows.append(row)
    return rows


def shift_matrix(offset, depth):
    matrix = [[0.0] * depth for _ in range(depth)]
    for even in range(0, depth, 2):
        angle = offset * math.exp(-math.log(10000) * even / depth)
        matrix[even][even] = matrix[even + 1][even + 1] = math.cos(angle)
        matrix[even + 1][even] = math.sin(angle)
        matrix[even][even + 1] = -matrix[even + 1][even]
    return matrix


class TokenAndPosition(keras.Layer):
    def __init__(self, vocabulary, depth, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary, self.depth = vocabulary, depth
        self.table = []

    def build(self, input_shape):
        self.embeddings = self.add_weight(shape=(self.vocabulary, self.depth), initializer="normal", name="embeddings")

    def call(self, tokens):
        encoding = tf.numpy_function(self.up_to, [tf.shape(tokens)[1]], tf.float32)
        one_hot = tf.one_hot(tokens, self.vocabulary)
        outputs = one_hot @ (self.embeddings * tf.sqrt(float(self.depth))) + encoding
        return tf.ensure_shape(outputs, (*tokens.shape, self.depth))

    def up_to(self, length):
        return tf.constant(positional_encoding(int(length), self.depth), tf.float32).numpy()
