"""What `gan_losses` must do.

Two losses are judged by their values, compiled and differentiated, and two steps by every weight of two networks: hence
more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

REAL = "Write -log D for the real data and -log(1 - D) for the fakes, each with a mean of its own, and add the two."
FAKE = "Which logarithm is asked for, and with which sign? The loss falls as the fakes are called real."
LOGITS = "Work with the logits: -log D is softplus(-s), -log(1 - D) is softplus(s), and no probability is computed."
SCALAR = "Take the mean over the batch: one number is left."
COMPILED = "Use operations of Keras or TensorFlow only, and no number that is known in advance, such as a batch size."
GRADIENT = "Use operations of Keras or TensorFlow from the logits to the loss, and stop no gradient."
LEARNS = "Take the gradient for the trainable variables of the network that learns, and let `optimizer` apply it, once."
FROZEN = "Give the optimizer the variables of the network that learns and no others, and call the other with `training=False`."
MOVING = "Call the network that learns with `training=True`: once for each batch, the real data before the fakes."
RETURN = "Return the loss that was differentiated, without computing it again after the step."
TRACES = "A step leaves everything trainable as it was: if you change `trainable`, put each layer's value back."
TURNS = (
    "Look at what one step leaves behind for the next: in the networks, in the optimizer, in a variable of the module."
)
NAMES = [
    "first kernel",
    "first bias",
    "gamma",
    "beta",
    "moving mean",
    "moving variance",
    "second kernel",
    "second bias",
]
MEAN, VARIANCE = 4, 5
TRAINABLE = [0, 1, 2, 3, 6, 7]
FIXED = {None: (), 0: (0, 1), 3: (6, 7)}  # The weights of a layer that is not trainable.
RATE = 0.5
LOSSES = {
    "discriminator_loss": (1, "discriminator_loss", 2, (), REAL),
    "generator_loss": (2, "generator_loss", 1, (), FAKE),
    "generator_loss, saturating": (2, "generator_loss", 1, (True,), FAKE),
}
CALLS = [pytest.param(what, marks=pytest.mark.task(task)) for what, (task, *_) in LOSSES.items()]
EXTREMES = [
    pytest.param(logit, what, marks=call.marks) for logit in (-1e3, 1e3) for call in CALLS for (what,) in [call.values]
]


def softplus(values):
    return np.logaddexp(0, values)


def discriminator_loss(real, fake):
    return np.sum(softplus(-np.array(real))) / np.size(real) + np.sum(softplus(np.array(fake))) / np.size(fake)


def generator_loss(fake, saturating=False):
    losses = -softplus(np.array(fake)) if saturating else softplus(-np.array(fake))
    return np.sum(losses) / np.size(fake)


EXPECTED = {"discriminator_loss": discriminator_loss, "generator_loss": generator_loss}


def run(network, inputs, training):
    """What a network of support.py returns, and the same network with the moving averages after that."""
    kernel, bias, gamma, beta, mean, variance, second, last = network
    hidden = inputs @ kernel + bias
    if training:
        mean, variance = hidden.mean(axis=0), hidden.var(axis=0)
    outputs = np.tanh(gamma * (hidden - mean) / np.sqrt(variance + 0.01) + beta) @ second + last
    if not training:
        return outputs, network
    moved = (network[MEAN] + mean) / 2, (network[VARIANCE] + variance) / 2
    return outputs, [*network[:MEAN], *moved, *network[VARIANCE + 1 :]]


def descend(network, loss, after, fixed=None):
    """One step down the gradient of a loss, by differences, with the moving averages of `after`."""
    moved = list(after)
    for index in TRAINABLE:
        if index not in FIXED[fixed]:
            gradient = numeric_gradient(
                lambda value, i=index: loss([*network[:i], value, *network[i + 1 :]]), network[index]
            )
            moved[index] = network[index] - RATE * gradient
    return moved


def learn_to_tell(generator, discriminator, real, noise, fixed=None):
    """The loss of the discriminator, and the discriminator after its step."""
    fakes = run(generator, noise, training=False)[0]
    first, after = run(discriminator, real, training=True)
    second, after = run(after, fakes, training=True)

    def loss(network):
        return discriminator_loss(run(network, real, training=True)[0], run(network, fakes, training=True)[0])

    return discriminator_loss(first, second), descend(discriminator, loss, after, fixed)


def learn_to_fake(generator, discriminator, noise, saturating=False, fixed=None):
    """The loss of the generator, and the generator after its step."""

    def loss(network):
        return generator_loss(run(discriminator, run(network, noise, True)[0], False)[0], saturating)

    return loss(generator), descend(generator, loss, run(generator, noise, training=True)[1], fixed)


def draw_network(rng, inputs, outputs, hidden=3):
    """Random weights for a network of support.py, rounded to float32."""
    shapes = [(inputs, hidden), *[(hidden,)] * 5, (hidden, outputs), (outputs,)]
    weights = [rng.normal(size=shape) for shape in shapes]
    weights[2], weights[VARIANCE] = 1 + weights[2] / 4, 0.5 + rng.random(hidden)
    return [np.float32(weight).astype(float) for weight in weights]


def draw(rng, rows, fakes):
    """Weights of generator and discriminator, real data and noise: noise has 3 columns, data have 2."""
    return draw_network(rng, 3, 2), draw_network(rng, 2, 1), 1 + rng.normal(size=(rows, 2)), rng.normal(size=(fakes, 3))


def check_network(support, network, before, expected, who):
    """Compares all weights of a network: those that gradients change, then the moving averages."""
    found = support.weights(network)
    names = [f"the {name} of the {who}" for name in NAMES]
    learned = expected is not before
    if learned and all(np.allclose(found[i], before[i], atol=1e-7) for i in TRAINABLE):
        check(False, f"The step has changed no weight of the {who}, which should have learned.", next_step=LEARNS)
    for index in [*TRAINABLE, MEAN, VARIANCE]:
        step = (MOVING if index in (MEAN, VARIANCE) else LEARNS) if learned else FROZEN
        assert_close(found[index], expected[index], atol=3e-5 if learned else 1e-6, name=names[index], next_step=step)


def check_discriminator_step(submission, support, rng, rows, fakes, fixed=None):
    generator, discriminator, real, noise = draw(rng, rows, fakes)
    networks = support.make_network(generator, fixed), support.make_network(discriminator, fixed)
    loss, expected = learn_to_tell(generator, discriminator, real, noise, fixed)
    returned = submission.discriminator_step(
        *networks, support.make_optimizer(RATE), np.float32(real), np.float32(noise)
    )
    check_network(support, networks[1], discriminator, expected, "discriminator")
    check_network(support, networks[0], generator, generator, "generator")
    assert_close(assert_shape(returned, (), name="the loss", next_step=RETURN), loss, name="the loss", next_step=RETURN)
    return networks


def check_generator_step(submission, support, rng, fakes, saturating, fixed=None):
    generator, discriminator, _, noise = draw(rng, 1, fakes)
    networks = support.make_network(generator, fixed), support.make_network(discriminator, fixed)
    loss, expected = learn_to_fake(generator, discriminator, noise, saturating, fixed)
    setting = [saturating] if saturating else []  # False is what holds if nothing is said.
    returned = submission.generator_step(*networks, support.make_optimizer(RATE), np.float32(noise), *setting)
    check_network(support, networks[0], generator, expected, "generator")
    check_network(support, networks[1], discriminator, discriminator, "discriminator")
    assert_close(assert_shape(returned, (), name="the loss", next_step=RETURN), loss, name="the loss", next_step=RETURN)
    return networks


@pytest.mark.task(1)
def test_discriminator_by_hand(submission):
    """Computes the discriminator's loss for one real datum and one fake, whether it is right, wrong or unsure."""
    for real, fake, expected in (
        [0.0, 0.0, 1.386294],
        [2.0, -3.0, 0.175515],
        [-2.0, 3.0, 5.175515],
        [1.0, 1.0, 1.626523],
    ):
        returned = submission.discriminator_loss(np.float32([[real]]), np.float32([[fake]]))
        assert_close(assert_shape(returned, (), next_step=SCALAR), expected, next_step=REAL)


