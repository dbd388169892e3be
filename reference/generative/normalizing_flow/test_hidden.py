"""What `normalizing_flow` must do."""

import numpy as np
import pytest

from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient
from grader.testing import unpack

FORMULA = "y_rest is x_rest times exp(log_scale), plus shift; the conditioner sees the half that is kept, and no other."
PLACES = 'Features stay in their places: with keep="first" the first half is as it was, with "second" the other.'
LOG_DET = "log_det is the sum of a point's log-scales themselves: one number for each point, and nothing is clamped."
BACK = "Take the shift away first, then multiply by exp(-log_scale); the conditioner gets the half that was kept."
CHAIN = "Pass x through one coupling after the other, and add up all log_det."
REVERSE = "The coupling that came last is undone first: go through them in the reverse order."
DENSITY = "log p(x) is log_det, minus half the sum of the squares of z, minus D/2 times log(2π)."
COMPILED = "Use operations of Keras or TensorFlow only, and take no size of the batch for known."
FLOW = "Gradients flow through operations of Keras or TensorFlow, and to weights that belong to the conditioner."
WEIGHTS = "Keep the couplings in an attribute of the model, and the conditioner in one of the layer."
INVERSE = "What `inverse` makes of z has to be x again: look at how your flow is put together."
STRETCH = "log_det says by how much z moves if x does: compare it with differences of z at neighbouring points."
LOSS = "The loss to be minimised is the mean of *minus* log_prob, with log_det in it."
TRAIN = "z is x as it was: train the couplings before you return the flow."
TURNS = "One feature of z is x as it was: let couplings keep the first and the second half in turn."
LEARN = "Train longer, with a learning rate that falls, or give the conditioners more layers."
SPAN, RADIUS, SIGMA = 1.2 * np.pi, 1.5, 0.15


def draw_weights(rng, dims, keep):
    """Arguments of `make_coupling`, for points with so many features."""
    kept = dims // 2 if keep == "first" else dims - dims // 2
    shapes = (kept, 4), 4, (4, 2 * (dims - kept)), 2 * (dims - kept)
    return [keep, *(0.4 * rng.normal(size=shape) for shape in shapes)]


def transform(x, keep, kernel, bias, last_kernel, last_bias):
    """The judge's own coupling, feature by feature: (y, log_det)."""
    middle = x.shape[1] // 2
    kept, rest = (range(middle), range(middle, x.shape[1]))[:: 1 if keep == "first" else -1]
    numbers = np.tanh(x[:, list(kept)] @ kernel + bias) @ last_kernel + last_bias
    y, log_det = x.astype(float), np.zeros(len(x))
    for place, feature in enumerate(rest):
        y[:, feature] = numbers[:, len(rest) + place] + x[:, feature] * np.exp(numbers[:, place])
        log_det += numbers[:, place]
    return y, log_det


def follow(x, couplings):
    """The judge's own chain: (z, log_det, log p)."""
    total = 0.0
    for arguments in couplings:
        x, log_det = transform(x, *arguments)
        total = total + log_det
    return x, total, total - np.log(2 * np.pi) * x.shape[1] / 2 - (x**2).sum(axis=1) / 2


def compare(returned, wanted, what="", steps=(FORMULA, LOG_DET)):
    """Compares what a call returns: the points first, then log_det."""
    y, log_det = unpack(returned, "y", "log_det")
    is_moved = np.shape(y) == wanted[0].shape and np.allclose(np.sort(y), np.sort(wanted[0]), rtol=1e-3, atol=1e-4)
    step = PLACES if is_moved else steps[0]
    assert_close(y, wanted[0], rtol=1e-3, atol=1e-4, name=f"the points{what}", next_step=step)
    assert_shape(log_det, (len(wanted[0]),), name=f"log_det{what}", next_step=LOG_DET)
    assert_close(log_det, wanted[1], rtol=1e-3, atol=1e-4, name=f"log_det{what}", next_step=steps[1])


