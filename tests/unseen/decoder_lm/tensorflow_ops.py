"""Decoder language model, in plain TensorFlow: own variables, own attention, own training loop."""

import math

import numpy as np
import tensorflow as tf

WIDTH = 32
LONGEST = 32


def next_token_loss(logits, tokens):
    """Computes the mean cross-entropy of the next token, over real tokens only."""
    logits = tf.cast(logits, tf.float32)[:, :-1, :]
    labels = tf.cast(tokens, tf.int32)[:, 1:]
    log_p = tf.nn.log_softmax(logits, axis=-1)
    picked = tf.gather(log_p, labels, batch_dims=2)
    real = tf.cast(tf.not_equal(labels, 0), tf.float32)
    return -tf.reduce_sum(picked * real) / tf.reduce_sum(real)


def sample(model, prompt, count, temperature, seed):
    """Writes on: draws one token after another."""
    generator = np.random.default_rng(seed)
    text = np.array(prompt, dtype=np.int32)
    for _ in range(count):
        logits = np.asarray(model(text[np.newaxis, :]))[0, -1, :].astype(np.float64)
        if temperature > 0:
            # the Gumbel trick: argmax of logits plus noise is a draw from the softmax
            noise = generator.gumbel(size=logits.shape)
            choice = np.argmax(logits / temperature + noise)
        else:
            choice = np.argmax(logits)
        text = np.append(text, np.int32(choice))
    return text


def sinusoids(length, width):
    """The table of positions of the paper."""
    position = np.arange(length)[:, None]
    frequency = 1.0 / 10000 ** (np.arange(0, width, 2) / width)
    angles = position * frequency
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")


class Decoder(tf.Module):
    """One block of causal self-attention and a feed-forward layer."""

    def __init__(self, vocabulary_size, width=WIDTH):
        super().__init__()
        def matrix(rows, columns):
            return tf.Variable(tf.random.normal([rows, columns], stddev=1 / math.sqrt(rows)))

        self.embedding = tf.Variable(tf.random.normal([vocabulary_size, width], stddev=0.5))
        self.positions = tf.constant(sinusoids(LONGEST, width))
        self.query, self.key, self.value = matrix(width, width), matrix(width, width), matrix(width, width)
        self.mix = matrix(width, width)
        self.inner, self.inner_bias = matrix(width, 4 * width), tf.Variable(tf.zeros([4 * width]))
        self.outer, self.outer_bias = matrix(4 * width, width), tf.Variable(tf.zeros([width]))
        self.head, self.head_bias = matrix(width, vocabulary_size), tf.Variable(tf.zeros([vocabulary_size]))

    def __call__(self, tokens):
        tokens = tf.convert_to_tensor(tokens, tf.int32)
        time = tf.shape(tokens)[1]
        x = tf.gather(self.embedding, tokens) + self.positions[:time]
        x = x + self.attend(x, time)
        hidden = tf.nn.relu(x @ self.inner + self.inner_bias)
        x = x + hidden @ self.outer + self.outer_bias
        return x @ self.head + self.head_bias

    def attend(self, x, time):
        q, k, v = x @ self.query, x @ self.key, x @ self.value
        scores = tf.matmul(q, k, transpose_b=True) / math.sqrt(WIDTH)
        allowed = tf.linalg.band_part(tf.ones([time, time]), -1, 0)
        scores = tf.where(allowed > 0, scores, -1e9)
        return tf.nn.softmax(scores, axis=-1) @ v @ self.mix


def make_model(vocabulary_size):
    """Makes a decoder, not trained yet."""
    return Decoder(vocabulary_size)


def train_language_model(tokens, vocabulary_size):
    """Trains a decoder to predict the next token."""
    model = make_model(vocabulary_size)
    variables = model.trainable_variables
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]

    @tf.function
    def step(batch, rate, count):
        with tf.GradientTape() as tape:
            loss = next_token_loss(model(batch), batch)
        gradients = tape.gradient(loss, variables)
        for v, g, m, s in zip(variables, gradients, first, second):
            g = tf.convert_to_tensor(g)
            m.assign(0.9 * m + 0.1 * g)
            s.assign(0.999 * s + 0.001 * g * g)
            unbiased = s / (1.0 - 0.999**count)
            v.assign_sub(rate * (m / (1.0 - 0.9**count)) / (tf.sqrt(unbiased) + 1e-7))
        return loss

    data = np.asarray(tokens, dtype=np.int32)
    rng = np.random.default_rng(0)
    done, epochs, size = 0, 20, 64
    total = epochs * math.ceil(len(data) / size)
    for _ in range(epochs):
        order = rng.permutation(len(data))
        for start in range(0, len(data), size):
            done += 1
            rate = 0.01 * (1 - done / (total + 1))
            step(tf.constant(data[order[start : start + size]]), tf.constant(rate, tf.float32), tf.constant(done, tf.float32))
    return model
