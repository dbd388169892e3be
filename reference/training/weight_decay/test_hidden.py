"""What `weight_decay` must do."""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import check
from grader.testing import numeric_gradients

KERNEL = np.array([[1.0, -2.0], [0.0, 3.0]])

SUMS = (
    "The absolute values add up to 6, the squares to 14; multiply these by l1 and l2, without a 1/2, a root or a mean."
)
BIAS_IS_FREE = 'A parameter whose name ends in "bias" has no part in this: leave it out of penalty and decay.'
SLOPE = "The derivative of l2 w² is 2 l2 w, and that of l1 |w| is l1 times the sign of w, whatever the size of w."
BEFORE = "The penalty is a part of the loss: add its gradient to that of the loss, and hand the sum to `direction`."
AROUND = "Hand `direction` the gradients as they are; the decay is taken off the weights outside of it."
DECAY = "Take off learning_rate * decay * w, with the w before the step, and without a factor 2."


def make_optimizer(rule=lambda gradient: gradient):
    """An optimizer that turns each gradient into a direction by a rule, and remembers what it was asked."""
    return Recorder(lambda gradients: {name: rule(np.array(g, float)) for name, g in gradients.items()}, "direction")


class Adam:
    """The rule of Adam for a single parameter: both moments, with their bias corrected."""

    def __init__(self):
        self.mean, self.square, self.steps = 0.0, 0.0, 0

    def __call__(self, gradient):
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient**2
        self.steps += 1
        return self.mean / (1 - 0.9**self.steps) / (np.sqrt(self.square / (1 - 0.999**self.steps)) + 1e-8)


def random_network(rng):
    """Kernels of two kinds of layers, biases among them, with no weight near 0."""
    shapes = {"first_kernel": (3, 3, 2, 4), "first_bias": (4,), "last_kernel": (4, 3), "last_bias": (3,)}
    return {name: rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape) for name, shape in shapes.items()}


def penalty_of(parameters, l1, l2):
    flat = np.concatenate([np.ravel(array) for name, array in parameters.items() if name.endswith("kernel")])
    return l1 * np.linalg.norm(flat, 1) + l2 * flat @ flat


def check_asked(optimizer, expected, next_step):
    """The optimizer was asked once, for these gradients."""
    check(
        len(optimizer.calls) == 1,
        f"In one step `direction` was called {len(optimizer.calls)} times.",
        next_step="Call `direction` once for each step, with the gradients of all parameters.",
    )
    assert_arrays(optimizer.calls[0][0], expected, next_step=next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("l1", "l2"), [(0.5, 0.0), (0.0, 0.25), (1.0, 1.0)])
def test_penalty_by_hand(submission, l1, l2):
    """Adds up l1 |w| + l2 w² for four weights, with l1 = `l1` and l2 = `l2`."""
    assert_close(submission.penalty({"kernel": KERNEL}, l1, l2), 6 * l1 + 14 * l2, next_step=SUMS)


@pytest.mark.task(1)
def test_biases_cost_nothing(submission):
    """Leaves the biases out of the penalty, also where there is nothing else."""
    bias = np.array([5.0, -7.0])
    penalty = submission.penalty({"unbiased_kernel": KERNEL, "bias": bias, "output_bias": bias}, 0.5, 0.25)
    assert_close(penalty, 6.5, next_step=BIAS_IS_FREE)
    assert_close(submission.penalty({"bias": bias}, 0.5, 0.25), 0.0, next_step=BIAS_IS_FREE)


@pytest.mark.task(1)
def test_penalty_of_a_network(submission, rng):
    """Adds up the penalties of all kernels, whatever their shapes."""
    parameters, step = random_network(rng), "Sum over all entries of an array, and over all arrays."
    assert_close(submission.penalty(parameters, 0.3, 0.07), penalty_of(parameters, 0.3, 0.07), next_step=step)


@pytest.mark.task(2)
def test_gradient_by_hand(submission):
    """Differentiates both parts of the penalty for four weights."""
    parameters = {"kernel": np.array([[1.0, -2.0], [0.5, 3.0]])}
    l1_part, l2_part = [[0.5, -0.5], [0.5, 0.5]], [[0.5, -1.0], [0.25, 1.5]]
    assert_arrays(submission.penalty_gradient(parameters, 0.0, 0.25), {"kernel": l2_part}, next_step=SLOPE)
    assert_arrays(submission.penalty_gradient(parameters, 0.5, 0.0), {"kernel": l1_part}, next_step=SLOPE)


@pytest.mark.task(2)
def test_gradient_at_zero(submission):
    """Leaves alone a weight that is 0 already."""
    returned = submission.penalty_gradient({"kernel": KERNEL}, 0.5, 0.125)
    step = "At w = 0 the gradient of |w| is taken as 0: neither side is steeper."
    assert_arrays(returned, {"kernel": [[0.75, -1.0], [0.0, 1.25]]}, next_step=step)


@pytest.mark.task(2)
def test_gradient_of_biases(submission):
    """Has zeros for the biases."""
    parameters = {"bias": np.array([5.0, -7.0]), "unbiased_kernel": np.array([2.0])}
    expected = {"bias": [0.0, 0.0], "unbiased_kernel": [1.5]}
    assert_arrays(submission.penalty_gradient(parameters, 0.5, 0.25), expected, next_step=BIAS_IS_FREE)


@pytest.mark.task(2)
def test_gradient_of_a_network(submission, rng):
    """Is the gradient of the penalty, for kernels of any shapes."""
    parameters = random_network(rng)
    expected = numeric_gradients(lambda point: penalty_of(point, 0.3, 0.07), parameters)
    assert_arrays(submission.penalty_gradient(parameters, 0.3, 0.07), expected, next_step=SLOPE)


