"""Sequence-to-sequence Transformer, written out in TensorFlow: own attention, own training loop, no Keras layers."""

import math

import numpy as np
import tensorflow as tf


def shift_targets(targets):
    inputs, labels = [], []
    time = len(targets[0])
    for row in targets:
        words = [int(token) for token in row if token != 0]
        padding = [0] * (time - len(words))
        inputs.append([1] + words + padding)
        labels.append(words + [2] + padding)
    return np.array(inputs, dtype="int32"), np.array(labels, dtype="int32")


def greedy_decode(model, sources, max_length):
    batch = len(sources)
    inputs = np.full((batch, 1), 1, dtype="int32")
    result = np.zeros((batch, max_length), dtype="int32")
    finished = np.zeros(batch, dtype=bool)
    for step in range(max_length):
        scores = np.array(model([sources, inputs]))[:, -1, :]
        best = scores.argmax(axis=1)
        finished = finished | (best == 2)
        result[:, step] = np.where(finished, 0, best)
        if finished.all():
            break
        inputs = np.hstack([inputs, best[:, np.newaxis].astype("int32")])
    return result


class Transformer(tf.Module):
    def __init__(self, vocabulary_size, max_length, width=32, heads=2, hidden=64):
        super().__init__()
        self.width, self.heads = width, heads
        self.source_embedding = self.matrix(vocabulary_size, width, 0.5)
        self.target_embedding = self.matrix(vocabulary_size, width, 0.5)
        self.source_positions = self.matrix(max_length, width, 0.5)
        self.target_positions = self.matrix(max_length + 1, width, 0.5)
        self.encoder_attention = self.attention_kernels()
        self.decoder_attention = self.attention_kernels()
        self.cross_attention = self.attention_kernels()
        self.encoder_network = self.network_kernels(hidden)
        self.decoder_network = self.network_kernels(hidden)
        self.norms = [(tf.Variable(tf.ones(width)), tf.Variable(tf.zeros(width))) for _ in range(5)]
        self.output_kernel = self.matrix(width, vocabulary_size)

    def matrix(self, rows, columns, scale=None):
        scale = math.sqrt(1.0 / rows) if scale is None else scale
        return tf.Variable(tf.random.normal((rows, columns), stddev=scale))

    def attention_kernels(self):
        return [self.matrix(self.width, self.width) for _ in range(4)]

    def network_kernels(self, hidden):
        return [
            self.matrix(self.width, hidden),
            tf.Variable(tf.zeros(hidden)),
            self.matrix(hidden, self.width),
            tf.Variable(tf.zeros(self.width)),
        ]

    def normalize(self, x, which):
        gamma, beta = self.norms[which]
        mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
        return gamma * (x - mean) / tf.sqrt(variance + 1e-6) + beta

    def split(self, x):
        shape = tf.shape(x)
        x = tf.reshape(x, [shape[0], shape[1], self.heads, self.width // self.heads])
        return tf.transpose(x, [0, 2, 1, 3])

    def attend(self, kernels, query, memory, allowed):
        w_q, w_k, w_v, w_o = kernels
        q, k, v = self.split(query @ w_q), self.split(memory @ w_k), self.split(memory @ w_v)
        scores = tf.matmul(q, k, transpose_b=True) / math.sqrt(self.width // self.heads)
        scores = tf.where(allowed, scores, -1e9)
        heads = tf.nn.softmax(scores, axis=-1) @ v
        joined = tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), tf.shape(query))
        return joined @ w_o

    def network(self, kernels, x):
        w1, b1, w2, b2 = kernels
        return tf.nn.relu(x @ w1 + b1) @ w2 + b2

    def embed(self, tokens, embedding, positions):
        time = tf.shape(tokens)[1]
        return tf.gather(embedding, tokens) + positions[:time]

    def __call__(self, pair):
        sources, inputs = (tf.cast(tokens, tf.int32) for tokens in pair)
        real = (sources != 0)[:, tf.newaxis, tf.newaxis, :]
        time = tf.shape(inputs)[1]
        causal = tf.range(time)[:, tf.newaxis] >= tf.range(time)[tf.newaxis, :]

        x = self.embed(sources, self.source_embedding, self.source_positions)
        x = self.normalize(x + self.attend(self.encoder_attention, x, x, real), 0)
        memory = self.normalize(x + self.network(self.encoder_network, x), 1)

        y = self.embed(inputs, self.target_embedding, self.target_positions)
        y = self.normalize(y + self.attend(self.decoder_attention, y, y, causal), 2)
        y = self.normalize(y + self.attend(self.cross_attention, y, memory, real), 3)
        y = self.normalize(y + self.network(self.decoder_network, y), 4)
        return y @ self.output_kernel


def make_model(vocabulary_size, max_length):
    return Transformer(vocabulary_size, max_length)


class Adam:
    def __init__(self, variables):
        self.variables = variables
        self.first = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.second = [tf.Variable(tf.zeros_like(variable)) for variable in variables]

    def apply(self, gradients, rate, step):
        for variable, gradient, first, second in zip(self.variables, gradients, self.first, self.second, strict=True):
            gradient = tf.convert_to_tensor(gradient)
            first.assign(0.9 * first + 0.1 * gradient)
            second.assign(0.999 * second + 0.001 * gradient**2)
            m, v = first / (1 - 0.9**step), second / (1 - 0.999**step)
            variable.assign_sub(rate * m / (tf.sqrt(v) + 1e-7))


def train(sources, targets, vocabulary_size):
    sources, targets = np.asarray(sources), np.asarray(targets)
    model = make_model(vocabulary_size, sources.shape[1])
    inputs, labels = shift_targets(targets)
    optimizer = Adam(model.trainable_variables)
    rng = np.random.default_rng()
    batch_size, epochs = 64, 12

    @tf.function
    def update(source_batch, input_batch, label_batch, rate, step):
        with tf.GradientTape() as tape:
            scores = model([source_batch, input_batch])
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label_batch, logits=scores)
            weights = tf.cast(label_batch != 0, tf.float32)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), rate, step)
        return loss

    step, total = 0, epochs * math.ceil(len(sources) / batch_size)
    for _ in range(epochs):
        order = rng.permutation(len(sources))
        for begin in range(0, len(sources), batch_size):
            chosen = order[begin : begin + batch_size]
            rate = 0.01 * (1 - step / total)
            step += 1
            update(
                tf.constant(sources[chosen]),
                tf.constant(inputs[chosen]),
                tf.constant(labels[chosen]),
                tf.constant(rate, tf.float32),
                tf.constant(step, tf.float32),
            )
    return model
