"""TensorFlow: all parameters in one vector, one head, and a training step that is compiled by hand."""

import numpy as np
import tensorflow as tf

DEPTH, HIDDEN = 32, 64
RATE, STEPS, BATCH = 0.01, 160, 64


def shift_targets(targets):
    rows, columns = targets.shape
    inputs, labels = np.zeros((2, rows, columns + 1), dtype="int32")
    inputs[:, 0] = 1
    inputs[:, 1:] = targets
    labels[:, :-1] = targets
    for row, label in zip(targets, labels, strict=True):
        label[np.sum(row != 0)] = 2
    return inputs, labels


def greedy_decode(model, sources, max_length):
    prefix = np.ones((len(sources), 1), dtype="int32")
    result = np.zeros((len(sources), max_length), dtype="int32")
    is_open = np.ones(len(sources), dtype=bool)
    for place in range(max_length):
        token = np.argmax(np.array(model([sources, prefix]))[:, place], axis=1)
        is_open &= token != 2
        if not is_open.any():
            break
        result[is_open, place] = token[is_open]
        prefix = np.concatenate([prefix, token[:, None]], axis=1)
    return result


def normalize(x):
    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    return centred * tf.math.rsqrt(tf.reduce_mean(centred**2, -1, keepdims=True) + 1e-5)


class Model:
    def __init__(self, vocabulary_size, max_length):
        square, table, wide = (DEPTH, DEPTH), (vocabulary_size, DEPTH), (DEPTH, HIDDEN)
        self.shapes = [table, (max_length, DEPTH), *[square] * 4, wide, wide[::-1]]
        self.shapes += [table, (max_length + 1, DEPTH), *[square] * 8, wide, wide[::-1], table[::-1]]
        start = [np.random.normal(size=shape, scale=DEPTH**-0.5).ravel() for shape in self.shapes]
        self.vector = tf.Variable(np.concatenate(start).astype("float32"))

    def __call__(self, pair):
        sources, inputs = (tf.convert_to_tensor(tokens, dtype="int32") for tokens in pair)
        parts = tf.split(self.vector, [rows * columns for rows, columns in self.shapes])
        parts = iter([tf.reshape(part, shape) for part, shape in zip(parts, self.shapes, strict=True)])

        def embed(tokens):
            return tf.gather(next(parts), tokens) + next(parts)[: tf.shape(tokens)[1]]

        def attend(x, y, may_attend):
            query, key, value, output = (next(parts) for _ in range(4))
            scores = tf.matmul(x @ query, y @ key, transpose_b=True) / DEPTH**0.5
            weights = tf.nn.softmax(tf.where(may_attend, scores, -1e9))
            return normalize(x + weights @ (y @ value) @ output)

        def feed_forward(x):
            return normalize(x + tf.nn.relu(x @ next(parts)) @ next(parts))

        is_real = tf.not_equal(sources, 0)[:, None, :]
        memory = embed(sources)
        memory = feed_forward(attend(memory, memory, is_real))
        outputs, order = embed(inputs), tf.range(tf.shape(inputs)[1])
        outputs = attend(outputs, outputs, order[:, None] >= order)
        outputs = attend(outputs, memory, is_real)
        return feed_forward(outputs) @ next(parts)


def make_model(vocabulary_size, max_length):
    return Model(vocabulary_size, max_length)


def train(sources, targets, vocabulary_size):
    model = make_model(vocabulary_size, sources.shape[1])
    first, second = tf.Variable(tf.zeros_like(model.vector)), tf.Variable(tf.zeros_like(model.vector))
    inputs, labels = shift_targets(targets)
    data = [tf.constant(array, dtype="int32") for array in (sources, inputs, labels)]

    @tf.function
    def step(count, rows):
        source, given, wanted = (tf.gather(array, rows) for array in data)
        with tf.GradientTape() as tape:
            scores = model([source, given])
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, scores)
            is_asked = tf.cast(wanted != 0, "float32")
            loss = tf.reduce_sum(losses * is_asked) / tf.reduce_sum(is_asked)
        gradient = tape.gradient(loss, model.vector)
        first.assign_add(0.1 * (gradient - first))
        second.assign_add(0.01 * (gradient**2 - second))
        size = tf.sqrt(second / (1 - 0.99**count)) + 1e-8
        model.vector.assign_sub(RATE * (1 - count / STEPS) * first / (1 - 0.9**count) / size)

    for count in range(1, STEPS + 1):
        step(tf.constant(float(count)), tf.constant(np.random.choice(len(sources), BATCH)))
    return model