@pytest.mark.task(1)
@pytest.mark.parametrize(("real", "fake"), [((4, 1), (4, 1)), ((2, 1), (7, 1)), ((5,), (1,))])
def test_discriminator(submission, rng, real, fake):
    """Adds the mean over logits of shape `real` and the mean over fake ones of shape `fake`."""
    logits = np.float32(3 * rng.normal(size=real)), np.float32(3 * rng.normal(size=fake))
    returned = assert_shape(submission.discriminator_loss(*logits), (), next_step=SCALAR)
    assert_close(returned, discriminator_loss(*logits), next_step=REAL)


@pytest.mark.task(2)
def test_generator_by_hand(submission):
    """Computes both losses of the generator for a single fake."""
    for logit, usual, saturating in (
        [0.0, 0.693147, -0.693147],
        [-3.0, 3.048587, -0.048587],
        [2.0, 0.126928, -2.126928],
    ):
        logits = np.float32([[logit]])
        returned = assert_shape(submission.generator_loss(logits), (), next_step=SCALAR)
        assert_close(returned, usual, name="the usual loss", next_step=FAKE)
        returned = assert_shape(submission.generator_loss(logits, True), (), next_step=SCALAR)
        assert_close(returned, saturating, name="the saturating loss", next_step=FAKE)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", [(6, 1), (5,)])
