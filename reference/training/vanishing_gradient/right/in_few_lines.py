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
        record[step] = norms_of(gradients)
        optimizer.apply(gradients, model.trainable_variables)
    return record


def initialize(widths, seed):
    generator = np.random.default_rng(seed)
    kernels = [generator.normal(scale=np.sqrt(2 / shape[0]), size=shape) for shape in pairwise(widths)]
    return "relu", kernels
