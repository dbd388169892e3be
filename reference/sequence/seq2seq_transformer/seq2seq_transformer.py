"""Sequence-to-sequence Transformer: an encoder reads, and a decoder writes token by token."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

PAD, START, END = 0, 1, 2
DEPTH, HEADS, HIDDEN_UNITS = 32, 2, 64
BATCH_SIZE, EPOCHS = 64, 5


def shift_targets(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Makes of each target what the decoder is given and what it has to say."""
    inputs = np.pad(targets, ((0, 0), (1, 0)), constant_values=START)
    labels = np.pad(targets, ((0, 0), (0, 1)), constant_values=PAD)
    labels[np.arange(len(targets)), np.count_nonzero(targets, axis=1)] = END
    return inputs, labels


def greedy_decode(model: keras.Model, sources: np.ndarray, max_length: int) -> np.ndarray:
    """Writes the most likely token again and again, until the end."""
    written = np.full((len(sources), 1), START, dtype="int32")
    for _ in range(max_length):
        scores = np.asarray(model([sources, written]))
        written = np.column_stack([written, scores[:, -1].argmax(axis=-1)])
    has_ended = np.cumsum(written == END, axis=1) > 0
    return np.where(has_ended, PAD, written)[:, 1:]


def embed(tokens: keras.KerasTensor, vocabulary_size: int, length: int) -> keras.KerasTensor:
    """Adds the embedding of the positions to that of the tokens."""
    positions = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    return layers.Embedding(vocabulary_size, DEPTH)(tokens) + layers.Embedding(length, DEPTH)(positions)


def attend(inputs: keras.KerasTensor, memory: keras.KerasTensor, **masks) -> keras.KerasTensor:
    """Applies multi-head attention, with its residual connection and normalization."""
    attended = layers.MultiHeadAttention(HEADS, DEPTH // HEADS, use_bias=False)(inputs, memory, **masks)
    return layers.LayerNormalization(center=False, scale=False)(inputs + attended)


def feed_forward(inputs: keras.KerasTensor) -> keras.KerasTensor:
    """Applies two dense layers at each place, with their residual connection and normalization."""
    hidden = layers.Dense(HIDDEN_UNITS, activation="relu", use_bias=False)(inputs)
    return layers.LayerNormalization(center=False, scale=False)(inputs + layers.Dense(DEPTH, use_bias=False)(hidden))


def make_model(vocabulary_size: int, max_length: int) -> keras.Model:
    """Makes an encoder and a decoder of one block each, not trained yet."""
    sources, inputs = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    is_real = ops.not_equal(sources, PAD)[:, None, :]
    memory = embed(sources, vocabulary_size, max_length)
    memory = feed_forward(attend(memory, memory, attention_mask=is_real))
    outputs = embed(inputs, vocabulary_size, max_length + 1)
    outputs = attend(outputs, outputs, use_causal_mask=True)
    outputs = feed_forward(attend(outputs, memory, attention_mask=is_real))
    return keras.Model([sources, inputs], layers.Dense(vocabulary_size)(outputs))


def train(sources: np.ndarray, targets: np.ndarray, vocabulary_size: int) -> keras.Model:
    """Trains a model to translate, by teacher forcing."""
    model = make_model(vocabulary_size, sources.shape[1])
    rate = keras.optimizers.schedules.CosineDecay(0.01, EPOCHS * len(sources) // BATCH_SIZE)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)

    @tf.function(autograph=False)
    def step(sources, inputs, labels):
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, model([sources, inputs]))
        optimizer.apply(tape.gradient(loss, model.trainable_variables))

    pairs = tf.data.Dataset.from_tensor_slices((sources, *shift_targets(targets)))
    for batch in pairs.shuffle(len(sources)).repeat(EPOCHS).batch(BATCH_SIZE, drop_remainder=True):
        step(*batch)
    return model
