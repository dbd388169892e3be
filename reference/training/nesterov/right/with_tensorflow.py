"""Float32 variables; the descent itself runs on the points ahead, and steps back to report the weights."""

import tensorflow as tf


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    weights, velocity = tf.cast(weights, "float32"), tf.cast(velocity, "float32")
    ahead = weights + momentum * velocity
    velocity = momentum * velocity - learning_rate * tf.cast(gradient(ahead), "float32")
    return weights + velocity, velocity


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    ahead, velocity = tf.Variable(start, dtype="float32"), tf.Variable(tf.zeros(len(start)))
    path = [tf.identity(ahead)]
    for _ in range(steps):
        new_ahead, new_velocity = lookahead_step(ahead, velocity, gradient(ahead), learning_rate, momentum)
        ahead.assign(new_ahead)
        velocity.assign(new_velocity)
        path.append(ahead - momentum * velocity)
    return tf.stack(path)


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    ahead, velocity, gradient = (tf.cast(part, "float32") for part in (ahead, velocity, gradient))
    change = -learning_rate * gradient
    new_velocity = momentum * velocity + change
    return ahead + change + momentum * new_velocity, new_velocity
