"""One variable holds both moments of Adam, stacked along a new axis; plain TensorFlow."""

SOURCE = """
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
"""

CHANGES = {
    "adds_epsilon_before_the_correction": [
        (
            """        way = mean / (1.0 - first**t)
        size = tf.sqrt(square / (1.0 - second**t)) + self.small
        variable.assign_sub(learning_rate * way / size)
""",
            """        rate = learning_rate * tf.sqrt(1.0 - second**t) / (1.0 - first**t)
        variable.assign_sub(rate * mean / (tf.sqrt(square) + self.small))
""",
        ),
    ],
    "climbs_the_loss": [
        ("variable.assign_sub(learning_rate * gradient", "variable.assign_add(learning_rate * gradient"),
        ("variable.assign_sub(learning_rate * way", "variable.assign_add(learning_rate * way"),
    ],
    "corrects_the_mean_only": [("tf.sqrt(square / (1.0 - second**t))", "tf.sqrt(square)")],
    "corrects_the_squares_only": [("way = mean / (1.0 - first**t)", "way = mean")],
    "counts_in_python": [
        ("        self.small = epsilon\n", "        self.small = epsilon\n        self.steps = 0\n"),
        (
            "        t = tf.cast(self.iterations.value, tf.float32) + 1.0\n",
            "        if self._get_variable_index(variable) == 0:\n            self.steps += 1\n        t = float(self.steps)\n",
        ),
    ],
    "counts_steps_from_zero": [
        ("tf.cast(self.iterations.value, tf.float32) + 1.0", "tf.cast(self.iterations.value, tf.float32)")
    ],
    "counts_the_variables": [
        (
            'name="moments") for v in variables]\n',
            'name="moments") for v in variables]\n        self.steps = tf.Variable(0.0)\n',
        ),
        ("t = tf.cast(self.iterations.value, tf.float32) + 1.0", "t = self.steps.assign_add(1.0)"),
    ],
    "divides_by_the_old_average": [
        (
            """        memory.assign(square)
        variable.assign_sub(learning_rate * gradient / (tf.sqrt(square) + self.epsilon))
""",
            """        variable.assign_sub(learning_rate * gradient / (tf.sqrt(memory.value) + self.epsilon))
        memory.assign(square)
""",
        ),
    ],
    "forgets_the_bias_correction": [
        ("way = mean / (1.0 - first**t)", "way = mean"),
        ("tf.sqrt(square / (1.0 - second**t))", "tf.sqrt(square)"),
    ],
    "forgets_the_root": [("(tf.sqrt(square) + self.epsilon)", "(square + self.epsilon)")],
    "ignores_the_current_learning_rate": [
        (
            "        self.rho, self.epsilon = rho, epsilon\n",
            "        self.rho, self.epsilon = rho, epsilon\n        self.pace = learning_rate\n",
        ),
        ("variable.assign_sub(learning_rate * gradient", "variable.assign_sub(self.pace * gradient"),
        ("        self.small = epsilon\n", "        self.small = epsilon\n        self.pace = learning_rate\n"),
        ("variable.assign_sub(learning_rate * way", "variable.assign_sub(self.pace * way"),
    ],
    "puts_epsilon_under_the_root": [("(tf.sqrt(square) + self.epsilon)", "tf.sqrt(square + self.epsilon)")],
    "puts_epsilon_under_the_root_in_adam": [
        ("tf.sqrt(square / (1.0 - second**t)) + self.small", "tf.sqrt(square / (1.0 - second**t) + self.small)"),
    ],
    "shares_the_averages": [
        (
            'self.memory = [self.add_variable(shape=v.shape, name="square") for v in variables]',
            'self.memory = self.add_variable(shape=variables[0].shape, name="square")',
        ),
        ("memory = self.memory[self._get_variable_index(variable)]", "memory = self.memory"),
        (
            'self.moments = [self.add_variable(shape=(2, *v.shape), name="moments") for v in variables]',
            'self.moments = self.add_variable(shape=(2, *variables[0].shape), name="moments")',
        ),
        ("moments = self.moments[self._get_variable_index(variable)]", "moments = self.moments"),
    ],
    "squares_the_average": [("(1.0 - second) * gradient * gradient", "(1.0 - second) * mean * mean")],
    "stores_the_corrected_averages": [
        (
            """        moments.assign(tf.stack([mean, square]))
        way = mean / (1.0 - first**t)
        size = tf.sqrt(square / (1.0 - second**t)) + self.small
""",
            """        way = mean / (1.0 - first**t)
        square = square / (1.0 - second**t)
        moments.assign(tf.stack([way, square]))
        size = tf.sqrt(square) + self.small
""",
        ),
    ],
    "sums_the_squares": [
        ("square = self.rho * memory + (1.0 - self.rho) * gradient * gradient", "square = memory + gradient * gradient")
    ],
    "swaps_old_and_new": [
        (
            "square = self.rho * memory + (1.0 - self.rho) * gradient * gradient",
            "square = (1.0 - self.rho) * memory + self.rho * gradient * gradient",
        ),
    ],
    "swaps_the_betas": [("first, second = self.betas", "second, first = self.betas")],
    "uses_the_gradient_itself": [
        ("learning_rate * way / size", "learning_rate * gradient / size"),
        ("        way = mean / (1.0 - first**t)\n", ""),
    ],
}
