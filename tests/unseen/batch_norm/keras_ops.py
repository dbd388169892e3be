"""Keras operations, all in one call, as the formulas are printed."""

SOURCE = """
import keras
from keras import ops


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="mean")
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", trainable=False, name="variance")

    def call(self, inputs, training=False):
        if training:
            axes = tuple(range(len(inputs.shape) - 1))
            mean = ops.mean(inputs, axis=axes)
            variance = ops.var(inputs, axis=axes)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
        else:
            mean = self.moving_mean
            variance = self.moving_variance
        normalised = (inputs - mean) / ops.sqrt(variance + self.epsilon)
        return self.gamma * normalised + self.beta
"""

CHANGES = {
    "adds_epsilon_to_the_root": [("ops.sqrt(variance + self.epsilon)", "(ops.sqrt(variance) + self.epsilon)")],
    "averages_over_the_first_axis_only": [
        ("            axes = tuple(range(len(inputs.shape) - 1))\n", ""),
        ("ops.mean(inputs, axis=axes)", "ops.mean(inputs, axis=0)"),
        ("ops.var(inputs, axis=axes)", "ops.var(inputs, axis=0)"),
    ],
    "averages_the_deviation": [
        (
            """            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
""",
            """            deviation = self.momentum * ops.sqrt(self.moving_variance) + (1 - self.momentum) * ops.sqrt(variance)
            self.moving_variance.assign(deviation**2)
""",
        )
    ],
    "divides_by_one_less": [
        (
            "            variance = ops.var(inputs, axis=axes)\n",
            """            count = ops.size(inputs) / ops.shape(inputs)[-1]
            variance = ops.var(inputs, axis=axes) * ops.cast(count / (count - 1), inputs.dtype)
""",
        )
    ],
    "divides_by_the_variance": [("ops.sqrt(variance + self.epsilon)", "(variance + self.epsilon)")],
    "forgets_gamma_and_beta": [("return self.gamma * normalised + self.beta", "return normalised")],
    "freezes_gamma_and_beta": [
        ('initializer="ones", name="gamma"', 'initializer="ones", trainable=False, name="gamma"'),
        ('initializer="zeros", name="beta"', 'initializer="zeros", trainable=False, name="beta"'),
    ],
    "keeps_an_unbiased_average": [
        (
            """            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
""",
            """            count = ops.cast(ops.size(inputs) / ops.shape(inputs)[-1], inputs.dtype)
            unbiased = variance * count / (count - 1)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * unbiased)
""",
        )
    ],
    "keeps_the_last_batch_only": [
        ("self.momentum * self.moving_mean + (1 - self.momentum) * mean", "mean"),
        ("self.momentum * self.moving_variance + (1 - self.momentum) * variance", "variance"),
    ],
    "leaves_epsilon_out": [("ops.sqrt(variance + self.epsilon)", "ops.sqrt(variance)")],
    "mixes_the_channels": [
        ("            axes = tuple(range(len(inputs.shape) - 1))\n", ""),
        ("ops.mean(inputs, axis=axes)", "ops.mean(inputs)"),
        ("ops.var(inputs, axis=axes)", "ops.var(inputs)"),
    ],
    "moves_the_averages_in_inference": [
        (
            """        if training:
            axes = tuple(range(len(inputs.shape) - 1))
            mean = ops.mean(inputs, axis=axes)
            variance = ops.var(inputs, axis=axes)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
        else:
""",
            """        axes = tuple(range(len(inputs.shape) - 1))
        mean = ops.mean(inputs, axis=axes)
        variance = ops.var(inputs, axis=axes)
        self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
        self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
        if not training:
""",
        )
    ],
    "never_moves_the_averages": [
        (
            """            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
""",
            "",
        )
    ],
    "normalises_each_channel_of_each_sample": [
        (
            """            axes = tuple(range(len(inputs.shape) - 1))
            mean = ops.mean(inputs, axis=axes)
            variance = ops.var(inputs, axis=axes)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
""",
            """            pixels = tuple(range(1, len(inputs.shape) - 1))
            mean = ops.mean(inputs, axis=pixels, keepdims=True)
            variance = ops.var(inputs, axis=pixels, keepdims=True)
            axes = (0, *pixels)
            mean_now, variance_now = ops.mean(mean, axis=axes), ops.mean(variance, axis=axes)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean_now)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance_now)
""",
        )
    ],
    "normalises_each_sample": [
        ("tuple(range(len(inputs.shape) - 1))", "tuple(range(1, len(inputs.shape)))"),
        ("ops.mean(inputs, axis=axes)", "ops.mean(inputs, axis=axes, keepdims=True)"),
        ("ops.var(inputs, axis=axes)", "ops.var(inputs, axis=axes, keepdims=True)"),
        ("(1 - self.momentum) * mean)", "(1 - self.momentum) * ops.mean(mean))"),
        ("(1 - self.momentum) * variance)", "(1 - self.momentum) * ops.mean(variance))"),
    ],
    "shifts_before_it_scales": [("self.gamma * normalised + self.beta", "self.gamma * (normalised + self.beta)")],
    "starts_the_variance_at_zero": [
        (
            'initializer="ones", trainable=False, name="variance"',
            'initializer="zeros", trainable=False, name="variance"',
        )
    ],
    "stops_the_gradient": [
        ("ops.mean(inputs, axis=axes)", "ops.stop_gradient(ops.mean(inputs, axis=axes))"),
        ("ops.var(inputs, axis=axes)", "ops.stop_gradient(ops.var(inputs, axis=axes))"),
    ],
    "swaps_the_momentum": [
        (
            "self.momentum * self.moving_mean + (1 - self.momentum) * mean",
            "(1 - self.momentum) * self.moving_mean + self.momentum * mean",
        ),
        (
            "self.momentum * self.moving_variance + (1 - self.momentum) * variance",
            "(1 - self.momentum) * self.moving_variance + self.momentum * variance",
        ),
    ],
    "takes_the_second_axis_for_channels": [
        ("shape = (input_shape[-1],)", "shape = (input_shape[1],)"),
        (
            "        if training:\n            axes = tuple(range(len(inputs.shape) - 1))\n",
            """        others = len(inputs.shape) - 2
        shape = (1, -1) + (1,) * others
        if training:
            axes = (0, *range(2, others + 2))
""",
        ),
        (
            """        normalised = (inputs - mean) / ops.sqrt(variance + self.epsilon)
        return self.gamma * normalised + self.beta
""",
            """        mean, variance = ops.reshape(mean, shape), ops.reshape(variance, shape)
        normalised = (inputs - mean) / ops.sqrt(variance + self.epsilon)
        return ops.reshape(self.gamma, shape) * normalised + ops.reshape(self.beta, shape)
""",
        ),
    ],
    "trains_by_default": [("training=False)", "training=True)")],
    "trains_on_the_averages": [
        (
            """        else:
            mean = self.moving_mean
            variance = self.moving_variance
        normalised = (inputs - mean) / ops.sqrt(variance + self.epsilon)
""",
            """        normalised = (inputs - self.moving_mean) / ops.sqrt(self.moving_variance + self.epsilon)
""",
        )
    ],
    "trains_the_averages": [
        ('initializer="zeros", trainable=False, name="mean"', 'initializer="zeros", name="mean"'),
        ('initializer="ones", trainable=False, name="variance"', 'initializer="ones", name="variance"'),
    ],
    "uses_the_batch_in_inference": [
        (
            """        if training:
            axes = tuple(range(len(inputs.shape) - 1))
            mean = ops.mean(inputs, axis=axes)
            variance = ops.var(inputs, axis=axes)
            self.moving_mean""",
            """        axes = tuple(range(len(inputs.shape) - 1))
        mean = ops.mean(inputs, axis=axes)
        variance = ops.var(inputs, axis=axes)
        if training:
            self.moving_mean""",
        ),
        (
            """        else:
            mean = self.moving_mean
            variance = self.moving_variance
""",
            "",
        ),
    ],
}
