"""`squeeze_excitation` against blocks of Keras: global pooling, dense layers without a bias, and a product."""

import keras
import numpy as np
import pytest


@pytest.fixture
def kata(load):
    return load("sequence/squeeze_excitation")


def make_blocks(layer, channels):
    """Keras' blocks, with the weights of the layer."""
    reduce_kernel, expand_kernel = layer.get_weights()
    inputs = keras.Input((None, None, channels))
    gates = keras.layers.GlobalAveragePooling2D(keepdims=True)(inputs)
    for units, activation in ((reduce_kernel.shape[1], "relu"), (channels, "sigmoid")):
        gates = keras.layers.Dense(units, activation, use_bias=False)(gates)
    blocks = keras.Model(inputs, keras.layers.Multiply()([inputs, gates]))
    blocks.set_weights([reduce_kernel, expand_kernel])
    return blocks


@pytest.mark.parametrize(
    ("shape", "reduction"), [((2, 5, 7, 32), 16), ((1, 1, 1, 1), 16), ((3, 8, 2, 20), 16), ((4, 4, 4, 4), 1)]
)
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_outputs_are_those_of_blocks_of_keras(kata, rng, shape, reduction, scale):
    layer, inputs = kata.SqueezeExcitation(reduction), scale * rng.normal(size=shape).astype("float32")
    outputs = layer(inputs)
    np.testing.assert_allclose(outputs, make_blocks(layer, shape[-1])(inputs), rtol=1e-4, atol=1e-5 * scale)


def test_training_is_that_of_blocks_of_keras(kata, rng):
    layer = kata.SqueezeExcitation(2)
    layer.build((None, None, None, 6))
    blocks = make_blocks(layer, 6)
    inputs, targets = rng.normal(size=(2, 10, 3, 4, 6)).astype("float32")
    for model in (keras.Sequential([layer]), blocks):
        model.compile(keras.optimizers.SGD(5.0), "mse")
        model.fit(inputs, targets, batch_size=4, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(layer(inputs), blocks(inputs), rtol=1e-4, atol=1e-5)
