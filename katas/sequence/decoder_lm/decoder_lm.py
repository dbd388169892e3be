"""Decoder language model: what comes next, given all that came before."""

from collections.abc import Callable

import keras
import numpy as np


def next_token_loss(logits: keras.KerasTensor, tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Computes the mean cross-entropy of the next token, over real tokens only.

    A. Radford et al., "Improving Language Understanding by Generative Pre-Training", 2018, equation 1. The logits at
    position t say what follows: they are compared with the token at position t + 1.

        loss = mean over all b and t with tokens[b, t + 1] not 0  of  -log softmax(logits[b, t])[tokens[b, t + 1]]

    It is one mean over all these tokens of the batch together, with the natural logarithm. The logits of the last position
    are compared with nothing, and nothing predicts the first token.

    Args:
        logits: float32 array or tensor of shape `(batch, time, vocabulary_size)`, from -1,000 to 1,000.
        tokens: int32 array or tensor of shape `(batch, time)`, time 2 or more. Real tokens are 1 or more; sequences that are
            shorter than the longest end in zeros, which are padding. Some sequence of the batch has two real tokens or more;
            others may have fewer.

    Returns:
        A float32 number (or a tensor or array of shape `()`). If the arguments are tensors, a gradient flows to the logits,
        and it works in a function that is compiled by `tf.function`, as `fit` does.
    """
    raise NotImplementedError("TODO: task 1")


def sample(
    model: Callable[[np.ndarray], np.ndarray], prompt: np.ndarray, count: int, temperature: float, seed: int
) -> np.ndarray:
    """Writes on: draws one token after another, each from what the model says of all tokens before it.

    With the logits z that the model gives at the last position, and temperature τ, the next token is k with the probability

        p_k = softmax(z / τ)_k,    for τ = 0 the k with the largest logit (the first of them, if there are several)

    and it is drawn independently in each step.

    Args:
        model: `model(tokens)` takes an int32 array of shape `(1, time)`, without padding, and returns logits of shape
            `(1, time, vocabulary_size)`, an array or a tensor of float32, from -1,000 to 1,000. Call it once for each new
            token.
        prompt: int32 array of shape `(time,)`, time 1 or more.
        count: how many tokens are drawn, 0 or more.
        temperature: τ, 0, or from 0.01 to 100.
        seed: fixes the draws: the same arguments give the same tokens, and another seed gives others.

    Returns:
        Integer array of shape `(time + count,)`: the prompt and the new tokens behind it.
    """
    raise NotImplementedError("TODO: task 2")


def make_model(vocabulary_size: int) -> Callable:
    """Makes a decoder, not trained yet: embedding, positions, causal self-attention, and logits of the next token.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.1 and 3.2.3, without the attention to an
    encoder. How many blocks and heads it has, and how wide it is, is yours.

    Args:
        vocabulary_size: tokens are 0 to `vocabulary_size - 1`, and 0 is padding. At least 2.

    Returns:
        A Keras model or any other callable. `model(tokens)` takes an int32 array of shape `(batch, time)`, for any batch and
        for a time from 1 to 32, and returns float32 logits of shape `(batch, time, vocabulary_size)`, all finite; softmax is
        not applied to them. Already before training:

        - the logits at position t depend on the tokens at 0 to t, on each of them, and on the positions;
        - they depend on no later token, and on no other sequence of the batch.

        Finished layers, such as `keras.layers.MultiHeadAttention`, may be used.
    """
    raise NotImplementedError("TODO: task 3")


def train_language_model(tokens: np.ndarray, vocabulary_size: int) -> Callable:
    """Trains a decoder to predict the next token.

    Optimizer, batch size and number of epochs are yours. The hidden tests compare the model's probabilities with those of the
    language, in texts that were not in `tokens`, at each position that a real token follows. Padding is not part of
    the language: the mean probability of token 0 at these positions must stay below 0.03. A call has 60 seconds.

    Args:
        tokens: int32 array of shape `(samples, time)`, as for `next_token_loss`.
        vocabulary_size: as for `make_model`.

    Returns:
        A model as `make_model` returns it, trained.
    """
    raise NotImplementedError("TODO: task 4")
