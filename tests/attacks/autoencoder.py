"""Attacks on a kata that makes callables and trains them: objects that stay in the worker and are called by the judge."""

from __future__ import annotations

from attacks import WAITS
from attacks import Attack

NONE = "\ndef train_autoencoder(images, labels, n, epochs, seed): return make_encoder(n), make_decoder(n)\n"


def makes(encoder: str, decoder: str, before: str = "") -> str:
    """A submission whose halves are these expressions, of `n` and of `x`; nothing is trained."""
    return (
        f"import numpy as np\n{before}\ndef make_encoder(n): return lambda x: {encoder}\n"
        f"def make_decoder(n): return lambda x: {decoder}\n{NONE}"
    )


ZEROS = "np.zeros((len(x), n))", "np.zeros((len(x), 8, 8))"

CODEBOOK = """
import numpy as np
from sklearn.datasets import load_digits
ALL = (load_digits().images / 16).astype("float32").reshape(-1, 64)
class Encoder:
    def __init__(self, n, shift=0.0): self.n, self.shift = n, shift
    def __call__(self, x):
        x = np.asarray(x, "float32").reshape(len(x), 64)
        number = ((ALL**2).sum(1) - 2 * x @ ALL.T).argmin(1)
        codes = np.zeros((len(x), self.n), "float32")
        codes[:, 0] = number // 43 + self.shift if self.n > 1 else number
        if self.n > 1: codes[:, 1] = number % 43 + self.shift
        return codes
class Decoder:
    def __init__(self, n, shift=0.0): self.n, self.shift = n, shift
    def __call__(self, z):
        z = np.asarray(z)
        row, column = (np.clip(np.floor(z[:, i] - self.shift + 0.5), 0, 42).astype(int) for i in (0, self.n - 1))
        images = ALL[np.clip(row * 43 + column, 0, len(ALL) - 1)].reshape(-1, 8, 8)
        return np.clip(images + 1e-3 * np.tanh(self.shift) + 1e-4 * np.tanh(z.sum(1))[:, None, None], 0, 1)
make_encoder, make_decoder = Encoder, Decoder
def train_autoencoder(images, labels, n, epochs, seed): return Encoder(n, epochs % 7 / 1000), Decoder(n, epochs % 7 / 1000)
"""

ATTACKS = {
    "codebook": Attack(
        "recital",
        "Trains nothing: a code is the number of the nearest digit in scikit-learn's own data set, on a lattice of 43 by 43.",
        CODEBOOK,
        points=4.0,
        is_slow=True,
    ),
    "zeros": Attack("values", "Returns zeros for all codes and images.", makes(*ZEROS), points=3.2),
    "NaN": Attack("values", "Returns NaN for all.", makes(*(half.replace("zeros", "nan * np.ones") for half in ZEROS))),
    "infinite codes": Attack(
        "values", "Encodes to infinity.", makes("np.full((len(x), n), np.inf)", ZEROS[1]), points=2.0
    ),
    "whole image": Attack(
        "recital",
        "Hands the image on beside the code, in a variable of the module.",
        makes(
            "(KEPT.append(np.array(x)), np.arange(len(x) * n).reshape(len(x), n) / 99.0)[1]",
            "np.resize(KEPT[-1] if KEPT else x, (len(x), 8, 8)).clip(0, 1)",
            "KEPT = []",
        ),
        points=4.0,
    ),
    "image in the digits of a code": Attack(
        "recital",
        "Packs an image into the digits of one number.",
        makes(
            "np.stack([(x.reshape(len(x), 64)[:, 8 * i % 64 : 8 * i % 64 + 8].round() * 2.0 ** np.arange(8)).sum(1)"
            " for i in range(n)], 1)",
            "np.stack([np.resize(np.unpackbits(row.astype('uint8')), (8, 8)) for row in np.abs(x)]).astype(float)",
        ),
        points=4.0,
    ),
    "labels as codes": Attack(
        "recital",
        "Takes the labels for the codes, and the mean of their images for the decoded ones.",
        makes(*ZEROS) + "def train_autoencoder(images, labels, code_size, epochs, seed):\n"
        "    mean = np.array([images[labels == k].mean(0) for k in range(10)])\n"
        "    return (lambda x: np.full((len(x), code_size), float(epochs)),\n"
        "            lambda x: mean[np.clip(x[:, 0], 0, 9).astype(int)])\n",
        points=3.2,
    ),
    "untrained": Attack(
        "recital",
        "Returns a projection that was never trained and depends on nothing but the seed.",
        makes(
            "x.reshape(len(x), 64) @ np.random.default_rng(1).normal(size=(64, n))",
            "1 / (1 + np.exp(-np.clip(x @ np.random.default_rng(2).normal(size=(n, 64)), -50, 50).reshape(-1, 8, 8)))",
        ),
        points=4.0,
    ),
    "endless chain": Attack(
        "objects",
        "Returns an object each call of which returns another object.",
        "class Chain:\n    def __call__(self, *a): return Chain()\n    def __iter__(self): return iter([Chain(), Chain()])\n"
        "make_encoder = make_decoder = train_autoencoder = Chain()\n",
    ),
    "endless pair": Attack(
        "objects",
        "Returns a pair that never ends when it is unpacked.",
        "import itertools\ndef make_encoder(n): return itertools.repeat(0)\nmake_decoder = make_encoder\n"
        "def train_autoencoder(*a): return itertools.repeat(print)\n",
    ),
    "callable that exits": Attack(
        "conclusions",
        "Returns a callable that ends the process with 0.",
        "import os\ndef make_encoder(n): return lambda x: os._exit(0)\nmake_decoder = make_encoder\n" + NONE,
        says="ended the whole process",
    ),
    "callable with a trap": Attack(
        "objects",
        "Returns an object whose class says that it is a float.",
        "class Trap:\n    __class__ = property(lambda s: float)\n    __call__ = lambda s, x: s\n"
        "    __float__ = lambda s: 1 / 0\n"
        "def make_encoder(n): return Trap()\nmake_decoder = make_encoder\n" + NONE,
    ),
    "changes the judge's images": Attack(
        "values",
        "Paints the images black in place, so that black ones would be the right answer.",
        makes("(x.__setitem__(..., 0), np.zeros((len(x), n)))[1]", ZEROS[1]),
        points=3.2,
    ),
    "hangs in the callable": Attack(
        "time",
        "Returns callables that never return.",
        "def hang(x):\n    while True: pass\ndef make_encoder(n): return hang\nmake_decoder = make_encoder\n" + NONE,
        limits="call_seconds = 2\nwall_seconds = 2",
        says="was still running|used up",
        is_slow=True,
    ),
    "hangs in iteration": Attack(
        "time",
        "Returns a pair whose second half never comes.",
        makes(*ZEROS) + "def train_autoencoder(*a):\n    yield make_encoder(2)\n    while True: pass\n",
        points=3.2,
        limits=WAITS,
        is_slow=True,
    ),
    "many objects": Attack(
        "resources",
        "Returns 200,000 objects, of which the worker has to keep each.",
        "def make_encoder(n): return [object() for _ in range(200_000)]\nmake_decoder = make_encoder\n" + NONE,
    ),
    "changes between calls": Attack(
        "objects",
        "Returns codes whose shape is another in each call.",
        makes("np.zeros((len(x), next(WIDTHS)))", ZEROS[1], "import itertools\nWIDTHS = itertools.count()"),
        points=3.2,
    ),
}
