"""A Python loop over the channels, with numbers for each, and Keras variables made by hand."""

SOURCE = """
import keras
import tensorflow as tf


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        n = input_shape[-1]
        self.gamma = keras.Variable(tf.ones(n), name="gamma")
        self.beta = keras.Variable(tf.zeros(n), name="beta")
        self.moving_mean = keras.Variable(tf.zeros(n), trainable=False, name="moving_mean")
        self.moving_variance = keras.Variable(tf.ones(n), trainable=False, name="moving_variance")

    def call(self, inputs, training=False):
        keep, take = self.momentum, 1 - self.momentum
        outputs, means, variances = [], [], []
        for c, x in enumerate(tf.unstack(inputs, axis=-1)):
            if training:
                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
                mean = self.moving_mean[c]
                variance = self.moving_variance[c]
            deviation = (variance + self.epsilon) ** 0.5
            x = (x - mean) / deviation
            outputs.append(x * self.gamma[c] + self.beta[c])
        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
        return tf.stack(outputs, axis=-1)
"""

CHANGES = {
    "adds_epsilon_to_the_root": [("(variance + self.epsilon) ** 0.5", "variance**0.5 + self.epsilon")],
    "averages_over_the_first_axis_only": [
        ("        n = input_shape[-1]\n", "        n = input_shape[-1]\n        shape = input_shape[1:]\n"),
        ("keras.Variable(tf.zeros(n), trainable=False,", "keras.Variable(tf.zeros(shape), trainable=False,"),
        ("keras.Variable(tf.ones(n), trainable=False,", "keras.Variable(tf.ones(shape), trainable=False,"),
        ("tf.reduce_mean(x)", "tf.reduce_mean(x, axis=0)"),
        ("tf.reduce_mean(tf.square(x - mean))", "tf.reduce_mean(tf.square(x - mean), axis=0)"),
        ("self.moving_mean[c]", "self.moving_mean[..., c]"),
        ("self.moving_variance[c]", "self.moving_variance[..., c]"),
        ("tf.stack(means)", "tf.stack(means, axis=-1)"),
        ("tf.stack(variances)", "tf.stack(variances, axis=-1)"),
    ],
    "averages_the_deviation": [
        (
            "            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))\n",
            """            old, new = tf.sqrt(self.moving_variance.value), tf.sqrt(tf.stack(variances))
            self.moving_variance.assign(tf.square(keep * old + take * new))
""",
        )
    ],
    "divides_by_one_less": [
        (
            "tf.reduce_mean(tf.square(x - mean))",
            "tf.reduce_sum(tf.square(x - mean)) / tf.cast(tf.size(x) - 1, x.dtype)",
        )
    ],
    "divides_by_the_variance": [
        ("deviation = (variance + self.epsilon) ** 0.5", "deviation = variance + self.epsilon")
    ],
    "forgets_gamma_and_beta": [("outputs.append(x * self.gamma[c] + self.beta[c])", "outputs.append(x)")],
    "freezes_gamma_and_beta": [
        ('name="gamma")', 'name="gamma", trainable=False)'),
        ('name="beta")', 'name="beta", trainable=False)'),
    ],
    "keeps_an_unbiased_average": [
        (
            "variances.append(variance)",
            "variances.append(tf.reduce_sum(tf.square(x - mean)) / (tf.cast(tf.size(x), x.dtype) - 1))",
        )
    ],
    "keeps_the_last_batch_only": [
        ("        keep, take = self.momentum, 1 - self.momentum\n", ""),
        ("keep * self.moving_mean + take * tf.stack(means)", "tf.stack(means)"),
        ("keep * self.moving_variance + take * tf.stack(variances)", "tf.stack(variances)"),
    ],
    "leaves_epsilon_out": [("(variance + self.epsilon) ** 0.5", "variance**0.5")],
    "mixes_the_channels": [
        ("tf.reduce_mean(x)", "tf.reduce_mean(inputs)"),
        ("tf.reduce_mean(tf.square(x - mean))", "tf.reduce_mean(tf.square(inputs - mean))"),
    ],
    "moves_the_averages_in_inference": [
        (
            """            if training:
                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
""",
            """            mean = tf.reduce_mean(x)
            variance = tf.reduce_mean(tf.square(x - mean))
            means.append(mean)
            variances.append(variance)
            if not training:
""",
        ),
        (
            """        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
""",
            """        self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
        self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
""",
        ),
    ],
    "never_moves_the_averages": [
        (
            "        keep, take = self.momentum, 1 - self.momentum\n        outputs, means, variances = [], [], []\n",
            "        outputs = []\n",
        ),
        ("                means.append(mean)\n                variances.append(variance)\n", ""),
        (
            """        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
""",
            "",
        ),
    ],
    "normalises_each_channel_of_each_sample": [
        (
            """                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
""",
            """                flat = tf.reshape(x, (tf.shape(x)[0], -1))
                mean = tf.reduce_mean(flat, axis=1, keepdims=True)
                variance = tf.reduce_mean(tf.square(flat - mean), axis=1)
                mean = tf.squeeze(mean, axis=1)
                means.append(tf.reduce_mean(mean))
                variances.append(tf.reduce_mean(variance))
                each = (-1,) + (1,) * (len(x.shape) - 1)
                mean, variance = tf.reshape(mean, each), tf.reshape(variance, each)
""",
        )
    ],
    "normalises_each_sample": [
        (
            """                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
                mean = self.moving_mean[c]
                variance = self.moving_variance[c]
            deviation = (variance + self.epsilon) ** 0.5
            x = (x - mean) / deviation
""",
            """                mean = tf.reduce_mean(x)
                means.append(mean)
                variances.append(tf.reduce_mean(tf.square(x - mean)))
                samples = []
                for sample, part in zip(tf.unstack(inputs), tf.unstack(x)):
                    mean = tf.reduce_mean(sample)
                    variance = tf.reduce_mean(tf.square(sample - mean))
                    samples.append((part - mean) / (variance + self.epsilon) ** 0.5)
                x = tf.stack(samples)
            else:
                x = (x - self.moving_mean[c]) / (self.moving_variance[c] + self.epsilon) ** 0.5
""",
        )
    ],
    "shifts_before_it_scales": [
        (
            "            outputs.append(x * self.gamma[c] + self.beta[c])\n",
            "            x = x + self.beta[c]\n            outputs.append(x * self.gamma[c])\n",
        )
    ],
    "starts_the_variance_at_zero": [
        ("keras.Variable(tf.ones(n), trainable=False", "keras.Variable(tf.zeros_like(self.gamma), trainable=False")
    ],
    "stops_the_gradient": [
        ("mean = tf.reduce_mean(x)", "mean = float(tf.reduce_mean(x))"),
        ("variance = tf.reduce_mean(tf.square(x - mean))", "variance = float(tf.reduce_mean(tf.square(x - mean)))"),
    ],
    "swaps_the_momentum": [
        ("keep, take = self.momentum, 1 - self.momentum", "keep, take = 1 - self.momentum, self.momentum")
    ],
    "takes_the_second_axis_for_channels": [
        ("n = input_shape[-1]", "n = input_shape[1]"),
        ("tf.unstack(inputs, axis=-1)", "tf.unstack(inputs, axis=1)"),
        ("tf.stack(outputs, axis=-1)", "tf.stack(outputs, axis=1)"),
    ],
    "trains_by_default": [("training=False)", "training=True)")],
    "trains_on_the_averages": [
        (
            """            if training:
                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
                mean = self.moving_mean[c]
                variance = self.moving_variance[c]
            deviation = (variance + self.epsilon) ** 0.5
            x = (x - mean) / deviation
            outputs.append(x * self.gamma[c] + self.beta[c])
        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
""",
            """            mean = tf.reduce_mean(x)
            means.append(mean)
            variances.append(tf.reduce_mean(tf.square(x - mean)))
        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
        for c, x in enumerate(tf.unstack(inputs, axis=-1)):
            deviation = (self.moving_variance[c] + self.epsilon) ** 0.5
            x = (x - self.moving_mean[c]) / deviation
            outputs.append(x * self.gamma[c] + self.beta[c])
""",
        )
    ],
    "trains_the_averages": [
        ('trainable=False, name="moving_mean"', 'name="moving_mean"'),
        ('trainable=False, name="moving_variance"', 'name="moving_variance"'),
    ],
    "uses_the_batch_in_inference": [
        (
            """            if training:
                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
                mean = self.moving_mean[c]
                variance = self.moving_variance[c]
""",
            """            mean = tf.reduce_mean(x)
            variance = tf.reduce_mean(tf.square(x - mean))
            means.append(mean)
            variances.append(variance)
""",
        )
    ],
}
