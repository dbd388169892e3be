"""A stand-in for a model and for `fit`, with which you can see what a callback makes of a training run."""

import keras
import numpy as np


class Model(keras.Model):
    """Seven weights: four for the optimizer, and three that are not trainable, such as batch normalization has."""

    def __init__(self):
        super().__init__()
        self.kernel = self.add_weight(name="kernel", shape=(4,), initializer="zeros")
        self.averages = self.add_weight(name="averages", shape=(3,), initializer="zeros", trainable=False)
        self.built = True
        self.stop_training = False

    def read(self):
        """The seven weights as one array."""
        return np.concatenate([np.array(self.kernel), np.array(self.averages)])

    def write(self, values):
        """Sets the seven weights."""
        self.kernel.assign(values[:4])
        self.averages.assign(values[4:])


def train(callback, logs, weights=None):
    """Trains a model: calls the callback in the order in which `fit` does, and lets it stop the training.

    Args:
        callback: a Keras callback.
        logs: for each epoch what `fit` measures in it, such as `{"loss": 0.3, "val_loss": 0.5}`.
        weights: array of shape `(epochs, 7)`: row e holds the model's weights after epoch e, counted from 0. By default
            all seven weights have the value e.

    Returns:
        How many epochs were run, and the weights after the training, an array of shape `(7,)`.
    """
    if weights is None:
        weights = np.repeat(np.arange(len(logs)), 7).reshape(-1, 7)
    weights = np.asarray(weights, dtype="float32")
    model = Model()
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch, log in enumerate(logs):
        callback.on_epoch_begin(epoch, {})
        model.write(weights[epoch])
        callback.on_epoch_end(epoch, dict(log))
        if model.stop_training:
            break
    callback.on_train_end({})
    return epoch + 1, model.read()
