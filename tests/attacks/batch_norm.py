"""Attacks on a layer with a state that the judge reads."""

from __future__ import annotations

from attacks import Attack

LAYER = """
import keras
import numpy as np
from keras import ops
class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon
    def build(self, input_shape):
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            start = "ones" if name in ("gamma", "moving_variance") else "zeros"
            trains = name in ("gamma", "beta")
            setattr(self, name, self.add_weight(shape=input_shape[-1:], initializer=start, trainable=trains))
    def call(self, inputs, training=False): return inputs
"""
WEIGHTS = 0.5
"""What a layer earns that has its weights and does nothing with them."""

ATTACKS = {
    "identity": Attack("values", "Hands its inputs on as they are.", LAYER, points=WEIGHTS),
    "zeros": Attack(
        "values", "Returns zeros.", LAYER.replace("return inputs", "return inputs * 0.0"), points=WEIGHTS, is_slow=True
    ),
    "NaN": Attack(
        "values", "Returns NaN.", LAYER.replace("return inputs", "return inputs * np.nan"), points=WEIGHTS, is_slow=True
    ),
    "empty": Attack(
        "values", "Returns no rows.", LAYER.replace("return inputs", "return inputs[:0]"), points=WEIGHTS, is_slow=True
    ),
    "patched support": Attack(
        "libraries",
        "Replaces the support code by one that says what the test wants to hear.",
        LAYER + "import support\nsupport.set_weights = lambda layer, **values: layer.__dict__.update(values)\n"
        "support.gradients = lambda layer, inputs, upstream: [inputs, upstream, upstream]\n",
        points=WEIGHTS,
    ),
    "patched moments": Attack(
        "libraries",
        "Replaces the operations of Keras by one that returns its input.",
        LAYER + "ops.moments = lambda x, **k: (x, x)\nops.sqrt = keras.ops.mean = lambda x, *a, **k: x\n",
        points=WEIGHTS,
        is_slow=True,
    ),
    "finished operation": Attack(
        "libraries",
        "Calls the finished operation.",
        LAYER.replace(
            "return inputs", "return ops.batch_normalization(inputs, self.moving_mean, self.moving_variance, -1)"
        ),
        says="off limits",
        points=WEIGHTS,
    ),
    "averages by call order": Attack(
        "recital",
        "Counts its calls and sets the averages that the test by hand wants to see.",
        LAYER.replace(
            "return inputs", "N.append(1); self.moving_mean.assign(0 * self.moving_mean + 0.5); return inputs"
        )
        + "N = []\n",
        points=WEIGHTS,
        is_slow=True,
    ),
    "property that computes": Attack(
        "objects",
        "Has averages that are properties with a number of their own in each reading.",
        LAYER
        + "N = []\nBatchNorm.moving_mean = property(lambda s: N.append(1) or np.full(2, len(N)), lambda s, v: None)\n",
        points=WEIGHTS,
        is_slow=True,
    ),
    "attribute that exits": Attack(
        "conclusions",
        "Ends the process when an average is read.",
        LAYER + "import os\nBatchNorm.moving_mean = property(lambda s: os._exit(0), lambda s, v: None)\n",
        points=WEIGHTS,
    ),
    "attribute that hangs": Attack(
        "time",
        "Hangs when an average is read.",
        LAYER + "def hang(self):\n    while True: pass\nBatchNorm.moving_mean = property(hang, lambda s, v: None)\n",
        limits="call_seconds = 2\nwall_seconds = 2",
        points=WEIGHTS,
        is_slow=True,
    ),
    "dropout of everything": Attack(
        "values",
        "Keeps nothing in training, for checks of what is kept.",
        LAYER.replace("return inputs", "return inputs * (0.0 if training else 1.0)"),
        points=WEIGHTS,
        is_slow=True,
    ),
    "long double weights": Attack(
        "odd",
        "Returns float64, and weights as arrays of NumPy.",
        LAYER.replace("return inputs", "return np.asarray(inputs, np.longdouble)"),
        points=WEIGHTS,
        is_slow=True,
    ),
    "callback into Keras": Attack(
        "resources",
        "Makes a layer in each call, without an end.",
        LAYER.replace("return inputs", "return BatchNorm()(inputs, training=training)"),
        points=WEIGHTS,
        says="RecursionError|SIG|still running|Memory",
        is_slow=True,
    ),
}
