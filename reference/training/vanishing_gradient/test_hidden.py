"""What `vanishing_gradient` must do.

Gradients are computed once more with NumPy, and a repair is judged by its start and its training: hence more than 200 lines.
"""

from itertools import combinations
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_digits

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check

SMALLEST_NORM, LARGEST_NORM = 0.001, 100.0
HELD_OUT = 360
NORM = (
    "Here the softmax of the logits is (1/2, 1/2), and the gradient of the loss with respect to the kernel is "
    "[[-1.5, 1.5], [-2, 2]]: take the square root of the sum of its squared entries, and leave the bias out."
)
ORDER = "One norm for each layer, from the first layer to the last, of the gradient with respect to the kernel."
MEAN = "The loss is the mean over samples of the cross-entropy of the softmax of the logits."
STAYS = "Ask for the gradient without taking a step, and assign nothing to the model."
BEFORE = "Measure the gradient before the step that uses it, anew in every step."
STEP = (
    "A step is w - μ ∂L/∂w for every weight, biases too, with the gradient of the whole batch: no momentum, and no optimizer "
    "that rescales it."
)
ALIKE = "Draw the weights at random: units that start alike get the same gradient and stay alike for ever."
SPREAD = "A unit adds up as many products as it has inputs: let the variance of the weights shrink with their number."
REPAIR = {
    "sigmoid": "The derivative of the sigmoid is 1/4 at most, whatever the kernels are: choose another activation.",
    "tanh": SPREAD + " Near 0 tanh hands on what it gets.",
    "relu": SPREAD
    + " But half of what arrives at a ReLU is negative and lost: how much larger do the weights have to be?",
}

FUNCTIONS = {
    "sigmoid": (lambda z: 0.5 + 0.5 * np.tanh(z / 2), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), np.sign),
}


class Network:
    """A stack of dense layers in NumPy, with the gradient of the mean cross-entropy by backpropagation."""

    def __init__(self, kernels, biases, activation):
        self.kernels, self.biases, self.activation = list(kernels), list(biases), activation

    def outputs(self, inputs):
        function, _ = FUNCTIONS[self.activation]
        found = [inputs]
        for index, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True), 1):
            z = found[-1] @ kernel + bias
            found.append(z if index == len(self.kernels) else function(z))
        return found

    def gradients(self, inputs, labels):
        _, slope = FUNCTIONS[self.activation]
        *before, logits = self.outputs(inputs)
        delta = np.exp(logits - logits.max(axis=1, keepdims=True))
        delta /= delta.sum(axis=1, keepdims=True)
        delta[np.arange(len(labels)), labels] -= 1
        delta /= len(labels)
        of_kernels, of_biases = [], []
        for index in reversed(range(len(self.kernels))):
            of_kernels.insert(0, before[index].T @ delta)
            of_biases.insert(0, delta.sum(axis=0))
            delta = delta @ self.kernels[index].T * (slope(before[index]) if index else 1)
        return of_kernels, of_biases

    def norms(self, inputs, labels):
        return np.array([np.sqrt(np.sum(gradient**2)) for gradient in self.gradients(inputs, labels)[0]])

    def step(self, inputs, labels, learning_rate):
        for weights, gradients in zip((self.kernels, self.biases), self.gradients(inputs, labels), strict=True):
            for index, gradient in enumerate(gradients):
                weights[index] = weights[index] - learning_rate * gradient


def digits(rng):
    """The digits as rows of 64 numbers with mean 0 and variance 1 over all, and their labels, shuffled."""
    data = load_digits()
    order = rng.permutation(len(data.target))
    return (data.data[order] - data.data.mean()) / data.data.std(), data.target[order]


def random_network(rng, widths, activation, scale=1.0):
    """A network with random kernels and biases, in float32 as Keras has them."""
    kernels = [scale * rng.normal(size=shape) / np.sqrt(shape[0]) for shape in pairwise(widths)]
    biases = [0.5 * rng.normal(size=width) for width in widths[1:]]
    kernels, biases = ([array.astype("float32") for array in arrays] for arrays in (kernels, biases))
    return Network(kernels, biases, activation)


def random_batch(rng, samples, features, classes):
    return rng.normal(size=(samples, features)), rng.integers(classes, size=samples)


def make(support, network):
    """The same network as a Keras model."""
    return support.make_network(network.kernels, network.biases, network.activation)


def check_weights(support, model, network, next_step):
    """The model has the weights of the network."""
    returned = support.weights_of(model)
    expected = [array for pair in zip(network.kernels, network.biases, strict=True) for array in pair]
    check(len(returned) == len(expected), "The model has more or fewer weights than before.", next_step=next_step)
    for array, wanted in zip(returned, expected, strict=True):
        assert_close(array, wanted, next_step=next_step)


