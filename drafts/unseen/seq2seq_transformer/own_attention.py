"""Sequence-to-sequence Transformer, with attention written out and a training step of its own."""

import keras
import numpy as np
import tensorflow as tf

WIDTH = 32
HEADS = 2


def shift_targets(targets):
    targets = np.asarray(targets)
    batch, time = targets.shape
    inputs = np.zeros((batch, time + 1), dtype="int32")
    labels = np.zeros((batch, time + 1), dtype="int32")
    for row, target in enumerate(targets):
        words = target[target != 0]
        inputs[row, 0] = 1
        inputs[row, 1 : len(words) + 1] = words
        labels[row, : len(words)] = words
        labels[row, len(words)] = 2
    return inputs, labels


def greedy_decode(model, sources, max_length):
    sources = np.asarray(sources)
    inputs = np.full((len(sources), 1), 1, dtype="int32")
    ended = np.zeros(len(sources), dtype=bool)
    for _ in range(max_length):
        scores = np.asarray(model([sources, inputs]))
        chosen = np.argmax(scores[:, -1, :], axis=-1).astype("int32")
        ended = ended | (chosen == 2)
        chosen = np.where(ended, 0, chosen).astype("int32")
        inputs = np.concatenate([inputs, chosen[:, None]], axis=1)
        if ended.all():
            break
    words = inputs[:, 1:]
    return np.pad(words, ((0, 0), (0, max_length - words.shape[1])))


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.query = keras.layers.Dense(WIDTH)
        self.key = keras.layers.Dense(WIDTH)
        self.value = keras.layers.Dense(WIDTH)
        self.out = keras.layers.Dense(WIDTH)

    def call(self, queries, keys, mask):
        def split(x):
            return tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1], HEADS, WIDTH // HEADS])

        q, k, v = split(self.query(queries)), split(self.key(keys)), split(self.value(keys))
        scores = tf.einsum("bqhd,bkhd->bhqk", q, k) / (WIDTH / HEADS) ** 0.5
        scores = tf.where(mask[:, None], scores, -1e9)
        mixed = tf.einsum("bhqk,bkhd->bqhd", tf.nn.softmax(scores), v)
        return self.out(tf.reshape(mixed, tf.shape(queries)))


class FeedForward(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(2 * WIDTH, activation="relu")
        self.out = keras.layers.Dense(WIDTH)

    def call(self, x):
        return self.out(self.hidden(x))


class Transformer(keras.Model):
    def __init__(self, vocabulary_size, max_length):
        super().__init__()
        self.source_tokens = keras.layers.Embedding(vocabulary_size, WIDTH)
        self.source_positions = keras.layers.Embedding(max_length + 1, WIDTH)
        self.target_tokens = keras.layers.Embedding(vocabulary_size, WIDTH)
        self.target_positions = keras.layers.Embedding(max_length + 1, WIDTH)
        self.encoder_attention = Attention()
        self.encoder_forward = FeedForward()
        self.decoder_attention = Attention()
        self.cross_attention = Attention()
        self.decoder_forward = FeedForward()
        self.norms = [keras.layers.LayerNormalization() for _ in range(5)]
        self.scores = keras.layers.Dense(vocabulary_size)

    def call(self, pair):
        sources, inputs = tf.cast(pair[0], tf.int32), tf.cast(pair[1], tf.int32)
        real = (sources != 0)[:, None, :]
        time = tf.shape(inputs)[1]
        causal = tf.range(time)[None, :, None] >= tf.range(time)[None, None, :]
        memory = self.source_tokens(sources) + self.source_positions(tf.range(tf.shape(sources)[1]))
        memory = self.norms[0](memory + self.encoder_attention(memory, memory, real))
        memory = self.norms[1](memory + self.encoder_forward(memory))
        x = self.target_tokens(inputs) + self.target_positions(tf.range(time))
        x = self.norms[2](x + self.decoder_attention(x, x, causal))
        x = self.norms[3](x + self.cross_attention(x, memory, real))
        x = self.norms[4](x + self.decoder_forward(x))
        return self.scores(x)


def make_model(vocabulary_size, max_length):
    return Transformer(vocabulary_size, max_length)


def train(sources, targets, vocabulary_size):
    model = make_model(vocabulary_size, sources.shape[1])
    inputs, labels = shift_targets(targets)
    epochs, batch = 6, 64
    steps = epochs * len(sources) // batch
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps))
    model([sources[:1], inputs[:1]])
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(source, given, label):
        with tf.GradientTape() as tape:
            logits = model([source, given])
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits)
            weights = tf.cast(label != 0, tf.float32)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(epochs):
        order = np.random.permutation(len(sources))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            step(tf.constant(sources[rows]), tf.constant(inputs[rows]), tf.constant(labels[rows]))
    return model
