"""Autoencoder: a picture through a bottleneck and back, learned without labels."""

from collections.abc import Callable

import numpy as np


def make_encoder(code_size: int) -> Callable:
    """Makes the half that turns images into codes, not trained yet.

    Args:
        code_size: at least 1, the number of values that describe an image.

    Returns:
        A Keras model or any other callable: `encoder(images)` takes a float32 array of shape `(batch, 8, 8)` with values
        between 0 and 1, and returns real numbers, an array of shape `(batch, code_size)`. Each image is encoded on its
        own, whatever else is in the batch.
    """
    raise NotImplementedError("TODO: task 1")


def make_decoder(code_size: int) -> Callable:
    """Makes the half that turns codes into images, not trained yet.

    Args:
        code_size: at least 1, the number of values that describe an image.

    Returns:
        A Keras model or any other callable: `decoder(codes)` takes a float32 array of shape `(batch, code_size)` with any
        values, and returns an array of shape `(batch, 8, 8)` with values from 0 to 1, the ends included. Each code is
        decoded on its own, and codes that differ give images that differ.
    """
    raise NotImplementedError("TODO: task 1")


def train_autoencoder(
    images: np.ndarray, labels: np.ndarray, code_size: int, epochs: int, seed: int
) -> tuple[Callable, Callable]:
    """Trains an encoder and a decoder together, so that each image comes back from its code.

    G. E. Hinton and R. R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 313, 2006:

        loss = mean over images and pixels of (decoder(encoder(image)) - image)²

    Optimizer, batch size and learning rate are yours, and so is the loss (cross-entropy of the pixels will do as well):
    the hidden tests measure the squared error.

    Args:
        images: float32 array of shape `(samples, 8, 8)` with values between 0 and 1.
        labels: integer array of shape `(samples,)` with entries 0 to 9. A data set has them; the result must not depend
            on them.
        code_size: at least 1, the number of values that describe an image.
        epochs: at least 1, how often each image is used. Both halves learn in each of them.
        seed: fixes everything random: on one machine, the same arguments give the same encoder and decoder.

    Returns:
        `(encoder, decoder)`, both trained, each as described in `make_encoder` and `make_decoder`.
    """
    raise NotImplementedError("TODO: task 2")
