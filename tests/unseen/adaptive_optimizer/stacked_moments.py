"""One variable holds both moments of Adam, stacked along a new axis; plain TensorFlow."""

import keras
import tensorflow as tf


class RMSprop(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def build(self, variables):
        super().build(variables)
        self.memory = [self.add_variable(shape=v.shape, name="square") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        memory = self.memory[self._get_variable_index(variable)]
        square = self.rho * memory + (1.0 - self.rho) * gradient * gradient
        memory.assign(square)
        variable.assign_sub(learning_rate * gradient / (tf.sqrt(square) + self.epsilon))


class Adam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.betas = beta_1, beta_2
        self.small = epsilon

    def build(self, variables):
        super().build(variables)
        self.moments = [self.add_variable(shape=(2, *v.shape), name="moments") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        first, second = self.betas
        t = tf.cast(self.iterations.value, tf.float32) + 1.0
        moments = self.moments[self._get_variable_index(variable)]
        old_mean, old_square = tf.unstack(moments.value)
        mean = first * old_mean + (1.0 - first) * gradient
        square = second * old_square + (1.0 - second) * gradient * gradient
        moments.assign(tf.stack([mean, square]))
        way = mean / (1.0 - first**t)
        size = tf.sqrt(square / (1.0 - second**t)) + self.small
        variable.assign_sub(learning_rate * way / size)
