"""What `minibatch_sgd` must do.

There are three tasks, and chance, data and steps are each seen from outside: hence more than 200 lines.
"""

import itertools

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import describe
from grader.testing import numeric_gradient

SIZES = (
    "Fill each batch before the next one begins; the samples that are left over make a smaller last batch, none dropped "
    "and none repeated."
)
ONCE = "Draw without replacement: shuffle the samples, and deal all of them out."
TOGETHER = "Shuffle inputs and targets by one and the same order: draw it once, and pick rows of both by it."
MEAN = "Take the mean over the batch: a sum grows with the batch, and with it the step."
STEPS = "Take a step after every batch, and keep the start and the weights after each step."
FRESH = "Ask for the gradient of a batch at the weights that the previous step has left."


def numbered(samples):
    """Inputs and targets that say which sample they belong to."""
    numbers = np.arange(samples, dtype=float)
    return np.stack([numbers, 100 + numbers], axis=1), 1000 + numbers


def epoch(submission, inputs, targets, batch_size, generator):
    """The batches of one epoch, as pairs of arrays."""
    batches = submission.minibatches(inputs, targets, batch_size, generator)
    check(batches is not None, "Nothing was returned.", next_step="Yield the batches, or return a list of them.")
    batches = list(itertools.islice(batches, len(inputs) + 1))
    check(
        len(batches) <= len(inputs),
        f"An epoch of {len(inputs)} samples has more than {len(inputs)} batches.",
        next_step="End after one epoch; the next epoch is another call.",
    )
    check(len(batches) > 0, f"There is no batch of {len(inputs)} samples.", next_step=SIZES)
    pairs = []
    for batch in batches:
        check(
            isinstance(batch, tuple | list) and len(batch) == 2 and np.ndim(batch[1]) == 1,
            "A batch should be a pair: its inputs, and its targets in a flat array.",
            returned=batch,
            next_step="Yield `(inputs, targets)` of the same samples.",
        )
        size = len(batch[1])
        pairs.append((assert_shape(batch[0], (size, *inputs.shape[1:])), assert_shape(batch[1], (size,))))
    return pairs


def order_of(batches):
    """The numbers of the samples in all batches, one after another, if each target comes with its input."""
    order = []
    for inputs, targets in batches:
        for row, target in zip(inputs, targets, strict=True):
            number, owner = float(target) - 1000, float(np.ravel(row)[0])
            check(
                abs(number - owner) < 0.5,
                f"The target {target:g} came with the input of sample {owner:g}, whose target is {1000 + owner:g}.",
                next_step=TOGETHER,
            )
            order.append(round(number))
    return order


def mean_squared_error(weights, inputs, targets):
    return np.mean((inputs @ weights - targets) ** 2)


class Teacher:
    """Remembers what it was asked, and answers with the gradient of a batch's mean loss."""

    def __init__(self, gradient):
        self.gradient, self.weights, self.batches, self.answers = gradient, [], [], []

    def __call__(self, weights, inputs, targets):
        self.weights.append(np.array(weights, dtype=float))
        self.batches.append((np.array(inputs, dtype=float), np.array(targets, dtype=float)))
        self.answers.append(self.gradient(*self.batches[-1], self.weights[-1]))
        return self.answers[-1]

    def __repr__(self):
        return "gradient"


def pull(inputs, targets, weights):
    """The gradient of the mean of ‖w - y‖²: every sample pulls towards its target."""
    return 2 * (weights - np.mean(targets))


