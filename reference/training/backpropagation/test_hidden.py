"""What `backpropagation` must do.

There are four tasks, and the last one counts matrix products and measures time: hence more than 200 lines.
"""

from itertools import pairwise

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import check
from grader.testing import numeric_gradient

NETWORKS = [
    ([3, 2], ["sigmoid"]),
    ([4, 3, 2], ["tanh", "linear"]),
    ([2, 5, 4, 3], ["relu", "sigmoid", "tanh"]),
    ([3, 4, 4, 5, 2], ["sigmoid", "linear", "relu", "sigmoid"]),
]
POINTS = np.array([[-np.log(4)], [0.0], [np.log(3)]])
FAR = np.array([[-1000.0], [1000.0]])
FORWARD = "z_l is a_{l-1} W_l + b_l, with the weights as they come and the bias added; only then comes the activation."
LARGE = "Look for exp of a large number, and for infinity divided by infinity: choose a form that cannot overflow."
AT_Z = "Multiply by σ'(z), the derivative at the pre-activation z of the same layer, the last layer included."
RELU = "The derivative of ReLU is 1 where z > 0 and 0 elsewhere; its output is never negative and cannot tell you."
BACK = "Going back, the weights are transposed: δ_{l+1} W_{l+1}ᵀ, and then ⊙ σ'_l(z_l)."
PRODUCT = "The gradient of W_l is the transposed a_{l-1} times δ_l, where a_{l-1} is what went into the layer."
MEAN = "The loss sums over the outputs of a sample and averages over samples: its 1/n belongs in the gradient, once."
ONCE = (
    "Go back once through the whole batch, and keep each δ for the next layer: starting at the loss again for every layer "
    "takes K² products, and a loop over samples takes as many as there are samples."
)
UNTIMED = "The numbers are wrong, so nothing was timed: let task 3 pass first."
SUM = "One bias serves all samples: add its δ up over the rows."


def sigmoid(z):
    """The logistic function by way of tanh, which cannot overflow."""
    return 0.5 + 0.5 * np.tanh(z / 2)


FUNCTIONS = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0), "linear": lambda z: z}


class Network:
    """A random network, evaluated in float64 with one sample in each column."""

    def __init__(self, rng, widths, activations):
        self.activations = activations
        self.weights = [rng.normal(size=shape) for shape in pairwise(widths)]
        self.biases = [rng.normal(size=width) for width in widths[1:]]

    def forward(self, inputs):
        outputs, pre_activations = [inputs], []
        for kernel, bias, name in zip(self.weights, self.biases, self.activations, strict=True):
            pre_activations.append(np.einsum("jk,nj->nk", kernel, outputs[-1]) + bias)
            outputs.append(FUNCTIONS[name](pre_activations[-1]))
        return pre_activations, outputs

    def end_from(self, layer, z):
        """The network's outputs where the pre-activations of a layer, counted from 0, are z."""
        for index in range(layer, len(self.weights)):
            outputs = FUNCTIONS[self.activations[index]](z)
            if index + 1 < len(self.weights):
                z = np.einsum("jk,nj->nk", self.weights[index + 1], outputs) + self.biases[index + 1]
        return outputs


def random_network(rng, widths, activations, batch):
    """A network and inputs for which no ReLU is at its kink, where a numeric gradient would mean nothing."""
    while True:
        network, inputs = Network(rng, widths, activations), rng.normal(size=(batch, widths[0]))
        if all(np.abs(z).min() > 1e-3 for z in network.forward(inputs)[0]):
            return network, inputs


def check_list(returned, expected, name, next_step, **tolerances):
    """The value is a list of arrays, one for each entry of `expected`, and agrees with them."""
    check(
        isinstance(returned, list | tuple | np.ndarray) and len(returned) == len(expected),
        f"The {name} should be a list of {len(expected)} arrays.",
        returned=returned,
        next_step="Return one array for each layer, and count from which layer to which the docstring asks for them.",
    )
    for index, (array, wanted) in enumerate(zip(returned, expected, strict=True), 1):
        where = f" (Array {index} of {len(expected)} of the {name}.)" if len(expected) > 1 else ""
        assert_close(array, wanted, next_step=next_step + where, **tolerances)


