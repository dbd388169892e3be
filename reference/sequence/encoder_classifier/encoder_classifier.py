"""Encoder classifier: read a whole sequence in both directions, and say which class it belongs to."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

LONGEST, WIDTH, EPOCHS, BATCH_SIZE = 32, 16, 12, 64


def attention_mask(tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Says who may attend to whom, so that padding is never looked at."""
    queries = ops.expand_dims(ops.ones_like(tokens, dtype="bool"), 2)
    return ops.logical_and(queries, ops.expand_dims(ops.not_equal(tokens, 0), 1))


def mean_of_tokens(states: keras.KerasTensor, tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Computes the mean of the states of the real tokens of each sequence."""
    is_real = ops.cast(ops.expand_dims(ops.not_equal(tokens, 0), 2), "float32")
    return ops.sum(states * is_real, axis=1) / ops.maximum(ops.sum(is_real, axis=1), 1.0)


def make_encoder(vocabulary_size: int) -> keras.Model:
    """Makes an encoder of one block, not trained yet."""
    tokens, normal = keras.Input((None,), dtype="int32"), keras.initializers.RandomNormal(stddev=0.7)
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    states = layers.Embedding(vocabulary_size, WIDTH, normal)(tokens) + layers.Embedding(LONGEST, WIDTH, normal)(places)
    attention = layers.MultiHeadAttention(1, WIDTH, use_bias=False)
    states = states + attention(states, states, attention_mask=attention_mask(tokens))
    hidden = layers.Dense(2 * WIDTH, activation="relu")(states)
    return keras.Model(tokens, states + layers.Dense(WIDTH)(hidden))


def train_classifier(tokens: np.ndarray, labels: np.ndarray, vocabulary_size: int) -> keras.Model:
    """Trains an encoder together with a classifier on the mean of its states."""
    inputs, encoder = keras.Input((None,), dtype="int32"), make_encoder(vocabulary_size)
    classifier = keras.Model(inputs, layers.Dense(2)(mean_of_tokens(encoder(inputs), inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.015, EPOCHS * len(tokens) // BATCH_SIZE))
    optimizer.build(classifier.trainable_variables)

    @tf.function(autograph=False)
    def step(batch, targets):
        with tf.GradientTape() as tape:
            value = loss(targets, classifier(batch))
        optimizer.apply(tape.gradient(value, classifier.trainable_variables))

    pairs = tf.data.Dataset.from_tensor_slices((tokens, labels)).shuffle(len(tokens)).repeat(EPOCHS)
    for batch, targets in pairs.batch(BATCH_SIZE, drop_remainder=True):
        step(batch, targets)
    return classifier
