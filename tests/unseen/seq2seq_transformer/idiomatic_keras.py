"""Sequence-to-sequence Transformer, with Keras' functional API and `fit`."""

import keras
import numpy as np
from keras import layers, ops

WIDTH = 32
HEADS = 2


def shift_targets(targets):
    targets = np.asarray(targets)
    batch = targets.shape[0]
    start = np.full((batch, 1), 1, dtype=targets.dtype)
    inputs = np.concatenate([start, targets], axis=1)
    padding = np.zeros((batch, 1), dtype=targets.dtype)
    labels = np.concatenate([targets, padding], axis=1)
    lengths = np.count_nonzero(targets, axis=1)
    labels[np.arange(batch), lengths] = 2
    return inputs, labels


def greedy_decode(model, sources, max_length):
    sources = np.asarray(sources)
    inputs = np.ones((len(sources), 1), dtype="int32")
    for _ in range(max_length):
        scores = np.asarray(model([sources, inputs]))
        tokens = np.argmax(scores[:, -1], axis=-1).astype("int32")
        inputs = np.concatenate([inputs, tokens[:, None]], axis=1)
    words = inputs[:, 1:]
    ended = np.cumsum(words == 2, axis=1) > 0
    return np.where(ended, 0, words)


@keras.saving.register_keras_serializable("seq2seq")
class TokenAndPositionEmbedding(layers.Layer):
    def __init__(self, vocabulary_size, length, width, **kwargs):
        super().__init__(**kwargs)
        self.tokens = layers.Embedding(vocabulary_size, width)
        self.positions = layers.Embedding(length, width)

    def call(self, tokens):
        positions = ops.arange(ops.shape(tokens)[1])
        return self.tokens(tokens) + self.positions(positions)


def feed_forward(x):
    hidden = layers.Dense(2 * WIDTH, activation="relu")(x)
    return layers.LayerNormalization()(x + layers.Dense(WIDTH)(hidden))


def make_model(vocabulary_size, max_length):
    sources = keras.Input((None,), dtype="int32")
    inputs = keras.Input((None,), dtype="int32")
    is_word = layers.Lambda(lambda tokens: ops.not_equal(tokens, 0)[:, None, :])(sources)

    memory = TokenAndPositionEmbedding(vocabulary_size, max_length, WIDTH)(sources)
    attended = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(memory, memory, attention_mask=is_word)
    memory = layers.LayerNormalization()(memory + attended)
    memory = feed_forward(memory)

    x = TokenAndPositionEmbedding(vocabulary_size, max_length + 1, WIDTH)(inputs)
    attended = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization()(x + attended)
    attended = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(x, memory, attention_mask=is_word)
    x = layers.LayerNormalization()(x + attended)
    x = feed_forward(x)

    scores = layers.Dense(vocabulary_size)(x)
    return keras.Model([sources, inputs], scores)


def train(sources, targets, vocabulary_size):
    batch_size, epochs = 64, 10
    model = make_model(vocabulary_size, sources.shape[1])
    inputs, labels = shift_targets(targets)
    steps = epochs * -(-len(sources) // batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0),
        jit_compile=False,
    )
    model.fit([sources, inputs], labels, batch_size=batch_size, epochs=epochs, verbose=0)
    return model
