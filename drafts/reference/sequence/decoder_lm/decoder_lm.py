"""Decoder language model: what comes next, given all that came before."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

LONGEST, WIDTH, EPOCHS, BATCH_SIZE = 32, 24, 8, 64


def next_token_loss(logits: keras.KerasTensor, tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Computes the mean cross-entropy of the next token, over real tokens only."""
    targets = tokens[:, 1:]
    losses = ops.sparse_categorical_crossentropy(targets, logits[:, :-1], from_logits=True)
    is_real = ops.cast(ops.not_equal(targets, 0), "float32")
    return ops.sum(losses * is_real) / ops.sum(is_real)


def sample(
    model: Callable[[np.ndarray], np.ndarray], prompt: np.ndarray, count: int, temperature: float, seed: int
) -> np.ndarray:
    """Writes on: draws one token after another, each from what the model says of all tokens before it."""
    rng, text = np.random.default_rng(seed), list(prompt)
    for _ in range(count):
        logits = np.array(model(np.array([text], dtype="int32")), dtype=float)[0, -1]
        if temperature == 0:
            text.append(np.argmax(logits))
        else:
            powers = np.exp((logits - logits.max()) / temperature)
            text.append(rng.choice(len(powers), p=powers / powers.sum()))
    return np.array(text, dtype="int32")


class Decoder(layers.Layer):
    """Embedding, positions, one block of causal self-attention and feed-forward layer, and logits."""

    def __init__(self, vocabulary_size: int):
        """Makes the layers."""
        super().__init__()
        self.embedding = layers.Embedding(vocabulary_size, WIDTH, keras.initializers.RandomNormal(stddev=1.0))
        angles = np.arange(LONGEST)[:, None] / 100 ** (np.arange(0, WIDTH, 2) / WIDTH)
        self.positions = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")
        self.query = layers.Dense(WIDTH, use_bias=False, kernel_initializer="random_normal")
        self.key = layers.Dense(WIDTH, use_bias=False, kernel_initializer="random_normal")
        self.value = layers.Dense(WIDTH, use_bias=False)
        self.hidden = layers.Dense(2 * WIDTH, activation="relu")
        self.output_layer = layers.Dense(WIDTH)
        self.logits = layers.Dense(vocabulary_size)

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Computes the logits of the next token at each position."""
        time = ops.shape(tokens)[1]
        states = self.embedding(tokens)
        states = states + ops.convert_to_tensor(self.positions)[:time]
        scores = ops.matmul(self.query(states), ops.swapaxes(self.key(states), 1, 2)) / WIDTH**0.5
        may_attend = ops.tril(ops.ones((time, time), dtype="bool"))
        weights = ops.softmax(ops.where(may_attend, scores, -1e9))
        states = states + ops.matmul(weights, self.value(states))
        states = states + self.output_layer(self.hidden(states))
        return self.logits(states)


def make_model(vocabulary_size: int) -> Decoder:
    """Makes a decoder, not trained yet."""
    return Decoder(vocabulary_size)


def train_language_model(tokens: np.ndarray, vocabulary_size: int) -> Decoder:
    """Trains a decoder to predict the next token."""
    model = make_model(vocabulary_size)
    model(tokens[:1])  # Makes the weights.
    num_steps = EPOCHS * (len(tokens) // BATCH_SIZE)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(0.015, num_steps, 0.001))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = next_token_loss(model(batch), batch)
        optimizer.apply(tape.gradient(loss, model.trainable_variables))

    for _ in range(EPOCHS):
        shuffled = np.random.permutation(tokens)
        for start in range(0, len(tokens) - BATCH_SIZE + 1, BATCH_SIZE):
            step(shuffled[start : start + BATCH_SIZE])
    return model