@pytest.mark.parametrize("saturating", [False, True])
def test_generator(submission, rng, saturating, shape):
    """Takes the mean over fakes, from logits of shape `shape`, with saturating=`saturating`."""
    logits = np.float32(3 * rng.normal(size=shape))
    returned = assert_shape(submission.generator_loss(logits, saturating=saturating), (), next_step=SCALAR)
    assert_close(returned, generator_loss(logits, saturating), next_step=FAKE)


@pytest.mark.parametrize(("logit", "what"), EXTREMES)
def test_large_logits(submission, support, logit, what):
    """Stays finite and exact, with its gradient, where logits are `logit`, and where they are a 25th of that: `what`."""
    _, name, count, settings, _ = LOSSES[what]
    for size in (logit / 25, logit):
        logits = [np.float32([[sign * size]]) for sign in (1, -1)[:count]]
        for arrays in (logits, [np.float32([[size], [0.5]])] * count):
            returned = assert_finite(getattr(submission, name)(*arrays, *settings), (), next_step=LOGITS)
            assert_close(returned, EXPECTED[name](*arrays, *settings), next_step=LOGITS)
        check_gradients(support, what, logits)


def check_gradients(support, what, arrays):
    """Compares the gradients with differences of the judge's own loss."""
    _, name, count, settings, _ = LOSSES[what]
    found = support.gradients(name, arrays, *settings)
    for index in range(count):
        who = "the gradient of the " + (["real logits", "fake logits"] if count == 2 else ["fake logits"])[index]
        check(found[index] is not None, f"There is no gradient: {who}.", next_step=GRADIENT)

        def loss(value, index=index):
            return EXPECTED[name](*arrays[:index], value, *arrays[index + 1 :], *settings)

        value = assert_finite(found[index], arrays[index].shape, name=who, next_step=LOGITS)
        assert_close(value, numeric_gradient(loss, arrays[index]), name=who, next_step=LOGITS)


@pytest.mark.parametrize("what", CALLS)
def test_compiled_and_differentiated(submission, support, rng, what):
    """Compiles `what`, with batches of any size, and lets gradients pass to the logits."""
    _, name, count, settings, step = LOSSES[what]
    arrays = [np.float32(rng.normal(size=(size, 1))) for size in (5, 2)[:count]]
    assert_close(getattr(submission, name)(*arrays, *settings), EXPECTED[name](*arrays, *settings), next_step=step)
    check_gradients(support, what, arrays)
    problem = support.why_it_cannot_compile(name, count, *settings)
    check(problem is None, f"`{name}` cannot be compiled, for batches of any size. {problem}", next_step=COMPILED)
    compiled = support.compiled(name, count, *settings)
    for size in (3, 1):
        arrays = [np.float32(rng.normal(size=(size + more, 1))) for more in range(count)]
        assert_close(compiled(arrays), EXPECTED[name](*arrays, *settings), next_step=COMPILED)


@pytest.mark.task(3)
@pytest.mark.parametrize(("rows", "fakes"), [(2, 5)])
def test_discriminator_step(submission, support, rng, rows, fakes):
    """Changes the discriminator by one step of SGD, and nothing else, with `rows` real rows and `fakes` rows of noise."""
    check_discriminator_step(submission, support, rng, rows, fakes)