@pytest.mark.task(1)
@pytest.mark.parametrize("log_scale", [1, 20, -20])
def test_constant(support, log_scale):
    """Multiplies six features by exp(`log_scale`), and adds 0.5."""
    last = np.array([log_scale] * 6 + [0.5] * 6)
    arguments = ["first", np.zeros((6, 1)), np.zeros(1), np.zeros((1, 12)), last]
    x = np.linspace(-1.0, 1.0, 36).reshape(3, 12)
    returned = support.make_coupling(*arguments)(x.astype("float32"))
    compare(returned, transform(x, *arguments))


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (2, 4), (7, 5)])
def test_coupling(support, rng, batch, dims):
    """Transforms `batch` x `dims` numbers, and says by how much it stretches the space."""
    for keep in ("first", "second"):
        arguments, x = draw_weights(rng, dims, keep), rng.normal(size=(batch, dims))
        returned = support.make_coupling(*arguments)(x.astype("float32"))
        compare(returned, transform(x, *arguments), f' with keep="{keep}"')


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (4, 5)])
def test_inverse(support, rng, batch, dims):
    """Finds the `batch` x `dims` numbers that lead to given ones."""
    for keep in ("first", "second"):
        arguments, x = draw_weights(rng, dims, keep), rng.normal(size=(batch, dims))
        y, _ = transform(x, *arguments)
        found = support.make_coupling(*arguments).inverse(y.astype("float32"))
        assert_close(found, x, rtol=1e-3, atol=1e-3, name=f'x with keep="{keep}"', next_step=BACK)


def draw_chain(rng, count, dims):
    """Arguments for couplings that keep one half or the other, whatever the one before kept."""
    return [draw_weights(rng, dims, str(keep)) for keep in rng.permutation(["first", "second"] * count)[:count]]


@pytest.mark.task(3)
@pytest.mark.parametrize(("count", "dims"), [(1, 2), (3, 3)])
def test_chain(support, rng, count, dims):
    """Leads points with D = `dims` there and back, and says how likely they are; number of couplings: `count`."""
    couplings, x = draw_chain(rng, count, dims), rng.normal(size=(6, dims))
    flow, (z, total, log_prob) = support.make_flow(couplings), follow(x, couplings)
    compare(flow(x.astype("float32")), (z, total), " of the flow", (CHAIN, CHAIN))
    found = flow.inverse(z.astype("float32"))
    assert_close(found, x, rtol=1e-3, atol=1e-3, name="x, coming back", next_step=REVERSE)
    density = flow.log_prob(x.astype("float32"))
    assert_close(density, log_prob, rtol=1e-3, atol=1e-3, name="log p(x)", next_step=DENSITY)


@pytest.mark.task(3)
def test_compiled(support, rng):
    """Runs compiled, there and back, with a batch of any size."""
    couplings, arrays = draw_chain(rng, 2, 3), [rng.normal(size=(batch, 3)) for batch in (5, 1)]
    returned = support.run_compiled(support.make_flow(couplings), arrays)
    for x, results in zip(arrays, assert_length(returned, 2), strict=True):
        both, density, back = unpack(results, "(z, log_det)", "log p(x)", "x")
        z, total, log_prob = follow(x, couplings)
        compare(both, (z, total), ", compiled,", (COMPILED, COMPILED))
        assert_close(density, log_prob, rtol=1e-3, atol=1e-3, name="log p(x), compiled,", next_step=COMPILED)
        assert_close(back, x, rtol=1e-3, atol=1e-3, name="x, coming back, compiled,", next_step=COMPILED)


@pytest.mark.task(3)
def test_gradient(support, rng):
    """Passes gradients back to the points and to all weights."""
    couplings, x, upstream = draw_chain(rng, 2, 3), rng.normal(size=(4, 3)), rng.normal(size=4)
    flow = support.make_flow(couplings)
    assert_length(flow.trainable_weights, 8, of="trainable weights", next_step=WEIGHTS)
    found = assert_length(support.gradients(flow, x, upstream), 9, of="gradients")
    check(all(array is not None for array in found), "Through some of them no gradient flows.", next_step=FLOW)
    wanted = numeric_gradient(lambda points: upstream @ follow(points, couplings)[2], x)
    assert_close(found[0], wanted, rtol=1e-3, atol=1e-3, name="the gradient by the points", next_step=FLOW)


