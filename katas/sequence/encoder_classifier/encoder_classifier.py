"""Encoder classifier: read a whole sequence in both directions, and say which class it belongs to."""

from collections.abc import Callable

import keras


def attention_mask(tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Says who may attend to whom, so that padding is never looked at.

    Section 5.3 of the notes. An encoder reads in both directions: every query may attend to every real token, earlier or later.

        mask[b, i, j] = (tokens[b, j] is not 0)

    Args:
        tokens: int32 array or tensor of shape `(batch, time)`. Real tokens are 1 or more. Sequences that are shorter than the
            longest end in zeros, which are padding; one may consist of padding alone.

    Returns:
        Bool array or tensor of shape `(batch, time, time)`: entry `[b, i, j]` is True where position i MAY attend to position
        j, as in `multi_head_attention` and in Keras.
    """
    raise NotImplementedError("TODO: task 1")


def mean_of_tokens(states: keras.KerasTensor, tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Computes the mean of the states of the real tokens of each sequence.

        mean[b] = (sum of states[b, t] over the t with tokens[b, t] not 0) / (number of these t)

    Args:
        states: float32 array or tensor of shape `(batch, time, width)`.
        tokens: as for `attention_mask`.

    Returns:
        Float32 array or tensor of shape `(batch, width)`. A sequence of padding alone gets zeros.
    """
    raise NotImplementedError("TODO: task 1")


def make_encoder(vocabulary_size: int) -> Callable:
    """Makes an encoder, not trained yet: embedding, positions, and at least one layer of self-attention under the mask.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.1 and 3.5. How many blocks and heads it has,
    and how wide it is, is yours.

    Args:
        vocabulary_size: tokens are 0 to `vocabulary_size - 1`, and 0 is padding. At least 2.

    Returns:
        A Keras model or any other callable. `encoder(tokens)` takes an int32 array of shape `(batch, time)`, for any batch and
        for a time from 1 to 32, and returns a float32 array of shape `(batch, time, width)`, the state of each token. Already
        before training:

        - the state of each real token depends on itself, on every other real token of its sequence, and on the positions;
        - it does not depend on how much padding there is, nor on the other sequences of the batch;
        - all states are finite, in a sequence of padding alone too. Otherwise those of padding may be anything.

        Ready-made layers, such as `keras.layers.MultiHeadAttention`, may be used.
    """
    raise NotImplementedError("TODO: task 2")


def train_classifier(tokens: keras.KerasTensor, labels: keras.KerasTensor, vocabulary_size: int) -> Callable:
    """Trains an encoder together with a classifier on the mean of its states.

    J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019,
    section 3 (which classifies by the state of a first token instead).

    Loss, optimizer, batch size and number of epochs are yours. The hidden tests measure the accuracy on sequences of the same
    language that were not in `tokens`. A call has 60 seconds.

    Args:
        tokens: int32 array of shape `(samples, time)`, as for `attention_mask`.
        labels: int32 array of shape `(samples,)`, 0 or 1.
        vocabulary_size: as for `make_encoder`.

    Returns:
        A Keras model or any other callable. `classifier(tokens)` takes what an encoder takes, and returns a float32 array of
        shape `(batch, 2)`: a logit for each class, the larger one for the class that is likelier. Logits are finite and do not
        depend on padding or on the other sequences of the batch; softmax is *not* applied to them.
    """
    raise NotImplementedError("TODO: task 3")