def descend(submission, support, teacher, start, data, batch_size, learning_rate, epochs, seed):
    """The path, which has one row for each step and one for the start."""
    start = np.array(start, dtype=float)
    generator = support.make_generator(seed)
    path = submission.stochastic_gradient_descent(teacher, start, *data, batch_size, learning_rate, epochs, generator)
    rows = 1 + epochs * -(-len(data[1]) // batch_size)
    path = assert_shape(path, (rows, len(start)), next_step=STEPS)
    check(
        len(teacher.weights) == rows - 1,
        f"For {rows - 1} batches the gradient was computed {len(teacher.weights)} times.",
        next_step="Call `gradient` once for each batch, and keep the answer.",
    )
    return np.asarray(path, dtype=float)


@pytest.mark.task(1)
@pytest.mark.parametrize(("samples", "batch_size"), [(10, 4), (6, 3), (4, 1), (3, 8)])
def test_sizes_of_the_batches(submission, support, seed, samples, batch_size):
    """Cuts `samples` samples into batches of `batch_size`, of which the last may be smaller."""
    batches = epoch(submission, *numbered(samples), batch_size, support.make_generator(seed))
    full, rest = divmod(samples, batch_size)
    sizes, expected = [len(targets) for _, targets in batches], [batch_size] * full + [rest] * (rest > 0)
    check(sizes == expected, "The batches have the wrong sizes.", returned=sizes, expected=expected, next_step=SIZES)


@pytest.mark.task(1)
@pytest.mark.parametrize("batch_size", [1, 8, 30])
def test_targets_stay_with_their_inputs(submission, support, seed, batch_size):
    """Keeps each target with its input in batches of `batch_size`, for inputs of any shape."""
    inputs = numbered(30)[0][:, :, None] + np.zeros(3)
    for images, targets in epoch(submission, inputs, numbered(30)[1], batch_size, support.make_generator(seed)):
        samples = order_of([(images, targets)])
        assert_equal(
            np.round(images), inputs[samples], next_step="Pick whole rows: all entries of an input stay together."
        )


@pytest.mark.task(1)
def test_every_sample_once(submission, support, seed):
    """Uses each of 40 samples once in an epoch, with batches of 7."""
    order = order_of(epoch(submission, *numbered(40), 7, support.make_generator(seed)))
    twice = sorted({sample for sample in order if order.count(sample) > 1})
    left_out = sorted(set(range(40)) - set(order))
    check(not twice, f"These samples come more than once in an epoch: {twice}.", next_step=ONCE)
    check(not left_out, f"These samples are missing in an epoch: {left_out}.", next_step=ONCE)


@pytest.mark.task(1)
def test_order_is_not_that_of_the_data(submission, support, seed):
    """Deals the samples in a different order from that of the data."""
    order = order_of(epoch(submission, *numbered(60), 10, support.make_generator(seed)))
    # A random order is that of the data once in 60! epochs.
    step = "Shuffle: samples that stand side by side in the data are often alike, and then all steps pull the same way."
    check(order != list(range(60)), "The samples come in the order of the data.", next_step=step)


@pytest.mark.task(1)
def test_neighbours_part(submission, support, seed):
    """Gives every sample a random place of its own, so that neighbours part."""
    order = order_of(epoch(submission, *numbered(60), 10, support.make_generator(seed)))
    together = sum(second == first + 1 for first, second in itertools.pairwise(order))
    # In a random order about one pair stays together; 20 do in fewer than one epoch of 1e18.
    check(
        together < 20,
        f"Of 59 pairs of neighbours in the data, {together} still follow each other.",
        next_step="Shuffle the samples and cut afterwards: whole batches in a random order keep neighbours together.",
    )


@pytest.mark.task(1)
def test_next_epoch_has_another_order(submission, support, seed):
    """Deals the samples in a new order in the next epoch."""
    generator = support.make_generator(seed)
    first, second = (order_of(epoch(submission, *numbered(40), 8, generator)) for _ in range(2))
    check(
        first != second,
        "Two epochs with the same generator have the same order.",
        next_step="Draw from `generator`, which moves on: a generator that you seed in the function starts over.",
    )


@pytest.mark.task(1)
def test_generator_decides_the_order(submission, support, seed):
    """Draws from the generator alone: the same seed gives the same order, a different seed a different one."""
    orders = [
        order_of(epoch(submission, *numbered(40), 8, support.make_generator(each))) for each in (seed, seed, seed + 1)
    ]
    step = "Take every random number from `generator`, and none from `np.random`, `random` or Keras."
    check(orders[0] == orders[1], "The same seed gives two different orders.", next_step=step)
    check(orders[0] != orders[2], "Two seeds give the same order.", next_step=step)


@pytest.mark.task(1)
def test_leaves_the_data_alone(submission, support, shared, seed):
    """Leaves the arrays that it was given as they were."""
    inputs, targets = numbered(20)
    after = shared(inputs), shared(targets)
    epoch(submission, *after, 6, support.make_generator(seed))
    step = "Shuffle indices of samples, and pick rows by them; the data belong to the caller."
    assert_equal(after[0], inputs, next_step=step)
    assert_equal(after[1], targets, next_step=step)


@pytest.mark.task(2)
def test_gradient_does_not_grow_with_the_batch(submission, rng):
    """Gives the same gradient for a batch in which every sample occurs three times."""
    weights, inputs, targets = rng.normal(size=2), rng.normal(size=(5, 2)), rng.normal(size=5)
    once = submission.batch_gradient(weights, inputs, targets)
    thrice = submission.batch_gradient(weights, np.tile(inputs, (3, 1)), np.tile(targets, 3))
    assert_close(thrice, once, next_step=MEAN)


@pytest.mark.task(2)
@pytest.mark.parametrize(("size", "features"), [(1, 3), (4, 1), (32, 5)])
def test_gradient_of_a_batch(submission, rng, size, features):
    """Differentiates the mean squared error of a batch of shape (`size`, `features`)."""
    weights, inputs, targets = rng.normal(size=features), rng.normal(size=(size, features)), rng.normal(size=size)
    expected = numeric_gradient(lambda w: mean_squared_error(w, inputs, targets), weights)
    step = "The derivative of a square is twice the error times the input; then the mean over the batch."
    assert_close(submission.batch_gradient(weights, inputs, targets), expected, next_step=step)


@pytest.mark.task(2)
def test_gradient_is_right_in_expectation(submission, rng):
    """Agrees with the gradient of the full batch on average over all batches of 2 that 4 samples can make."""
    weights, inputs, targets = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4)
    batches = [list(batch) for batch in itertools.combinations(range(4), 2)]
    gradients = [submission.batch_gradient(weights, inputs[batch], targets[batch]) for batch in batches]
    expected = numeric_gradient(lambda w: mean_squared_error(w, inputs, targets), weights)
    mean = sum(assert_shape(gradient, (3,)) for gradient in gradients) / len(gradients)
    assert_close(mean, expected, next_step="Each batch's gradient is the mean over its samples, at the given weights.")