@pytest.mark.task(3)
def test_penalised_step_by_hand(submission):
    """Takes a step of gradient descent on loss and penalty."""
    parameters = {"kernel": np.array([10.0]), "bias": np.array([3.0])}
    gradients = {"kernel": np.array([20.0]), "bias": np.array([-4.0])}
    returned = submission.step_with_penalty(parameters, gradients, make_optimizer(), 0.5, 1.0, 0.25)
    step = "The gradient of the loss is 20, that of the penalty 1 + 0.5 * 10; go against their sum: 10 - 0.5 * 26."
    assert_arrays(returned, {"kernel": [-3.0], "bias": [5.0]}, next_step=step)


@pytest.mark.task(3)
def test_penalty_goes_through_the_optimizer(submission, rng):
    """Hands the optimizer the gradient of loss and penalty together, once."""
    parameters, gradients, optimizer = random_network(rng), random_network(rng), make_optimizer(np.sign)
    returned = submission.step_with_penalty(parameters, gradients, optimizer, 0.1, 0.3, 0.07)
    slopes = {name: 0.3 * np.sign(w) + 0.14 * w for name, w in parameters.items()}
    total = {name: g + slopes[name] * name.endswith("kernel") for name, g in gradients.items()}
    check_asked(optimizer, total, BEFORE)
    expected = {name: w - 0.1 * np.sign(total[name]) for name, w in parameters.items()}
    assert_arrays(returned, expected, next_step="Step against what `direction` returns, and nothing else.")


@pytest.mark.task(3)
@pytest.mark.parametrize(("learning_rate", "decay", "end"), [(0.4, 0.25, [1]), (0.5, 0.0, [0]), (1.0, 1.0, [-20])])
def test_decayed_step_by_hand(submission, learning_rate, decay, end):
    """Takes a step of gradient descent with a learning rate of `learning_rate` and a decay of `decay`."""
    parameters, gradients = {"kernel": np.array([10.0])}, {"kernel": np.array([20.0])}
    returned = submission.step_with_decay(parameters, gradients, make_optimizer(), learning_rate, decay)
    assert_arrays(returned, {"kernel": end}, next_step=DECAY)


@pytest.mark.task(3)
def test_biases_do_not_decay(submission):
    """Moves the biases by the optimizer's direction alone."""
    parameters = {"kernel": np.ones((2, 1)), "bias": np.ones(1)}
    gradients = {"kernel": np.zeros((2, 1)), "bias": np.full(1, 0.5)}
    returned = submission.step_with_decay(parameters, gradients, make_optimizer(), 0.1, 0.2)
    assert_arrays(returned, {"kernel": [[0.98], [0.98]], "bias": [0.95]}, next_step=BIAS_IS_FREE)


@pytest.mark.task(3)
def test_decay_goes_around_the_optimizer(submission, rng):
    """Keeps the decay out of what the optimizer sees."""
    parameters, gradients, optimizer = random_network(rng), random_network(rng), make_optimizer(np.sign)
    returned = submission.step_with_decay(parameters, gradients, optimizer, 0.1, 0.4)
    check_asked(optimizer, gradients, AROUND)
    shares = {name: 0.96 if name.endswith("kernel") else 1.0 for name in parameters}
    expected = {name: shares[name] * w - 0.1 * np.sign(gradients[name]) for name, w in parameters.items()}
    assert_arrays(returned, expected, next_step=DECAY)


@pytest.mark.task(3)
def test_both_ways_agree_for_gradient_descent(submission, rng):
    """Agrees with an L2 penalty of half the decay where the optimizer is gradient descent."""
    parameters, gradients = random_network(rng), random_network(rng)
    expected = {name: w - 0.1 * (gradients[name] + 0.5 * w * name.endswith("kernel")) for name, w in parameters.items()}
    decayed = submission.step_with_decay(parameters, gradients, make_optimizer(), 0.1, 0.5)
    assert_arrays(decayed, expected, next_step=DECAY)
    penalised = submission.step_with_penalty(parameters, gradients, make_optimizer(), 0.1, 0.0, 0.25)
    assert_arrays(penalised, expected, next_step=SLOPE)


@pytest.mark.task(3)
def test_both_ways_differ_for_adam(submission, pictures):
    """Shrinks all weights alike by decay, and those with large gradients hardly at all by an L2 penalty, under Adam."""
    found = {}
    for way, strength in (("penalty", (0.0, 0.25)), ("decay", (0.5,))):
        step = submission.step_with_penalty if way == "penalty" else submission.step_with_decay
        optimizer, path, rule, expected = make_optimizer(Adam()), [np.ones(2)], Adam(), [np.ones(2)]
        for sign in [1.0, -1.0, -1.0, 1.0] * 10:
            w, g = expected[-1], sign * np.array([10.0, 0.1])
            parameters = step({"kernel": path[-1]}, {"kernel": g}, optimizer, 0.05, *strength)
            assert_arrays(parameters, {"kernel": path[-1]}, atol=1.0)
            path.append(np.array(parameters["kernel"], dtype=float))
            expected.append(w - 0.05 * (rule(g + 0.5 * w) if way == "penalty" else rule(g) + 0.5 * w))
        found[way] = np.array(path), expected
    columns = {"large gradients": 0, "small gradients": 1}
    curves = {f"{way}, {label}": found[way][0][:, column] for way in found for label, column in columns.items()}
    pictures.curves("two_weights_under_adam", np.arange(41), curves, xlabel="step", ylabel="weight")
    for way, (path, expected) in found.items():
        assert_close(path, expected, rtol=1e-3, atol=1e-4, next_step=BEFORE if way == "penalty" else AROUND)
