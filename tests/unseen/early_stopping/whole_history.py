"""Keeps every value, and goes through the whole history again after each epoch."""

SOURCE = """
import math

import keras
import numpy as np


class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", diagnosis_seconds=3, min_delta=0.0):
        super().__init__()
        self.monitor = monitor
        self.sign = -1.0 if mode == "max" else 1.0
        self.diagnosis_seconds = diagnosis_seconds
        self.min_delta = min_delta

    def on_train_begin(self, logs=None):
        self.history = []
        self.kept = None

    def review(self):
        best, waiting, improved = math.inf, 0, False
        for value in self.history:
            improved = value < best - self.min_delta
            if improved:
                best = value
                waiting = 0
            else:
                waiting += 1
        return waiting, improved

    def on_epoch_end(self, epoch, logs=None):
        self.history.append(self.sign * float(logs[self.monitor]))
        waiting, improved = self.review()
        if improved:
            self.kept = [np.array(weight) for weight in self.model.weights]
        if waiting >= self.diagnosis_seconds:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.kept is not None:
            for weight, value in zip(self.model.weights, self.kept):
                weight.assign(value)
"""

CHANGES = {
    "accepts_any_first_value": [
        (
            "best, waiting, improved = math.inf, 0, False",
            "best, waiting, improved = self.history[0], 0, len(self.history) == 1",
        ),
        ("for value in self.history:", "for value in self.history[1:]:"),
    ],
    "adds_min_delta_the_wrong_way": [("value < best - self.min_delta", "value < best + self.min_delta")],
    "begins_with_a_finite_best": [
        ("best, waiting, improved = math.inf, 0", "best, waiting, improved = 100.0 if self.sign > 0 else 0.0, 0")
    ],
    "compares_with_the_last_epoch": [
        (
            "            if improved:\n                best = value\n",
            "            best = value\n            if improved:\n",
        ),
    ],
    "ignores_min_delta": [("value < best - self.min_delta", "value < best")],
    "ignores_the_monitor": [("logs[self.monitor]", 'logs["val_loss"]')],
    "keeps_the_last_weights": [("[np.array(weight) for weight in self.model.weights]", "list(self.model.weights)")],
    "lets_the_bar_creep": [
        ("                waiting += 1\n", "                waiting += 1\n                best = min(best, value)\n"),
    ],
    "never_renews_the_patience": [
        ("                best = value\n                waiting = 0\n", "                best = value\n")
    ],
    "prefers_small_values_always": [('-1.0 if mode == "max" else 1.0', "1.0")],
    "remembers_the_last_training": [
        (
            """        self.min_delta = min_delta

    def on_train_begin(self, logs=None):
        self.history = []
""",
            """        self.min_delta = min_delta
        self.history = []
""",
        ),
    ],
    "restores_only_after_a_stop": [
        ("if self.kept is not None:", "if self.kept is not None and self.model.stop_training:")
    ],
    "restores_trainable_weights_only": [
        ("for weight in self.model.weights]", "for weight in self.model.trainable_weights]"),
        ("zip(self.model.weights, self.kept)", "zip(self.model.trainable_weights, self.kept)"),
    ],
    "rewinds_after_every_bad_epoch": [
        (
            "        if waiting >= self.diagnosis_seconds:\n",
            "        else:\n            self.on_train_end()\n        if waiting >= self.diagnosis_seconds:\n",
        ),
    ],
    "stops_one_epoch_too_early": [("                waiting = 0\n", "                waiting = 1\n")],
    "stops_only_itself": [("self.model.stop_training = True", "self.stop_training = True")],
    "takes_a_tie_for_an_improvement": [("value < best - self.min_delta", "value <= best - self.min_delta")],
    "takes_nan_for_an_improvement": [
        ("improved = value < best - self.min_delta", "improved = not value >= best - self.min_delta")
    ],
    "waits_one_epoch_too_long": [("waiting >= self.diagnosis_seconds", "waiting > self.diagnosis_seconds")],
    "watches_the_training_loss": [("logs[self.monitor]", 'logs["loss"]')],
}
