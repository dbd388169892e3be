"""Both optimizers are one: RMSprop is Adam without memory for gradients and without corrections. In float64 inside."""

import keras
import tensorflow as tf


class Adam(keras.optimizers.Optimizer):
    is_corrected = True

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.shares, self.epsilon = tf.constant([beta_1, beta_2], tf.float64), epsilon

    def build(self, variables):
        super().build(variables)
        self.averages = [self.add_variable((2, *variable.shape), dtype="float64") for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        average = self.averages[self._get_variable_index(variable)]
        gradient, rate = tf.cast(gradient, tf.float64), tf.cast(learning_rate, tf.float64)
        shares = tf.reshape(self.shares, [2] + [1] * gradient.shape.rank)
        average.assign(shares * average + (1 - shares) * tf.stack([gradient, gradient**2]))
        corrected = tf.convert_to_tensor(average)
        if self.is_corrected:
            corrected /= 1 - shares ** tf.cast(tf.convert_to_tensor(self.iterations) + 1, tf.float64)
        mean, square = tf.unstack(corrected)
        self.assign_sub(variable, rate * mean / (tf.sqrt(square) + self.epsilon))


class RMSprop(Adam):
    is_corrected = False

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, 0.0, rho, epsilon, **kwargs)
