"""Sequence-to-sequence Transformer: an encoder reads a sentence, and a decoder writes its translation token by token.

Sentences are rows of int32 tokens: 0 is padding, which stands only behind a sentence, 1 is the start, 2 the end, and words are
3, 4, ..., vocabulary_size - 1. `sources` and `targets` contain words and padding only.
"""

from collections.abc import Callable

import numpy as np


def shift_targets(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Makes the decoder's inputs and labels for training.

    This is teacher forcing (R. J. Williams and D. Zipser, "A Learning Algorithm for Continually Running Fully Recurrent
    Neural Networks", Neural Computation 1(2), 1989): at each position the decoder is given the correct words so far, whatever
    it would have predicted itself, and has to predict the next one. For a target of the words y_1, ..., y_n:

        inputs = 1, y_1, y_2, ..., y_n
        labels = y_1, y_2, ..., y_n, 2

    followed by padding, up to a length of `time + 1`.

    Args:
        targets: int32 array of shape `(batch, time)`, with at least one row and one column. Each row has 0 to `time` words,
            and padding behind them.

    Returns:
        `(inputs, labels)`: two integer arrays of shape `(batch, time + 1)`.
    """
    raise NotImplementedError("TODO: task 1")


def greedy_decode(model: Callable, sources: np.ndarray, max_length: int) -> np.ndarray:
    """Translates with a trained model, which gets back what it has written so far and predicts the next token.

    The decoder's inputs begin as the start alone. Each step appends the token with the largest score at the last position.
    A translation ends before the first end token, or after `max_length` words. The sentences of a batch end independently.

    Args:
        model: takes the list `[sources, inputs]`, two int32 arrays of shapes `(batch, source_time)` and `(batch, time)`, and
            returns the scores of the next token, a float array of shape `(batch, time, vocabulary_size)`. The scores at a
            position depend on the inputs up to that position. It accepts any `time` from 1 to `max_length + 1` and any tokens
            as inputs, also behind an end. No two scores are equal.
        sources: int32 array of shape `(batch, source_time)`, words and padding.
        max_length: the largest number of words in a translation, 1 or more.

    Returns:
        Integer array of shape `(batch, max_length)`: the words of each translation, then padding, without start and end.
            Whatever the model predicts before the end counts as a word.
    """
    raise NotImplementedError("TODO: task 2")


def make_model(vocabulary_size: int, max_length: int) -> Callable:
    """Makes a Transformer with an encoder and a decoder, not trained yet.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3. The number of blocks, their width and the kind of
    positional encoding are yours.

    Args:
        vocabulary_size: number of different tokens, including the three special ones, 4 or more.
        max_length: the largest number of words in a sentence, 1 or more.

    Returns:
        A Keras model or any other callable, `model([sources, inputs])`. It takes two int32 arrays, `sources` of shape
        `(batch, source_time)` with at least one word in each row, and `inputs` of shape `(batch, time)` with any tokens, for
        any batch, any `source_time` from 1 to `max_length` and any `time` from 1 to `max_length + 1`. It returns the scores
        of the next token, a float array of shape `(batch, time, vocabulary_size)`: the larger, the more likely. Already before
        training:

        - the scores at each position depend on all words of the source and on their positions;
        - they depend on the inputs up to their position and on the order of these, and on no later input;
        - they depend neither on padding behind the source nor on the other sentences of the batch.

        Ready-made layers, such as `keras.layers.MultiHeadAttention`, may be used.
    """
    raise NotImplementedError("TODO: task 3")


def train(sources: np.ndarray, targets: np.ndarray, vocabulary_size: int) -> Callable:
    """Trains a model on pairs of sentences, so that it can translate others.

    Loss, optimizer, batch size and number of epochs are yours. The hidden tests translate new sentences of the same language by
    greedy decoding. A translation counts as correct if all its words and the end are right. A call has 90 seconds.

    Args:
        sources: int32 array of shape `(pairs, time)`, words and padding, with at least one word in each row.
        targets: int32 array of the same shape, the translations, each with as many words as its source.
        vocabulary_size: number of different tokens.

    Returns:
        The trained model, a callable as `make_model` returns it for a `max_length` of `time`.
    """
    raise NotImplementedError("TODO: task 4")
