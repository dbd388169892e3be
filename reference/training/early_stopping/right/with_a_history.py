"""Keeps the values and the weights of all epochs, and works out from them what an improvement was."""

import keras
import numpy as np


class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", patience=3, min_delta=0.0):
        super().__init__()
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.sign = {"min": 1, "max": -1}[mode]

    def on_train_begin(self, logs=None):
        self.values, self.weights = [], []

    def improvements(self):
        found = []
        for epoch, value in enumerate(self.values):
            if np.isnan(value):
                continue
            if not found or value < self.values[found[-1]] - self.min_delta:
                found.append(epoch)
        return found

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(self.sign * float(logs[self.monitor]))
        self.weights.append([np.array(weight) for weight in self.model.weights])
        last = ([-1] + self.improvements())[-1]
        if len(self.values) - 1 - last >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        for epoch in self.improvements()[-1:]:
            self.model.set_weights(self.weights[epoch])
