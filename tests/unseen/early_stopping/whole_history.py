"""Keeps every value, and goes through the whole history again after each epoch."""

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
