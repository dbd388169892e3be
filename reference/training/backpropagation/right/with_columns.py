"""TensorFlow in float32, one sample in each column as textbooks write it, and a layer as an object with two methods."""

import tensorflow as tf

SLOPES_BY_OUTPUT = {
    "sigmoid": (tf.sigmoid, lambda a: a * (1 - a)),
    "tanh": (tf.tanh, lambda a: (1 - a) * (1 + a)),
    "relu": (tf.nn.relu, lambda a: tf.cast(a > 0, "float32")),
    "linear": (tf.identity, tf.ones_like),
}


class Layer:
    def __init__(self, kernel, bias, activation):
        self.kernel = tf.transpose(tf.cast(kernel, "float32"))
        self.bias = None if bias is None else tf.cast(bias, "float32")[:, None]
        self.activation, self.slope = SLOPES_BY_OUTPUT[activation]

    def forward(self, inputs):
        self.inputs = inputs
        self.z = self.kernel @ inputs + self.bias
        self.outputs = self.activation(self.z)
        return self.outputs

    def backward(self, upstream):
        self.delta = upstream * self.slope(self.outputs)
        return tf.linalg.matmul(self.kernel, self.delta, transpose_a=True)


def run(inputs, weights, biases, activations):
    layers = [Layer(*parts) for parts in zip(weights, biases, activations, strict=True)]
    columns = tf.transpose(tf.cast(inputs, "float32"))
    for layer in layers:
        columns = layer.forward(columns)
    return layers


def go_back(layers, upstream):
    for layer in layers[::-1]:
        upstream = layer.backward(upstream)


def forward(inputs, weights, biases, activations):
    layers = run(inputs, weights, biases, activations)
    return [tf.transpose(layer.z) for layer in layers], [inputs, *(tf.transpose(layer.outputs) for layer in layers)]


def deltas(output_gradient, pre_activations, weights, activations):
    layers = [Layer(kernel, None, name) for kernel, name in zip(weights, activations, strict=True)]
    for layer, z in zip(layers, pre_activations, strict=True):
        layer.outputs = layer.activation(tf.transpose(tf.cast(z, "float32")))
    go_back(layers, tf.transpose(tf.cast(output_gradient, "float32")))
    return [tf.transpose(layer.delta) for layer in layers]


def gradients(inputs, targets, weights, biases, activations):
    layers = run(inputs, weights, biases, activations)
    error = layers[-1].outputs - tf.transpose(tf.cast(targets, "float32"))
    go_back(layers, 2 / len(inputs) * error)
    weight_gradients = [layer.inputs @ tf.transpose(layer.delta) for layer in layers]
    return weight_gradients, [tf.reduce_sum(layer.delta, axis=1) for layer in layers]
