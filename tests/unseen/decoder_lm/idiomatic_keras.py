"""Decoder language model: what comes next, given all that came before."""

import keras
import numpy as np
from keras import layers, ops

MAX_TIME = 32


def next_token_loss(logits, tokens):
    """Computes the mean cross-entropy of the next token, over real tokens only."""
    logits = ops.convert_to_tensor(logits, dtype="float32")
    tokens = ops.cast(tokens, "int32")
    predictions = logits[:, :-1]
    targets = tokens[:, 1:]
    losses = keras.losses.sparse_categorical_crossentropy(targets, predictions, from_logits=True)
    mask = ops.cast(targets != 0, "float32")
    return ops.sum(losses * mask) / ops.sum(mask)


def sample(model, prompt, count, temperature, seed):
    """Writes on: draws one token after another."""
    rng = np.random.default_rng(seed)
    tokens = list(prompt)
    for _ in range(count):
        logits = model(np.array([tokens], dtype="int32"))
        last = np.array(logits, dtype="float64")[0, -1]
        if temperature == 0:
            token = np.argmax(last)
        else:
            scaled = last / temperature
            scaled = scaled - scaled.max()
            probabilities = np.exp(scaled)
            probabilities = probabilities / probabilities.sum()
            token = rng.choice(len(probabilities), p=probabilities)
        tokens.append(token)
    return np.array(tokens, dtype="int32")


@keras.saving.register_keras_serializable()
class TokenAndPosition(layers.Layer):
    """Adds an embedding of the token and an embedding of its position."""

    def __init__(self, vocabulary_size, width, **kwargs):
        super().__init__(**kwargs)
        self.token = layers.Embedding(vocabulary_size, width)
        self.position = layers.Embedding(MAX_TIME, width)

    def call(self, tokens):
        positions = ops.arange(ops.shape(tokens)[1])
        return self.token(tokens) + self.position(positions)


def make_model(vocabulary_size, width=32, heads=2, blocks=2):
    """Makes a decoder, not trained yet."""
    tokens = keras.Input((None,), dtype="int32")
    x = TokenAndPosition(vocabulary_size, width)(tokens)
    for _ in range(blocks):
        normed = layers.LayerNormalization()(x)
        attended = layers.MultiHeadAttention(heads, width // heads)(normed, normed, use_causal_mask=True)
        x = x + attended
        normed = layers.LayerNormalization()(x)
        hidden = layers.Dense(4 * width, activation="gelu")(normed)
        x = x + layers.Dense(width)(hidden)
    x = layers.LayerNormalization()(x)
    logits = layers.Dense(vocabulary_size)(x)
    return keras.Model(tokens, logits)


def train_language_model(tokens, vocabulary_size):
    """Trains a decoder to predict the next token."""
    model = make_model(vocabulary_size)
    model.compile(
        optimizer=keras.optimizers.Adam(0.005),
        loss=lambda targets, logits: next_token_loss(logits, targets),
    )
    model.fit(tokens, tokens, batch_size=64, epochs=12, verbose=0)
    return model
