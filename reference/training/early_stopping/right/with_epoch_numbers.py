"""Remembers the number of the best epoch; the weights go into TensorFlow variables of their own."""

import keras
import tensorflow as tf


class EarlyStopping(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", mode="min", patience=3, min_delta=0.0):
        super().__init__()
        self.__dict__.update(monitor=monitor, mode=mode, patience=patience, min_delta=min_delta)

    def on_train_begin(self, logs=None):
        self.best_epoch, self.best, self.copies = -1, tf.constant(float("nan"), "float64"), []

    def on_epoch_end(self, epoch, logs=None):
        value = tf.cast(logs[self.monitor], "float64")
        gain = self.best - value if self.mode == "min" else value - self.best
        if gain > self.min_delta or (tf.math.is_nan(self.best) and not tf.math.is_nan(value)):
            self.best_epoch, self.best = epoch, value
            self.copies = [tf.Variable(weight) for weight in self.model.weights]
        elif epoch - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_epoch >= 0:
            for weight, copy in zip(self.model.weights, self.copies, strict=True):
                weight.assign(copy)