@pytest.mark.task(3)
def test_steps_against_the_gradient(submission, support, seed):
    """Takes one step downhill."""
    path = descend(
        submission, support, Teacher(pull), [10.0], (np.ones((2, 1)), np.array([0.0, 4.0])), 2, 0.25, 1, seed
    )
    assert_close(path, [[10.0], [6.0]], next_step="Step against the gradient: w - μ∇L(w), here 10 - 0.25 * 16.")


@pytest.mark.task(3)
def test_epochs_follow_each_other(submission, support, seed):
    """Goes on in each epoch from where the last one ended."""
    path = descend(
        submission, support, Teacher(pull), [10.0], (np.ones((2, 1)), np.array([0.0, 4.0])), 2, 0.25, 3, seed
    )
    assert_close(
        path, [[10.0], [6.0], [4.0], [3.0]], next_step="An epoch begins with the weights that the last one left."
    )


@pytest.mark.task(3)
@pytest.mark.parametrize(("samples", "batch_size", "epochs"), [(8, 2, 3), (7, 3, 2), (3, 1, 1), (4, 9, 2), (3, 2, 0)])
def test_one_step_for_each_batch(submission, support, seed, samples, batch_size, epochs):
    """Takes a step after each batch; samples: `samples`, batch size: `batch_size`, epochs: `epochs`."""
    teacher = Teacher(lambda inputs, targets, weights: np.array([2.0, -4.0]))
    path = descend(submission, support, teacher, [1.0, 0.0], numbered(samples), batch_size, 0.5, epochs, seed)
    expected = np.array([1.0, 0.0]) + np.arange(len(path))[:, None] * np.array([-1.0, 2.0])
    step = (
        "The step is the learning rate times the batch's gradient, which is a mean already, for a small last batch too."
    )
    assert_close(path[0], expected[0], next_step="The first row is the start.")
    assert_close(path, expected, next_step=step)


