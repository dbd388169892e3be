"""Sequence-to-sequence Transformer: an encoder reads, and a decoder writes token by token.

Sentences are rows of tokens, int32: 0 is padding, which only stands behind the end of a sentence, 1 is the start, 2 the end,
and the words are 3, 4, ..., vocabulary_size - 1. `sources` and `targets` hold words and padding alone.
"""

from collections.abc import Callable

import numpy as np


def shift_targets(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Makes of each target what the decoder is given in training, and what it has to say.

    This is teacher forcing (R. J. Williams and D. Zipser, "A Learning Algorithm for Continually Running Fully Recurrent
    Neural Networks", Neural Computation 1(2), 1989): at each place the decoder gets the right words so far, whatever it has
    said itself, and has to say the next one. For a target of the words y_1, ..., y_n:

        inputs = 1, y_1, y_2, ..., y_n
        labels = y_1, y_2, ..., y_n, 2

    each with padding behind it, up to a length of `time + 1`.

    Args:
        targets: int32 array of shape `(batch, time)`, batch and time 1 or more; each row has 0 to `time` words, and then
            padding.

    Returns:
        `(inputs, labels)`: two integer arrays of shape `(batch, time + 1)`.
    """
    raise NotImplementedError("TODO: task 1")


def greedy_decode(model: Callable, sources: np.ndarray, max_length: int) -> np.ndarray:
    """Translates with a trained model: writes the most likely token, reads what it has written, and goes on.

    The decoder's inputs are first the start alone, and grow by one token in each step: the one with the largest score at
    the last place. A sentence ends before the first end token, or after `max_length` words. Each sentence of the batch ends
    for itself.

    Args:
        model: takes the list `[sources, inputs]`, two int32 arrays of shapes `(batch, source_time)` and `(batch, time)`, and
            returns the scores of each token to be the next one, a float array of shape `(batch, time, vocabulary_size)`.
            Scores at a place depend on the inputs up to there. It takes a `time` from 1 to `max_length + 1`, and inputs of
            any tokens, also behind an end. No two scores are equal.
        sources: int32 array of shape `(batch, source_time)`, words and padding.
        max_length: the most words that a translation may have, 1 or more.

    Returns:
        Integer array of shape `(batch, max_length)`: the words of each translation and then padding, without start and end.
    """
    raise NotImplementedError("TODO: task 2")


def make_model(vocabulary_size: int, max_length: int) -> Callable:
    """Makes a Transformer with encoder and decoder, not trained yet.

    A. Vaswani and others, "Attention Is All You Need", NeurIPS 2017, section 3. How many blocks it has, how wide they are,
    and how positions are told is up to you. But:

    - The encoder knows where each word of the source stands, and the decoder where each of its inputs stands.
    - The scores at each place depend on the words of the source.
    - Nobody attends to padding of the source: more padding behind it changes nothing.
    - No look ahead: the scores at a place depend on the inputs up to that place alone.
    - Each sentence is translated on its own, whatever else is in the batch.

    Args:
        vocabulary_size: number of different tokens, the three special ones included, 4 or more.
        max_length: the most words that a sentence has, 1 or more.

    Returns:
        A Keras model or any other callable, `model([sources, inputs])`. It takes two int32 arrays, `sources` of shape
        `(batch, source_time)` with at least one word in each row, and `inputs` of shape `(batch, time)`, for any batch, any
        `source_time` from 1 to `max_length` and any `time` from 1 to `max_length + 1`. It returns the scores of each token to
        be the next one, a float array of shape `(batch, time, vocabulary_size)`: the larger, the more likely.
    """
    raise NotImplementedError("TODO: task 3")


def train(sources: np.ndarray, targets: np.ndarray, vocabulary_size: int) -> Callable:
    """Trains a model on pairs of sentences, so that it can translate others.

    Sentences are translated by greedy decoding. A translation counts if all words and the end are right.

    Args:
        sources: int32 array of shape `(pairs, time)`, words and padding, with at least one word in each row.
        targets: int32 array of the same shape, the translations, each with as many words as its source.
        vocabulary_size: number of different tokens.

    Returns:
        The trained model, a callable as `make_model` returns it for a `max_length` of `time`.
    """
    raise NotImplementedError("TODO: task 4")
