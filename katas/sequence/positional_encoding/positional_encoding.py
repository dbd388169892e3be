"""Positional encoding: what a token is, and where it stands."""

import keras
import numpy as np


def positional_encoding(length: int, depth: int) -> np.ndarray:
    """Encodes the positions 0, 1, ..., length - 1 by sines and cosines of falling frequency.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.5. For position p and pair i, both from 0:

        PE(p, 2i)     = sin(p / 10000^(2i / depth))
        PE(p, 2i + 1) = cos(p / 10000^(2i / depth))

    So sines and cosines alternate along the columns, and both columns of a pair have the same frequency. Angles are in
    radians. If `depth` is odd, the last column is a sine whose cosine is missing.

    Args:
        length: number of positions, at least 1. The tests go up to several thousand.
        depth: number of columns, at least 1.

    Returns:
        Array or tensor of floats, of shape `(length, depth)`, computed in float32 or better.
    """
    raise NotImplementedError("TODO: task 1")


def shift_matrix(offset: int, depth: int) -> np.ndarray:
    """Makes the matrix that moves every encoding by `offset` positions.

    The same section of the paper observes that PE(p + offset) is a linear function of PE(p), the same for all p. With
    encodings as rows, as `positional_encoding` returns them, this is the matrix with

        PE(p) @ matrix = PE(p + offset)    for every p

    It depends on `offset`, not on p.

    Args:
        offset: how far to move: an integer, positive, negative or 0.
        depth: number of columns of the encoding, even and at least 2.

    Returns:
        Array or tensor of floats, of shape `(depth, depth)`.
    """
    raise NotImplementedError("TODO: task 2")


class TokenAndPosition(keras.layers.Layer):
    """Embeds tokens, and adds the encodings of their positions.

    Section 3.4 of the same paper multiplies the embedding by sqrt(depth) before the sum. With E the table of embeddings:

        output[b, p] = sqrt(depth) * E[tokens[b, p]] + PE(p)

    where p = 0 is the first token of each sequence. Token 0 is a token like any other; there are no masks.

    The layer works on sequences of any length, even longer than all before, and in compiled training, where `fit` runs
    the Python code of `call` once, with a symbolic tensor whose shape may be `(None, None)`.

    `keras.layers.Embedding` may be used.

    Attributes:
        weights: one weight, E, of shape `(vocabulary, depth)`, which is trainable. Its first values are up to you. The
            encoding of positions is not a weight.
    """

    def __init__(self, vocabulary: int, depth: int, **kwargs):
        """Keeps the settings.

        Args:
            vocabulary: number of different tokens, at least 1.
            depth: length of an embedding, at least 1; it may be odd.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 3")

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Embeds a batch of sequences.

        Args:
            tokens: int32 tensor of shape `(batch, time)`, each from 0 to vocabulary - 1.

        Returns:
            Float32 tensor of shape `(batch, time, depth)`.
        """
        raise NotImplementedError("TODO: task 3")
