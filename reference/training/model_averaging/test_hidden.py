"""What `model_averaging` must do.

There are four tasks of four kinds, two of which train networks: hence more than 200 lines.
"""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

HELD_OUT = 600
SOFTMAX = "First the softmax over the classes of each model, then their mean: no mean of logits, no votes, no product."
STABLE = "Subtract the largest logit of a sample before you exponentiate: the softmax stays the same."
SEED = "Set the random state from `seed` once, before the first member is made."
UNITS = "Compare all that belongs to a unit: its column of W_1, its entry of b_1 and its row of W_2."
BEST = "Choose the permutation whose sum is the largest of all: taking the best partner for one unit may cost another more."
TAKE_ALONG = (
    "A unit takes its column of W_1, its entry of b_1 and its row of W_2 along, so that the outputs stay the same."
)
PLACES = "Unit j of the result is the unit of the network that belongs to unit j of the template; mind the inverse."
ALIGNED = "Bring the units of each network into the order of the first before you average."
MEAN = "Add all up and divide by their number, so that each network has the same share."


def outputs(network, inputs):
    """The logits of a network."""
    hidden_weights, hidden_biases, output_weights, output_biases = network
    return np.maximum(inputs @ hidden_weights + hidden_biases, 0) @ output_weights + output_biases


