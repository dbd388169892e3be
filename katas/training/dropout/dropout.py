"""Dropout: train with holes, and no unit can rely on its neighbour."""

import keras


class Dropout(keras.layers.Layer):
    """Drops random units in training and scales up what is left (inverted dropout).

    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural
    Networks from Overfitting", Journal of Machine Learning Research 15, 2014. In training, each unit x independently:

        output = 0               with probability rate
        output = x / (1 - rate)  otherwise

    so that the expected output is x. In inference the output is x.

    Every entry of the inputs is a unit of its own: it is dropped or kept independently of all other entries, of all other
    samples, and of all other calls. Gradients flow through the units that are kept, with the same factor, and not through
    those that are dropped.

    The layer works in compiled training too: `fit` runs the Python code of `call` once, with a symbolic tensor, and
    repeats only the Keras and TensorFlow operations that it finds. There the size of the batch may be unknown, None in
    `inputs.shape`. Each run draws a new mask.

    Ready-made layers and operations, `keras.layers.Dropout`, `keras.random.dropout`, `tf.nn.dropout` and their
    relatives, are off limits. Random numbers are not.
    """

    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs):
        """Keeps the settings.

        Args:
            rate: the probability with which a unit is dropped, from 0 up to but not including 1. A rate of 0 drops
                nothing.
            seed: an integer, or None. Two layers that are made with the same integer drop the same units in their first
                call, the same in their second, and so on, if the inputs have the same shapes; different integers give
                different units. With None each layer draws random numbers of its own.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drops units of a batch in training, and returns the inputs otherwise.

        Args:
            inputs: float32 tensor of shape `(batch, ...)`, with at least one axis.
            training: True drops and rescales; False changes nothing.

        Returns:
            Float32 tensor of the same shape.
        """
        raise NotImplementedError("TODO: task 1")