def check_pair(returned, expected, names, next_step, **tolerances):
    """The value is a pair of such lists."""
    check(
        isinstance(returned, list | tuple) and len(returned) == 2,
        f"Two lists should be returned: the {names[0]} and the {names[1]}.",
        returned=returned,
        next_step=f"End with `return {names[0].replace(' ', '_').replace('-', '_')}, {names[1].replace(' ', '_')}`.",
    )
    steps = (next_step, next_step) if isinstance(next_step, str) else next_step
    for part, wanted, name, step in zip(returned, expected, names, steps, strict=True):
        check_list(part, wanted, name, step, **tolerances)


def check_forward(returned, expected, next_step):
    check_pair(returned, expected, ("pre-activations", "outputs"), next_step)


def check_gradients(returned, expected, next_step, **tolerances):
    check_pair(returned, expected, ("weight gradients", "bias gradients"), next_step, **tolerances)


@pytest.mark.task(1)
def test_forward_by_hand(submission):
    """Goes through two layers that can be computed by hand, and keeps what it computes."""
    weights = [np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([[3.0, 0.0], [4.0, 2.0]])]
    biases = [np.array([0.5, -2.0]), np.array([10.0, 1.0])]
    returned = submission.forward(np.array([[1.0, 2.0]]), weights, biases, ["relu", "linear"])
    expected = [[[5.5, -2.0]], [[26.5, 1.0]]], [[[1.0, 2.0]], [[5.5, 0.0]], [[26.5, 1.0]]]
    check_forward(returned, expected, FORWARD)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("activation", "outputs"),
    [
        ("sigmoid", [0.2, 0.5, 0.75]),
        ("tanh", [-15 / 17, 0.0, 0.8]),
        ("relu", [0.0, 0.0, np.log(3)]),
        ("linear", [-np.log(4), 0.0, np.log(3)]),
    ],
)
def test_activation(submission, activation, outputs):
    """Knows the activation `activation`."""
    returned = submission.forward(POINTS, [np.array([[1.0]])], [np.zeros(1)], [activation])
    check_forward(returned, ([POINTS], [POINTS, np.transpose([outputs])]), FORWARD)


@pytest.mark.task(1)
def test_activations_of_large_numbers(submission):
    """Gives finite outputs where z is 1000 or -1000."""
    for activation, outputs in [("sigmoid", [0, 1]), ("tanh", [-1, 1]), ("relu", [0, 1000]), ("linear", [-1000, 1000])]:
        returned = submission.forward(FAR, [np.array([[1.0]])], [np.zeros(1)], [activation])
        check_forward(returned, ([FAR], [FAR, np.transpose([outputs])]), LARGE)


@pytest.mark.task(1)
def test_forward(submission, rng):
    """Computes every layer of networks of one to four layers."""
    for widths, activations in NETWORKS:
        network, inputs = random_network(rng, widths, activations, 6)
        returned = submission.forward(inputs, network.weights, network.biases, activations)
        check_forward(returned, network.forward(inputs), FORWARD)


@pytest.mark.task(2)
def test_deltas_begin_with_the_first_layer(submission):
    """Lists the deltas from the first layer to the last."""
    weights, z = [np.array([[2.0]]), np.array([[3.0]]), np.array([[5.0]])], [np.array([[0.5]])] * 3
    returned = submission.deltas(np.array([[1.0]]), z, weights, ["linear"] * 3)
    step = "The way back meets the last layer first, but the list begins with δ_1 and ends with δ_K."
    check_list(returned, [[[15.0]], [[5.0]], [[1.0]]], "deltas", step)