class Arc:
    """Points near an arc, turned by an angle that is drawn: a mixture of 150 normal distributions with the mean 0."""

    def __init__(self, rng):
        angles = rng.uniform(0.0, 2 * np.pi) + SPAN * np.linspace(-0.5, 0.5, 150)
        places = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self.places = places - places.mean(axis=0)

    def draw(self, rng, count):
        return self.places[rng.integers(150, size=count)] + SIGMA * rng.normal(size=(count, 2))

    def log_prob(self, points):
        squares = ((points[:, None] - self.places) ** 2).sum(axis=-1) / (2 * SIGMA**2)
        least = squares.min(axis=1)
        return np.log(np.exp(least[:, None] - squares).mean(axis=1)) - least - np.log(2 * np.pi * SIGMA**2)


def measure(flow, points, step=2e-3):
    """What differences of z say of log |det ∂z/∂x| and of log p(x), whatever the flow says; far away z may overflow."""
    axes = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    z, _ = unpack(flow(np.concatenate([points + step * axis for axis in axes]).astype("float32")), "z", "log_det")
    z = np.clip(np.nan_to_num(assert_shape(z, (5 * len(points), 2), name="z").astype(float), nan=1e9), -1e9, 1e9)
    z, *ends = np.split(z, 5)
    (a, c), (b, d) = ((ends[0] - ends[1]) / (2 * step)).T, ((ends[2] - ends[3]) / (2 * step)).T
    log_det = np.log(np.abs(a * d - b * c) + 1e-9)
    return log_det, log_det - (z**2).sum(axis=1) / 2 - np.log(2 * np.pi)


@pytest.mark.task(4)
def test_learns_an_arc(submission, rng, threshold, pictures):
    """Learns the density of points along an arc, with an inverse that leads back to them."""
    arc = Arc(rng)
    flow = submission.train_flow(arc.draw(rng, 2000).astype("float32"))
    assert_callable(flow, "the flow")
    points, anywhere = arc.draw(rng, 1000), rng.uniform(-4.0, 4.0, size=(8000, 2))
    z, log_det = unpack(flow(points.astype("float32")), "z", "log_det")
    size = np.mean(assert_shape(z, (1000, 2), name="z").astype(float) ** 2)
    tag = "pressed" if size < 0.2 else "far away"
    check(0.2 < size < 10, f"The mean of z² is {size:.3g}, and for noise it is 1.", next_step=LOSS, tag=tag)
    back = assert_finite(flow.inverse(z), (1000, 2), name="x, coming back")
    far = np.quantile(np.abs(back - points).max(axis=1), 0.99)
    check(far < 0.02, f"The inverse leads 1 % of the points astray, by {far:.2g} or more.", next_step=INVERSE)
    measured, log_prob = (np.split(values, [1000]) for values in measure(flow, np.concatenate([points, anywhere])))
    off = np.median(np.abs(assert_finite(log_det, (1000,), name="log_det") - measured[0]))
    check(off < 0.1, f"log_det is off by {off:.3g} for half of the points.", next_step=STRETCH)
    # For a flow the integral over the square is at most 1, and this estimate of it has a deviation of about 0.04.
    total = 64 * np.exp(log_prob[1]).mean()
    check(total < 1.3, f"The density by your z adds up to {total:.3g} over the plane, not to 1.", next_step=INVERSE)
    samples = assert_finite(flow.inverse(rng.normal(size=(200, 2)).astype("float32")), (200, 2), name="the samples")
    shown = np.concatenate([points[:200], np.clip(samples, -4, 4)])
    pictures.regions("samples", lambda grid: np.exp(measure(flow, grid)[1]) / 0.4, shown, np.repeat([0, 1], 200))
    kept = sum(np.allclose(z[:, feature], points[:, feature], atol=1e-3) for feature in (0, 1))
    step, tag = [(LEARN, None), (TURNS, "same half"), (TRAIN, "identity")][kept]
    threshold("excess", float(np.mean(arc.log_prob(points) - log_prob[0])), next_step=step, tag=tag)
