"""Attacks on a callback that support code shows a model, and the judge a training."""

from __future__ import annotations

from attacks import WAITS
from attacks import Attack

CALLBACK = """
import keras
import math
import numpy as np
class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", patience=3, min_delta=0.0):
        super().__init__()
        self.monitor, self.mode, self.patience, self.min_delta = monitor, mode, patience, min_delta
    def on_epoch_end(self, epoch, logs=None): pass
"""
NEVER = 4.0
"""At most what a callback earns that never stops and restores nothing."""

ATTACKS = {
    "patched train": Attack(
        "libraries",
        "Is no callback at all: support.train is replaced by one that makes the answer up.",
        "import support\nclass EarlyStopping:\n    def __init__(self, *a, **k): pass\n    def __getattr__(self, name):\n"
        "        return lambda *a, **k: None\nsupport.train = lambda callback, logs, weights=None: (len(logs), logs, [])\n",
        points=NEVER,
    ),
    "patched model": Attack(
        "libraries",
        "Replaces the model by one that says what it likes of its weights.",
        CALLBACK + "import support\nclass Model:\n    stop_training = property(lambda s: True, lambda s, v: None)\n"
        "    def read(self): return np.full(7, 2.0)\n    def write(self, values): pass\nsupport.Model = Model\n",
        points=NEVER,
    ),
    "never stops": Attack("values", "Never stops and restores nothing.", CALLBACK, points=NEVER, is_slow=True),
    "always stops": Attack(
        "recital",
        "Stops after the third epoch, whatever the values.",
        CALLBACK.replace("logs=None): pass", "logs=None): self.model.stop_training = epoch == 2"),
        points=NEVER,
        is_slow=True,
    ),
    "stops by a table": Attack(
        "recital",
        "Stops by the number of the training, as seed 0 has it.",
        CALLBACK.replace(
            "logs=None): pass",
            "logs=None): self.model.stop_training = epoch + 1 == RUN[0]\n"
            "    def on_train_begin(self, logs=None): RUN.pop(0)",
        )
        + "RUN = [6, 6, 6, 6, 3, 4, 6, 6, 9, 5, 3] * 9\n",
        points=5.0,
    ),
    "finished callback": Attack(
        "libraries",
        "Derives from the finished callback.",
        "import keras\nclass EarlyStopping(keras.callbacks.EarlyStopping): pass\n",
        says="off limits",
    ),
    "model that is replaced": Attack(
        "objects",
        "Puts an object of its own in the place of the model that it was shown.",
        CALLBACK + "class Fake:\n    stop_training = True\n    def read(self): return np.zeros(7)\n"
        "EarlyStopping.set_model = lambda self, model: model.__class__ and setattr(model, 'read', lambda: np.zeros(7))\n",
        points=NEVER,
        is_slow=True,
    ),
    "equal to everything": Attack(
        "objects",
        "Sets stop_training to an object that is equal to everything.",
        CALLBACK.replace("logs=None): pass", "logs=None): self.model.__dict__['stop_training'] = Equal()")
        + "class Equal:\n    __eq__ = lambda s, o: True\n    __bool__ = lambda s: False\n",
        points=NEVER,
        is_slow=True,
    ),
    "changes the logs": Attack(
        "values",
        "Changes the logs that it is shown, so that all values seem to improve.",
        CALLBACK.replace("logs=None): pass", "logs=None): logs.update(val_loss=-epoch)"),
        points=NEVER,
        is_slow=True,
    ),
    "exits at the end of training": Attack(
        "conclusions",
        "Ends the process with 0 when the training ends.",
        CALLBACK + "import os\nEarlyStopping.on_train_end = lambda self, logs=None: os._exit(0)\n",
        points=NEVER,
    ),
    "hangs in an epoch": Attack(
        "time",
        "Hangs at the end of an epoch.",
        CALLBACK.replace("logs=None): pass", "logs=None):\n        while True: pass"),
        limits=WAITS,
        is_slow=True,
    ),
    "raises the judge's errors": Attack(
        "conclusions",
        "Raises what pytest raises for a skip and what the grader raises for its own faults.",
        CALLBACK.replace("logs=None): pass", "logs=None): raise type(NAMES[0], (BaseException,), {})('ours')")
        + "NAMES = ['Skipped']\nNAMES.append('PackError')\n",
        points=0.0,
    ),
}
