"""A subclass of `keras.Model` with attention written out, sinusoidal positions, draws by Gumbel noise, and `fit`."""

import keras
import numpy as np
import tensorflow as tf


def next_token_loss(logits, tokens):
    logits, tokens = tf.convert_to_tensor(logits)[:, :-1], tf.convert_to_tensor(tokens)[:, 1:]
    logits, targets = logits[tokens != 0], tokens[tokens != 0]
    chosen = tf.gather(logits, targets, batch_dims=1)
    return tf.reduce_mean(tf.reduce_logsumexp(logits, axis=-1) - chosen)


def sample(model, prompt, count, temperature, seed):
    rng = np.random.default_rng(seed)
    text = np.array(prompt, dtype="int32")
    for _ in range(count):
        logits = np.array(model(text[None])[0, -1], dtype=float)
        if temperature > 0:
            logits = logits / temperature + rng.gumbel(size=logits.shape)
        text = np.append(text, np.int32(logits.argmax()))
    return text


def waves(time, width):
    angles = np.arange(time)[:, None] / 100.0 ** (np.arange(width // 2) / (width // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")


class Decoder(keras.Model):
    def __init__(self, vocabulary_size, width=32):
        super().__init__()
        self.width = width
        self.embedding = keras.layers.Embedding(vocabulary_size, width, "orthogonal")
        self.query, self.key, self.value = (keras.layers.Dense(width, use_bias=False) for _ in range(3))
        self.hidden = keras.layers.Dense(64, activation="relu")
        self.back = keras.layers.Dense(width)
        self.logits = keras.layers.Dense(vocabulary_size)

    def call(self, tokens):
        time = tf.shape(tokens)[1]
        states = 3.0 * self.embedding(tokens) + tf.constant(waves(32, self.width))[:time]
        scores = tf.matmul(self.query(states), self.key(states), transpose_b=True) / self.width**0.5
        scores += -1e9 * (1 - tf.linalg.band_part(tf.ones((time, time)), -1, 0))
        states = states + tf.nn.softmax(scores) @ self.value(states)
        return self.logits(states + self.back(self.hidden(states)))


def make_model(vocabulary_size):
    return Decoder(vocabulary_size)


def train_language_model(tokens, vocabulary_size):
    def loss(targets, logits):
        return next_token_loss(logits, tf.cast(targets, "int32"))  # `fit` hands the targets over as float32.

    model = make_model(vocabulary_size)
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(tokens, tokens, batch_size=64, epochs=4, verbose=0)
    return model