@pytest.mark.task(3)
def test_asks_at_the_current_weights(submission, support, rng, seed):
    """Computes each batch's gradient at the weights that the previous step has left."""
    teacher = Teacher(lambda inputs, targets, weights: 0.1 * weights + np.mean(inputs, axis=0))
    path = descend(submission, support, teacher, rng.normal(size=2), numbered(10), 3, 0.1, 2, seed)
    for step, (asked, left) in enumerate(zip(teacher.weights, path[:-1], strict=True), 1):
        check(
            np.allclose(asked, left, rtol=1e-4, atol=1e-5),
            f"Before step {step} the weights are {describe(left)}, and the gradient was computed at {describe(asked)}.",
            next_step=FRESH,
        )
    assert_close(path[1:], path[:-1] - 0.1 * np.array(teacher.answers), next_step=FRESH)


@pytest.mark.task(3)
def test_leaves_the_minimum(submission, support, seed):
    """Leaves the minimum of the full loss when it sees one sample at a time."""
    path = descend(submission, support, Teacher(pull), [2.0], (np.ones((2, 1)), np.array([0.0, 4.0])), 1, 0.25, 1, seed)
    # The sample with target 0 halves w, the other one moves it half of the way to 4; either may come first.
    expected = [[2.0], [1.0], [2.5]] if path[1] < 2 else [[2.0], [3.0], [1.5]]
    assert_close(
        path, expected, next_step="At w = 2 only the mean of the two gradients is 0; each step uses one of them."
    )


@pytest.mark.task(3)
def test_every_epoch_uses_all_samples(submission, support, seed):
    """Uses every sample once in each epoch."""
    teacher = Teacher(lambda inputs, targets, weights: np.zeros(1))
    descend(submission, support, teacher, [0.0], numbered(30), 4, 0.1, 2, seed)
    order = order_of(teacher.batches)
    for number, samples in enumerate((order[:30], order[30:]), 1):
        check(
            sorted(samples) == list(range(30)),
            f"Epoch {number} does not consist of the 30 samples.",
            returned=samples,
            next_step="Hand all batches of `minibatches` to `gradient`, in each epoch.",
        )


@pytest.mark.task(3)
def test_every_epoch_is_dealt_anew(submission, support, seed):
    """Deals the samples anew for each epoch."""
    teacher = Teacher(lambda inputs, targets, weights: np.zeros(1))
    descend(submission, support, teacher, [0.0], numbered(30), 5, 0.1, 3, seed)
    order = order_of(teacher.batches)
    check(
        order[:30] != order[30:60] != order[60:],
        "Two epochs in a row have the same order.",
        next_step="Call `minibatches` inside the loop over epochs, with the same generator.",
    )


@pytest.mark.task(3)
def test_paths(submission, support, pictures, rng, seed):
    """Follows its batches for 48 steps on a noisy loss, online, with mini-batches and with the full batch."""
    inputs = rng.normal(size=(24, 2)) * np.array([1.0, 0.5])
    targets = inputs @ np.array([1.0, -2.0]) + 0.5 * rng.normal(size=24)

    def slope(x, y, weights):
        return 2 * (x @ weights - y) @ x / len(y)

    found = {}
    for label, batch_size, epochs in (("online", 1, 2), ("mini-batches of 6", 6, 12), ("full batch", 24, 48)):
        teacher = Teacher(slope)
        path = descend(submission, support, teacher, [-1.0, 1.0], (inputs, targets), batch_size, 0.15, epochs, seed)
        check(np.abs(path).max() < 1e9, "The path diverges.", returned=path, next_step=FRESH)
        found[label] = path, teacher
    pictures.paths(
        "paths_to_the_minimum",
        lambda weights: np.mean((weights @ inputs.T - targets) ** 2, axis=1),
        {label: path for label, (path, _) in found.items()},
    )
    for path, teacher in found.values():
        expected = [path[0]]
        for x, y in teacher.batches:
            expected.append(expected[-1] - 0.15 * slope(x, y, expected[-1]))
        assert_close(path, expected, rtol=1e-3, atol=1e-4, next_step=FRESH)
