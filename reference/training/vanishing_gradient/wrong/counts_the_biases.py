"""The biases are counted in.

The norm of a layer is taken over its kernel and its bias together. Here it belongs to the kernel alone.
"""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from keras import ops

cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def gradients_of(model, inputs, labels):
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, model(inputs))
    return tape.gradient(loss, model.trainable_variables)


def norms_of(gradients):
    return ops.stack(
        [
            ops.sqrt(ops.sum(kernel**2) + ops.sum(bias**2))
            for kernel, bias in zip(gradients[::2], gradients[1::2], strict=True)
        ]
    )


def gradient_norms(model, inputs, labels):
    return norms_of(gradients_of(model, inputs, labels))


def train(model, inputs, labels, learning_rate, steps):
    optimizer = keras.optimizers.SGD(learning_rate)
    record = np.empty((steps, len(model.layers)))
    for step in range(steps):
        gradients = gradients_of(model, inputs, labels)
        record[step] = norms_of(gradients)
        optimizer.apply(gradients, model.trainable_variables)
    return record


def initialize(widths, seed):
    generator = np.random.default_rng(seed)
    kernels = [generator.normal(scale=np.sqrt(2 / shape[0]), size=shape) for shape in pairwise(widths)]
    return "relu", kernels
