"""The corrections scale the learning rate and epsilon; what is stored are sums without the factor 1 - beta."""

import keras
from keras import ops


class RMSprop(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def build(self, variables):
        super().build(variables)
        self.sums = self.add_optimizer_variables(variables, "sum")

    def update_step(self, gradient, variable, learning_rate):
        total = self.sums[self._get_variable_index(variable)]
        total.assign(self.rho * total + ops.square(gradient))
        root = ops.sqrt(1.0 - self.rho) * ops.sqrt(total)
        variable.assign(variable - learning_rate * gradient / (root + self.epsilon))


class Adam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.betas, self.epsilon = (beta_1, beta_2), epsilon

    def build(self, variables):
        super().build(variables)
        self.sums = self.add_optimizer_variables(variables, ["first", "second"])

    def update_step(self, gradient, variable, learning_rate):
        step = ops.cast(self.iterations, "float32") + 1.0
        weights, totals = [], []
        for order, (beta, sums) in enumerate(zip(self.betas, self.sums, strict=True), 1):
            total = sums[self._get_variable_index(variable)]
            self.assign(total, beta * total + gradient**order)
            totals.append(total)
            weights.append((1.0 - ops.power(beta, step)) / (1.0 - beta))
        scale = ops.sqrt(weights[1])
        rate = learning_rate * scale / weights[0]
        self.assign_sub(variable, rate * totals[0] / (ops.sqrt(totals[1]) + scale * self.epsilon))
