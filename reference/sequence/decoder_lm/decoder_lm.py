"""Decoder language model: what comes next, given all that came before."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops
from scipy import special

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
            text.append(rng.choice(len(logits), p=special.softmax(logits / temperature)))
    return np.array(text, dtype="int32")


def make_model(vocabulary_size: int) -> keras.Model:
    """Makes a decoder of one block, not trained yet."""
    tokens, normal = keras.Input((None,), dtype="int32"), keras.initializers.RandomNormal(stddev=0.7)
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    states = layers.Embedding(vocabulary_size, WIDTH, normal)(tokens) + layers.Embedding(LONGEST, WIDTH, normal)(places)
    states = states + layers.MultiHeadAttention(1, WIDTH, use_bias=False)(states, states, use_causal_mask=True)
    hidden = layers.Dense(2 * WIDTH, activation="relu")(states)
    return keras.Model(tokens, layers.Dense(vocabulary_size)(states + layers.Dense(WIDTH)(hidden)))


def train_language_model(tokens: np.ndarray, vocabulary_size: int) -> keras.Model:
    """Trains a decoder to predict the next token."""
    model = make_model(vocabulary_size)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.015, EPOCHS * len(tokens) // BATCH_SIZE))
    optimizer.build(model.trainable_variables)

    @tf.function(autograph=False)
    def step(batch):
        with tf.GradientTape() as tape:
            loss = next_token_loss(model(batch), batch)
        optimizer.apply(tape.gradient(loss, model.trainable_variables))

    texts = tf.data.Dataset.from_tensor_slices(tokens).shuffle(len(tokens)).repeat(EPOCHS)
    for batch in texts.batch(BATCH_SIZE, drop_remainder=True):
        step(batch)
    return model
