"""What `normalizing_flow` must do."""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradients
from grader.testing import unpack

FORMULA = "y_rest is x_rest times exp(log_scale), plus shift; the conditioner sees the half that is kept, and no other."
PLACES = 'Features stay in their places: with keep="first" the first half is as it was, with "second" the other.'
LOG_DET = "log_det is the sum of the log-scales of a point, over its features: one number for each point."
BACK = "Take the shift away first, then multiply by exp(-log_scale); the conditioner gets the half that was kept."
LARGE = "Sum the log-scales themselves: the product of their exponentials becomes infinite or 0. Clamp nothing."
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


def draw_weights(rng, dims, keep):
    """Arguments of `make_coupling`, for points with so many features."""
    kept = dims // 2 if keep == "first" else dims - dims // 2
    shapes = (kept, 4), 4, (4, 2 * (dims - kept)), 2 * (dims - kept)
    return [keep, *(0.4 * rng.normal(size=shape) for shape in shapes)]


def constant(keep, kept, numbers):
    """Arguments for a conditioner that says the same for all points."""
    return [keep, np.zeros((kept, 1)), np.zeros(1), np.zeros((1, len(numbers))), np.array(numbers)]


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


@pytest.mark.task(1)
@pytest.mark.parametrize("keep", ["first", "second"])
def test_by_hand(support, keep):
    """Triples two features and adds 1 and -5, by hand, where the `keep` half is kept."""
    coupling = support.make_coupling(*constant(keep, 2, [np.log(3.0), np.log(3.0), 1.0, -5.0]))
    wanted = [[2.0, -1.0, 13.0, 4.0]] if keep == "first" else [[7.0, -8.0, 4.0, 3.0]]
    returned = coupling(np.array([[2.0, -1.0, 4.0, 3.0]], dtype="float32"))
    y, _ = unpack(returned, "y", "log_det")
    is_moved = np.shape(y) == (1, 4) and np.allclose(np.sort(y), np.sort(wanted), atol=1e-3)
    compare(returned, (np.array(wanted), [2 * np.log(3.0)]), (PLACES if is_moved else FORMULA, LOG_DET))


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (2, 4), (7, 5)])
def test_coupling(support, rng, batch, dims):
    """Transforms `batch` x `dims` numbers, and says by how much it stretches the space."""
    for keep in ("first", "second"):
        arguments, x = draw_weights(rng, dims, keep), rng.normal(size=(batch, dims))
        returned = support.make_coupling(*arguments)(x.astype("float32"))
        compare(returned, transform(x, *arguments), (FORMULA, LOG_DET), f' with keep="{keep}"')


@pytest.mark.task(1)
@pytest.mark.parametrize("log_scale", [20, -20])
def test_large_log_scales(support, log_scale):
    """Works with log-scales of `log_scale`, in six features at once."""
    arguments = constant("first", 6, [log_scale] * 6 + [0.5] * 6)
    x = np.linspace(-1.0, 1.0, 36).reshape(3, 12)
    returned = support.make_coupling(*arguments)(x.astype("float32"))
    compare(returned, transform(x, *arguments), (FORMULA, LARGE))


@pytest.mark.task(2)
@pytest.mark.parametrize("keep", ["first", "second"])
def test_inverse_by_hand(support, keep):
    """Undoes a scale of 4 and a shift of 3, by hand, where the `keep` half is kept."""
    coupling = support.make_coupling(*constant(keep, 1, [np.log(4.0), 3.0]))
    wanted = [[5.0, 2.0], [11.0, 0.0]] if keep == "first" else [[0.5, 11.0], [2.0, 3.0]]
    found = coupling.inverse(np.array([[5.0, 11.0], [11.0, 3.0]], dtype="float32"))
    assert_close(found, wanted, next_step=BACK)


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "dims"), [(1, 2), (2, 4), (7, 5)])
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
    """Leads points with D = `dims` there and back, and says how likely they are; number of couplings: `count`."""
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
    wanted = np.array([0.0, -4.5]) - 1.5 * np.log(2 * np.pi)
    found = flow.log_prob(np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]], dtype="float32"))
    assert_close(found, wanted, name="log p(x)", next_step=DENSITY)


@pytest.mark.task(3)
def test_compiled(support, rng):
    """Runs compiled, there and back, with a batch of any size."""
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
    (coupling,), x, upstream = draw_chain(rng, 1, 3), rng.normal(size=(4, 3)), rng.normal(size=4)
    flow = support.make_flow([coupling, coupling])
    assert_length(flow.trainable_weights, 8, of="trainable weights", next_step=WEIGHTS)
    found = assert_length(support.gradients(flow, x, upstream), 9, of="gradients")
    check(all(array is not None for array in found), "Through some of them no gradient flows.", next_step=FLOW)
    arrays = dict(enumerate([x, *coupling[1:], *coupling[1:]]))
    wanted = numeric_gradients(
        lambda at: upstream @ follow(at[0], [[coupling[0], *(at[k] for k in range(i, i + 4))] for i in (1, 5)])[2], arrays
    )
    assert_arrays(found, list(wanted.values()), of="gradients", rtol=1e-3, atol=1e-3, next_step=FLOW)


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


def measure(flow, points, step=2e-3):
    """What differences of z say of log |det ∂z/∂x| and of log p(x), whatever the flow says."""
    axes = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    z, _ = unpack(flow(np.concatenate([points + step * axis for axis in axes]).astype("float32")), "z", "log_det")
    z, *ends = np.split(assert_finite(z, (5 * len(points), 2), name="z").astype(float), 5)
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
    back = assert_finite(flow.inverse(assert_finite(z, (1000, 2), name="z")), (1000, 2), name="x, coming back")
    far = np.quantile(np.abs(back - points).max(axis=1), 0.99)
    check(far < 0.02, f"The inverse does not lead back: 1 % of the points are off by {far:.2g}.", next_step=INVERSE)
    measured, log_prob = (np.split(values, [1000]) for values in measure(flow, np.concatenate([points, anywhere])))
    off = np.median(np.abs(assert_finite(log_det, (1000,), name="log_det") - measured[0]))
    check(off < 0.1, f"log_det is off by {off:.3g} for half of the points.", next_step=STRETCH)
    # The integral over the square is at most 1 for a flow, and this estimate of it has a deviation of about 0.04.
    total = 64 * np.exp(log_prob[1]).mean()
    check(total < 1.3, f"The density by your z adds up to {total:.3g} over the plane, not to 1.", next_step=INVERSE)
    samples = assert_finite(flow.inverse(rng.normal(size=(200, 2)).astype("float32")), (200, 2), name="the samples")
    shown = np.concatenate([points[:200], np.clip(samples, -4, 4)])
    pictures.regions("samples", lambda grid: np.minimum(np.exp(measure(flow, grid)[1]) / 0.4, 1), shown, np.repeat([0, 1], 200))
    threshold("excess", float(np.mean(arc.log_prob(points) - log_prob[0])), next_step=LEARN)
