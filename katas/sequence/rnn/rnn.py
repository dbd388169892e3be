"""Recurrent layer: the same step for each element of a sequence, from a first state of one of three kinds."""

import keras


class RNN(keras.layers.Layer):
    """Reads each sequence of a batch step by step, and keeps a state that depends on all that it has read.

    I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press 2016, section 10.2, equations 10.8 and 10.9; J. L.
    Elman, "Finding Structure in Time", Cognitive Science 14(2), 1990; section 5.2 of the notes. From a first state h_0, and
    for t = 1, 2, ..., T:

        h_t = tanh(x_t W + h_{t-1} U + b)

    x_t and h_t are rows, one for each sequence of the batch. W, U and b are the same in all steps. The inputs may be in the
    thousands; tanh is then -1 or 1, never NaN.

    h_0 is one of three kinds:

        "zeros"     0 everywhere.
        "normal"    in training, every entry is drawn from the normal distribution with mean 0 and standard deviation 1,
                    independently: for each sequence, for each unit, and anew in each call. Unless `training` is True,
                    h_0 is the mean of that distribution, 0, so that the same inputs give the same states.
        "learned"   a weight, the same for all sequences, in training and afterwards.

    The layer keeps nothing from one call to the next but its weights and the state of its random generator. It works in
    compiled training too: `fit` runs the Python code of `call` once, with a symbolic tensor, and repeats only the Keras and
    TensorFlow operations that it finds. There batch and time are None in `inputs.shape`. Gradients flow to the inputs and
    to all weights, through all steps.

    Ready-made recurrent layers, `keras.layers.SimpleRNN`, `keras.layers.RNN` and their relatives, are off limits. Loops
    such as `keras.ops.scan`, `keras.ops.while_loop` or `tf.scan` are not.

    Attributes:
        kernel: W, of shape `(features, units)`.
        recurrent_kernel: U, of shape `(units, units)`.
        bias: b, of shape `(units,)`, zeros at first.
        initial: h_0 of every sequence, of shape `(units,)`, zeros at first; only where `initial_state` is "learned".
            These are trainable Keras variables, as `self.add_weight` makes them, and the layer has no other trainable
            weights. The two kernels are random at first, as `add_weight` draws them where no initializer is named.
    """

    def __init__(
        self,
        units: int,
        initial_state: str = "zeros",
        return_sequences: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        """Keeps the settings.

        Args:
            units: the width of the state, 1 or more.
            initial_state: "zeros", "normal" or "learned".
            return_sequences: whether a call returns all states or the last one.
            seed: decides what "normal" draws: layers with the same seed, 0 or more, draw the same numbers in their first
                call, in their second and so on, and layers with different seeds draw different ones. None means a seed
                that differs from layer to layer.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, time, features)`. Batch and time may be None.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Reads a batch of sequences from the first element to the last.

        Args:
            inputs: float32 tensor of shape `(batch, time, features)`, each 1 or more.
            training: whether the call is part of training; Keras says so in `fit`. It matters for "normal" only.

        Returns:
            h_T, a float32 tensor of shape `(batch, units)`; with `return_sequences` all of h_1, h_2, ..., h_T, a float32
            tensor of shape `(batch, time, units)`. h_0 is not among them.
        """
        raise NotImplementedError("TODO: task 1")
