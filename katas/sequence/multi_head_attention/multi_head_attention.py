"""Multi-head attention: several heads look at one sequence, each in its own way."""

import keras


def split_heads(inputs: keras.KerasTensor, num_heads: int) -> keras.KerasTensor:
    """Gives each head its own part of every row.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.2; section 5.3 of the notes. The heads
    stand side by side in a row: the first `width` entries are those of head 0, the next ones those of head 1.

        outputs[b, h, t, i] = inputs[b, t, h * width + i]

    Args:
        inputs: float32 array or tensor of shape `(batch, time, num_heads * width)`.
        num_heads: 1 or more.

    Returns:
        Float32 tensor of shape `(batch, num_heads, time, width)`.
    """
    raise NotImplementedError("TODO: task 1")


def join_heads(inputs: keras.KerasTensor) -> keras.KerasTensor:
    """Puts the heads side by side again; the inverse of `split_heads`.

        outputs[b, t, h * width + i] = inputs[b, h, t, i]

    Args:
        inputs: float32 array or tensor of shape `(batch, num_heads, time, width)`.

    Returns:
        Float32 tensor of shape `(batch, time, num_heads * width)`.
    """
    raise NotImplementedError("TODO: task 1")


def attend(
    queries: keras.KerasTensor,
    keys: keras.KerasTensor,
    values: keras.KerasTensor,
    mask: keras.KerasTensor | None = None,
) -> keras.KerasTensor:
    """Lets every query of every head attend to those keys of its own head and sequence that it may see.

    Vaswani et al. 2017, section 3.2.1, equation 1. For each head of each sequence, and with d_k = key_dim:

        outputs = softmax(Q K^T / sqrt(d_k)) V

    Softmax is taken over the keys. Under a mask it is taken over the keys that the query may attend to, as if there were no
    others. A query that may attend to no key at all gets zeros, and sends no gradient back through its scores.

    Task 4 measures how much processor time a call takes, with many heads: it should start a handful of operations,
    whatever the number of heads.

    Args:
        queries: float32 array or tensor of shape `(batch, num_heads, query_time, key_dim)`, each 1 or more.
        keys: float32 array or tensor of shape `(batch, num_heads, key_time, key_dim)`. `key_time` may differ from
            `query_time`.
        values: float32 array or tensor of shape `(batch, num_heads, key_time, value_dim)`.
        mask: bool array or tensor of shape `(batch, query_time, key_time)`, the same for all heads: True where a query MAY
            attend to a key, False where it must not. None lets all attend to all. The scores, after the division by the
            root and before the mask, go up to 1,000,000 in size, masked ones too.

    Returns:
        Float32 tensor of shape `(batch, num_heads, query_time, value_dim)`.
    """
    raise NotImplementedError("TODO: task 2")


class MultiHeadAttention(keras.layers.Layer):
    """Projects queries, keys and values for each head, attends, and mixes what the heads have found.

    Vaswani et al. 2017, section 3.2.2:

        output = concat(head_1, ..., head_h) W_O,   head_i = attention(query W_Q_i, key W_K_i, value W_V_i)

    The projections of all heads stand side by side in one kernel: the first `key_dim` columns of `query_kernel` are those
    of head 0, and so on, as in `split_heads`. There are no biases, and nothing is added to the output.

    The layer works in compiled training too, where batch and times are None in the shapes. Gradients flow to the three
    inputs and to all four kernels.

    Ready-made attention layers and operations, `keras.layers.MultiHeadAttention`, `keras.ops.dot_product_attention` and
    their relatives, are off limits. Softmax is not.

    Attributes:
        query_kernel: W_Q, of shape `(depth of query, num_heads * key_dim)`.
        key_kernel: W_K, of shape `(depth of key, num_heads * key_dim)`.
        value_kernel: W_V, of shape `(depth of value, num_heads * value_dim)`.
        output_kernel: W_O, of shape `(num_heads * value_dim, depth of query)`.
            All four are trainable Keras variables, as `self.add_weight` makes them, and the only weights of the layer.
            At first they are random, each drawn independently, as `add_weight` does where no initializer is named.
    """

    def __init__(self, num_heads: int, key_dim: int, value_dim: int | None = None, **kwargs):
        """Keeps the settings.

        Args:
            num_heads: h, 1 or more. No depth has to be divisible by it.
            key_dim: d_k, the number of entries of a query and of a key in each head, 1 or more.
            value_dim: d_v, the number of entries of a value in each head, 1 or more; None means `key_dim`.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 3")

    def build(
        self,
        query_shape: tuple[int | None, ...],
        key_shape: tuple[int | None, ...],
        value_shape: tuple[int | None, ...],
    ) -> None:
        """Makes the four kernels; Keras calls it before the first `call`, with the shapes of its arguments.

        Args:
            query_shape: `(batch, query_time, depth)`. Batch and time may be None, here and below.
            key_shape: `(batch, key_time, depth)`. The three depths may differ.
            value_shape: `(batch, key_time, depth)`.
        """
        raise NotImplementedError("TODO: task 3")

    def call(
        self,
        query: keras.KerasTensor,
        key: keras.KerasTensor,
        value: keras.KerasTensor,
        attention_mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        """Attends with all heads. Mind the order: query, key, value.

        Args:
            query: float32 tensor of shape `(batch, query_time, depth of query)`.
            key: float32 tensor of shape `(batch, key_time, depth of key)`.
            value: float32 tensor of shape `(batch, key_time, depth of value)`.
            attention_mask: as `mask` of `attend`.

        Returns:
            Float32 tensor of shape `(batch, query_time, depth of query)`.
        """
        raise NotImplementedError("TODO: task 3")
