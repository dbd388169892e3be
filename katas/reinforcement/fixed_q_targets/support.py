"""What `fixed_q_targets` needs in its process: small networks, and what is in them."""

import keras
import numpy as np


def make_network(seed, features=3, actions=2):
    """Makes a network with batch normalization, whose weights, averages included, are drawn from `seed`."""
    network = keras.Sequential(
        [
            keras.Input((features,)),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(actions),
        ]
    )
    change(network, seed)
    return network


def change(network, seed):
    """Gives a network other weights, drawn from `seed`, as learning would."""
    generator = np.random.default_rng(seed)
    network.set_weights([generator.uniform(0.1, 1.0, size=array.shape) for array in network.get_weights()])


def weights_of(network):
    """Lists copies of all weights of a network."""
    return [np.array(array) for array in network.get_weights()]


def values_of(network, observations):
    """Computes the action values of observations."""
    return np.array(network(np.asarray(observations, dtype="float32"), training=False))
