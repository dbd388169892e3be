"""What `normalizing_flow` must do.

It has a layer, a model and what was learned to judge: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_arrays
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
LOG_DET = "log_det is the sum of the log-scales of a point, over its features: one number for each point."
BACK = "Take the shift away first, then multiply by exp(-log_scale); the conditioner gets the half that was kept."
CHAIN = "Pass x through one coupling after the other, and add up all log_det."
REVERSE = "The coupling that came last is undone first: go through them in the reverse order."
DENSITY = "log p(x) is log_det, minus half the sum of the squares of z, minus D/2 times log(2π)."
COMPILED = "Use operations of Keras or TensorFlow only, and take no size of the batch for known."
FLOW = "Gradients flow through operations of Keras or TensorFlow, and to weights that belong to the conditioner."
WEIGHTS = (
    "Keep the couplings in an attribute of the model, and the conditioner in one of the layer: Keras finds them there."
)
INVERSE = "What `inverse` makes of z has to be x again: look at how your flow is put together."
STRETCH = "log_det says by how much z moves if x does: compare it with differences of z at neighbouring points."
LEARN = "Maximise the mean of log_prob, with couplings that keep the first and the second half in turn."

SPAN, RADIUS, SIGMA = 1.2 * np.pi, 1.5, 0.15


def draw_weights(rng, dims, keep, size=0.4):
    """Arguments of `make_coupling`, for points with so many features."""
    kept = dims // 2 if keep == "first" else dims - dims // 2
    shapes = (kept, 4), 4, (4, 2 * (dims - kept)), 2 * (dims - kept)
    return [keep, *(size * rng.normal(size=shape) for shape in shapes)]


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


def compare(returned, wanted, steps, what=""):
    """Compares what a call returns: the points first, then log_det."""
    y, log_det = unpack(returned, "y", "log_det")
    assert_close(y, wanted[0], rtol=1e-3, atol=1e-4, name=f"the points{what}", next_step=steps[0])
    assert_shape(log_det, (len(wanted[0]),), name=f"log_det{what}", next_step=LOG_DET)
    assert_close(log_det, wanted[1], rtol=1e-3, atol=1e-4, name=f"log_det{what}", next_step=steps[1])


def constant(keep, kept, numbers):
    """Arguments for a conditioner that says the same for all points."""
    return [keep, np.zeros((kept, 1)), np.zeros(1), np.zeros((1, len(numbers))), np.array(numbers)]


@pytest.mark.task(1)
@pytest.mark.parametrize("keep", ["first", "second"])
def test_by_hand(support, keep):
    """Triples two features and adds 1 and -5 where the `keep` half is kept, by hand."""
    coupling = support.make_coupling(*constant(keep, 2, [np.log(3.0), np.log(3.0), 1.0, -5.0]))
    wanted = [[2.0, -1.0, 13.0, 4.0]] if keep == "first" else [[7.0, -8.0, 4.0, 3.0]]
    returned = coupling(np.array([[2.0, -1.0, 4.0, 3.0]], dtype="float32"))
    y, _ = unpack(returned, "y", "log_det")
    other = np.allclose(np.shape(y), (1, 4)) and not np.allclose(np.sort(y), np.sort(wanted), atol=1e-3)
    compare(returned, (np.array(wanted), [2 * np.log(3.0)]), (FORMULA if other else PLACES, LOG_DET))


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (4, 4), (7, 3), (3, 5), (2, 2)])
def test_coupling(support, rng, batch, dims):
    """Transforms `batch` x `dims` numbers, and says by how much it stretches the space."""
    for keep in ("first", "second"):
        arguments, x = draw_weights(rng, dims, keep), rng.normal(size=(batch, dims))
        coupling = support.make_coupling(*arguments)
        returned = coupling(x.astype("float32"))
        compare(returned, transform(x, *arguments), (FORMULA, LOG_DET), f' with keep="{keep}"')


@pytest.mark.task(1)
@pytest.mark.parametrize("log_scale", [20.0, -20.0, 3.0])
def test_large_log_scales(support, log_scale):
    """Works with log-scales of `log_scale`, in six features at once."""
    arguments = constant("first", 6, [log_scale] * 6 + [0.5] * 6)
    x = np.linspace(-1.0, 1.0, 36).reshape(3, 12)
    step = "Sum the log-scales themselves: the product of their exponentials becomes infinite or 0. Clamp nothing."
    returned = support.make_coupling(*arguments)(x.astype("float32"))
    compare(returned, transform(x, *arguments), (FORMULA, step))


@pytest.mark.task(2)
@pytest.mark.parametrize("keep", ["first", "second"])
def test_inverse_by_hand(support, keep):
    """Undoes a scale of 4 and a shift of 3 where the `keep` half is kept, by hand."""
    coupling = support.make_coupling(*constant(keep, 1, [np.log(4.0), 3.0]))
    wanted = [[5.0, 2.0], [11.0, 0.0]] if keep == "first" else [[0.5, 11.0], [2.0, 3.0]]
    found = coupling.inverse(np.array([[5.0, 11.0], [11.0, 3.0]], dtype="float32"))
    assert_close(found, wanted, next_step=BACK)


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (4, 4), (7, 3), (3, 5)])
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
@pytest.mark.parametrize(("count", "dims"), [(1, 2), (2, 3), (5, 4)])
def test_chain(support, rng, count, dims):
    """Leads points of `dims` features through `count` couplings and back, and says how likely they are."""
    couplings, x = draw_chain(rng, count, dims), rng.normal(size=(6, dims))
    flow, (z, total, log_prob) = support.make_flow(couplings), follow(x, couplings)
    compare(flow(x.astype("float32")), (z, total), (CHAIN, CHAIN), " of the flow")
    found = flow.inverse(z.astype("float32"))
    assert_close(found, x, rtol=1e-3, atol=1e-3, name="x, coming back", next_step=REVERSE)
    density = flow.log_prob(x.astype("float32"))
    assert_close(density, log_prob, rtol=1e-3, atol=1e-3, name="log p(x)", next_step=DENSITY)


@pytest.mark.task(3)
def test_standard_normal(support):
    """Gives the standard normal density, if the couplings do nothing."""
    flow = support.make_flow([constant("first", 1, [0.0] * 4), constant("second", 2, [0.0] * 2)])
    x = np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])
    wanted = [-1.5 * np.log(2 * np.pi), -1.5 * np.log(2 * np.pi) - 4.5]
    assert_close(flow.log_prob(x.astype("float32")), wanted, name="log p(x)", next_step=DENSITY)


@pytest.mark.task(3)
def test_compiled(support, rng):
    """Runs compiled, forth and back, for a batch of any size."""
    couplings, arrays = draw_chain(rng, 2, 3), [rng.normal(size=(batch, 3)) for batch in (5, 1)]
    returned = support.run_compiled(support.make_flow(couplings), arrays)
    for x, results in zip(arrays, assert_length(returned, 2), strict=True):
        both, density, back = unpack(results, "(z, log_det)", "log p(x)", "x")
        z, total, log_prob = follow(x, couplings)
        compare(both, (z, total), (COMPILED, COMPILED), ", compiled,")
        assert_close(density, log_prob, rtol=1e-3, atol=1e-3, name="log p(x), compiled,", next_step=COMPILED)
        z, *_ = follow(assert_finite(back, x.shape).astype(float), couplings)
        assert_close(z, x, rtol=1e-3, atol=1e-3, name="where the inverse, compiled, leads back to", next_step=COMPILED)


@pytest.mark.task(3)
def test_gradient(support, rng):
    """Passes gradients back to the points and to all weights."""
    couplings, x, upstream = draw_chain(rng, 2, 3), rng.normal(size=(4, 3)), rng.normal(size=4)
    flow = support.make_flow(couplings)
    assert_close(flow.log_prob(x.astype("float32")), follow(x, couplings)[2], rtol=1e-3, next_step=DENSITY)
    assert_length(flow.trainable_weights, 8, of="trainable weights", next_step=WEIGHTS)
    found = assert_length(support.gradients(flow, x, upstream), 9, of="gradients")
    check(all(array is not None for array in found), "Through some of them no gradient flows.", next_step=FLOW)
    wanted = [numeric_gradient(lambda points: upstream @ follow(points, couplings)[2], x)]
    for number, arguments in enumerate(couplings):
        for place in range(1, 5):

            def loss(value, number=number, place=place):
                changed = [list(arguments) for arguments in couplings]
                changed[number][place] = value
                return upstream @ follow(x, changed)[2]

            wanted.append(numeric_gradient(loss, arguments[place]))
    assert_arrays(found, wanted, of="gradients", rtol=1e-3, atol=1e-3, next_step=FLOW)


class Arc:
    """Points along an arc, turned by an angle that is drawn, with the mean 0."""

    def __init__(self, rng):
        self.middle = rng.uniform(0.0, 2 * np.pi)

    def place(self, angles):
        """Where the arc is."""
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        center = np.sin(SPAN / 2) / (SPAN / 2) * np.array([np.cos(self.middle), np.sin(self.middle)])
        return RADIUS * (circle - center)

    def draw(self, rng, count):
        """Points near it."""
        angles = self.middle + SPAN * rng.uniform(-0.5, 0.5, size=count)
        return self.place(angles) + SIGMA * rng.normal(size=(count, 2))

    def log_prob(self, points):
        """The true log-density: a mean over 300 places of the arc, which are closer to each other than SIGMA."""
        places = self.place(self.middle + SPAN * (np.linspace(-0.5, 0.5, 301)[1:] - 1 / 600))
        squares = ((points[:, None] - places) ** 2).sum(axis=-1) / (2 * SIGMA**2)
        least = squares.min(axis=1)
        return np.log(np.exp(least[:, None] - squares).mean(axis=1)) - least - np.log(2 * np.pi * SIGMA**2)


def stretch(flow, points, step=2e-3):
    """The logarithm of |det ∂z/∂x| by differences of z, whatever the flow says of it."""
    moved = np.concatenate([points + step * np.array(axis) for axis in ([1, 0], [-1, 0], [0, 1], [0, -1])])
    z, _ = unpack(flow(moved.astype("float32")), "z", "log_det")
    right, left, up, down = np.split(assert_finite(z, (len(moved), 2), name="z").astype(float), 4)
    (a, c), (b, d) = ((right - left) / (2 * step)).T, ((up - down) / (2 * step)).T
    return np.log(np.abs(a * d - b * c) + 1e-9)


@pytest.mark.task(4)
def test_learns_an_arc(submission, rng, threshold, pictures):
    """Learns the density of points along an arc, with an inverse that leads back to them."""
    arc = Arc(rng)
    flow = submission.train_flow(arc.draw(rng, 2000).astype("float32"))
    assert_callable(flow, "the flow")
    points = arc.draw(rng, 1000)
    z, log_det = unpack(flow(points.astype("float32")), "z", "log_det")
    z = assert_finite(z, points.shape, name="z").astype(float)
    log_det = assert_finite(log_det, (1000,), name="log_det").astype(float)
    back = assert_finite(flow.inverse(z.astype("float32")), points.shape, name="x, coming back")
    far = np.abs(back - points).max(axis=1)
    check(np.quantile(far, 0.99) < 0.02, "The inverse does not lead back to the points.", next_step=INVERSE)
    measured = stretch(flow, points)
    error = np.median(np.abs(log_det - measured))
    check(error < 0.1, f"log_det is off by {error:.3g} for half of the points.", next_step=STRETCH)

    def density(grid):
        ends, log_dets = unpack(flow(grid.astype("float32")), "z", "log_det")
        values = np.exp(np.asarray(log_dets, dtype=float) - (np.asarray(ends, dtype=float) ** 2).sum(axis=1) / 2)
        return np.clip(np.nan_to_num(values) / np.quantile(values, 0.98), 0.0, 1.0)

    samples = assert_finite(flow.inverse(rng.normal(size=(200, 2)).astype("float32")), (200, 2), name="the samples")
    pictures.regions("samples", density, [*points[:200], *np.clip(samples, -4, 4)], np.repeat([0, 1], 200))
    log_prob = measured - (z**2).sum(axis=1) / 2 - np.log(2 * np.pi)
    threshold("excess", float(np.mean(arc.log_prob(points) - log_prob)), next_step=LEARN)
