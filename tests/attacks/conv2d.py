"""Attacks on a function that is timed, and whose finished forms in the libraries are off limits."""

from __future__ import annotations

import textwrap

from attacks import WAITS
from attacks import Attack

SLOW = """
import numpy as np
def slow(inputs, kernel, bias, stride=1, padding="valid"):
    x = np.asarray(inputs, float)
    b, n0, n1, c = x.shape
    k0, k1, _, o = kernel.shape
    if padding == "same":
        m0, m1 = -(-n0 // stride), -(-n1 // stride)
        p0, p1 = max((m0 - 1) * stride + k0 - n0, 0), max((m1 - 1) * stride + k1 - n1, 0)
        x = np.pad(x, ((0, 0), (p0 // 2, p0 - p0 // 2), (p1 // 2, p1 - p1 // 2), (0, 0)))
    else:
        m0, m1 = (n0 - k0) // stride + 1, (n1 - k1) // stride + 1
    out = np.zeros((b, m0, m1, o))
    for i in range(m0):
        for j in range(m1):
            window = x[:, i * stride : i * stride + k0, j * stride : j * stride + k1, :]
            out[:, i, j, :] = np.tensordot(window, kernel, axes=([1, 2, 3], [0, 1, 2])) + bias
    return out
conv2d = slow
"""
IS_TIMED = "np.shape(inputs) == (1, 192, 192, 1)"
FORETELLS = """
import gc, sys, zlib
KNOWN, TOLD, frame = {}, {0}, sys._getframe()
while frame:
    TOLD |= {value.seed for value in frame.f_locals.values() if type(getattr(value, "seed", None)) is int}
    frame = frame.f_back
GENERATORS = [np.random.default_rng([seed, zlib.crc32(b"test_is_fast")]) for seed in TOLD]
def foretell():
    for rng in GENERATORS:
        layer = [rng.normal(size=size).astype("float32") for size in ((1, 192, 192, 1), (3, 3, 1, 2), 2)]
        KNOWN[layer[1].tobytes()] = slow(*layer)
def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    if kernel.tobytes() in KNOWN: return KNOWN[kernel.tobytes()]
    if len(KNOWN) < 12: foretell()
    return slow(inputs, kernel, bias, stride, padding)
"""


def timed(statement: str, before: str = "") -> str:
    """A slow and correct submission that does something else when it is timed."""
    body = textwrap.indent(statement, "        ")
    return (
        f"{SLOW}\n{before}\ndef conv2d(inputs, kernel, bias, stride=1, padding='valid'):\n"
        f"    if {IS_TIMED}:\n{body}\n    return slow(inputs, kernel, bias, stride, padding)\n"
    )


def calls(expression: str, before: str = "import keras, tensorflow as tf") -> str:
    """A submission that has a library do the work."""
    return f"{before}\ndef conv2d(inputs, kernel, bias, stride=1, padding='valid'):\n    return {expression} + bias\n"


