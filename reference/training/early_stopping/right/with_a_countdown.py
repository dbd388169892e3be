"""Counts down from the patience, restores where it stops, and again at the end for trainings that ran through."""

import math

import keras


class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", patience=3, min_delta=0.0):
        super().__init__()
        self.monitor = monitor
        self.better = (lambda a, b: b - a > min_delta) if mode == "min" else (lambda a, b: a - b > min_delta)
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.left, self.best, self.kept = self.patience, None, {}

    def on_epoch_end(self, epoch, logs=None):
        value = logs[self.monitor]
        if math.isnan(value) or (self.best is not None and not self.better(value, self.best)):
            self.left -= 1
        else:
            self.best, self.left = value, self.patience
            self.kept = {id(weight): weight.numpy().copy() for weight in self.model.weights}
        if self.left == 0:
            self.model.stop_training = True
            self.restore()

    def on_train_end(self, logs=None):
        self.restore()

    def restore(self):
        for weight in self.model.weights:
            if id(weight) in self.kept:
                weight.assign(self.kept[id(weight)])
