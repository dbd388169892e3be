"""Transformer encoder: blocks of attention and feed-forward layers, one on top of the other."""

import keras


class EncoderBlock(keras.layers.Layer):
    """Lets the elements of a sequence look at each other, and then lets each think for itself.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.1 and 3.3, equation 2. For each sequence X
    of the batch, whose rows are its elements:

        Y      = LN_1(X + MHA(X, X, X))
        output = LN_2(Y + FFN(Y)),   FFN(Y) = ReLU(Y W_1 + b_1) W_2 + b_2

    This is the order of the paper, "post-norm": each sub-layer's result is added to its input, and the sum is normalised.
    MHA is multi-head attention with X as queries, keys and values. Each element attends to all elements of its sequence,
    to later ones too, but for those that the mask leaves out. FFN works on each element by itself. LN normalises each
    element by itself: from each of its entries it subtracts the mean of the element's `depth` entries, divides by
    sqrt(variance + 0.000001) (the biased variance, and 1e-6 for epsilon, where Keras' default is 1e-3), multiplies by γ and
    adds β. There is no dropout.

    The layer works in compiled training too: there batch and time are None in `inputs.shape`. Gradients flow to the inputs
    and to all weights. Keras' own layers for attention and normalization may be used.

    Attributes:
        attention: MHA, a `keras.layers.MultiHeadAttention` of `num_heads` heads, whose queries, keys and values have
            `depth / num_heads` entries in each head, as in the paper. All else is as Keras has it, biases included.
        norm1, norm2: LN_1 and LN_2, each a `keras.layers.LayerNormalization` over the last axis.
        dense1, dense2: the two halves of FFN, each a `keras.layers.Dense` with a bias, with `hidden_units` and with `depth`
            units.
            The five belong to this block alone, and it has no other weights. They exist when `build` has been called.
    """

    def __init__(self, num_heads: int, hidden_units: int, **kwargs):
        """Keeps the settings.

        Args:
            num_heads: number of heads, 1 or more.
            hidden_units: number of hidden units of FFN, 1 or more.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the five layers with their weights; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, time, depth)`. Batch and time may be None; `depth` is a multiple of
                `num_heads`, twice as much or more.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor, sequence_mask: keras.KerasTensor | None = None) -> keras.KerasTensor:
        """Computes the block's output for each element.

        Args:
            inputs: float32 tensor of shape `(batch, time, depth)`.
            sequence_mask: bool tensor of shape `(batch, time)`: True where an element may be attended to, False where it
                is padding, which may be at any place. Each sequence has an element that is True. None is True everywhere.

        Returns:
            Float32 tensor of shape `(batch, time, depth)`. At padded positions it may be any finite numbers.
        """
        raise NotImplementedError("TODO: tasks 1 and 2")


class Encoder(keras.layers.Layer):
    """Puts blocks one on top of the other: the first gets the inputs, each other one the output of the one before.

    All of them get the mask. There is nothing before, between or after the blocks.

    Attributes:
        blocks: list of the `EncoderBlock`s, in order. Each has weights of its own, drawn independently.
    """

    def __init__(self, num_blocks: int, num_heads: int, hidden_units: int, **kwargs):
        """Keeps the settings.

        Args:
            num_blocks: number of blocks, 1 or more.
            num_heads: as for `EncoderBlock`.
            hidden_units: as for `EncoderBlock`.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 3")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Builds each block, so that all weights exist; Keras calls it before the first `call`.

        Args:
            input_shape: as for `EncoderBlock`.
        """
        raise NotImplementedError("TODO: task 3")

    def call(self, inputs: keras.KerasTensor, sequence_mask: keras.KerasTensor | None = None) -> keras.KerasTensor:
        """Computes the output of the last block.

        Args:
            inputs: as for `EncoderBlock`.
            sequence_mask: as for `EncoderBlock`.

        Returns:
            As for `EncoderBlock`.
        """
        raise NotImplementedError("TODO: task 3")
