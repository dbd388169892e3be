"""Augmentation: more training data from what there is, by changes that leave the label alone."""

import keras
import numpy as np
from keras import ops


def shift(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Moves each image of a batch by its own number of pixels."""
    _, height, width = images.shape
    down, right = _shift_matrices(height, rows), _shift_matrices(width, columns)
    return ops.einsum("nrs,nst,nct->nrc", down, images, right)


def random_shift(images: np.ndarray, max_shift: int, seed: int) -> np.ndarray:
    """Moves each image of a batch by random numbers of its own, as `shift` does."""
    rows, columns = keras.random.randint((2, len(images)), -max_shift, max_shift + 1, seed=seed)
    return shift(images, rows, columns)


def augment(images: np.ndarray, labels: np.ndarray, copies: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Grows a training set with changed copies of its images."""
    moved = random_shift(ops.tile(images, (copies, 1, 1)), 1, seed)
    return ops.concatenate([images, moved]), ops.tile(labels, copies + 1)


def prepare(
    images: np.ndarray, labels: np.ndarray, num_validation: int, copies: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sets validation data apart and grows the training data."""
    order = keras.random.shuffle(ops.arange(len(images)), seed=seed)
    (validation_images, training_images), (validation_labels, training_labels) = (
        ops.split(ops.take(array, order, axis=0), [num_validation]) for array in (images, labels)
    )
    return *augment(training_images, training_labels, copies, seed), validation_images, validation_labels


def _shift_matrices(size, distances):
    """A matrix for each distance, with a 1 wherever a pixel moves from one place (column) to another (row)."""
    places = ops.arange(size)
    moves = places[:, None] - places[None, :]
    return ops.cast(moves == ops.reshape(ops.cast(distances, moves.dtype), (-1, 1, 1)), "float32")
