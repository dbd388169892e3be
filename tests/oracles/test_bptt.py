"""`bptt` against a gradient tape through Keras' own layer, TensorFlow's clipping, SciPy's differences, and powers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import approx_fprime

NAMES = ("kernel", "recurrent_kernel", "bias")


def make_case(rng, batch, time, features, units):
    """A layer of Keras, its inputs, its first state, and what counts of its states."""
    layer = keras.layers.SimpleRNN(units, return_sequences=True)
    layer.build((None, None, features))
    layer.set_weights([layer.get_weights()[0], layer.get_weights()[1], rng.normal(size=units)])
    shapes = (batch, time, features), (batch, units), (batch, time, units)
    return layer, *(rng.normal(size=shape).astype("float32") for shape in shapes)


@pytest.mark.parametrize(
    ("batch", "time", "features", "units"), [(1, 1, 1, 1), (3, 20, 2, 5), (4, 4, 4, 4), (2, 100, 3, 8)]
)
def test_gradients_are_those_of_a_tape(load, rng, batch, time, features, units):
    layer, inputs, initial, upstream = make_case(rng, batch, time, features, units)
    sources = [tf.constant(inputs), tf.constant(initial)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        states = layer(sources[0], initial_state=sources[1])
        loss = tf.reduce_sum(upstream * states)
    expected = tape.gradient(loss, sources + [weight.value for weight in layer.weights])
    states = np.concatenate([initial[:, None], states], axis=1)
    parameters = dict(zip(NAMES, layer.get_weights(), strict=True))
    found = load("sequence/bptt").rnn_gradients(inputs, states, parameters, upstream)
    for name, gradient in zip(("inputs", "initial", *NAMES), expected, strict=True):
        np.testing.assert_allclose(found[name], gradient, rtol=1e-3, atol=1e-4, err_msg=name)


def test_gradient_is_that_of_differences(load, rng):
    layer, inputs, initial, upstream = make_case(rng, 2, 5, 2, 3)
    kernel, recurrent_kernel, bias = (np.asarray(weight, dtype=float) for weight in layer.get_weights())

    def unroll(recurrent_kernel):
        states = [initial.astype(float)]
        for t in range(5):
            states.append(np.tanh(inputs[:, t] @ kernel + states[-1] @ recurrent_kernel.reshape(3, 3) + bias))
        return np.stack(states, axis=1)

    parameters = dict(zip(NAMES, (kernel, recurrent_kernel, bias), strict=True))
    found = load("sequence/bptt").rnn_gradients(inputs, unroll(recurrent_kernel), parameters, upstream)
    expected = approx_fprime(recurrent_kernel.ravel(), lambda u: np.vdot(upstream, unroll(u)[:, 1:]), 1e-7)
    np.testing.assert_allclose(found["recurrent_kernel"].ravel(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.1])
def test_norms_are_powers_where_tanh_is_linear(load, rng, scale):
    kernel = scale * np.asarray(keras.initializers.Orthogonal(seed=1)((6, 6)), dtype=float)
    last = rng.normal(size=(3, 6))
    found = load("sequence/bptt").gradient_norms(np.zeros((3, 51, 6)), kernel, last)
    expected = np.linalg.norm(last, axis=1)[:, None] * scale ** np.arange(50.0, -1.0, -1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("limit", [1e-3, 1.0, 3.0, 1e4])
def test_clipping_is_that_of_tensorflow(load, rng, limit):
    gradients = [rng.normal(size=shape) for shape in [(3, 2), (), (5,), (1, 2, 3)]]
    clipped, norm = load("sequence/bptt").clip_by_global_norm(gradients, limit)
    expected, expected_norm = tf.clip_by_global_norm(gradients, limit)
    np.testing.assert_allclose(norm, expected_norm)
    for array, wanted in zip(clipped, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-6)