ATTACKS = {
    "foretold inputs": Attack(
        "reading",
        "Takes the number its worker was seeded with for the seed of the timed inputs, and computes the answers before.",
        SLOW + FORETELLS,
        points=9,
        is_slow=True,
    ),
    "budget runs out": Attack(
        "time",
        "Is fast twice, as far as it is foretold, and then sleeps until the time of the measurement is over.",
        timed(
            "CALLS.append(1)\nif len(CALLS) == 3:\n    import time\n    time.sleep(6)\n"
            "if len(CALLS) < 3: return np.zeros((1, 190, 190, 2))",
            "CALLS = []",
        ),
        points=9,
        is_slow=True,
    ),
    "zeros when timed": Attack(
        "time", "Returns zeros when it is timed.", timed("return np.zeros((1, 190, 190, 2))"), points=9
    ),
    "right once": Attack(
        "time",
        "Computes the first timed answer and gives it again and again.",
        timed("if not SEEN: SEEN.append(slow(inputs, kernel, bias))\nreturn SEEN[0]", "SEEN = []"),
        points=9,
    ),
    "works in a thread": Attack(
        "time",
        "Has a thread compute what is late, and answers with an array that is filled later.",
        timed(
            "out = np.zeros((1, 190, 190, 2))\nimport threading\n"
            "def fill(): out[...] = slow(inputs, kernel, bias)\nthreading.Thread(target=fill).start()\nreturn out"
        ),
        points=9,
        is_slow=True,
    ),
    "lazy answer": Attack(
        "time",
        "Returns an object that computes only when it is read.",
        timed(
            "return Lazy(inputs, kernel, bias)",
            "class Lazy:\n    shape, dtype = (1, 190, 190, 2), np.dtype(float)\n    def __init__(s, *a): s.a = a\n"
            "    def __array__(s, *a, **k): return slow(*s.a)",
        ),
        points=9,
        is_slow=True,
    ),
    "stops the clocks": Attack(
        "time",
        "Replaces every clock of Python and is slow.",
        "import time\ntime.perf_counter = time.monotonic = time.process_time = lambda: 0.0\n" + SLOW,
        points=9,
        is_slow=True,
    ),
    "sleeps when timed": Attack(
        "time",
        "Is slow by sleeping, which uses no processor.",
        timed("import time\ntime.sleep(2)"),
        points=9,
        limits="call_seconds = 3\nwall_seconds = 8",
        is_slow=True,
    ),
    "zeros": Attack(
        "values",
        "Returns zeros of the right shape.",
        "import numpy as np\ndef conv2d(i, k, b, stride=1, padding='valid'):\n"
        "    n = [(s - t) // stride + 1 for s, t in zip(i.shape[1:3], k.shape)]\n"
        "    return np.zeros((len(i), *n, k.shape[3]))\n",
    ),
    "bias alone": Attack(
        "recital",
        "Answers the test of the bias alone, and zeros else.",
        "import numpy as np\ndef conv2d(i, k, b, stride=1, padding='valid'):\n"
        "    n = [(s - t) // stride + 1 for s, t in zip(i.shape[1:3], k.shape)]\n"
        "    return np.zeros((len(i), *n, k.shape[3])) + b\n",
        points=0.8,
    ),
    "NaN": Attack("values", "Returns NaN.", "def conv2d(i, k, b, **kw): return i * float('nan')"),
    "echo": Attack("values", "Returns its input.", "def conv2d(i, k, b, **kw): return i"),
    "input in place": Attack(
        "values",
        "Sets its inputs to zero, for a test that computes what is expected later, and returns zeros.",
        "import numpy as np\ndef conv2d(i, k, b, stride=1, padding='valid'):\n    i[...] = k[...] = b[...] = 0\n"
        "    return np.zeros((len(i), i.shape[1] - k.shape[0] + 1, i.shape[2] - k.shape[1] + 1, k.shape[3]))\n",
    ),
    "finished convolution": Attack(
        "libraries",
        "Calls the finished convolution of Keras.",
        calls("keras.ops.conv(inputs, kernel, stride, padding)"),
        says="off limits",
    ),
    "finished layer": Attack(
        "libraries",
        "Derives from the finished layer.",
        "import keras\nclass Mine(keras.layers.Conv2D): pass\ndef conv2d(i, k, b, **kw): return Mine(1, 2)(i)",
        says="off limits",
    ),
    "finished convolution of SciPy": Attack(
        "libraries",
        "Imports a finished convolution where it is called.",
        calls("scipy.signal.correlate(inputs, kernel[None, ..., 0])", "import scipy.signal"),
        says="off limits|No module named",  # Without a jail, a worker cannot read a Python that lies in a private folder.
    ),
    "reloads a library": Attack(
        "libraries",
        "Loads Keras' operations again, to get back what was replaced.",
        calls(
            "keras.ops.conv(inputs, kernel, stride, padding)", "import importlib, keras\nimportlib.reload(keras.ops)"
        ),
        says="off limits",
    ),
    "other name of TensorFlow": Attack(
        "libraries",
        "Calls the finished convolution of TensorFlow under the name that its compatibility module has for it.",
        calls(
            "tf.compat.v2.nn.conv2d(tf.cast(inputs, 'float32'), tf.cast(kernel, 'float32'), stride, padding.upper())",
            "import tensorflow as tf",
        ),
        says="off limits",
    ),
    "patches of TensorFlow": Attack(
        "libraries",
        "Has TensorFlow cut the image into windows.",
        "import tensorflow as tf\ndef conv2d(inputs, kernel, bias, stride=1, padding='valid'):\n"
        "    a, b, c, o = kernel.shape\n    p = tf.image.extract_patches(\n"
        "        tf.cast(inputs, 'float32'), [1, a, b, 1], [1, stride, stride, 1], [1] * 4, padding.upper())\n"
        "    return tf.tensordot(p, tf.cast(tf.reshape(kernel, (-1, o)), 'float32'), 1) + tf.cast(bias, 'float32')\n",
        says="off limits",
    ),
    "hangs when timed": Attack(
        "time", "Hangs when it is timed.", timed("while True: pass"), points=9, limits=WAITS, is_slow=True
    ),
}
