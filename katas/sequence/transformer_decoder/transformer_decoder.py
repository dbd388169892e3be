"""Transformer decoder: a block that looks back at its own sequence, and over at another."""

import keras


class DecoderBlock(keras.layers.Layer):
    """Lets each element of a sequence look at itself and the ones before it, then at the whole memory.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.1 and 3.2.3. For each sequence Y of the
    batch, whose rows are its elements, and the memory M that belongs to it (what the encoder made of the source):

        A      = LN_1(Y + MHA_1(Y, Y, Y))      masked: element i attends to the elements 1, ..., i
        B      = LN_2(A + MHA_2(A, M, M))      queries of A, keys and values of M
        output = LN_3(B + FFN(B)),   FFN(B) = ReLU(B W_1 + b_1) W_2 + b_2

    This is the order of the paper, "post-norm": each sub-layer's result is added to its input, and the sum is normalised.
    In MHA_1 an element attends to itself and to all earlier ones, in training and in use, so that output i depends on the
    first i elements of Y alone. In MHA_2 every element attends to the whole memory, but for what the mask leaves out. The
    two lengths have nothing to do with each other. FFN works on each element by itself. LN normalises each element by
    itself: from each of its entries it subtracts the mean of the element's `depth` entries, divides by
    sqrt(variance + 0.000001) (the biased variance, and 1e-6 for epsilon, where Keras' default is 1e-3), multiplies by γ and
    adds β. There is no dropout.

    The layer works in compiled training too: there batch and both lengths are None in the shapes. Gradients flow to both
    inputs and to all weights. Keras' own layers for attention and normalization may be used.

    Attributes:
        self_attention, cross_attention: MHA_1 and MHA_2, each a `keras.layers.MultiHeadAttention` of `num_heads` heads,
            whose queries, keys and values have `depth / num_heads` entries in each head, as in the paper. All else is as
            Keras has it, biases included.
        norm1, norm2, norm3: LN_1, LN_2 and LN_3, each a `keras.layers.LayerNormalization` over the last axis.
        dense1, dense2: the two halves of FFN, each a `keras.layers.Dense` with a bias, with `hidden_units` and with `depth`
            units.
            The seven are different objects, and the block has no other weights. They exist when `build` has been called.
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
        """Makes the seven layers with their weights; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the targets, `(batch, target_time, depth)`; the memory has the same depth. Batch and time
                may be None; `depth` is a multiple of `num_heads`, twice as much or more.
        """
        raise NotImplementedError("TODO: task 1")

    def call(
        self, targets: keras.KerasTensor, memory: keras.KerasTensor, memory_mask: keras.KerasTensor | None = None
    ) -> keras.KerasTensor:
        """Computes the block's output for each element of the targets.

        Args:
            targets: Y, a float32 tensor of shape `(batch, target_time, depth)`.
            memory: M, a float32 tensor of shape `(batch, memory_time, depth)`.
            memory_mask: bool tensor of shape `(batch, memory_time)`: True where the memory may be attended to, False where
                it is padding, which may be at any place. Each row has a True. None is True everywhere.

        Returns:
            Float32 tensor of shape `(batch, target_time, depth)`.
        """
        raise NotImplementedError("TODO: tasks 1, 2 and 3")
