"""Adaptive optimizers: a gradient tells the way, and its history how far to go."""

import keras
import tensorflow as tf
from keras import ops


class RMSprop(keras.optimizers.Optimizer):
    """Divides each gradient by the root of a moving average of its squares."""

    def __init__(self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7, **kwargs):
        """Keeps the settings."""
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables: list[keras.Variable]) -> None:
        """Makes a moving average for each variable; Keras calls it before the first step."""
        super().build(variables)
        self.squares = [self.add_variable_from_reference(variable, name="square") for variable in variables]

    def update_step(self, gradient: keras.KerasTensor, variable: tf.Variable, learning_rate: keras.KerasTensor) -> None:
        """Moves one variable; Keras calls it for each variable in each step."""
        square = self.squares[self._get_variable_index(variable)]
        self.assign(square, self.rho * square + (1.0 - self.rho) * ops.square(gradient))
        self.assign_sub(variable, learning_rate * gradient / (ops.sqrt(square) + self.epsilon))


class Adam(keras.optimizers.Optimizer):
    """Follows a moving average of the gradients, divided by the root of that of their squares, both corrected."""

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, **kwargs
    ):
        """Keeps the settings."""
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables: list[keras.Variable]) -> None:
        """Makes both moving averages for each variable; Keras calls it before the first step."""
        super().build(variables)
        self.means = [self.add_variable_from_reference(variable, name="mean") for variable in variables]
        self.squares = [self.add_variable_from_reference(variable, name="square") for variable in variables]

    def update_step(self, gradient: keras.KerasTensor, variable: tf.Variable, learning_rate: keras.KerasTensor) -> None:
        """Moves one variable; Keras calls it for each variable in each step."""
        index = self._get_variable_index(variable)
        step = ops.cast(self.iterations + 1, "float32")
        mean, square = self.means[index], self.squares[index]
        self.assign(mean, self.beta_1 * mean + (1.0 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1.0 - self.beta_2) * ops.square(gradient))
        mean = mean / (1.0 - self.beta_1**step)
        square = square / (1.0 - self.beta_2**step)
        self.assign_sub(variable, learning_rate * mean / (ops.sqrt(square) + self.epsilon))
