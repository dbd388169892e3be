"""The gradient is that of the outputs of the layers.

∂L/∂a_l says how the loss depends on what a layer puts out. What training uses is the gradient with respect to its weights,
which is also multiplied with what came into the layer.
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
    outputs = []
    with tf.GradientTape(persistent=True) as tape:
        for layer in model.layers:
            outputs.append(layer(outputs[-1] if outputs else ops.cast(inputs, "float32")))
            tape.watch(outputs[-1])
        loss = cross_entropy(labels, outputs[-1])
    return ops.stack([ops.norm(tape.gradient(loss, output)) for output in outputs])


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