@pytest.mark.task(1)
def test_norm_by_hand(submission, support):
    """Measures a single layer that can be computed by hand."""
    model = support.make_network([np.zeros((2, 2))], [np.zeros(2)], "relu")
    returned = submission.gradient_norms(model, np.array([[3.0, 4.0]]), np.array([0]))
    assert_close(returned, [np.sqrt(12.5)], next_step=NORM)


@pytest.mark.task(1)
def test_loss_is_a_mean(submission, support, rng):
    """Gives the same norms when every sample occurs in the batch once or four times."""
    network, (inputs, labels) = random_network(rng, [4, 3], "tanh"), random_batch(rng, 6, 4, 3)
    for copies in (1, 4):
        batch = np.tile(inputs, (copies, 1)), np.tile(labels, copies)
        returned = submission.gradient_norms(make(support, network), *batch)
        assert_close(returned, network.norms(inputs, labels), rtol=1e-3, atol=0.0, next_step=MEAN)


@pytest.mark.task(1)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_norms_of_every_layer(submission, support, rng, activation):
    """Measures each layer of a network with the activation `activation`, from the first to the last."""
    network, batch = random_network(rng, [5, 7, 4, 6, 3], activation), random_batch(rng, 20, 5, 3)
    returned = submission.gradient_norms(make(support, network), *batch)
    assert_close(returned, network.norms(*batch), rtol=1e-3, atol=0.0, next_step=ORDER)


@pytest.mark.task(1)
def test_weights_stay(submission, support, rng):
    """Leaves the model as it is, and says the same when asked again."""
    network, batch = random_network(rng, [4, 5, 3], "tanh"), random_batch(rng, 8, 4, 3)
    model = make(support, network)
    for _ in range(2):
        assert_close(submission.gradient_norms(model, *batch), network.norms(*batch), rtol=1e-3, next_step=STAYS)
    check_weights(support, model, network, STAYS)


@pytest.mark.task(1)
def test_deep_networks(submission, support, rng, pictures):
    """Measures deep networks, whose gradient all but vanishes."""
    inputs, labels = digits(rng)
    batch, widths = (inputs[:80], labels[:80]), [64] + 15 * [32] + [10]
    curves = {}
    for activation in ("sigmoid", "relu"):
        network = random_network(rng, widths, activation)
        returned = submission.gradient_norms(make(support, network), *batch)
        curves[activation] = np.log10(assert_shape(returned, (16,), next_step=ORDER) + 1e-30)
        assert_close(returned, network.norms(*batch), rtol=1e-2, atol=0.0, next_step=ORDER)
    pictures.curves("norm_by_layer", np.arange(1, 17), curves, xlabel="layer", ylabel="log10 of the gradient norm")


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_records_the_gradient_of_each_step(submission, support, rng, steps):
    """Records the norms before each of `steps` steps, one row for each."""
    network, batch = random_network(rng, [5, 6, 4, 3], "tanh"), random_batch(rng, 16, 5, 3)
    model = make(support, network)
    returned = assert_shape(submission.train(model, *batch, 0.5, steps), (steps, 3))
    expected = np.empty((steps, 3))
    for step in range(steps):
        expected[step] = network.norms(*batch)
        network.step(*batch, 0.5)
    if steps:
        assert_close(returned, expected, rtol=1e-3, next_step=BEFORE)
    check_weights(support, model, network, STEP)


@pytest.mark.task(2)
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_trains(submission, support, rng, activation):
    """Moves kernels and biases by gradient descent, in a network with the activation `activation`."""
    network, batch = random_network(rng, [6, 8, 4], activation), random_batch(rng, 70, 6, 4)
    model = make(support, network)
    submission.train(model, *batch, 0.1, 6)
    for _ in range(6):
        network.step(*batch, 0.1)
    check_weights(support, model, network, STEP)


@pytest.mark.task(3)
@pytest.mark.parametrize("widths", [[12, 10], [64, 30, 100, 10], [20, 20, 20, 20]])
def test_start(submission, seed, widths):
    """Returns an activation and one kernel for each pair of neighbours in `widths`, decided by the seed."""
    first, again, other = (start(submission, widths, number) for number in (seed, seed, seed + 1))
    step = "Draw all random numbers from `seed`: the same arguments give the same kernels, and a different seed different ones."
    for kernel, same, different in zip(first.kernels, again.kernels, other.kernels, strict=True):
        assert_equal(same, kernel, next_step=step)
        check(np.any(different != kernel), "Two seeds give the same kernel.", next_step=step)
        check(np.ptp(kernel, axis=1).max() > 0, "All units of a layer have the same weights.", next_step=ALIKE)
    for one, other in combinations(first.kernels, 2):
        step = "A generator that is made anew from the same seed draws the same numbers: make one, and go on drawing from it."
        check(not np.array_equal(one, other), "Two layers start with the same kernel.", next_step=step)


