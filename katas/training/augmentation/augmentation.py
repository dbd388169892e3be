"""Augmentation: more training data from what there is, by changes that leave the label alone."""

import numpy as np


def shift(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Moves each image of a batch by its own number of pixels.

    What moves over the edge is lost, and what is uncovered becomes 0. For the pixel in row r and column c of image i:

        output[i, r, c] = images[i, r - rows[i], c - columns[i]]    where the image has such a pixel, and 0 elsewhere

    Args:
        images: float array of shape `(batch, height, width)`.
        rows: integer array of shape `(batch,)`, by how many pixels each image moves down; a negative number moves it up.
        columns: integer array of shape `(batch,)`, by how many pixels each image moves to the right; a negative number moves
            it to the left. An image may move by more than its size.

    Returns:
        Float array of shape `(batch, height, width)`.
    """
    raise NotImplementedError("TODO: task 1")


def random_shift(images: np.ndarray, max_shift: int, seed: int) -> np.ndarray:
    """Moves each image of a batch by random numbers of its own, as `shift` does.

    Every image moves down by one whole number and to the right by another. Both are drawn for it alone, independently and
    uniformly from -max_shift, ..., -1, 0, 1, ..., max_shift, both ends included.

    Args:
        images: float array of shape `(batch, height, width)`.
        max_shift: an integer, 0 or more.
        seed: fixes everything random: the same arguments give the same images, a different seed gives different ones.

    Returns:
        Float array of shape `(batch, height, width)`: the moved images, in the order of `images`.
    """
    raise NotImplementedError("TODO: task 2")


def augment(images: np.ndarray, labels: np.ndarray, copies: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Grows a training set with changed copies of its images.

    P. Y. Simard, D. Steinkraus and J. C. Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
    Analysis", ICDAR 2003. A change is good if the label is still true after it, and if images like that are to be recognised
    later. Which changes you make is up to you; small shifts are enough. Each copy is changed at random, independently
    of the others, and at least half of them differ from their original.

    The hidden tests pass 300 digits and ask for 10 copies, which two readers judge. Each answers with the label of the most
    similar image that it has seen: the one at the smallest angle, with images as vectors. The first has seen all 1,797
    digits, moved by up to two pixels, and has to agree with the labels of at least 85% of the copies. The second has seen
    what you return, and has to read at least 85% of 600 other digits, each of them moved at random by up to one pixel along
    both axes.

    Args:
        images: float array of shape `(samples, 8, 8)` with values between 0 and 1.
        labels: integer array of shape `(samples,)`.
        copies: at least 1, how many copies are made of each image.
        seed: fixes everything random: the same arguments give the same result, a different seed gives different copies.

    Returns:
        `(images, labels)`: a float array of shape `(samples * (1 + copies), 8, 8)` with values between 0 and 1, and an integer
        array of shape `(samples * (1 + copies),)`. The originals come first, unchanged and in their order; the copies
        follow in any order, `copies` of each original. Every label is that of the original.
    """
    raise NotImplementedError("TODO: task 3")


def prepare(
    images: np.ndarray, labels: np.ndarray, num_validation: int, copies: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sets validation data apart and grows the training data.

    `num_validation` samples, drawn at random, become the validation set. They stay as they are, and neither they nor copies of
    them are in the training set. The training set is all other samples, grown by `augment`.

    Args:
        images: float array of shape `(samples, 8, 8)` with values between 0 and 1.
        labels: integer array of shape `(samples,)`.
        num_validation: from 1 to samples - 1.
        copies: at least 1, as in `augment`.
        seed: fixes everything random: the same arguments give the same result, a different seed draws different
            samples.

    Returns:
        `(training_images, training_labels, validation_images, validation_labels)`: the first two as `augment` returns them for
        the `samples - num_validation` training samples, in any order of the originals; the last two of shape
        `(num_validation, 8, 8)` and `(num_validation,)`, in any order.
    """
    raise NotImplementedError("TODO: task 4")
