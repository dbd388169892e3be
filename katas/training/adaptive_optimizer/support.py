"""Variables for an optimizer to move, and the loop that hands it gradients."""

import keras
import numpy as np
import tensorflow as tf


def descend(optimizer, starts, gradients, learning_rates=None, compiled=False):
    """Applies gradients to variables, one step after another, as a training run does.

    Args:
        optimizer: a Keras optimizer.
        starts: a list of arrays, the first values of the variables.
        gradients: for each step a list with one array for each variable.
        learning_rates: a number for each step, to which the optimizer's learning rate is set before that step; by
            default it stays as it is.
        compiled: whether the step is compiled, as `fit` does it: then Python runs once, for the first step.

    Returns:
        For each variable its path: an array of shape `(steps + 1, ...)` whose first row is the start.
    """
    variables = [keras.Variable(np.asarray(start, dtype="float32")) for start in starts]
    paths = [[np.array(variable)] for variable in variables]
    optimizer.build(variables)

    def apply(*step):
        optimizer.apply(list(step), variables)

    if compiled:
        apply = tf.function(apply, autograph=False)
    for number, step in enumerate(gradients):
        if learning_rates is not None:
            optimizer.learning_rate = learning_rates[number]
        apply(*(tf.constant(gradient, dtype="float32") for gradient in step))
        for path, variable in zip(paths, variables, strict=True):
            path.append(np.array(variable))
    return [np.stack(path) for path in paths]


def descend_valley(optimizer, start, curvatures, steps):
    """Descends the loss ½ Σ_i curvature_i w_i² from a starting point, in compiled steps, and returns the path."""
    weights = keras.Variable(np.asarray(start, dtype="float32"))
    curvatures = tf.constant(curvatures, dtype="float32")
    optimizer.build([weights])

    @tf.function(autograph=False)
    def step():
        optimizer.apply([curvatures * weights.value], [weights])

    path = [np.array(weights)]
    for _ in range(steps):
        step()
        path.append(np.array(weights))
    return np.stack(path)
