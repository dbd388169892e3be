"""Squeeze and excitation: attention to the channels of an image."""

import keras


class SqueezeExcitation(keras.layers.Layer):
    """Multiplies each channel of an image by a gate that all channels together decide.

    J. Hu, L. Shen and G. Sun, "Squeeze-and-Excitation Networks", CVPR 2018, section 3, equations 2 to 4. For each image x
    of the batch, with x_c its channel c:

        z_c = mean of x_c over all pixels               squeeze
        s   = σ(ReLU(z W_1) W_2)                        excitation
        output_c = s_c x_c                              scale

    z and s are rows with one entry for each channel. σ(a) = 1 / (1 + exp(-a)) works entry by entry; neither it nor its
    gradient is ever NaN, however large a is. So each gate s_c is a number from 0 to 1, independent of the other gates. All
    pixels of a channel have the same gate. Each image has its own gates, which depend on no other image of the batch. There
    are no biases, as in the paper.

    The layer works in compiled training too: `fit` runs the Python code of `call` once, with a symbolic tensor, and repeats
    only the Keras and TensorFlow operations that it finds. There batch, height and width are None in `inputs.shape`.
    Gradients flow to the inputs and to both kernels.

    Attributes:
        reduce_kernel: W_1, of shape `(channels, hidden)`, where `hidden` is `channels / reduction`, rounded down, but at
            least 1.
        expand_kernel: W_2, of shape `(hidden, channels)`.
            Both are trainable Keras variables, as `self.add_weight` makes them, and the only weights of the layer. At first
            they are random, each drawn independently, as `add_weight` does where no initializer is named.
    """

    def __init__(self, reduction: int = 16, **kwargs):
        """Keeps the settings.

        Args:
            reduction: how many times fewer hidden units than channels there are, 1 or more.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes both kernels; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, height, width, channels)`. All but `channels` may be None.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Weighs the channels of each image.

        Args:
            inputs: float32 tensor of shape `(batch, height, width, channels)`, each 1 or more, with any finite values.

        Returns:
            Float32 tensor of the same shape.
        """
        raise NotImplementedError("TODO: task 2")
