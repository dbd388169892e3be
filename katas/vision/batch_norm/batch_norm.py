"""Batch normalization: every channel with mean 0 and variance 1, then as the network likes it."""

import keras


class BatchNorm(keras.layers.Layer):
    """Normalises each channel, by the statistics of the batch in training and by their moving averages afterwards.

    S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
    Shift", ICML 2015. For each channel:

        output = γ (x - μ) / sqrt(σ² + ε) + β

    In training μ and σ² are the mean and the variance of the channel in this batch, and each call moves two averages:

        moving_mean     <- momentum * moving_mean     + (1 - momentum) * μ
        moving_variance <- momentum * moving_variance + (1 - momentum) * σ²

    In inference μ and σ² are `moving_mean` and `moving_variance`, and no weight changes.

    The last axis holds the channels. μ and σ² are taken over all other axes, of any number. With n values in a channel,
    σ² = (1/n) Σ (x - μ)², the biased variance (n, not n - 1); the same goes into the moving average. Gradients flow
    through μ and σ² too, since both depend on the inputs.

    The ready-made layer and operations, `keras.layers.BatchNormalization`, `keras.ops.batch_normalization`,
    `tf.nn.batch_normalization` and the fused ones, are off limits. Means, variances and moments are not.

    Attributes:
        gamma: γ, a trainable weight of shape `(channels,)`, at first 1.
        beta: β, a trainable weight of shape `(channels,)`, at first 0.
        moving_mean: a weight of shape `(channels,)` that is not trainable, at first 0.
        moving_variance: a weight of shape `(channels,)` that is not trainable, at first 1.
            All four are Keras variables, as `self.add_weight` makes them, and appear in `layer.trainable_weights` or in
            `layer.non_trainable_weights`. The layer has no other weights.
    """

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-3, **kwargs):
        """Keeps the settings.

        Args:
            momentum: the share of the old moving average that a training call keeps, from 0 to 1.
            epsilon: ε, a positive number.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the four weights; Keras calls it before the first `call`.

        Args:
            input_shape: shape of the inputs, `(batch, ..., channels)`. All but `channels` may be None.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Normalises a batch.

        Args:
            inputs: float32 tensor of shape `(batch, ..., channels)`, with at least two axes.
            training: True normalises by the batch and moves the averages; False normalises by the averages.

        Returns:
            Float32 tensor of the same shape.
        """
        raise NotImplementedError("TODO: task 1")
