"""Encoder classifier, with attention written out and a training step of its own."""

import keras
import numpy as np
import tensorflow as tf

WIDTH = 32


def attention_mask(tokens):
    tokens = tf.convert_to_tensor(tokens)
    real = tf.not_equal(tokens, 0)
    return tf.repeat(real[:, None, :], tf.shape(tokens)[1], axis=1)


def mean_of_tokens(states, tokens):
    weights = tf.cast(tf.not_equal(tokens, 0), tf.float32)
    total = tf.einsum("btw,bt->bw", tf.convert_to_tensor(states, dtype=tf.float32), weights)
    count = tf.reduce_sum(weights, axis=1, keepdims=True)
    return total / tf.maximum(count, 1.0)


class Encoder(keras.Model):
    def __init__(self, vocabulary_size):
        super().__init__()
        self.words = keras.layers.Embedding(vocabulary_size, WIDTH, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5))
        self.places = keras.layers.Embedding(32, WIDTH, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5))
        self.query = keras.layers.Dense(WIDTH)
        self.key = keras.layers.Dense(WIDTH)
        self.value = keras.layers.Dense(WIDTH)
        self.hidden = keras.layers.Dense(2 * WIDTH, activation="relu")
        self.out = keras.layers.Dense(WIDTH)

    def call(self, tokens):
        tokens = tf.cast(tokens, tf.int32)
        x = self.words(tokens) + self.places(tf.range(tf.shape(tokens)[1]))
        scores = tf.matmul(self.query(x), self.key(x), transpose_b=True) / WIDTH**0.5
        scores = tf.where(attention_mask(tokens), scores, -1e9)
        x = x + tf.matmul(tf.nn.softmax(scores), self.value(x))
        return x + self.out(self.hidden(x))


def make_encoder(vocabulary_size):
    return Encoder(vocabulary_size)


class Classifier(keras.Model):
    def __init__(self, vocabulary_size):
        super().__init__()
        self.encoder = make_encoder(vocabulary_size)
        self.head = keras.layers.Dense(2)

    def call(self, tokens):
        return self.head(mean_of_tokens(self.encoder(tokens), tokens))


def train_classifier(tokens, labels, vocabulary_size):
    tokens, labels = np.asarray(tokens, dtype="int32"), np.asarray(labels, dtype="int32")
    model = Classifier(vocabulary_size)
    model(tokens[:1])
    epochs, batch = 14, 64
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.006, epochs * len(tokens) // batch))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(token, label):
        with tf.GradientTape() as tape:
            logits = model(token)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(epochs):
        order = np.random.permutation(len(tokens))
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            step(tf.constant(tokens[rows]), tf.constant(labels[rows]))
    return model
