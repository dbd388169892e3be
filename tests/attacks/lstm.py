"""Attacks on a layer that support code runs and trains in the worker."""

from __future__ import annotations

from attacks import Attack

CELL = """
import keras
import numpy as np
class LSTMCell(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size = units, [units, units]
    def build(self, input_shape):
        for part in ("forget", "input", "candidate", "output"):
            start = "ones" if part == "forget" else "zeros"
            shape = (self.units + input_shape[-1], self.units)
            setattr(self, part + "_kernel", self.add_weight(shape=shape))
            setattr(self, part + "_bias", self.add_weight(shape=(self.units,), initializer=start))
    def call(self, inputs, states): return states[0], states
"""
WEIGHTS = 2.54
"""What a cell earns that has its weights and state sizes, and computes nothing."""

ATTACKS = {
    "keeps its states": Attack("values", "Hands the states on as they are.", CELL, points=WEIGHTS, is_slow=True),
    "zeros": Attack(
        "values",
        "Returns zeros.",
        CELL.replace("states[0], states", "0 * states[0], [0 * s for s in states]"),
        points=WEIGHTS,
        is_slow=True,
    ),
    "NaN": Attack(
        "values",
        "Returns NaN.",
        CELL.replace("states[0], states", "np.nan * states[0], states"),
        points=WEIGHTS,
        is_slow=True,
    ),
    "finished cell": Attack(
        "libraries",
        "Derives from the finished cell.",
        "import keras\nclass LSTMCell(keras.layers.LSTMCell): pass\n",
        says="off limits",
    ),
    "finished cell by a search": Attack(
        "libraries",
        "Looks for the finished cell among all classes that there are.",
        "import keras\nLSTMCell = [c for c in keras.layers.Layer.__subclasses__() if c.__name__ == 'LSTMCell'][0]\n",
        points=2.0,
    ),
    "patched support": Attack(
        "libraries",
        "Replaces the support code that would run, train and differentiate the cell.",
        CELL + "import support\nsupport.gradients = lambda cell, i, s, u: [np.ones_like(x) for x in (i, *s)] + "
        "[np.ones(getattr(cell, n).shape) for n in support.NAMES]\n"
        "support.run = lambda cell, sequences: [[np.zeros((*np.shape(s)[:2], cell.units)),"
        " np.zeros((len(s), cell.units)), np.zeros((len(s), cell.units))] for s in sequences]\n"
        "support.fit = lambda cell, s, t: ([np.zeros(3)] * 8, [np.ones(3)] * 8)\nsupport.set_weights = lambda *a, **k: None\n",
        points=WEIGHTS,
    ),
    "patched Layer": Attack(
        "libraries",
        "Has each layer of Keras return what it got.",
        CELL + "keras.layers.Layer.__call__ = lambda self, inputs, states=None, **k: (states[0], states)\n",
        points=WEIGHTS,
        is_slow=True,
    ),
    "weights that lie": Attack(
        "objects",
        "Returns weights that say that they are trainable and of every shape.",
        "class Every:\n    def __getattr__(self, name): return Every()\n    def __call__(self, *a, **k): return Every()\n"
        "    def __len__(self): return 8\n    def __iter__(self): return iter([Every()] * 8)\n    __eq__ = lambda s, o: True\n"
        "class LSTMCell:\n    def __init__(self, units): pass\n    def __getattr__(self, name): return Every()\n"
        "    def __call__(self, *a, **k): return Every(), [Every(), Every()]\n",
    ),
    "exits in build": Attack(
        "conclusions",
        "Ends the process with 0 when it is built.",
        CELL.replace("def build(self, input_shape):", "def build(self, input_shape):\n        import os; os._exit(0)"),
        points=1.0,
    ),
    "property that counts": Attack(
        "objects",
        "Changes what its state_size says each time that it is asked.",
        CELL + "N = []\nLSTMCell.state_size = property(lambda s: N.append(1) or [len(N)] * 2, lambda s, v: None)\n",
        points=WEIGHTS,
        is_slow=True,
    ),
    "old references": Attack(
        "reading",
        "Looks for the reference and its weights among all objects of the process.",
        CELL + "import gc\nFOUND = [c for c in gc.get_objects() if isinstance(c, type) and c.__name__ == 'LSTMCell'"
        " and c.__module__ not in (__name__, 'keras.src.layers.rnn.lstm')]\nassert not FOUND, FOUND\n",
        points=WEIGHTS,
        is_slow=True,
    ),
}
