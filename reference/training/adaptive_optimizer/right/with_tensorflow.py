"""TensorFlow variables in a dict, a count of steps of its own, and the averages moved by what is missing."""

import keras
import tensorflow as tf


class Averaging(keras.optimizers.Optimizer):
    def build(self, variables):
        super().build(variables)
        self.store = {self._var_key(v): [tf.Variable(tf.zeros(v.shape)) for _ in range(2)] for v in variables}
        self.first = self._var_key(variables[0])
        self.count = tf.Variable(0.0)

    def move(self, average, value, share):
        return average.assign_add((1.0 - share) * (value - average))


class RMSprop(Averaging):
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.settings = rho, epsilon

    def update_step(self, gradient, variable, learning_rate):
        rho, epsilon = self.settings
        average = self.move(self.store[self._var_key(variable)][0], tf.square(gradient), rho)
        self.assign_sub(variable, learning_rate * gradient / (tf.sqrt(average) + epsilon))


class Adam(Averaging):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.settings = beta_1, beta_2, epsilon

    def update_step(self, gradient, variable, learning_rate):
        beta_1, beta_2, epsilon = self.settings
        key = self._var_key(variable)
        if key == self.first:
            self.count.assign_add(1.0)
        mean, square = self.store[key]
        mean = self.move(mean, gradient, beta_1) / (1.0 - tf.pow(beta_1, self.count))
        square = self.move(square, gradient * gradient, beta_2) / (1.0 - tf.pow(beta_2, self.count))
        self.assign_sub(variable, tf.math.divide_no_nan(learning_rate * mean, tf.sqrt(square) + epsilon))
