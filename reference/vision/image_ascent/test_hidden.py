"""What `image_ascent` must do."""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_between
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

SIGN = "The gradient points to where the activation grows: add it to the image."
SCALE = "Divide the gradient by the root of the mean of its squares, over height, width and channels, plus 1e-8."
FRESH = "Compute the gradient at the current image in every step, clip after every step, and take `steps` steps."
RANGE = "Clip the image to [0, 1] after every step."
WEIGHTS = "Differentiate with respect to the image, and assign nothing to the network."
START = "Another start leads to an image that has nothing to do with it: begin with `start`."


@pytest.fixture
def networks(support, reference_support, rng):
    """Makes one network twice: for the submission, and for the judge, in a process that the submission cannot reach."""

    def make(**options):
        seed = int(rng.integers(10_000))
        return support.make_network(seed, **options), reference_support.make_network(seed, **options)

    return make


def random_start(rng, shape, least=0.4, most=0.6):
    return rng.uniform(least, most, size=shape)


def ascend(reference_support, network, unit, start, steps, step_size):
    """The same ascent, made by the judge with gradients that it trusts."""
    image = np.array(start)
    for _ in range(steps):
        gradient = np.asarray(reference_support.gradient(network, unit, image), dtype=float)
        size = np.linalg.norm(gradient) / np.sqrt(gradient.size) + 1e-8
        image = np.minimum(np.maximum(image + step_size * gradient / size, 0.0), 1.0)
    return image


def check_image(image, shape):
    """The value is an image: of the right shape, finite, and within [0, 1]."""
    image = assert_shape(image, shape, next_step="Return the image alone, without the batch axis.").astype(float)
    return assert_between(assert_finite(image, next_step=SCALE), 0, 1, next_step=RANGE)


def check_ascent(submission, networks, reference_support, rng, unit, start, steps, step_size, atol, next_step):
    """The image is the judge's own; where it is not, the network and another start may tell why."""
    mine, trusted = networks
    image = check_image(submission.image_ascent(mine, unit, start, steps, step_size), start.shape)
    expected = ascend(reference_support, trusted, unit, start, steps, step_size)
    try:
        assert_close(image, expected, atol=atol, next_step=next_step)
    except Mismatch as mismatch:
        changed = how_weights_changed(mine, trusted, image, start)
        if changed:
            mismatch.tag, mismatch.next_step = changed, WEIGHTS
        elif ignores_the_start(submission, mine, unit, start, rng):
            mismatch.tag, mismatch.next_step = "the start is ignored", START
        raise


def how_weights_changed(mine, trusted, image, start):
    """The tag where a network has other weights than its twin, which says whether the image has changed; else None."""
    after, before = mine.get_weights(), trusted.get_weights()
    if isinstance(after, list) and len(after) == len(before):
        pairs = [(assert_shape(now, then.shape), then) for now, then in zip(after, before, strict=True)]
        if all(np.allclose(now, then, rtol=0.0, atol=1e-7) for now, then in pairs):
            return None
    return f"the weights have changed {'instead of' if np.allclose(image, start) else 'with'} the image"


def ignores_the_start(submission, mine, unit, start, rng):
    """Whether two starts that differ much lead, in a tiny step, to images that do not differ in the same way."""
    other = random_start(rng, start.shape, 0.2, 0.8)
    images = [np.asarray(submission.image_ascent(mine, unit, x, 1, 1e-4), dtype=float) for x in (start, other)]
    return np.mean((images[0] - images[1] - (start - other)) ** 2) > 0.25 * np.mean((start - other) ** 2)


@pytest.mark.task(1)
def test_climbs(submission, networks, reference_support, rng):
    """Raises the activation of the unit in one small step."""
    (mine, trusted), start = networks(), random_start(rng, (16, 16, 1))
    image = check_image(submission.image_ascent(mine, 2, start, 1, 0.02), start.shape)
    before, after = (reference_support.activation(trusted, 2, x) for x in (start, image))
    problem = f"One step changed the activation from {before:.4g} to {after:.4g}, and it should have grown."
    check(after > before, problem, next_step=SIGN)


@pytest.mark.task(1)
def test_step_is_as_long_as_asked(submission, support, rng):
    """Moves the image by the step size in the root mean square, however large the gradient is."""
    start = random_start(rng, (10, 14, 3))
    network = support.make_network(int(rng.integers(10_000)), shape=start.shape)
    image = check_image(submission.image_ascent(network, 1, start, 1, 0.01), start.shape)
    assert_close(np.sqrt(np.mean((image - start) ** 2)), 0.01, rtol=1e-3, next_step=SCALE)


@pytest.mark.task(1)
def test_one_step(submission, networks, reference_support, rng):
    """Takes one step along the gradient, for images that are not square and have two channels."""
    pair, start = networks(shape=(9, 5, 2)), random_start(rng, (9, 5, 2))
    check_ascent(submission, pair, reference_support, rng, 3, start, 1, 0.05, 1e-3, f"{SIGN} {SCALE}")


