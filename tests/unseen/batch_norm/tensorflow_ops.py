"""TensorFlow: moments, methods for each part, and scale and shift folded into one multiplication and one addition."""

SOURCE = """
import keras
import tensorflow as tf


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.decay = momentum
        self.eps = epsilon

    def build(self, input_shape):
        self.gamma = self._weight("gamma", input_shape, "ones")
        self.beta = self._weight("beta", input_shape, "zeros")
        self.moving_mean = self._weight("moving_mean", input_shape, "zeros", trainable=False)
        self.moving_variance = self._weight("moving_variance", input_shape, "ones", trainable=False)
        self.built = True

    def _weight(self, name, input_shape, initializer, trainable=True):
        channels = (input_shape[-1],)
        return self.add_weight(name=name, shape=channels, initializer=initializer, trainable=trainable)

    def _statistics(self, inputs):
        axes = list(range(inputs.shape.rank - 1))
        return tf.nn.moments(inputs, axes=axes)

    def _move(self, average, value):
        average.assign_add((1.0 - self.decay) * (value - average.value))

    def _normalise(self, inputs, mean, variance):
        centred = inputs - mean
        scale = tf.math.rsqrt(variance + self.eps) * self.gamma.value
        return centred * scale + self.beta.value

    def call(self, inputs, training=False):
        if not training:
            return self._normalise(inputs, self.moving_mean.value, self.moving_variance.value)
        mean, variance = self._statistics(inputs)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return self._normalise(inputs, mean, variance)
"""

