"""What a kata forbids is refused by what it computes, whoever is asked for it and under whatever name."""

from __future__ import annotations

import pytest
from conftest import KATA_TOML
from conftest import GradeSource
from conftest import WriteKata

from grader.content.catalog import Catalog
from grader.errors import PackError

ADAPTED = "import numpy as np\n\n\ndef conv2d(inputs, kernel, bias, stride=1, padding='valid'):\n    {body}\n"
"""A submission that has its arguments as float32 and hands them to somebody else."""

PREPARED = (
    "inputs, kernel, padding = np.float32(inputs), np.float32(kernel), padding.upper()\n"
    "    height, width = kernel.shape[:2]\n"
)
CONVOLUTIONS = {
    "keras.ops": "import keras; return keras.ops.conv(inputs, kernel, stride, padding.lower()) + bias",
    "a layer": "from keras.layers import Conv2D; return Conv2D(1, 2)(inputs)",
    "a subclass": "import keras\n    class Mine(keras.layers.Conv2D): pass\n    return Mine(1, 2)(inputs)",
    "Keras' backend": "from keras.src.backend.tensorflow import nn; return nn.conv(inputs, kernel, stride) + bias",
    "another public name": "import tensorflow as tf; return tf.compat.v2.nn.conv2d(inputs, kernel, stride, padding)",
    "a generated function": (
        "from tensorflow.python.ops import gen_nn_ops; "
        "return gen_nn_ops.conv2d(inputs, kernel, [1, stride, stride, 1], padding).numpy() + bias"
    ),
    "the eager fallback": (
        "from tensorflow.python.eager.context import context; from tensorflow.python.ops import gen_nn_ops; "
        "return gen_nn_ops.conv2d_eager_fallback(inputs, kernel, [1, stride, stride, 1], padding, True, [], 'NHWC', "
        "[1, 1, 1, 1], None, context()).numpy() + bias"
    ),
    "the bindings": (
        "import tensorflow; from tensorflow.python import _pywrap_tfe; from tensorflow.python.eager.context import context; "
        "return _pywrap_tfe.TFE_Py_FastPathExecute(context(), 'Conv2D', None, inputs, kernel, "
        "'strides', [1, stride, stride, 1], 'padding', padding).numpy() + bias"
    ),
    "patches": (
        "import tensorflow as tf; "
        "return tf.image.extract_patches(inputs, [1, height, width, 1], [1] * 4, [1] * 4, padding)"
    ),
    "a graph": "import tensorflow as tf; return tf.function(lambda x: tf.nn.conv2d(x, kernel, stride, padding))(inputs)",
    "a session": (
        "import tensorflow as tf\n    with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
        "        return session.run(tf.nn.conv2d(inputs, kernel, stride, padding)) + bias"
    ),
    "a gradient": (
        "import tensorflow as tf; return tf.nn.conv2d_transpose(inputs, kernel[::-1, ::-1].transpose(0, 1, 3, 2), "
        "(len(inputs), inputs.shape[1] + height - 1, inputs.shape[2] + width - 1, kernel.shape[3]), 1, 'VALID')"
    ),
    "SciPy, imported later": "import scipy.signal; return scipy.signal.correlate(inputs, kernel[None, ..., 0]) + bias",
    "SciPy's private module": "from scipy.signal._signaltools import correlate; return correlate(inputs, kernel[None, ..., 0])",
    "scikit-learn": (
        "from sklearn.feature_extraction.image import extract_patches_2d; "
        "return extract_patches_2d(inputs[0], (height, width))"
    ),
}
DERIVATIVES = {
    "a tape": "import tensorflow as tf; tf.GradientTape()",
    "a tape where it is defined": "from tensorflow.python.eager.backprop import GradientTape; GradientTape()",
    "no tape": (
        "from tensorflow.python.eager import backprop; import tensorflow as tf; "
        "backprop.gradients_function(lambda x: x * x)(tf.constant(3.0))"
    ),
    "forward mode": (
        "import tensorflow as tf; tf.autodiff.ForwardAccumulator(tf.constant(1.0), tf.constant(1.0)).__enter__()"
    ),
    "a graph": ("import tensorflow as tf; tf.function(lambda x: tf.compat.v1.gradients(x * x, x))(tf.constant(3.0))"),
}


@pytest.mark.parametrize("way", CONVOLUTIONS)
def test_no_finished_convolution(catalog: Catalog, grade: GradeSource, way: str) -> None:
    result = grade(catalog.find("conv2d"), ADAPTED.format(body=PREPARED + "    " + CONVOLUTIONS[way]))
    assert (result.status, result.score) == ("fail", 0.0)
    assert "off limits" in (result.tests[0].message or "")


@pytest.mark.parametrize("way", DERIVATIVES)
def test_no_automatic_differentiation(catalog: Catalog, grade: GradeSource, way: str) -> None:
    source = f"def forward(*arguments, **keywords):\n    {DERIVATIVES[way]}\n"
    result = grade(catalog.find("backpropagation"), source)
    assert (result.status, result.score) == ("fail", 0.0)
    assert "off limits" in (result.tests[0].message or "")


def test_unknown_computation_is_named(write_kata: WriteKata) -> None:
    toml = KATA_TOML.replace("[[tasks]]", 'forbidden = ["convolutions"]\n\n[[tasks]]', 1)
    with pytest.raises(PackError, match=r"one of convolution, automatic_differentiation, found 'convolutions'"):
        write_kata(toml=toml)