@pytest.mark.task(1)
def test_each_unit(submission, networks, reference_support, rng):
    """Climbs the activation of the unit that is asked for, and of no other."""
    pair, start = networks(units=2), random_start(rng, (16, 16, 1))
    step = "Pick the activation at index `unit`, before you differentiate."
    for unit in range(2):
        check_ascent(submission, pair, reference_support, rng, unit, start, 1, 0.05, 1e-3, step)


@pytest.mark.task(1)
def test_flat(submission, support, rng):
    """Leaves the image alone where the gradient is 0 everywhere."""
    start, network = random_start(rng, (16, 16, 1)), support.make_network(int(rng.integers(10_000)), silent=(1,))
    image = check_image(submission.image_ascent(network, 1, start, 3, 0.1), start.shape)
    assert_close(image, start, next_step="Add 1e-8 to the root mean square, so that 0 is never divided by 0.")


@pytest.mark.task(2)
def test_number_of_steps(submission, networks, reference_support, rng):
    """Takes no step or three steps, as `steps` says."""
    start, pair = random_start(rng, (16, 16, 1)), networks()
    for steps, step in ((0, "With 0 steps the start comes back."), (3, FRESH)):
        check_ascent(submission, pair, reference_support, rng, 0, start, steps, 0.02, 2e-3, step)


@pytest.mark.task(2)
def test_uses_the_gradient_of_each_image(submission, networks, reference_support, rng):
    """Uses the gradient at the current image in every step."""
    start = random_start(rng, (10, 14, 3), 0.45, 0.55)
    check_ascent(submission, networks(shape=start.shape), reference_support, rng, 4, start, 4, 0.04, 3e-3, FRESH)


@pytest.mark.task(2)
def test_stays_within_the_range(submission, support, rng):
    """Returns pixels between 0 and 1, even after large steps."""
    start, network = random_start(rng, (16, 16, 1), 0.0, 1.0), support.make_network(int(rng.integers(10_000)))
    for step_size in (0.2, 20.0):
        check_image(submission.image_ascent(network, 2, start, 2, step_size), start.shape)


@pytest.mark.task(2)
def test_clips_after_every_step(submission, networks, reference_support, rng):
    """Shows the network nothing but images: clips after every step, not only at the end."""
    start = random_start(rng, (9, 5, 2), 0.0, 1.0)
    check_ascent(submission, networks(shape=start.shape), reference_support, rng, 5, start, 4, 0.3, 1e-2, RANGE)


@pytest.mark.task(2)
def test_rise(submission, networks, reference_support, rng, threshold, pictures):
    """Raises the activation about as far as the same ascent made by the judge."""
    mine, trusted = networks()
    images, labels, rises = [], [], []
    for unit in range(2):
        start = random_start(rng, (16, 16, 1))
        end = check_image(submission.image_ascent(mine, unit, start, 5, 0.15), start.shape)
        own = ascend(reference_support, trusted, unit, start, 5, 0.15)
        first, last, best = (reference_support.activation(trusted, unit, image) for image in (start, end, own))
        rises.append((last - first) / (best - first))
        images += [start[..., 0], end[..., 0]]
        labels += [f"unit {unit}: {first:.1f}", f"{last:.1f}"]
    pictures.images("start_and_end", images, columns=2, labels=labels)
    threshold("rise", min(rises))


@pytest.mark.task(3)
def test_weights_stay(submission, networks, rng):
    """Leaves the weights of the network as they are."""
    (mine, trusted), start = networks(), random_start(rng, (16, 16, 1))
    image = check_image(submission.image_ascent(mine, 1, start, 3, 0.05), start.shape)
    changed = how_weights_changed(mine, trusted, image, start)
    check(changed is None, "The weights of the network have changed.", next_step=WEIGHTS, tag=changed)
    distance = np.sqrt(np.mean((image - start) ** 2))
    check(distance < 0.153, f"Three steps of 0.05 have moved the image by {distance:.3g}.", next_step=SCALE)


@pytest.mark.task(3)
def test_network_answers_as_before(submission, networks, reference_support, rng):
    """Gives the same image when asked again, with other units in between."""
    start, pair = random_start(rng, (16, 16, 1)), networks()
    for unit in (2, 0, 2):
        check_ascent(submission, pair, reference_support, rng, unit, start, 2, 0.05, 2e-3, WEIGHTS)


@pytest.mark.task(3)
def test_start_stays(submission, support, shared, rng):
    """Leaves the array `start` as it is."""
    start, network = random_start(rng, (16, 16, 1)), support.make_network(int(rng.integers(10_000)))
    step = "Make a new image in each step; `+=`, `out=` and assignments to `start[...]` change the array itself."
    submission.image_ascent(network, 3, after := shared(start), 2, 0.1)
    assert_close(after, start, name="`start`", next_step=step)