CHANGES = {
    "adds_epsilon_to_the_root": [
        (
            "scale = tf.math.rsqrt(variance + self.eps) * self.gamma.value",
            "scale = self.gamma.value / (tf.sqrt(variance) + self.eps)",
        )
    ],
    "averages_over_the_first_axis_only": [
        ("axes = list(range(inputs.shape.rank - 1))", "axes = [0]"),
        (
            """        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
""",
            """        pixels = list(range(mean.shape.rank - 1))
        self._move(self.moving_mean, tf.reduce_mean(mean, pixels))
        self._move(self.moving_variance, tf.reduce_mean(variance, pixels))
""",
        ),
    ],
    "averages_the_deviation": [
        ("self._move(self.moving_variance, variance)", "self._move(self.moving_variance, tf.sqrt(variance))"),
        (
            "self.moving_mean.value, self.moving_variance.value)",
            "self.moving_mean.value, self.moving_variance.value**2)",
        ),
    ],
    "divides_by_one_less": [
        (
            "        return tf.nn.moments(inputs, axes=axes)\n",
            """        mean = tf.reduce_mean(inputs, axis=axes)
        n = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), inputs.dtype)
        return mean, tf.reduce_sum((inputs - mean) ** 2, axis=axes) / (n - 1)
""",
        )
    ],
    "divides_by_the_variance": [("tf.math.rsqrt(variance + self.eps)", "tf.math.reciprocal(variance + self.eps)")],
    "forgets_gamma_and_beta": [
        (" * self.gamma.value\n", "\n"),
        ("centred * scale + self.beta.value", "centred * scale"),
    ],
    "freezes_gamma_and_beta": [
        ('"gamma", input_shape, "ones")', '"gamma", input_shape, "ones", trainable=False)'),
        ('"beta", input_shape, "zeros")', '"beta", input_shape, "zeros", trainable=False)'),
    ],
    "keeps_an_unbiased_average": [
        (
            "        self._move(self.moving_variance, variance)\n",
            """        n = tf.cast(tf.size(inputs) / inputs.shape[-1], tf.float32)
        self._move(self.moving_variance, variance * (n / (n - 1.0)))
""",
        )
    ],
    "keeps_the_last_batch_only": [
        ("average.assign_add((1.0 - self.decay) * (value - average.value))", "average.assign(value)")
    ],
    "leaves_epsilon_out": [("tf.math.rsqrt(variance + self.eps)", "tf.math.rsqrt(variance)")],
    "mixes_the_channels": [
        ("axes = list(range(inputs.shape.rank - 1))", "axes = list(range(inputs.shape.rank))"),
    ],
    "moves_the_averages_in_inference": [
        (
            """        if not training:
            return self._normalise(inputs, self.moving_mean.value, self.moving_variance.value)
        mean, variance = self._statistics(inputs)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return self._normalise(inputs, mean, variance)
""",
            """        mean, variance = self._statistics(inputs)
        if training:
            outputs = self._normalise(inputs, mean, variance)
        else:
            outputs = self._normalise(inputs, self.moving_mean.value, self.moving_variance.value)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return outputs
""",
        )
    ],
    "never_moves_the_averages": [
        (
            "average.assign_add((1.0 - self.decay) * (value - average.value))",
            "average = self.decay * average.value + (1.0 - self.decay) * value",
        )
    ],
    "normalises_each_channel_of_each_sample": [
        (
            """        axes = list(range(inputs.shape.rank - 1))
        return tf.nn.moments(inputs, axes=axes)
""",
            """        axes = list(range(1, inputs.shape.rank - 1))
        mean = tf.reduce_mean(inputs, axis=axes, keepdims=True)
        return mean, tf.reduce_mean((inputs - mean) ** 2, axis=axes, keepdims=True)
""",
        ),
        ("(value - average.value)", "(tf.reduce_mean(value, list(range(value.shape.rank - 1))) - average.value)"),
    ],
    "normalises_each_sample": [
        (
            "        return self._normalise(inputs, mean, variance)\n",
            """        axes = list(range(1, inputs.shape.rank))
        mean, variance = tf.nn.moments(inputs, axes=axes, keepdims=True)
        return self._normalise(inputs, mean, variance)
""",
        )
    ],
    "shifts_before_it_scales": [
        ("tf.math.rsqrt(variance + self.eps) * self.gamma.value", "tf.math.rsqrt(variance + self.eps)"),
        ("centred * scale + self.beta.value", "(centred * scale + self.beta.value) * self.gamma.value"),
    ],
    "starts_the_variance_at_zero": [
        ('"moving_variance", input_shape, "ones"', '"moving_variance", input_shape, "zeros"'),
    ],
    "stops_the_gradient": [("tf.nn.moments(inputs, axes=axes)", "tf.nn.moments(tf.stop_gradient(inputs), axes=axes)")],
    "swaps_the_momentum": [("(1.0 - self.decay) * (value", "self.decay * (value")],
    "takes_the_second_axis_for_channels": [
        ("channels = (input_shape[-1],)", "channels = (input_shape[1],)"),
        (
            "    def call(self, inputs, training=False):\n",
            """    def call(self, inputs, training=False):
        order = list(range(inputs.shape.rank))
        order[1], order[-1] = order[-1], order[1]
        outputs = self._apply(tf.transpose(inputs, order), training)
        return tf.transpose(outputs, order)

    def _apply(self, inputs, training):
""",
        ),
    ],
    "trains_by_default": [
        (
            "training=False):\n        if not training:\n",
            "training=None):\n        if training is None:\n            training = True\n        if not training:\n",
        )
    ],
    "trains_on_the_averages": [
        (
            """        mean, variance = self._statistics(inputs)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return self._normalise(inputs, mean, variance)
""",
            """        mean, variance = self._statistics(inputs)
        mean = self.decay * self.moving_mean.value + (1.0 - self.decay) * mean
        variance = self.decay * self.moving_variance.value + (1.0 - self.decay) * variance
        self.moving_mean.assign(mean)
        self.moving_variance.assign(variance)
        return self._normalise(inputs, mean, variance)
""",
        )
    ],
    "trains_the_averages": [
        ('"moving_mean", input_shape, "zeros", trainable=False)', '"moving_mean", input_shape, "zeros")'),
        ('"moving_variance", input_shape, "ones", trainable=False)', '"moving_variance", input_shape, "ones")'),
    ],
    "uses_the_batch_in_inference": [
        (
            """        if not training:
            return self._normalise(inputs, self.moving_mean.value, self.moving_variance.value)
        mean, variance = self._statistics(inputs)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
""",
            """        mean, variance = self._statistics(inputs)
        if training:
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
""",
        )
    ],
}
