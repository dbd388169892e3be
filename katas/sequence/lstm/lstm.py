"""LSTM: a recurrent cell that learns what to keep in its memory."""

import keras


class LSTMCell(keras.layers.Layer):
    """Takes one step of a long short-term memory.

    S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997; the forget gate is from
    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to Forget: Continual Prediction with LSTM", Neural Computation
    12(10), 2000; the equations are from section 5.2.1 of the notes. With the input x_t, the output h and the memory C:

        f_t = σ([h_{t-1}, x_t] W_f + b_f)       the forget gate
        i_t = σ([h_{t-1}, x_t] W_i + b_i)       the input gate
        C̃_t = tanh([h_{t-1}, x_t] W_C + b_C)    the candidate
        o_t = σ([h_{t-1}, x_t] W_o + b_o)       the output gate
        C_t = f_t ⊙ C_{t-1} + i_t ⊙ C̃_t
        h_t = o_t ⊙ tanh(C_t)

    [h, x] is the concatenation along the last axis, h first: the first `units` rows of a kernel belong to h, the others
    to x. ⊙ multiplies entry by entry, and σ(z) = 1 / (1 + exp(-z)), never NaN, however large z is.

    The layer keeps nothing from one call to the next but its weights. Keras runs it over a sequence, as in
    `keras.layers.RNN(LSTMCell(8))`, and trains it in `fit`, where the Python code of `call` is compiled, the size of the
    batch may be None, and gradients flow to all weights, to the inputs and to both states.

    Ready-made layers and operations, `keras.layers.LSTM`, `keras.layers.LSTMCell` and their relatives, are off limits.

    Attributes:
        state_size: the list `[units, units]`, from which `keras.layers.RNN` learns how wide h and C are.
        forget_kernel, input_kernel, candidate_kernel, output_kernel: W_f, W_i, W_C and W_o, trainable weights of shape
            `(units + features, units)`. At first they are random, as `self.add_weight` draws them where no initializer is
            named.
        forget_bias, input_bias, candidate_bias, output_bias: b_f, b_i, b_C and b_o, trainable weights of shape `(units,)`.
            `forget_bias` is 1 at first (R. Jozefowicz, W. Zaremba and I. Sutskever, "An Empirical Exploration of Recurrent
            Network Architectures", ICML 2015, section 2.2), the others are 0.
            All eight are Keras variables, as `self.add_weight` makes them, and the layer has no other weights.
    """

    def __init__(self, units: int, **kwargs):
        """Keeps the settings.

        Args:
            units: the width of h and of C, 1 or more.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, int]) -> None:
        """Makes the eight weights; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, features)`; the batch may be None.
        """
        raise NotImplementedError("TODO: task 1")

    def call(
        self, inputs: keras.KerasTensor, states: list[keras.KerasTensor]
    ) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
        """Takes one step with a batch.

        Args:
            inputs: x_t, a float32 tensor of shape `(batch, features)`.
            states: `[h, C]`, h_{t-1} and C_{t-1}, two float32 tensors of shape `(batch, units)`.

        Returns:
            `(h, [h, C])`: the output h_t, and the new states h_t and C_t, float32 tensors of shape `(batch, units)`.
        """
        raise NotImplementedError("TODO: task 1")
