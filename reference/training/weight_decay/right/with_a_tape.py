"""TensorFlow in float32: the tape differentiates the penalty; the decay multiplies the weights before the step."""

import tensorflow as tf


def tensors(arrays):
    return {name: tf.cast(array, "float32") for name, array in arrays.items()}


def penalty(parameters, l1, l2):
    flat = [tf.reshape(w, [-1]) for name, w in tensors(parameters).items() if name[-4:] != "bias"]
    weights = tf.concat([tf.zeros(1), *flat], axis=0)
    return l1 * tf.norm(weights, ord=1) + 2 * l2 * tf.nn.l2_loss(weights)


def penalty_gradient(parameters, l1, l2):
    parameters = tensors(parameters)
    with tf.GradientTape() as tape:
        tape.watch(list(parameters.values()))
        total = penalty(parameters, l1, l2)
    return tape.gradient(total, parameters, unconnected_gradients="zero")


def step_with_penalty(parameters, gradients, direction, learning_rate, l1, l2):
    slopes = tf.nest.map_structure(tf.add, tensors(gradients), penalty_gradient(parameters, l1, l2))
    steps = tensors(direction(slopes))
    return tf.nest.map_structure(lambda w, step: w - learning_rate * step, tensors(parameters), steps)


def step_with_decay(parameters, gradients, direction, learning_rate, decay):
    parameters = {
        name: w if name.endswith("bias") else w * (1 - learning_rate * decay) for name, w in tensors(parameters).items()
    }
    return tf.nest.map_structure(lambda w, step: w - learning_rate * step, parameters, tensors(direction(gradients)))
