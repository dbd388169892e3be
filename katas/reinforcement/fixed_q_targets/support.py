"""What `fixed_q_targets` needs in its process: small networks, and what is in them."""

import keras
import numpy as np


def draw_weights(seed, features=3, units=4, actions=2):
    """Draws all weights of a network: of a layer, of a batch normalization with its averages, and of a last layer."""
    generator = np.random.default_rng(seed)
    shapes = [(features, units), *[(units,)] * 5, (units, actions), (actions,)]
    return [generator.uniform(0.1, 1.0, size=shape) for shape in shapes]


def make_network(weights):
    """Makes a network with these weights."""
    features, units = np.shape(weights[0])
    network = keras.Sequential(
        [
            keras.Input((features,)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(np.shape(weights[-1])[0]),
        ]
    )
    set_weights(network, weights)
    return network


def set_weights(network, weights):
    """Gives a network other weights, as learning would."""
    network.set_weights([np.asarray(array, dtype="float32") for array in weights])


def weights_of(network):
    """Lists copies of all weights of a network."""
    return [np.array(array) for array in network.get_weights()]
