"""Memoryless prediction: the next element of a sequence from the last few, and from nothing else."""

from collections.abc import Callable

import numpy as np


def make_windows(sequences: list[np.ndarray], window: int, horizon: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cuts sequences into windows of their elements, each with the element that is to be predicted from it.

    Section 5.1 of the notes. With k = `window` and h = `horizon`, and counting from 0, a sequence x of T elements gives, for
    each start s = 0, 1, ..., T - k - h,

        input    x_s, x_{s+1}, ..., x_{s+k-1}, in this order
        target   x_{s+k-1+h}

    so with h = 1 the target is the element right after the window. Windows start at every element for which there is a
    target, and overlap. No window, and no pair of window and target, reaches over the end of its sequence into the next; a
    sequence with fewer than k + h elements gives none. Nothing is padded.

    Args:
        sequences: one or more float arrays, each of shape `(T, features)`. T is 1 or more and may differ from sequence to
            sequence; features, 1 or more, is the same for all.
        window: k, the number of elements that the predictor sees, 1 or more.
        horizon: h, how many elements after the last one of the window the target comes, 1 or more.

    Returns:
        `(inputs, targets)`: float arrays of shape `(windows, window, features)` and `(windows, features)`. The windows of
        the first sequence come first, then those of the second and so on; those of a sequence by their starts. If there is
        no window at all, `windows` is 0 and the other axes are as they would be.
    """
    raise NotImplementedError("TODO: task 1")


def train_predictor(sequences: list[np.ndarray], window: int, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Trains a model that predicts the next element of a sequence from the last `window` elements.

    Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, "A Neural Probabilistic Language Model", Journal of Machine Learning
    Research 3, 2003, predicts words in this way. The model, its optimizer and how long it is trained are yours. It is judged by
    the mean squared error of its predictions for other sequences of the same kind.

    Args:
        sequences: float arrays of shape `(T, features)`, as for `make_windows`, some of them shorter than a window; at least
            100 windows with a target after them can be cut from them. Each feature has a mean between -3 and 3 and a
            standard deviation between 0.3 and 3.
        window: k, 1 or more.
        seed: fixes everything random: on one machine, the same arguments give the same predictor.

    Returns:
        A Keras model or any other callable: `predictor(windows)` takes a float32 array of shape `(batch, window, features)`,
        the batch 1 or more, and returns the predictions, an array of shape `(batch, features)`, in the units of the
        sequences. Each window is predicted on its own, whatever else is in the batch.
    """
    raise NotImplementedError("TODO: task 2")