def probabilities(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def log_loss(network, inputs, labels):
    found = probabilities(outputs(network, inputs).astype(float))
    return -np.mean(np.log(found[np.arange(len(labels)), labels] + 1e-12))


def random_network(rng, features, units, classes):
    shapes = (features, units), (units,), (units, classes), (classes,)
    return [rng.normal(size=shape) for shape in shapes]


def reorder(network, order):
    """The same network with unit order[j] in place j."""
    hidden_weights, hidden_biases, output_weights, output_biases = network
    return [hidden_weights[:, order], hidden_biases[order], output_weights[order], output_biases]


def add_noise(rng, network, scale=0.05):
    return [array + rng.normal(scale=scale, size=array.shape) for array in network]


def check_network(returned, expected_shapes, next_step=None):
    """The value is a network of these shapes, with finite weights."""
    check(
        isinstance(returned, tuple | list) and len(returned) == 4,
        "A network is a list of four arrays.",
        returned=returned,
        next_step="Return [W_1, b_1, W_2, b_2].",
    )
    arrays = [
        assert_shape(array, shape, next_step=next_step) for array, shape in zip(returned, expected_shapes, strict=True)
    ]
    check(all(np.isfinite(array).all() for array in arrays), "Some of the weights are not finite.")
    return [array.astype(float) for array in arrays]


def assert_network(returned, expected, next_step):
    returned = check_network(returned, [np.shape(array) for array in expected], next_step)
    for name, array, wanted in zip(("W_1", "b_1", "W_2", "b_2"), returned, expected, strict=True):
        assert_close(array, wanted, next_step=f"{next_step} (This is {name}.)")


def digits(rng):
    """The digits as rows of 64 numbers between 0 and 1, and their labels, shuffled.

    The pixels are shuffled, too, all rows alike, so that no weights which were trained elsewhere fit.
    """
    data = load_digits()
    order, pixels = rng.permutation(len(data.target)), rng.permutation(64)
    return (data.data[order][:, pixels] / 16).astype("float32"), data.target[order]


def train_members(submission, inputs, labels, members, units, epochs, seed):
    """Asks for an ensemble, and checks its shapes."""
    networks = submission.train_members(inputs, labels, members, units, epochs, seed)
    check(
        isinstance(networks, tuple | list) and len(networks) == members,
        f"That is not a list of {members} networks.",
        returned=networks,
        next_step="Return the weights of one network for each member.",
    )
    return [check_network(network, [(64, units), (units,), (units, 10), (10,)]) for network in networks]


@pytest.mark.task(1)
def test_averages_probabilities(submission):
    """Averages probabilities, not logits and not votes, as one does by hand."""
    logits = np.log([[[1.0, 3.0], [2.0, 3.0]], [[9.0, 1.0], [1.0, 4.0]]])
    assert_close(submission.average_predictions(logits), [[0.575, 0.425], [0.3, 0.7]], next_step=SOFTMAX)


@pytest.mark.task(1)
@pytest.mark.parametrize(("models", "batch", "classes"), [(1, 4, 3), (5, 1, 2), (3, 7, 10)])
def test_any_shape(submission, rng, models, batch, classes):
    """Averages over the models, sample by sample, for logits of shape (`models`, `batch`, `classes`)."""
    logits = rng.normal(scale=3.0, size=(models, batch, classes))
    differences = logits[..., None, :] - logits[..., None]
    expected = sum(1 / np.exp(differences).sum(axis=-1)) / models
    assert_close(submission.average_predictions(logits), expected, next_step=SOFTMAX)


@pytest.mark.task(1)
def test_large_logits(submission):
    """Gives finite probabilities for logits of 1000 and -1000."""
    logits = np.array([[[1000.0, 0.0, -1000.0]], [[-1000.0, -1000.0 - np.log(2), -1000.0]]])
    # The second model says 2/5, 1/5 and 2/5: only differences count. In float32 a logit near 1000 is off by up to 3e-5.
    assert_close(submission.average_predictions(logits), [[0.7, 0.1, 0.2]], next_step=STABLE)


@pytest.mark.task(2)
def test_members_start_apart(submission, seed, rng):
    """Lets each member start from weights of its own."""
    inputs, labels = digits(rng)
    networks = train_members(submission, inputs[:100], labels[:100], 3, 16, 1, seed)
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        # How well each unit of one member matches its closest in the other: about 0.3 after independent starts, 1 for copies.
        correlations = np.corrcoef(networks[one][0].T, networks[other][0].T)[:16, 16:]
        alike = float(correlations.max(axis=1).mean())
        check(
            alike < 0.9,
            "After one epoch the hidden weights of two members are nearly the same.",
            returned=f"members whose units match with a mean correlation of {alike:.2f}",
            expected="a correlation of less than 0.9",
            next_step="Make a new network for each member, and go on drawing random numbers instead of starting again.",
        )


@pytest.mark.task(2)
def test_seed_fixes_the_members(submission, seed, rng):
    """Returns the same members when it is called twice with the same arguments, and different ones with another seed."""
    inputs, labels = digits(rng)
    first, again, other = (
        train_members(submission, inputs[:64], labels[:64], 2, 8, 2, number) for number in (seed, seed, seed + 1)
    )
    for network, same in zip(first, again, strict=True):
        for array, copy in zip(network, same, strict=True):
            assert_close(copy, array, rtol=1e-3, atol=1e-4, next_step=SEED)
    check(not np.allclose(first[0][0], other[0][0]), "Two seeds give the same member.", next_step=SEED)


@pytest.mark.task(2)
def test_members_learn(submission, seed, rng, threshold):
    """Trains members that read at least 80% of the digits that they have not seen."""
    inputs, labels = digits(rng)
    networks = train_members(submission, inputs[:200], labels[:200], 6, 32, 20, seed)
    unseen, names = inputs[200:], labels[200:]
    scores = [np.mean(outputs(network, unseen).argmax(axis=1) == names) for network in networks]
    step = "Each member learns from all samples, for all epochs; try another learning rate if that is done."
    threshold("member_accuracy", np.mean(scores), next_step=step)


@pytest.mark.task(3)
def test_computes_the_same(submission, rng):
    """Computes what the network computed, whatever the template is."""
    inputs = rng.normal(size=(20, 5))
    for units in (1, 4, 30):
        network, template = random_network(rng, 5, units, 3), random_network(rng, 5, units, 3)
        returned = check_network(submission.align(network, template), [array.shape for array in network])
        assert_close(outputs(returned, inputs), outputs(network, inputs), atol=1e-4, next_step=TAKE_ALONG)


@pytest.mark.task(3)
def test_aligns_by_hand(submission):
    """Finds the best permutation of two units as one does by hand."""
    template = [np.eye(2), np.zeros(2), np.zeros((2, 1)), np.zeros(1)]
    network = [np.array([[10.0, 9.0], [9.0, 1.0]]), np.array([0.5, -0.5]), np.array([[5.0], [7.0]]), np.array([3.0])]
    expected = [[[9.0, 10.0], [1.0, 9.0]], [-0.5, 0.5], [[7.0], [5.0]], [3.0]]
    step = f"The sum is 10 + 1 if the units stay and 9 + 9 if they change places. {BEST}"
    assert_network(submission.align(network, template), expected, step)


@pytest.mark.task(3)
def test_long_units_count_more(submission):
    """Measures by the sum of products, in which long units count for more."""
    template = [np.array([[1.0, 8.0], [0.0, 6.0]]), np.zeros(2), np.zeros((2, 1)), np.zeros(1)]
    network = [np.array([[10.0, 4.0], [0.0, 3.0]]), np.zeros(2), np.zeros((2, 1)), np.zeros(1)]
    step = "The sum is 10 + 50 if the units stay and 4 + 80 if they change places: lengths count, not the angle alone."
    assert_network(submission.align(network, template), reorder(network, [1, 0]), step)


@pytest.mark.task(3)
def test_opposite_units(submission):
    """Tells a unit from its opposite."""
    template = [np.array([[1.0, -1.0]]), np.zeros(2), np.array([[2.0], [-2.0]]), np.zeros(1)]
    step = "A product below 0 says that two units are unlike: it counts as it is, without abs or squares."
    assert_network(submission.align(reorder(template, [1, 0]), template), template, step)


@pytest.mark.task(3)
def test_moves_units_to_their_places(submission):
    """Puts each of three units, which have changed places in a cycle, back to where the template has it."""
    template = [np.diag([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3]), np.array([[1.0], [2.0], [3.0]]), np.zeros(1)]
    assert_network(submission.align(reorder(template, [1, 2, 0]), template), template, PLACES)


@pytest.mark.task(3)
def test_compares_all_of_a_unit(submission):
    """Tells units apart that differ only in their incoming weights, their bias or their outgoing weights."""
    ones = np.ones((2, 2))
    for template in [
        [np.array([[1.0, -1.0], [2.0, -2.0]]), np.ones(2), ones, np.zeros(2)],
        [ones, np.array([2.0, -2.0]), ones, np.zeros(2)],
        [ones, np.ones(2), np.array([[1.0, 3.0], [-2.0, 0.0]]), np.zeros(2)],
    ]:
        assert_network(submission.align(reorder(template, [1, 0]), template), template, UNITS)


@pytest.mark.task(3)
@pytest.mark.parametrize("units", [2, 9, 60])
def test_finds_a_permutation(submission, rng, units):
    """Undoes a permutation of `units` units, where the weights have changed a little as well."""
    template = random_network(rng, 6, units, 4)
    changed = add_noise(rng, template)
    returned = submission.align(reorder(changed, rng.permutation(units)), template)
    assert_network(returned, changed, PLACES)


@pytest.mark.task(4)
def test_mean_by_hand(submission):
    """Averages three networks of one unit as one does by hand."""
    networks = [
        [np.array([[float(w)]]), np.array([1.0]), np.array([[2.0 * w]]), np.array([w - 2.0])] for w in (1, 2, 6)
    ]
    assert_network(submission.average_weights(networks), [[[3.0]], [1.0], [[6.0]], [1.0]], MEAN)


@pytest.mark.task(4)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_mean_of_permuted_networks(submission, rng, count):
    """Averages networks whose units are in different orders, and keeps the order of the first; networks: `count`."""
    template = random_network(rng, 7, 12, 4)
    changed = [add_noise(rng, template) for _ in range(count)]
    expected = [sum(arrays) / count for arrays in zip(*changed, strict=True)]
    networks = [changed[0], *(reorder(network, rng.permutation(12)) for network in changed[1:])]
    assert_network(submission.average_weights(networks), expected, ALIGNED)


@pytest.mark.task(4)
def test_aligns_to_the_first(submission):
    """Aligns every network to the first, not to the one before it or to the mean so far."""
    kernels = [[1.0, -1.0], [0.0, 0.0]], [[1.0, -1.0], [5.0, -5.0]], [[-1.0, 1.0], [5.0, -5.0]]
    networks = [[np.array(kernel), np.zeros(2), np.zeros((2, 1)), np.zeros(1)] for kernel in kernels]
    step = (
        "The units of the third network change places: they belong to those of the first, whatever the second is like."
    )
    assert_network(submission.average_weights(networks), networks[0], step)


@pytest.mark.task(4)
def test_average_of_trained_networks(submission, rng, threshold, pictures):
    """Averages four networks that the judge has trained separately into one that has not forgotten what they knew."""
    inputs, labels = digits(rng)
    unseen, names = inputs[:HELD_OUT], labels[:HELD_OUT]
    networks = [train(rng, inputs[HELD_OUT:], labels[HELD_OUT:]) for _ in range(4)]
    shapes = [array.shape for array in networks[0]]
    other = check_network(submission.align(networks[1], networks[0]), shapes)
    shares = np.linspace(0.0, 1.0, 21)
    curves = {
        label: [np.mean(outputs(between(networks[0], end, share), unseen).argmax(axis=1) == names) for share in shares]
        for label, end in (("as they are", networks[1]), ("aligned", other))
    }
    pictures.curves(
        "between_two_networks",
        shares,
        curves,
        xlabel="share of the second network",
        ylabel="accuracy on held-out digits",
    )
    average = check_network(submission.average_weights(networks), shapes)
    mean = np.mean([log_loss(network, unseen, names) for network in networks])
    threshold("loss_of_the_average", log_loss(average, unseen, names) / mean, next_step=ALIGNED)


def between(one, other, share):
    return [(1 - share) * first + share * second for first, second in zip(one, other, strict=True)]


def train(rng, inputs, labels, units=64, epochs=12, rate=3e-3):
    """A network trained by the judge: backpropagation and Adam."""
    network = [
        rng.normal(scale=np.sqrt(2 / 64), size=(64, units)).astype("float32"),
        np.zeros(units, dtype="float32"),
        rng.normal(scale=np.sqrt(1 / units), size=(units, 10)).astype("float32"),
        np.zeros(10, dtype="float32"),
    ]
    moments = [(np.zeros_like(array), np.zeros_like(array)) for array in network]
    step = 0
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(inputs)), len(inputs) // 64):
            hidden = np.maximum(inputs[batch] @ network[0] + network[1], 0)
            delta = probabilities(hidden @ network[2] + network[3])
            delta[np.arange(len(batch)), labels[batch]] -= 1
            delta /= len(batch)
            before = delta @ network[2].T * (hidden > 0)
            gradients = inputs[batch].T @ before, before.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)
            step += 1
            for array, gradient, (first, second) in zip(network, gradients, moments, strict=True):
                first[...] += 0.1 * (gradient - first)
                second[...] += 0.001 * (gradient**2 - second)
                array[...] -= rate * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-7)
    return network