@pytest.mark.task(2)
def test_goes_back_through_the_weights(submission):
    """Goes back through the weights of a layer as one does by hand."""
    weights = [np.eye(2), np.array([[1.0, 10.0], [100.0, 1000.0]])]
    z = [np.zeros((1, 2)), np.zeros((1, 2))]
    returned = submission.deltas(np.array([[1.0, 2.0]]), z, weights, ["linear", "linear"])
    check_list(returned, [[[21.0, 2100.0]], [[1.0, 2.0]]], "deltas", BACK)


@pytest.mark.task(2)
@pytest.mark.parametrize(
    ("activation", "slopes"),
    [
        ("sigmoid", [0.16, 0.25, 0.1875]),
        ("tanh", [64 / 289, 1.0, 0.36]),
        ("relu", [0.0, 0.0, 1.0]),
        ("linear", [1.0, 1.0, 1.0]),
    ],
)
def test_derivative(submission, activation, slopes):
    """Multiplies the gradient of the outputs by the derivative of `activation` at z."""
    returned = submission.deltas(np.full((3, 1), 2.0), [POINTS], [np.array([[3.0]])], [activation])
    check_list(returned, [2.0 * np.transpose([slopes])], "deltas", RELU if activation == "relu" else AT_Z)


@pytest.mark.task(2)
def test_derivatives_of_large_numbers(submission):
    """Gives finite deltas where z is 1000 or -1000."""
    for activation, slopes in [("sigmoid", [0, 0]), ("tanh", [0, 0]), ("relu", [0, 1]), ("linear", [1, 1])]:
        returned = submission.deltas(np.ones((2, 1)), [FAR], [np.array([[3.0]])], [activation])
        check_list(returned, [np.transpose([slopes])], "deltas", LARGE)


@pytest.mark.task(2)
def test_each_layer_has_its_own_derivative(submission):
    """Takes the derivative of each layer's own activation at its own z."""
    z = [np.array([[np.log(3)]]), np.array([[-1.0]]), np.array([[np.log(4)]]), np.array([[7.0]])]
    weights = [np.array([[9.0]]), np.array([[2.0]]), np.array([[5.0]]), np.array([[4.0]])]
    names = ["tanh", "linear", "sigmoid", "relu"]
    expected = [[[0.36 * 2 * 5 * 0.16 * 4]], [[5 * 0.16 * 4]], [[0.16 * 4]], [[1.0]]]
    check_list(submission.deltas(np.array([[1.0]]), z, weights, names), expected, "deltas", AT_Z)


@pytest.mark.task(2)
def test_deltas(submission, rng):
    """Gives the derivative with respect to the pre-activations of every layer, in networks of one to four layers."""
    for widths, activations in NETWORKS:
        network, inputs = random_network(rng, widths, activations, 3)
        pre_activations, _ = network.forward(inputs)
        upstream = rng.normal(size=(3, widths[-1]))
        expected = [
            numeric_gradient(lambda z, layer=layer, net=network, g=upstream: np.vdot(g, net.end_from(layer, z)), point)
            for layer, point in enumerate(pre_activations)
        ]
        returned = submission.deltas(upstream, pre_activations, network.weights, activations)
        check_list(returned, expected, "deltas", BACK)


@pytest.mark.task(3)
def test_gradients_by_hand(submission):
    """Gives the gradient of two layers that can be computed by hand."""
    weights, biases = [np.array([[2.0]]), np.array([[3.0]])], [np.array([0.0]), np.array([1.0])]
    returned = submission.gradients(np.array([[1.0]]), np.array([[5.0]]), weights, biases, ["relu", "linear"])
    step = (
        "Here a_1 = 2 and a_2 = 7, so the derivative with respect to a_2 is 2(a_2 - 5) = 4; then δ_2 = 4 and δ_1 = 12."
    )
    check_gradients(returned, ([[[12.0]], [[8.0]]], [[12.0], [4.0]]), (step, SUM))


