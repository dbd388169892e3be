"""Model averaging: several networks know more than one, if one averages the right thing."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops
from scipy.optimize import linear_sum_assignment

CLASSES = 10


def average_predictions(logits: np.ndarray) -> np.ndarray:
    """Averages what several classifiers say about the same samples."""
    return ops.mean(ops.softmax(logits, axis=-1), axis=0)


def train_members(
    inputs: np.ndarray, labels: np.ndarray, members: int, units: int, epochs: int, seed: int
) -> list[list[np.ndarray]]:
    """Trains the members of an ensemble: networks that have learned the same and still differ."""
    keras.utils.set_random_seed(seed)
    start = keras.initializers.RandomNormal(stddev=0.15)
    # An axis m for the members: each has kernels of its own, and no gradient passes from one to another.
    ensemble = keras.Sequential(
        [
            layers.EinsumDense("bi,imu->bmu", (members, units), "relu", "mu", kernel_initializer=start),
            layers.EinsumDense("bmu,muc->bmc", (members, CLASSES), bias_axes="mc", kernel_initializer=start),
        ]
    )
    ensemble.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    samples = tf.data.Dataset.from_tensor_slices((inputs, np.repeat(labels[:, None], members, axis=1)))
    ensemble.fit(samples.shuffle(len(inputs)).batch(32).repeat(epochs), verbose=0)
    hidden_weights, hidden_biases, output_weights, output_biases = ensemble.get_weights()
    return [[hidden_weights[:, m], hidden_biases[m], output_weights[m], output_biases[m]] for m in range(members)]


def align(network: list[np.ndarray], template: list[np.ndarray]) -> list[np.ndarray]:
    """Brings the hidden units of a network into the order of those of another."""
    similarity = ops.matmul(_units(template), ops.transpose(_units(network)))
    _, order = linear_sum_assignment(similarity, maximize=True)
    hidden_weights, hidden_biases, output_weights, output_biases = network
    return [hidden_weights[:, order], hidden_biases[order], output_weights[order], output_biases]


def average_weights(networks: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Averages the weights of several networks into one network."""
    aligned = [align(network, networks[0]) for network in networks]
    return [ops.mean(ops.stack(arrays), axis=0) for arrays in zip(*aligned, strict=True)]


def _units(network):
    """One row for each hidden unit: the weights from the inputs, the bias, and the weights to the outputs."""
    hidden_weights, hidden_biases, output_weights, _ = network
    return ops.concatenate([ops.transpose(hidden_weights), hidden_biases[:, None], output_weights], axis=1)
