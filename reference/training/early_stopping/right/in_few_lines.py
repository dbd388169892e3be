import math

import keras


class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", patience=3, min_delta=0.0):
        super().__init__()
        self.monitor, self.mode = monitor, mode
        self.patience, self.min_delta = patience, min_delta

    def is_better(self, value):
        if self.mode == "min":
            return value < self.best - self.min_delta
        return value > self.best + self.min_delta

    def on_train_begin(self, logs=None):
        self.best = math.inf if self.mode == "min" else -math.inf
        self.best_weights = None
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        value = logs[self.monitor]
        if self.is_better(value):
            self.best = value
            self.best_weights = self.model.get_weights()
            self.wait = 0
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
