"""TensorFlow ops in double precision, and a dictionary for the gates."""

import numpy as np
import tensorflow as tf

BIASES = {"AND": -15.0, "OR": -5.0, "NAND": 15.0}


def perceptron(inputs, weights, bias):
    inputs = tf.convert_to_tensor(inputs, dtype=tf.float64)
    weights = tf.convert_to_tensor(weights, dtype=tf.float64)
    scores = tf.linalg.matvec(inputs, weights)
    scores = tf.add(scores, tf.cast(bias, tf.float64))
    fires = tf.greater_equal(scores, 0.0)
    return tf.cast(fires, tf.int32).numpy()


def gate(name):
    weight = -10.0 if name == "NAND" else 10.0
    return np.full(2, weight), BIASES[name]
