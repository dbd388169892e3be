"""Adaptive optimizers: a gradient tells the way, and its history how far to go."""

import keras
import tensorflow as tf


class RMSprop(keras.optimizers.Optimizer):
    """Divides each gradient by the root of a moving average of its squares.

    T. Tieleman and G. Hinton, "Lecture 6.5 - rmsprop: Divide the gradient by a running average of its recent magnitude",
    Coursera, 2012. Entry by entry of each variable w, with its gradient g, the learning rate μ, and v = 0 at first:

        v <- rho v + (1 - rho) g²
        w <- w - μ g / (sqrt(v) + ε)

    A Keras optimizer fills in two methods, `build` and `update_step`. `optimizer.apply(gradients, variables)` of the base
    class calls the first once, and the second for each variable in each step. Useful in the base class:

        self.add_variable_from_reference(variable, name="square")   a new variable of the same shape, at first 0
        self._get_variable_index(variable)                          the place of a variable in the list that `build` got
        self.iterations                                             how many steps are finished: 0 during the first
        self.assign(variable, value), self.assign_sub(variable, value)

    `fit` compiles the step: Python runs once, and only operations on tensors and variables are repeated. So everything
    that changes from step to step is in a variable.

    Ready-made optimizers, such as `keras.optimizers.RMSprop` and `keras.optimizers.Adam`, are off limits in both tasks.
    """

    def __init__(self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7, **kwargs):
        """Keeps the settings.

        Args:
            learning_rate: μ, a positive number; goes to `super().__init__`.
            rho: the share of the old average that stays, from 0 up to but not including 1.
            epsilon: ε, a positive number. It is outside the root.
            kwargs: what every Keras optimizer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, variables: list[keras.Variable]) -> None:
        """Makes a moving average for each variable; Keras calls it before the first step.

        Args:
            variables: all variables that will be moved; goes to `super().build`.
        """
        raise NotImplementedError("TODO: task 1")

    def update_step(self, gradient: keras.KerasTensor, variable: tf.Variable, learning_rate: keras.KerasTensor) -> None:
        """Moves one variable; Keras calls it for each variable in each step.

        Args:
            gradient: float32 tensor of the shape of `variable`.
            variable: the TensorFlow variable inside one of those that `build` got. It is not the same Python object:
                find its place with `self._get_variable_index(variable)`, and change it with `self.assign` or
                `self.assign_sub`.
            learning_rate: μ in this step, a number in a tensor. It may differ from step to step.
        """
        raise NotImplementedError("TODO: task 1")


class Adam(keras.optimizers.Optimizer):
    """Follows a moving average of the gradients, divided by the root of that of their squares, both corrected.

    D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, Algorithm 1. Entry by entry of each
    variable w, with its gradient g, the learning rate μ, m = 0 and v = 0 at first, and t = 1, 2, 3, ... the number of the
    step:

        m <- beta_1 m + (1 - beta_1) g
        v <- beta_2 v + (1 - beta_2) g²
        m̂ = m / (1 - beta_1^t)
        v̂ = v / (1 - beta_2^t)
        w <- w - μ m̂ / (sqrt(v̂) + ε)

    Both averages begin at 0 and are too small at first; m̂ and v̂ make up for that (bias correction).
    """

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, **kwargs
    ):
        """Keeps the settings.

        Args:
            learning_rate: μ, a positive number; goes to `super().__init__`.
            beta_1: the share of the old average of gradients that stays, from 0 up to but not including 1.
            beta_2: the same for the average of squares.
            epsilon: ε, a positive number. It is added to the root of v̂, after the correction.
            kwargs: what every Keras optimizer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 2")

    def build(self, variables: list[keras.Variable]) -> None:
        """Makes both moving averages for each variable; Keras calls it before the first step.

        Args:
            variables: all variables that will be moved; goes to `super().build`.
        """
        raise NotImplementedError("TODO: task 2")

    def update_step(self, gradient: keras.KerasTensor, variable: tf.Variable, learning_rate: keras.KerasTensor) -> None:
        """Moves one variable; Keras calls it for each variable in each step.

        Args:
            gradient: float32 tensor of the shape of `variable`.
            variable: the TensorFlow variable inside one of those that `build` got. It is not the same Python object:
                find its place with `self._get_variable_index(variable)`, and change it with `self.assign` or
                `self.assign_sub`.
            learning_rate: μ in this step, a number in a tensor. It may differ from step to step.
        """
        raise NotImplementedError("TODO: task 2")
