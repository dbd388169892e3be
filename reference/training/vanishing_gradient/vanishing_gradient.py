"""Vanishing gradient: how much of the error reaches the first layer, and how to let more of it through."""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from keras import ops

cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def gradient_norms(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Measures how large the gradient of the loss is in every layer of a network."""
    return _norms(_gradients(model, inputs, labels))


def train(model: keras.Model, inputs: np.ndarray, labels: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Trains a network by full-batch gradient descent, and records the gradient norms on the way."""
    optimizer = keras.optimizers.SGD(learning_rate)
    record = np.empty((steps, len(model.layers)))
    for step in range(steps):
        gradients = _gradients(model, inputs, labels)
        record[step] = _norms(gradients)
        optimizer.apply(gradients, model.trainable_variables)
    return record


def initialize(widths: list[int], seed: int) -> tuple[str, list[np.ndarray]]:
    """Chooses an activation and the initial kernels with which even a deep network learns."""
    he_normal = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    return "relu", [he_normal(shape) for shape in pairwise(widths)]


def _gradients(model, inputs, labels):
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, model(inputs))
    return tape.gradient(loss, model.trainable_variables)


def _norms(gradients):
    kernels, _ = gradients[::2], gradients[1::2]
    return ops.stack([ops.norm(gradient) for gradient in kernels])
