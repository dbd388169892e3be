"""Attention written out, sinusoidal positions, NumPy where nothing is learned, and a training loop with a tape."""

import keras
import numpy as np
import tensorflow as tf


def attention_mask(tokens):
    tokens = np.asarray(tokens)
    return np.broadcast_to((tokens != 0)[:, None, :], (*tokens.shape, tokens.shape[1]))


def mean_of_tokens(states, tokens):
    means = [row[text != 0].sum(axis=0) / max((text != 0).sum(), 1) for row, text in zip(states, tokens, strict=True)]
    return np.array(means)


def waves(time, width):
    angles = np.arange(time)[:, None] / 100.0 ** (np.arange(width // 2) / (width // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")


class Encoder(tf.Module):
    def __init__(self, vocabulary_size, width=16):
        super().__init__()
        self.embedding = tf.Variable(tf.random.normal((vocabulary_size, width)))
        self.kernels = [tf.Variable(tf.random.normal((width, width), stddev=width**-0.5)) for _ in range(3)]
        self.hidden = keras.layers.Dense(2 * width, activation="relu")
        self.back = keras.layers.Dense(width)
        self.hidden.build((None, width))
        self.back.build((None, 2 * width))

    def __call__(self, tokens):
        tokens = tf.convert_to_tensor(tokens)
        states = tf.gather(self.embedding, tokens) + waves(32, self.embedding.shape[1])[: tokens.shape[1]]
        queries, keys, values = (states @ tf.convert_to_tensor(kernel) for kernel in self.kernels)
        scores = tf.matmul(queries, keys, transpose_b=True) / np.sqrt(queries.shape[-1])
        scores = tf.where((tokens != 0)[:, None], scores, -1e9)
        states = states + tf.nn.softmax(scores) @ values
        return states + self.back(self.hidden(states))


def make_encoder(vocabulary_size):
    return Encoder(vocabulary_size)


def train_classifier(tokens, labels, vocabulary_size):
    encoder, head = make_encoder(vocabulary_size), keras.layers.Dense(2)
    head.build((None, encoder.embedding.shape[1]))
    weights = [encoder.embedding, *encoder.kernels]
    for dense in (encoder.hidden, encoder.back, head):
        weights += [variable.value for variable in dense.trainable_variables]

    def classify(tokens):
        is_real = tf.cast(tokens != 0, "float32")[:, :, None]
        count = tf.maximum(tf.reduce_sum(is_real, axis=1), 1.0)
        return head(tf.reduce_sum(encoder(tokens) * is_real, axis=1) / count)

    @tf.function
    def step(tokens, labels, rate):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, classify(tokens)))
        slopes = map(tf.convert_to_tensor, tape.gradient(loss, weights))
        for weight, slope, first, second in zip(weights, slopes, *moments, strict=True):
            first.assign(0.9 * first + 0.1 * slope)
            second.assign(0.98 * second + 0.02 * slope**2)
            weight.assign_sub(rate * first / (tf.sqrt(second) + 1e-6))

    moments = [[tf.Variable(tf.zeros_like(weight)) for weight in weights] for _ in range(2)]
    steps, rng = 700, np.random.default_rng()
    for number in range(steps):
        batch = rng.integers(len(tokens), size=64)
        step(tokens[batch], labels[batch], tf.constant(0.01 * min(1.0, 2 - 2 * number / steps)))
    return classify