@pytest.mark.task(3)
def test_gradient_survives(submission, seed, rng, threshold, pictures):
    """Has a gradient of at least 0.001 in every layer of a network with 40 hidden layers, and of at most 100."""
    inputs, labels = digits(rng)
    batch, widths = (inputs[:80], labels[:80]), [64] + 40 * [64] + [10]
    starts = [start(submission, widths, 100 * seed + draw) for draw in range(3)]
    norms = np.array([network.norms(*batch) for network in starts])
    curves = {"your start": norms[0], "sigmoid": random_network(rng, widths, "sigmoid").norms(*batch)}
    pictures.curves(
        "your_start",
        np.arange(1, len(widths)),
        {label: np.log10(np.nan_to_num(curve) + 1e-30) for label, curve in curves.items()},
        xlabel="layer",
        ylabel="log10 of the gradient norm",
    )
    check_not_exploding(norms)
    # Norms that pass many layers are products: their logarithms are spread evenly, and the norms are not.
    threshold("log10_gradient_norm", np.log10(smallest(norms) + 1e-30), next_step=REPAIR[starts[0].activation])


@pytest.mark.task(3)
def test_gradient_survives_changing_widths(submission, seed, rng):
    """Keeps the gradient between 0.001 and 100 where wide and narrow layers take turns."""
    inputs, labels = digits(rng)
    batch, widths = (inputs[:80], labels[:80]), [64, *15 * [120, 40], 10]
    starts = [start(submission, widths, 100 * seed + draw) for draw in range(3)]
    norms = np.array([network.norms(*batch) for network in starts])
    check_not_exploding(norms)
    check(
        smallest(norms) >= SMALLEST_NORM,
        f"In one of the layers the norm of the gradient is only {smallest(norms):.3g}.",
        next_step=REPAIR[starts[0].activation],
    )


@pytest.mark.task(3)
def test_learns(submission, seed, rng, threshold):
    """Lets networks of 8 hidden layers learn digits, judged on digits that they have not seen; the median of three starts."""
    inputs, labels = digits(rng)
    inputs, training = inputs.astype("float32"), np.arange(HELD_OUT, len(inputs))
    scores = []
    for draw in range(3):
        network = start(submission, [64] + 8 * [64] + [10], 100 * seed + draw)
        network.kernels = [kernel.astype("float32") for kernel in network.kernels]
        network.biases = [bias.astype("float32") for bias in network.biases]
        with np.errstate(all="ignore"):
            for _ in range(10):
                for batch in np.array_split(rng.permutation(training), 40):
                    network.step(inputs[batch], labels[batch], np.float32(0.06))
            answers = network.outputs(inputs[:HELD_OUT])[-1].argmax(axis=1)
        scores.append(np.mean(answers == labels[:HELD_OUT]))
    threshold("accuracy", np.median(scores), next_step=REPAIR[network.activation])


def start(submission, widths, seed):
    """Asks for a start and builds the network."""
    returned = submission.initialize(widths, seed)
    check(
        isinstance(returned, tuple | list)
        and len(returned) == 2
        and isinstance(returned[0], str)
        and isinstance(returned[1], tuple | list)
        and len(returned[1]) == len(widths) - 1,
        f"A start is the name of an activation and a list of {len(widths) - 1} kernels.",
        returned=returned,
        next_step="End with `return activation, kernels`.",
    )
    activation, kernels = returned
    check(
        activation in FUNCTIONS,
        "This is not one of the activations to choose from.",
        returned=activation,
        expected='"sigmoid", "tanh" or "relu"',
    )
    shape = "A kernel has a row for each input of its layer and a column for each unit."
    kernels = [
        np.asarray(assert_shape(kernel, pair, next_step=shape), dtype=float)
        for kernel, pair in zip(kernels, pairwise(widths), strict=True)
    ]
    check(all(np.isfinite(kernel).all() for kernel in kernels), "Some of the weights are not finite.")
    return Network(kernels, [np.zeros(width) for width in widths[1:]], activation)


def smallest(norms):
    """The norm in the layer where it is smallest, for the middle one of the starts."""
    return float(np.median(norms.min(axis=1)))


def check_not_exploding(norms):
    largest = float(np.median(np.max(norms, axis=1)))
    check(
        np.isfinite(norms).all() and largest <= LARGEST_NORM,
        f"In one of the layers the norm of the gradient is {largest:.3g}: it explodes instead of vanishing.",
        next_step=SPREAD,
    )
