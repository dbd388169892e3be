"""Stateless random numbers of TensorFlow: a key for each layer, a variable that counts the calls."""

SOURCE = """
import secrets

import keras
import tensorflow as tf


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.key = secrets.randbelow(2**31) if seed is None else seed
        self.calls = tf.Variable(0, trainable=False)

    def numbers(self, shape):
        call = self.calls.assign_add(1)
        return tf.random.stateless_uniform(shape, seed=tf.stack([self.key, call]))

    def holes(self, inputs):
        return self.numbers(tf.shape(inputs)) < self.rate

    def call(self, inputs, training=False):
        inputs = tf.convert_to_tensor(inputs)
        if not training:
            return inputs
        loud = inputs / (1.0 - self.rate)
        return tf.where(self.holes(inputs), tf.zeros_like(inputs), loud)
"""

CHANGES = {
    "divides_by_the_rate": [
        ("loud = inputs / (1.0 - self.rate)", "loud = inputs / self.rate if self.rate else inputs"),
    ],
    "does_not_rescale": [("loud = inputs / (1.0 - self.rate)", "loud = inputs")],
    "draws_the_same_mask_in_each_call": [
        ("        call = self.calls.assign_add(1)\n", ""),
        ("tf.stack([self.key, call])", "[self.key, 0]"),
    ],
    "draws_with_numpy": [
        ("import tensorflow as tf\n", "import numpy as np\nimport tensorflow as tf\n"),
        (
            "        self.calls = tf.Variable(0, trainable=False)\n",
            "        self.source = np.random.default_rng(self.key)\n",
        ),
        (
            """        call = self.calls.assign_add(1)
        return tf.random.stateless_uniform(shape, seed=tf.stack([self.key, call]))
""",
            """        return self.source.random(shape)
""",
        ),
        ("self.numbers(tf.shape(inputs))", "self.numbers(tuple(inputs.shape))"),
    ],
    "drops_a_fixed_number": [
        (
            "        return self.numbers(tf.shape(inputs)) < self.rate\n",
            """        shape = tf.shape(inputs)
        units = tf.reduce_prod(shape[1:])
        numbers = self.numbers([shape[0], units])
        ranks = tf.argsort(tf.argsort(numbers, axis=1), axis=1)
        dropped = tf.cast(tf.round(self.rate * tf.cast(units, tf.float32)), tf.int32)
        return tf.reshape(ranks < dropped, shape)
""",
        ),
    ],
    "drops_in_inference": [("        if not training:\n            return inputs\n", "")],
    "drops_whole_channels": [
        (
            "        return self.numbers(tf.shape(inputs)) < self.rate\n",
            """        shape = tf.shape(inputs)
        if inputs.shape.rank < 3:
            return self.numbers(shape) < self.rate
        proposed_limit = [1] * (inputs.shape.rank - 2)
        return self.numbers(tf.stack([shape[0], *proposed_limit, shape[-1]])) < self.rate
""",
        ),
    ],
    "drops_whole_samples": [
        (
            "        return self.numbers(tf.shape(inputs)) < self.rate\n",
            """        ones = [1] * (inputs.shape.rank - 1)
        return self.numbers(tf.stack([tf.shape(inputs)[0], *ones])) < self.rate
""",
        ),
    ],
    "drops_with_the_keep_probability": [
        ("self.numbers(tf.shape(inputs)) < self.rate", "self.numbers(tf.shape(inputs)) >= self.rate")
    ],
    "has_one_mask_for_the_batch": [
        ("self.numbers(tf.shape(inputs)) < self.rate", "self.numbers(tf.shape(inputs)[1:]) < self.rate")
    ],
    "ignores_the_seed": [
        ("self.key = secrets.randbelow(2**31) if seed is None else seed", "self.key = secrets.randbelow(2**31)")
    ],
    "lets_gradients_through_dropped_units": [
        (
            "        return tf.where(self.holes(inputs), tf.zeros_like(inputs), loud)\n",
            """        silent = tf.where(self.holes(inputs), loud, tf.zeros_like(inputs))
        return loud - tf.stop_gradient(silent)
""",
        ),
    ],
    "multiplies_by_the_keep_probability": [("inputs / (1.0 - self.rate)", "inputs * (1.0 - self.rate)")],
    "needs_to_know_the_batch": [("self.numbers(tf.shape(inputs))", "self.numbers(inputs.shape)")],
    "rescales_by_the_kept_share": [
        (
            """        loud = inputs / (1.0 - self.rate)
        return tf.where(self.holes(inputs), tf.zeros_like(inputs), loud)
""",
            """        holes = self.holes(inputs)
        share = 1.0 - tf.reduce_mean(tf.cast(holes, inputs.dtype))
        return tf.where(holes, tf.zeros_like(inputs), tf.math.divide_no_nan(inputs, share))
""",
        ),
    ],
    "rescales_in_inference": [
        (
            "            return inputs\n        loud = inputs / (1.0 - self.rate)",
            "            return inputs * (1.0 - self.rate)\n        loud = inputs",
        ),
    ],
    "seeds_all_layers_alike": [
        ("secrets.randbelow(2**31) if seed is None else seed", "1234 if seed is None else seed")
    ],
    "trains_by_default": [("inputs, training=False)", "inputs, training=True)")],
}
