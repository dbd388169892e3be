"""Capacity: large enough to fit the pattern, too small to fit the noise."""

from collections.abc import Callable

import numpy as np

Data = tuple[np.ndarray, np.ndarray]
"""Inputs and targets of some samples."""

Predictor = Callable[[np.ndarray], np.ndarray]
"""A fitted model."""

Fit = Callable[[int, np.ndarray, np.ndarray], Predictor]
"""What fits a model of a given capacity to inputs and targets."""


def diagnose(training_losses: np.ndarray, validation_losses: np.ndarray, target: float, gap: float, window: int) -> str:
    """Says from the learning curves what a training run suffers from.

    Section 2.1 of the notes; I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016, section 5.2. With
    the means over `window` epochs, of which the last are the last of the curves:

        t = mean of the last `window` training losses
        v = mean of the last `window` validation losses
        b = mean of the `window` training losses before those of t

    The training loss is too high if t > target, and it is still falling if t < 0.95 b. The first line that holds counts:

        "train longer"     the training loss is too high and still falling
        "underfitting"     the training loss is too high
        "overfitting"      v - t > gap
        "good fit"         otherwise

    Args:
        training_losses: float array of shape `(epochs,)`, each 0 or more: the loss on the training data after each epoch.
        validation_losses: float array of shape `(epochs,)`, each 0 or more: the loss on the validation data.
        target: how large the training loss may be, a positive number.
        gap: by how much the validation loss may exceed the training loss, a positive number.
        window: an integer, 1 or more; there are at least 2 * window epochs.

    Returns:
        One of the four strings.
    """
    raise NotImplementedError("TODO: task 1")


def split(groups: np.ndarray, num_validation_groups: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Chooses samples for training and for validation, so that no group has samples in both.

    S. Kaufman, S. Rosset, C. Perlich, "Leakage in Data Mining", KDD 2011. Samples of one group have more in common than a
    new sample would have with them: scans of one patient, or a photo and its mirror image. A group is held back as a
    whole, or not at all. Every choice of `num_validation_groups` of the groups is equally likely, however many samples
    they have.

    The ready-made splitter, `sklearn.model_selection.GroupShuffleSplit`, is off limits.

    Args:
        groups: integer array of shape `(samples,)`: the group of each sample. Groups may be any integers, in any order.
        num_validation_groups: how many groups are held back, at least 1 and fewer than there are groups.
        seed: an integer from 0 to 2**31 - 1. The same seed gives the same split in each call, different seeds give
            different ones.

    Returns:
        `(training, validation)`: two integer arrays with the positions of the samples in `groups`, from 0. Every sample is
        in exactly one of them, once; their order does not matter.
    """
    raise NotImplementedError("TODO: task 2")


def losses_by_capacity(
    fit: Fit, capacities: list[int], training: Data, validation: Data
) -> tuple[np.ndarray, np.ndarray]:
    """Fits a model of each capacity to the training data, and measures it on both sets.

    The loss of a model on n samples with inputs x_i and targets y_i:

        loss = (1/n) Σ_i (model(x_i) - y_i)²

    Args:
        fit: `fit(capacity, inputs, targets)` fits a new model to these samples and returns it: a function that takes
            inputs of shape `(n, features)` and returns predictions of shape `(n,)`. Fitting is costly: call it once for
            each capacity.
        capacities: positive integers, at least one, in increasing order.
        training: `(inputs, targets)`, float arrays of shapes `(samples, features)` and `(samples,)`.
        validation: the same, with a different number of samples.

    Returns:
        `(training_losses, validation_losses)`: two float arrays of shape `(len(capacities),)`.
    """
    raise NotImplementedError("TODO: task 3")


def select(
    fit: Fit, capacities: list[int], training: Data, validation: Data, test: Data
) -> tuple[int, Predictor, float]:
    """Chooses a capacity, fits the final model, and estimates how good it is.

    I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016, sections 5.3 and 7.8. The three sets have one
    purpose each: models are fitted to the training data, the validation data choose among them, and the test data tell
    how good the choice is. What was used to choose cannot tell, since the choice favours the models that these data
    flatter.

    1. The capacity is that with the smallest validation loss, as `losses_by_capacity` measures it; the smallest capacity
       where several have it. A loss of NaN is never the smallest; at least one loss is a number.
    2. The final model has this capacity, and is fitted anew to training and validation data together, in any order.
    3. Its loss on the test data is the estimate. No other model ever sees the test data.

    Args:
        fit: as in `losses_by_capacity`. Call it once for each capacity, and once more for the final model.
        capacities: positive integers, at least one, in increasing order.
        training: `(inputs, targets)`, float arrays of shapes `(samples, features)` and `(samples,)`.
        validation: the same, with a different number of samples.
        test: the same, with a different number of samples.

    Returns:
        `(capacity, model, test_loss)`: an integer, the final model as `fit` returned it (or a function that returns the
        same predictions), and a number.
    """
    raise NotImplementedError("TODO: task 4")
