"""Keras: seven weights and its own multi-head attention, pre-norm, the same words on both sides, trained by `fit`."""

import keras
import numpy as np
from keras import ops

DEPTH, HEADS, HIDDEN, EPOCHS = 32, 2, 64, 7


def shift_targets(targets):
    inputs = np.concatenate([np.ones_like(targets[:, :1]), targets], axis=1)
    labels = np.concatenate([targets, np.zeros_like(targets[:, :1])], axis=1)
    return inputs, np.where((labels == 0) & (inputs != 0), 2, labels)


def greedy_decode(model, sources, max_length):
    rows = [[1] for _ in sources]
    for _ in range(max_length):
        scores = np.asarray(model([sources, np.array(rows, dtype="int32")]))
        rows = [[*row, int(np.argmax(last))] for row, last in zip(rows, scores[:, -1], strict=True)]
    translations = []
    for row in rows:
        words = row[1 : row.index(2)] if 2 in row else row[1:]
        translations.append(words + [0] * (max_length - len(words)))
    return np.array(translations)


def normalize(x):
    return (x - ops.mean(x, axis=-1, keepdims=True)) / (ops.std(x, axis=-1, keepdims=True) + 1e-6)


class Transformer(keras.Model):
    def __init__(self, vocabulary_size, max_length):
        super().__init__()
        size = DEPTH // HEADS
        self.words = self.add_weight(shape=(vocabulary_size, DEPTH), initializer=self.scaled(DEPTH))
        self.project = self.add_weight(shape=(3, 3, HEADS, DEPTH, size), initializer=self.scaled(DEPTH))
        self.join = self.add_weight(shape=(3, HEADS, size, DEPTH), initializer=self.scaled(DEPTH))
        self.widen = self.add_weight(shape=(2, DEPTH, HIDDEN), initializer=self.scaled(DEPTH))
        self.narrow = self.add_weight(shape=(2, HIDDEN, DEPTH), initializer=self.scaled(HIDDEN))
        self.score = self.add_weight(shape=(DEPTH, vocabulary_size), initializer=self.scaled(DEPTH))
        self.places = self.add_weight(shape=(2, max_length + 1, DEPTH), initializer=self.scaled(DEPTH))
        self.built = True

    @staticmethod
    def scaled(rows):
        return keras.initializers.RandomNormal(stddev=rows**-0.5)

    def embed(self, side, tokens):
        tokens = ops.convert_to_tensor(tokens)
        return ops.take(self.words, tokens, axis=0) + self.places[side, : tokens.shape[1]]

    def attend(self, i, asking, answering, may_attend):
        query, key, value = (self.project[i, part] for part in range(3))
        queries, keys, values = (
            ops.einsum("btd,hdk->bhtk", rows, kernel)
            for rows, kernel in ((asking, query), (answering, key), (answering, value))
        )
        scores = ops.einsum("bhik,bhjk->bhij", queries, keys) / (DEPTH / HEADS) ** 0.5
        weights = ops.softmax(ops.where(may_attend, scores, -1e9), axis=-1)
        return ops.einsum("bhij,bhjk,hkd->bid", weights, values, self.join[i])

    def feed_forward(self, i, x):
        return ops.matmul(ops.relu(ops.matmul(x, self.widen[i])), self.narrow[i])

    def call(self, pair):
        sources, inputs = pair
        is_real = ops.not_equal(ops.convert_to_tensor(sources), 0)[:, None, None, :]
        memory, outputs = self.embed(0, sources), self.embed(1, inputs)
        past = np.tri(outputs.shape[1], dtype=bool)
        memory = memory + self.attend(0, normalize(memory), normalize(memory), is_real)
        memory = normalize(memory + self.feed_forward(0, normalize(memory)))
        outputs = outputs + self.attend(1, normalize(outputs), normalize(outputs), past)
        outputs = outputs + self.attend(2, normalize(outputs), memory, is_real)
        outputs = outputs + self.feed_forward(1, normalize(outputs))
        return ops.matmul(normalize(outputs), self.score)


def make_model(vocabulary_size, max_length):
    return Transformer(vocabulary_size, max_length)


def train(sources, targets, vocabulary_size):
    model = make_model(vocabulary_size, sources.shape[1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    rate = keras.optimizers.schedules.CosineDecay(0.01, EPOCHS * len(sources) // 64)
    model.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
    inputs, labels = shift_targets(targets)
    model.fit([sources, inputs], labels, batch_size=64, epochs=EPOCHS, verbose=0)
    return model
