"""`fixed_q_targets` against Keras' own moving average of weights and its cloning of models."""

import keras
import numpy as np


def make_network(rng):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()])
    network.set_weights([rng.uniform(0.1, 1.0, size=array.shape) for array in network.get_weights()])
    return network


def test_soft_update_is_the_moving_average_of_keras(load, rng):
    # With a momentum of 1 - tau, `use_ema` averages the variables of an optimizer in the same way.
    online, target = keras.Variable(rng.normal(size=(3, 2))), keras.Variable(rng.normal(size=(3, 2)))
    optimizer = keras.optimizers.SGD(0.0, use_ema=True, ema_momentum=0.9)
    optimizer.build([online])
    optimizer._model_variables_moving_average[0].assign(target)
    optimizer.iterations.assign(1)  # The average begins with the variable itself at 0.
    optimizer.apply([np.zeros((3, 2), dtype="float32")], [online])
    expected = np.array(optimizer._model_variables_moving_average[0])

    class Network:
        def __init__(self, variable):
            self.weights = [variable]

        def get_weights(self):
            return [np.array(variable) for variable in self.weights]

        def set_weights(self, arrays):
            self.weights[0].assign(arrays[0])

    load("reinforcement/fixed_q_targets").soft_update(Network(online), Network(target), 0.1)
    np.testing.assert_allclose(np.array(target), expected, rtol=1e-6)


def test_copy_computes_what_a_clone_computes(load, rng):
    online, target = make_network(rng), make_network(rng)
    clone = keras.models.clone_model(online)
    clone.set_weights(online.get_weights())
    load("reinforcement/fixed_q_targets").update_target(online, target, 10, 5)
    inputs = rng.normal(size=(5, 3)).astype("float32")
    np.testing.assert_array_equal(np.array(target(inputs)), np.array(clone(inputs)))
