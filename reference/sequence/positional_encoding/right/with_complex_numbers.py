"""Each pair is a complex number on the unit circle: a step multiplies it by another one."""

import keras
import numpy as np
import tensorflow as tf


def on_the_circle(positions, pairs, depth):
    angles = np.asarray(positions, dtype="float64")[:, None] * np.exp(-2 * np.log(1e4) * np.arange(pairs) / depth)
    return np.exp(1j * angles)


def positional_encoding(length, depth):
    points = on_the_circle(range(length), -(-depth // 2), depth)
    encoding = np.empty((length, depth), "float32")
    encoding[:, 0::2] = points.imag
    encoding[:, 1::2] = points.real[:, : depth // 2]
    return encoding


def shift_matrix(offset, depth):
    turns = on_the_circle([offset], depth // 2, depth)[0]
    return np.kron(np.diag(turns.real), np.eye(2)) + np.kron(np.diag(turns.imag), [[0, -1], [1, 0]])


class TokenAndPosition(keras.layers.Layer):
    def __init__(self, vocabulary, depth, **kwargs):
        super().__init__(**kwargs)
        self.table = keras.Variable(np.random.normal(size=(vocabulary, depth)) / depth**0.5, dtype="float32")
        self.frequencies = tf.constant(1e4 ** (-(np.arange(depth) // 2 * 2) / depth), "float32")
        self.phases = tf.constant(np.arange(depth) % 2 * np.pi / 2, "float32")

    def call(self, tokens):
        embedded = tf.gather(tf.convert_to_tensor(self.table), tokens)
        positions = tf.cumsum(tf.ones_like(embedded), axis=1, exclusive=True)
        encoding = tf.sin(positions * self.frequencies + self.phases)
        return embedded * np.sqrt(embedded.shape[-1]) + encoding
