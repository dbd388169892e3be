"""The gradient is measured after the update.

Row t then belongs to the weights that step t has left behind, and the gradient at the start, which says whether the network
can begin to learn, is missing. Measure first; then take the step with that same gradient.
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
    return ops.stack([ops.norm(gradient) for gradient in gradients[::2]])


def gradient_norms(model, inputs, labels):
    return norms_of(gradients_of(model, inputs, labels))


def train(model, inputs, labels, learning_rate, steps):
    optimizer = keras.optimizers.SGD(learning_rate)
    record = np.empty((steps, len(model.layers)))
    for step in range(steps):
        gradients = gradients_of(model, inputs, labels)
        optimizer.apply(gradients, model.trainable_variables)
        record[step] = gradient_norms(model, inputs, labels)
    return record


def initialize(widths, seed):
    generator = np.random.default_rng(seed)
    kernels = [generator.normal(scale=np.sqrt(2 / shape[0]), size=shape) for shape in pairwise(widths)]
    return "relu", kernels
