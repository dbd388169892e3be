"""TensorFlow: tensors in float32, a table of losses, groups drawn by sorting random numbers."""

import keras
import tensorflow as tf


def diagnose(training_losses, validation_losses, target, gap, window):
    tail = tf.reduce_mean(tf.reshape(tf.constant(training_losses[-2 * window :]), (2, window)), axis=1)
    is_high, is_falling = bool(tail[1] > target), bool(tail[1] < 0.95 * tail[0])
    is_apart = bool(tf.reduce_mean(tf.constant(validation_losses[-window:])) - tail[1] > gap)
    return {
        (True, True): "train longer",
        (True, False): "underfitting",
        (False, True): "overfitting",
        (False, False): "good fit",
    }[is_high, is_falling if is_high else is_apart]


def split(groups, num_validation_groups, seed):
    names, which = tf.unique(groups)
    keys = keras.random.uniform((len(names),), seed=seed)
    ranks = tf.argsort(tf.argsort(keys))
    is_held_back = tf.gather(ranks, which) < num_validation_groups
    return tf.where(~is_held_back)[:, 0], tf.where(is_held_back)[:, 0]


def loss(model, data):
    inputs, targets = (tf.cast(part, "float32") for part in data)
    return tf.reduce_mean((tf.cast(model(inputs), "float32") - targets) ** 2)


def losses_by_capacity(fit, capacities, training, validation):
    table = []
    for capacity in capacities:
        model = fit(capacity, tf.cast(training[0], "float32"), tf.cast(training[1], "float32"))
        table.append([loss(model, training), loss(model, validation)])
    return tf.unstack(tf.transpose(tf.stack(table)))


def select(fit, capacities, training, validation, test):
    _, losses = losses_by_capacity(fit, capacities, training, validation)
    losses = tf.where(tf.math.is_nan(losses), float("inf"), losses)
    capacity = int(tf.constant(capacities)[tf.argmin(losses)])
    final = fit(capacity, tf.concat([validation[0], training[0]], 0), tf.concat([validation[1], training[1]], 0))
    return capacity, lambda inputs: tf.constant(final(inputs)), loss(final, test)