@pytest.mark.task(3)
def test_uses_what_went_into_the_layer(submission):
    """Multiplies by the outputs of the layer before, after their activation and not before it."""
    for activation, z, output, slope in [("relu", -2.0, 0.0, 0.0), ("tanh", np.log(3), 0.8, 0.36)]:
        weights, biases = [np.array([[1.0]]), np.array([[1.0]])], [np.zeros(1), np.zeros(1)]
        returned = submission.gradients(np.array([[z]]), np.array([[5.0]]), weights, biases, [activation, "linear"])
        delta = 2 * (output - 5.0)
        expected = [[[z * slope * delta + 0.0]], [[output * delta + 0.0]]], [[slope * delta + 0.0], [delta]]
        check_gradients(returned, expected, PRODUCT)


@pytest.mark.task(3)
def test_loss_is_a_mean_over_samples(submission):
    """Gives the same gradient when every sample occurs in the batch once, twice or five times."""
    for copies in (1, 2, 5):
        inputs = np.tile([[1.0, 2.0], [3.0, -1.0]], (copies, 1))
        targets = np.tile([[0.0, 1.0, 0.0], [1.0, 0.0, 2.0]], (copies, 1))
        weights = [np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])]
        returned = submission.gradients(inputs, targets, weights, [np.zeros(3)], ["linear"])
        check_gradients(returned, ([[[7.0, -2.0, 3.0], [0.0, 3.0, 6.0]]], [[3.0, 0.0, 3.0]]), MEAN)


@pytest.mark.task(3)
def test_bias_gradient_adds_up_the_samples(submission):
    """Sums the deltas of all samples into the gradient of the bias, which has one entry for each unit."""
    inputs, targets = np.array([[0.0], [0.0], [0.0], [0.0]]), np.array([[1.0], [-2.0], [3.0], [6.0]])
    returned = submission.gradients(inputs, targets, [np.array([[2.0]])], [np.array([1.0])], ["linear"])
    check_gradients(returned, ([[[0.0]]], [[-2.0]]), SUM)


@pytest.mark.task(3)
def test_gradients(submission, rng):
    """Gives the derivative of the loss with respect to all weights and biases, in networks of one to four layers."""
    for batch, (widths, activations) in zip([1, 4, 7, 6], NETWORKS, strict=True):
        network, inputs = random_network(rng, widths, activations, batch)
        targets = rng.normal(size=(batch, widths[-1]))
        expected = numeric_gradients(network, inputs, targets)
        returned = submission.gradients(inputs, targets, network.weights, network.biases, activations)
        check_gradients(returned, expected, (PRODUCT, SUM))


def numeric_gradients(network, inputs, targets):
    """The gradient of the mean squared error, from losses alone."""

    def loss(arrays, index, value):
        kept, arrays[index] = arrays[index], value
        error = network.forward(inputs)[1][-1] - targets
        arrays[index] = kept
        return np.vdot(error, error) / len(inputs)

    return [
        [
            numeric_gradient(lambda value, arrays=arrays, index=index: loss(arrays, index, value), arrays[index])
            for index in range(len(arrays))
        ]
        for arrays in (network.weights, network.biases)
    ]


@pytest.mark.task(4)
def test_is_fast(submission, speed, rng):
    """Takes at most 2.75 times as long as the reference for a network of 192 layers."""
    depth, width, batch = 192, 160, 160

    def make_inputs():
        weights = rng.standard_normal((depth, width, width), dtype="float32") / np.float32(np.sqrt(width))
        biases = rng.standard_normal((depth, width), dtype="float32") / np.float32(10)
        inputs, targets = rng.standard_normal((2, batch, width), dtype="float32")
        return inputs, targets, list(weights), list(biases), ["tanh"] * depth

    try:
        speed("gradients", make_inputs, check_large)
    except Mismatch as mismatch:
        if not (mismatch.next_step or "").startswith(UNTIMED):
            mismatch.next_step = ONCE
        raise


def check_large(returned, expected):
    """Compares with the reference, to within a thousandth of the largest entry of each array."""
    for part in (0, 1):
        size = max(np.abs(array).max() for array in expected[part])
        check_list(returned[part], expected[part], "gradients", UNTIMED, rtol=1e-3, atol=1e-3 * size)
