"""Decoder language model, with attention written out and a training step of its own."""

import keras
import numpy as np
import tensorflow as tf

WIDTH = 32


def next_token_loss(logits, tokens):
    logits, tokens = tf.convert_to_tensor(logits), tf.cast(tokens, tf.int32)
    targets = tokens[:, 1:]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits[:, :-1])
    weights = tf.cast(targets != 0, tf.float32)
    return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)


def sample(model, prompt, count, temperature, seed):
    random = np.random.default_rng(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(count):
        logits = np.asarray(model(np.array([tokens], dtype="int32")), dtype="float64")[0, -1]
        if temperature == 0:
            tokens.append(int(np.argmax(logits)))
            continue
        logits = (logits - logits.max()) / temperature
        weights = np.exp(logits)
        tokens.append(int(random.choice(len(weights), p=weights / weights.sum())))
    return np.array(tokens, dtype="int32")


class Decoder(keras.Model):
    def __init__(self, vocabulary_size):
        super().__init__()
        layers = keras.layers
        self.words = layers.Embedding(vocabulary_size, WIDTH, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5))
        self.places = layers.Embedding(32, WIDTH, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5))
        self.query, self.key, self.value = layers.Dense(WIDTH), layers.Dense(WIDTH), layers.Dense(WIDTH)
        self.hidden = layers.Dense(2 * WIDTH, activation="relu")
        self.out = layers.Dense(WIDTH)
        self.logits = layers.Dense(vocabulary_size)

    def call(self, tokens):
        tokens = tf.cast(tokens, tf.int32)
        time = tf.range(tf.shape(tokens)[1])
        x = self.words(tokens) + self.places(time)
        scores = tf.matmul(self.query(x), self.key(x), transpose_b=True) / WIDTH**0.5
        causal = time[:, None] >= time[None, :]
        scores = tf.where(causal, scores, -1e9)
        x = x + tf.matmul(tf.nn.softmax(scores), self.value(x))
        x = x + self.out(self.hidden(x))
        return self.logits(x)


def make_model(vocabulary_size):
    return Decoder(vocabulary_size)


def train_language_model(tokens, vocabulary_size):
    model = make_model(vocabulary_size)
    model(tokens[:1])
    epochs, batch = 24, 64
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, epochs * len(tokens) // batch))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(texts):
        with tf.GradientTape() as tape:
            loss = next_token_loss(model(texts), texts)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(epochs):
        order = np.random.permutation(len(tokens))
        for start in range(0, len(order) - batch + 1, batch):
            step(tf.constant(tokens[order[start : start + batch]]))
    return model
