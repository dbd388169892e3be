"""Early stopping: leave when it is at its best."""

from typing import Any

import keras


class EarlyStopping(keras.callbacks.Callback):
    """Stops the training when a measured value has stopped improving, and restores the weights of the best epoch."""

    def __init__(self, monitor: str = "val_loss", mode: str = "min", patience: int = 3, min_delta: float = 0.0):
        """Keeps the settings."""
        super().__init__()
        self.monitor = monitor
        self.sign = 1.0 if mode == "min" else -1.0
        self.patience = patience
        self.min_delta = min_delta

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets earlier training runs; Keras calls it before the first epoch."""
        self.best = float("inf")
        self.best_weights = None
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at what was measured; Keras calls it after each epoch, and has set `self.model`."""
        value = self.sign * logs[self.monitor]
        if value < self.best - self.min_delta:
            self.best = value
            self.best_weights = self.model.get_weights()
            self.wait = 0
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restores the best weights; Keras calls it after the last epoch, whatever has stopped the training."""
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
