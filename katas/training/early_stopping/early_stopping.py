"""Early stopping: leave when it is at its best."""

from typing import Any

import keras


class EarlyStopping(keras.callbacks.Callback):
    """Stops the training when a measured value has stopped improving, and restores the weights of the best epoch.

    Section 2.1 of the notes; L. Prechelt, "Early Stopping - But When?", in "Neural Networks: Tricks of the Trade", Springer,
    1998. An epoch is an *improvement* if its value v is better than the best so far by more than `min_delta`:

        v < best - min_delta    if mode is "min"
        v > best + min_delta    if mode is "max"

    Then v is the new best. An epoch that is no improvement leaves the best as it is, even if its value is a little better.
    The first value of a training run that is a number is always an improvement; NaN never is one.

    The training stops at the end of the epoch in which `patience` epochs in a row were no improvement. After the training,
    whether it was stopped or ran through all epochs, the model has all the weights, trainable or not, that it had at the
    end of the last epoch that was an improvement; where there was none, it keeps those that it has. While the training
    goes on, the callback leaves the weights alone.

    A callback may be used for several training runs. Each begins with nothing remembered.

    The ready-made callback, `keras.callbacks.EarlyStopping`, is off limits.
    """

    def __init__(self, monitor: str = "val_loss", mode: str = "min", patience: int = 3, min_delta: float = 0.0):
        """Keeps the settings.

        Args:
            monitor: the name of the value in `logs` that is watched.
            mode: "min" if a small value is good, as for a loss; "max" if a large one is, as for an accuracy.
            patience: an integer, 1 or more.
            min_delta: a number, 0 or more.
        """
        raise NotImplementedError("TODO: task 1")

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets earlier training runs; Keras calls it before the first epoch.

        Args:
            logs: not used.
        """
        raise NotImplementedError("TODO: task 1")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at what was measured; Keras calls it after each epoch, and has set `self.model`.

        To stop the training, it sets the attribute `stop_training` of the model to True.

        Args:
            epoch: the number of the epoch, from 0.
            logs: numbers by their names, `monitor` among them.
        """
        raise NotImplementedError("TODO: task 1")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restores the best weights; Keras calls it after the last epoch, whatever has stopped the training.

        Args:
            logs: not used.
        """
        raise NotImplementedError("TODO: task 3")
