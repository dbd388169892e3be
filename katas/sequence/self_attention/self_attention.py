"""Self-attention: every element of a sequence asks all the others."""

import keras


class SelfAttention(keras.layers.Layer):
    """Makes queries, keys and values of a sequence, and lets each element attend to all of them.

    A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.2.1 and 3.2.3, equation 1. For each
    sequence X of the batch, whose rows are its elements, and with d_k = key_dim:

        output = softmax(Q K^T / sqrt(d_k)) V,   Q = X W_Q,   K = X W_K,   V = X W_V

    Softmax is taken over the keys: the weights of each query are positive and sum to 1. Each element attends to all
    elements of its sequence, to itself and to later ones too, and to none of other sequences. There are no biases and no
    output projection, and nothing is added to the output.

    The layer works in compiled training too: `fit` runs the Python code of `call` once, with a symbolic tensor, and repeats
    only the Keras and TensorFlow operations that it finds. There batch and time are None in `inputs.shape`. Gradients flow
    to the inputs and to all three kernels.

    Ready-made layers and operations, `keras.layers.MultiHeadAttention`, `keras.layers.Attention`,
    `keras.ops.dot_product_attention` and their relatives, are off limits. Softmax is not.

    Attributes:
        query_kernel: W_Q, of shape `(depth, key_dim)`.
        key_kernel: W_K, of shape `(depth, key_dim)`.
        value_kernel: W_V, of shape `(depth, value_dim)`.
            All three are trainable Keras variables, as `self.add_weight` makes them, and the only weights of the layer.
            At first they are random, each drawn independently, as `add_weight` does where no initializer is named.
    """

    def __init__(self, key_dim: int, value_dim: int, **kwargs):
        """Keeps the settings.

        Args:
            key_dim: d_k, the number of entries of a query and of a key, 1 or more.
            value_dim: the number of entries of a value, and so of an output, 1 or more.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the three kernels; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, time, depth)`. Batch and time may be None.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Lets every element of each sequence attend to the whole sequence.

        Args:
            inputs: float32 tensor of shape `(batch, time, depth)`, each 1 or more. The scores of a row, before the
                softmax, may all be near 1,000,000 or near -1,000,000.

        Returns:
            Float32 tensor of shape `(batch, time, value_dim)`.
        """
        raise NotImplementedError("TODO: task 2")
