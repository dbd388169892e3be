"""Keras operations, and its own loss."""

import keras
from keras import ops


def greedy_actions(probs, support):
    return ops.argmax(ops.sum(ops.multiply(probs, support), axis=-1), axis=-1)


def project(probs, r_t, terminated_t, discount, support):
    goes_on = ops.cast(ops.logical_not(terminated_t), "float32")[:, None]
    support = ops.convert_to_tensor(support, dtype="float32")
    places = ops.expand_dims(ops.convert_to_tensor(r_t, dtype="float32"), 1) + discount * goes_on * support
    places = ops.clip(places, support[0], support[-1])
    distances = ops.abs(places[:, None, :] - support[None, :, None]) / (support[1] - support[0])
    shares = ops.relu(1 - distances)
    return ops.sum(shares * ops.convert_to_tensor(probs, dtype="float32")[:, None, :], axis=2)


def cross_entropy(targets, logits):
    return keras.losses.CategoricalCrossentropy(from_logits=True)(targets, logits)
