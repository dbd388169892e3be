"""Encoder classifier: read a whole sequence in both directions, and say which class it belongs to."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

LONGEST, WIDTH, EPOCHS, BATCH_SIZE = 32, 16, 9, 64


def attention_mask(tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Says who may attend to whom, so that padding is never looked at."""
    is_real = ops.not_equal(tokens, 0)
    return ops.repeat(ops.expand_dims(is_real, 1), ops.shape(tokens)[1], axis=1)


def mean_of_tokens(states: keras.KerasTensor, tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Computes the mean of the states of the real tokens of each sequence."""
    is_real = ops.cast(ops.expand_dims(ops.not_equal(tokens, 0), -1), "float32")
    return ops.sum(states * is_real, axis=1) / ops.maximum(ops.sum(is_real, axis=1), 1.0)


class Encoder(layers.Layer):
    """Embedding, positions, and one block of self-attention and feed-forward layer."""

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

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Computes a state for each token."""
        states = self.embedding(tokens)
        states = states + ops.convert_to_tensor(self.positions)[: ops.shape(tokens)[1]]
        scores = ops.matmul(self.query(states), ops.swapaxes(self.key(states), 1, 2)) / WIDTH**0.5
        weights = ops.softmax(ops.where(attention_mask(tokens), scores, -1e9))
        states = states + ops.matmul(weights, self.value(states))
        return states + self.output_layer(self.hidden(states))


def make_encoder(vocabulary_size: int) -> Encoder:
    """Makes an encoder, not trained yet."""
    return Encoder(vocabulary_size)


def train_classifier(tokens: np.ndarray, labels: np.ndarray, vocabulary_size: int) -> keras.Model:
    """Trains an encoder together with a classifier on the mean of its states."""
    inputs = keras.Input((None,), dtype="int32")
    states = make_encoder(vocabulary_size)(inputs)
    classifier = keras.Model(inputs, layers.Dense(2)(mean_of_tokens(states, inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    num_steps = EPOCHS * (len(tokens) // BATCH_SIZE)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(0.015, num_steps, 0.001))
    optimizer.build(classifier.trainable_variables)

    @tf.function
    def step(batch, targets):
        with tf.GradientTape() as tape:
            value = loss(targets, classifier(batch))
        optimizer.apply(tape.gradient(value, classifier.trainable_variables))

    for _ in range(EPOCHS):
        order = np.random.permutation(len(tokens))
        for start in range(0, len(tokens) - BATCH_SIZE + 1, BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            step(tokens[chosen], labels[chosen])
    return classifier