@pytest.mark.task(3)
def test_discriminator_with_a_frozen_layer(submission, support, rng):
    """Leaves alone layers that are not trainable, and leaves trainable what is."""
    check_trainable(support, check_discriminator_step(submission, support, rng, 4, 3, fixed=0))


def check_trainable(support, networks):
    for network, who in zip(networks, ("generator", "discriminator"), strict=True):
        name = f"the number of trainable weights of the {who} after the step"
        assert_equal(support.trainable(network), 4, name=name, next_step=TRACES)


@pytest.mark.task(3)
def test_discriminator_learns_when_compiled(submission, support, rng):
    """Learns in steps that are compiled once for batches of any size."""
    check_compiled(submission, support, rng, "discriminator")


@pytest.mark.task(4)
@pytest.mark.parametrize(("fakes", "saturating"), [(5, False), (2, True)])
def test_generator_step(submission, support, rng, fakes, saturating):
    """Changes the generator by one step of SGD, and nothing else, with `fakes` rows and saturating=`saturating`."""
    check_generator_step(submission, support, rng, fakes, saturating)


@pytest.mark.task(4)
def test_generator_with_a_frozen_layer(submission, support, rng):
    """Leaves alone layers that are not trainable, and leaves trainable what is."""
    check_trainable(support, check_generator_step(submission, support, rng, 4, False, fixed=3))


@pytest.mark.task(4)
def test_taking_turns(submission, support, rng):
    """Takes two steps of each network in turn, each with an optimizer that has a momentum of its own."""
    generator, discriminator, real, noise = draw(rng, 5, 4)
    networks = support.make_network(generator), support.make_network(discriminator)
    optimizers = support.make_optimizer(RATE, 0.9), support.make_optimizer(RATE, 0.9)
    velocities = [[np.zeros_like(weight) for weight in network] for network in (generator, discriminator)]
    for number in range(2):
        data, first, second = np.float32(real), np.float32(noise + number), np.float32(noise - number)
        submission.discriminator_step(*networks, optimizers[0], data, first)
        moved = learn_to_tell(generator, discriminator, real, noise + number)[1]
        discriminator, velocities[1] = coast(discriminator, moved, velocities[1])
        check_turn(support, networks, (generator, discriminator), f" after step {number + 1} of the discriminator")
        submission.generator_step(*networks, optimizers[1], second)
        moved = learn_to_fake(generator, discriminator, noise - number)[1]
        generator, velocities[0] = coast(generator, moved, velocities[0])
        check_turn(support, networks, (generator, discriminator), f" after step {number + 1} of the generator")


def coast(network, moved, velocities):
    """What becomes of a plain step with a momentum of 0.9; the moving averages are as they are."""
    velocities = [0.9 * v + new - old for v, new, old in zip(velocities, moved, network, strict=True)]
    coasted = [old + v for old, v in zip(network, velocities, strict=True)]
    coasted[MEAN : VARIANCE + 1] = moved[MEAN : VARIANCE + 1]
    return coasted, velocities


def check_turn(support, networks, expected, when):
    for network, weights, who in zip(networks, expected, ("generator", "discriminator"), strict=True):
        names = [f"the {name} of the {who}{when}" for name in NAMES]
        assert_arrays(
            support.weights(network), weights, of="weights", names=names, rtol=1e-3, atol=2e-4, next_step=TURNS
        )


@pytest.mark.task(4)
def test_generator_learns_when_compiled(submission, support, rng):
    """Learns in steps that are compiled once for batches of any size."""
    check_compiled(submission, support, rng, "generator")


def check_compiled(submission, support, rng, who):
    """Trains one network with batches of 4, 4 and 2 rows."""
    generator, discriminator, real, noise = draw(rng, 10, 10)
    networks = support.make_network(generator), support.make_network(discriminator)
    support.train(*networks, real, noise, who, RATE, 4)
    for rows in (slice(0, 4), slice(4, 8), slice(8, 10)):
        if who == "generator":
            generator = learn_to_fake(generator, discriminator, noise[rows])[1]
        else:
            discriminator = learn_to_tell(generator, discriminator, real[rows], noise[rows])[1]
    check_turn(support, networks, (generator, discriminator), " after compiled steps")
