"""What `capacity` must do.

There are four tasks of four kinds, and the last two need models whose losses are laid down: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import assert_uniform
from grader.testing import check
from grader.testing import unpack

LETTERS = "Return one of the four strings of the docstring, letter by letter."
FIRST = "Look at the training loss first; the gap is a question for models whose training loss is low enough."
LONGER = "Train longer where the training loss is too high and its last mean is below 0.95 times the one before it."
GAP = "Where the training loss is low enough, it may go on falling: what counts is the validation loss minus it, with the sign."
MEANS = "Compare means over the last `window` epochs: neither a single epoch nor the best one shows where a curve is."
EDGE = "A loss that equals the target is low enough, and a difference that equals the gap is small enough."

SIDES = "Return the positions of the training samples first, then those of the validation samples, each sample once."
GROUPS = "Draw groups, not samples: all samples of a group go where the group goes."
NUMBER = "Draw as many different groups as are asked for; the second array has their samples."
EVENLY = "Draw with `seed` from the list of different groups, in which each occurs once, however many samples it has."

TRAIN_ONLY = "Fit to the training data alone: a model that has seen the validation data is not tested by them."
ONCE = "Call `fit` once for each capacity, and measure the model twice; the final model is one more."
MEAN = "The loss is the mean of the squared errors over the samples of a set."
ORDER = "Return the training losses first; entry i of each array belongs to capacity i."

CHOOSE = "Choose by the validation loss alone, as it is in the second array of `losses_by_capacity`."
TIE = "Where two capacities do equally well, take the smaller one: it has less room for noise."
NUMBERS = "NaN is not small: leave it out before you look for the smallest loss."
PLACE = "Return one of the capacities that you were given, and not its place among them."
REFIT = (
    "When the choice is made, fit a new model of that capacity to training and validation data, and return that one."
)
ESTIMATE = "Measure the mean squared error of the final model, the one that you return, on the test data."
SEALED = "Keep the test data sealed until the final model is fitted, and show them to no other model."

TARGET, LARGEST_GAP, NAN, DEGREES = 1.0, 0.5, float("nan"), list(range(1, 13))
CURVES = {  # The verdict, the losses on training and on validation data, the window, and the next step.
    "two high plateaus": ("underfitting", [6, 4, 2, 2, 2, 2], [6, 4, 2.5, 2.5, 2.5, 2.5], 2, FIRST),
    "a high plateau below a large gap": ("underfitting", [6, 4, 2, 2, 2, 2], [4, 4, 4, 4, 4, 4], 2, FIRST),
    "curves that part": ("overfitting", [2, 1, 0.25, 0.25, 0.25, 0.25], [2, 1, 0.375, 1, 1.25, 1.5], 2, GAP),
    "two low plateaus": ("good fit", [2, 1.5, 1, 0.75, 0.75, 0.75], [4, 3, 2, 1.125, 1.125, 1.125], 2, GAP),
    "two high curves on their way down": ("train longer", [4, 3.5, 3, 2.5, 2, 1.5], [4, 3.75, 3, 2.5, 2, 2], 2, LONGER),
    "a low fall below a large gap": ("overfitting", [2, 1, 0.5, 0.25, 0.125, 0], [2, 1, 1, 1.25, 1.5, 2], 2, GAP),
    "a low fall below a small gap": ("good fit", [2, 1, 0.5, 0.25, 0.125, 0], [2, 1, 0.5, 0.25, 0.25, 0.25], 2, GAP),
    "a lower validation loss": ("good fit", [2, 1, 0.75, 0.75, 0.75, 0.75], [2, 1, 0.5, 0.25, 0.125, 0.125], 2, GAP),
    "noise around a small gap": ("good fit", [1, 0.5] + 6 * [0.25], [1, 1, 0.5, 0.5, 0.5, 0.25, 0.5, 1], 4, MEANS),
    "noise around a large gap": ("overfitting", [1, 0.5] + 6 * [0.25], [1, 1, 0.5, 1, 1, 1, 1, 0.625], 4, MEANS),
    "noise on its way down": ("train longer", [4, 2, 2, 2, 1.5, 2.5, 2.5, 0.5], [2] * 8, 4, MEANS),
    "means from 2 to 1.94": ("underfitting", [6, 2.5, 2, 1.5, 2.14, 1.94, 1.74], [2] * 7, 3, LONGER),
    "means from 2 to 1.86": ("train longer", [6, 2.5, 2, 1.5, 2.06, 1.86, 1.66], [2] * 7, 3, LONGER),
    "means from 2 to 2.4": ("underfitting", [6, 2.5, 2, 1.5, 2.6, 2.4, 2.2], [2] * 7, 3, LONGER),
    "a loss and a gap that are just allowed": ("good fit", [2, 1, 1], [2, 2, 1.5], 1, EDGE),
    "a fall to a loss that is just allowed": ("good fit", [2, 1.5, 1], [2, 1.5, 1], 1, EDGE),
    "a gap that is just allowed": ("good fit", [0.25, 0.25], [2, 0.75], 1, EDGE),
}
TEXTBOOK = [3.0, 2.5, 1.5, 2.0, 4.0]
CHOICES = {  # The validation losses, the place of the right one, and the next step.
    "the smallest validation loss": (TEXTBOOK, 2, CHOOSE),
    "the smallest capacity where that does best": ([1.0, 2.0, 3.0, 2.0], 0, CHOOSE),
    "the largest capacity where that does best": ([2.0, 2.0, 3.0, 1.0], 3, CHOOSE),
    "the smallest of three that do equally well": ([2.0, 0.5, 0.5, 0.5], 1, TIE),
    "no first model whose loss is NaN": ([NAN, 0.5, 3.0, 4.0], 1, NUMBERS),
    "no third model whose loss is NaN": ([2.5, 0.5, NAN, 4.0], 1, NUMBERS),
    "no last model whose loss is NaN": ([2.5, 0.5, 3.0, NAN], 1, NUMBERS),
}


class World:
    """Sets of numbered samples, and models whose losses on them are laid down; each wrong way to choose chooses another one.

    The losses hold for models that were fitted to 12 samples, as there are for training. Every other error is 0, so that the
    mean of the squares is not the square of the mean. The last set is one that no submission is given.
    """

    def __init__(self, rng, validation, training=(3.0, 2.0, 1.0, 0.5, 0.25), test=(3.5, 1.25, 2.0, 1.75, 5.0)):
        self.capacities, self.ends = [1, 2, 4, 8, 16, 32][: len(validation)], [12, 18, 26, 36]
        self.losses = [training, validation, test, self.capacities]
        self.inputs = np.stack([np.arange(36.0), rng.integers(-9, 9, size=36)], axis=1)
        self.targets = rng.integers(-40, 40, size=36) / 8
        parts = np.split(np.arange(36), self.ends[:-1])
        *self.sets, self.fresh = ((self.inputs[part], self.targets[part]) for part in parts)
        self.fit, self.seen = Recorder(self.make_model, "fit"), []

    def make_model(self, capacity, inputs, targets):
        inputs, targets = take(2, inputs, targets)
        place, share, number = self.capacities.index(capacity), 12 / len(inputs), len(self.fit.calls) - 1

        def model(inputs):
            samples = take(2, inputs)[0][:, 0].round().astype(int)
            self.seen += [(number, sample) for sample in samples]
            owners = np.searchsorted(self.ends, samples, side="right")
            losses = share * np.array([self.losses[owner][place] for owner in owners])
            return self.targets[samples] + samples % 2 * np.sqrt(2 * losses)

        return model

    def choose(self, submission):
        return choose(submission, self.fit, self.capacities, *self.sets)

    def final(self, capacity):
        """The model that should be returned, and is not noted as a call."""
        return self.make_model(capacity, *(np.concatenate(parts) for parts in zip(*self.sets[:2], strict=True)))


def take(features, inputs, *targets):
    """The arguments of `fit` or of a model as arrays; what is raised here is raised in the submission."""
    inputs, *targets = (np.array(part, dtype=float) for part in (inputs, *targets))
    fits = inputs.shape[1:] == (features,) and all(part.shape == inputs.shape[:1] for part in targets)
    if not fits or not 1 <= len(inputs) <= 1000 or not all(np.isfinite(part).all() for part in (inputs, *targets)):
        raise ValueError(f"expected finite inputs of shape (samples, {features}) and targets of shape (samples,)")
    return inputs, *targets


def measure(submission, fit, capacities, *sets):
    losses = submission.losses_by_capacity(fit, capacities, *sets)
    return assert_shape(losses, (2, len(capacities)), name="the losses", next_step=ORDER)


def choose(submission, fit, capacities, *sets):
    capacity, model, loss = unpack(submission.select(fit, capacities, *sets), "capacity", "model", "test_loss")
    assert_callable(model, "the model", next_step="Return what `fit` has returned.")
    capacity = assert_shape(capacity, (), name="the capacity", next_step=PLACE).item()
    check(capacity in capacities, "That is not one of the capacities.", returned=capacity, next_step=PLACE)
    return int(capacity), model, loss


def assert_fitted(call, sets, next_step):
    """Compares what a model was fitted to, in any order, with these sets."""
    found, expected = np.column_stack(call[1:]), np.concatenate([np.column_stack(data) for data in sets])
    name = f"inputs and targets that a model of capacity {call[0]} was fitted to, sorted"
    found = assert_shape(found[found[:, 0].argsort()], expected.shape, name=name, next_step=next_step)
    assert_close(found, expected, name=name, next_step=next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("verdict", "what"), [(row[0], what) for what, row in CURVES.items()])
def test_diagnose(submission, rng, verdict, what):
    """Says "`verdict`" of `what`."""
    step, found = CURVES[what][-1], {}
    # Others are asked about, too, in any order, so that it is the curves that decide and not the number of the call.
    for each in rng.permutation([what, *rng.choice(list(CURVES), size=2)]).tolist():
        _, training, validation, window, _ = CURVES[each]
        curves = np.array(training, float), np.array(validation, float)
        found[each] = submission.diagnose(*curves, TARGET, LARGEST_GAP, window)
    found = found[what]
    is_verdict = isinstance(found, str) and found in {row[0] for row in CURVES.values()}
    assert_equal(found, verdict, next_step=step if is_verdict else LETTERS)


def deal(submission, groups, count, seed):
    """The positions on both sides, if each sample is on one of them."""
    sides = unpack(submission.split(groups, count, seed), "training", "validation")
    sides = [assert_shape(side, (None,), name="one of the two", next_step=SIDES) for side in sides]
    both, name = np.sort(np.concatenate(sides)), "the positions on both sides, sorted"
    check(len(both) == len(groups), f"Of {len(groups)} samples there are {len(both)}.", returned=sides, next_step=SIDES)
    assert_equal(both, np.arange(len(groups)), kind="integer", name=name, next_step=SIDES)
    return sides


@pytest.mark.task(2)
@pytest.mark.parametrize("count", [1, 4, 10])
def test_holds_back_whole_groups(submission, rng, count):
    """Holds back as many groups as it is told, each as a whole, here `count` of 11 with odd names."""
    names = np.array([-7, 0, 3, 4, 19, 20, 77, 101, 1000, 5000, 10**6])
    groups = rng.permutation(np.repeat(names, [2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3]))
    training, validation = (set(groups[side].tolist()) for side in deal(submission, groups, count, 5))
    torn = sorted(training & validation)
    check(not torn, f"These groups have samples on both sides: {torn}.", next_step=GROUPS)
    check(len(validation) == count, f"{len(validation)} groups are held back, not {count}.", next_step=NUMBER)


@pytest.mark.task(2)
def test_seed_fixes_the_split(submission, rng):
    """Splits in the same way when it is called twice with the same seed, and differently with another."""
    groups = rng.permutation(np.repeat(np.arange(40), 3))
    assert_seeded(lambda seed: np.sort(deal(submission, groups, 20, seed)[1]), int(rng.integers(2**31 - 1)))


@pytest.mark.task(2)
def test_every_group_is_equally_likely(submission):
    """Holds back each group as often as the others, also one of 300 samples, and the first as well as the last."""
    groups = np.repeat(np.arange(8), [2, 2, 2, 300, 2, 2, 2, 2])
    held_back = [np.unique(groups[deal(submission, groups, 3, seed)[1]]) for seed in range(60)]
    assert_uniform(np.bincount(np.concatenate(held_back), minlength=8), next_step=EVENLY)


@pytest.mark.task(3)
def test_fits_to_the_training_data(submission, rng):
    """Fits one model of each capacity, to the training data and nothing else."""
    world = World(rng, TEXTBOOK)
    measure(submission, world.fit, world.capacities, *world.sets[:2])
    for call in world.fit.calls:
        assert_fitted(call, world.sets[:1], TRAIN_ONLY)
    fitted = sorted(int(capacity) for capacity, _, _ in world.fit.calls)
    assert_equal(fitted, world.capacities, name="the capacities of all models, sorted", next_step=ONCE)


@pytest.mark.task(3)
@pytest.mark.parametrize("count", [1, 3, 6])
def test_losses(submission, rng, count):
    """Gives the mean squared error on both sets, here for `count` capacities."""
    training, validation = np.sort(rng.uniform(0.1, 4.0, size=(2, count)))[:, ::-1]
    world = World(rng, validation, training)
    found = measure(submission, world.fit, world.capacities, *world.sets[:2])
    assert_close(found, [training, validation], rtol=1e-3, next_step=MEAN)


def fit_legendre(capacity, inputs, targets):
    """Least squares with Legendre polynomials up to this degree, in float64."""
    inputs, targets = take(1, inputs, targets)
    vandermonde = np.polynomial.legendre.legvander(inputs[:, 0], DEGREES[DEGREES.index(capacity)])
    weights = np.linalg.lstsq(vandermonde, targets, rcond=None)[0]
    return lambda inputs: np.polynomial.legendre.legval(take(1, inputs)[0][:, 0], weights)


def losses_of_polynomials(training, data):
    return [np.mean((fit_legendre(degree, *training)(data[0]) - data[1]) ** 2) for degree in DEGREES]


def wave(inputs):
    return np.sin(5 * inputs[:, 0] + 0.5)


def draw_waves(rng, *sizes):
    """Noisy samples of a wave, spread over [-1, 1], in numbers that are exact in float32."""
    for size in sizes:
        inputs = np.float32(2 * (rng.permutation(size) + rng.random(size)) / size - 1).astype(float)[:, None]
        yield inputs, np.float32(wave(inputs) + 0.3 * rng.normal(size=size)).astype(float)


@pytest.mark.task(3)
def test_losses_of_polynomials(submission, rng, pictures):
    """Measures polynomials of degree 1 to 12 that follow a noisy wave."""
    training, validation = draw_waves(rng, 20, 40)
    found = measure(submission, fit_legendre, DEGREES, training, validation)
    # A polynomial that is too wild for the picture is left out of it.
    curves = {"training": found[0], "validation": np.where(found[1] < 2 * np.max(found[0]), found[1], NAN)}
    labels = {"xlabel": "degree of the polynomial", "ylabel": "mean squared error"}
    pictures.curves("loss_by_capacity", DEGREES, curves, **labels)
    expected = [losses_of_polynomials(training, data) for data in (training, validation)]
    assert_close(found, expected, rtol=1e-3, next_step=MEAN)


@pytest.mark.task(4)
@pytest.mark.parametrize("what", CHOICES)
def test_chooses(submission, rng, what):
    """Chooses `what`."""
    validation, place, step = CHOICES[what]
    world = World(rng, validation)
    capacity, _, _ = world.choose(submission)
    name = f"the choice from {world.capacities} with the validation losses {validation}"
    assert_equal(capacity, world.capacities[place], name=name, next_step=step)


@pytest.mark.task(4)
def test_refits(submission, rng):
    """Fits the final model once, to training and validation data together, with the chosen capacity."""
    world = World(rng, TEXTBOOK)
    capacity, _, _ = world.choose(submission)
    count = len(world.fit.calls)
    step = REFIT if count == 5 else ONCE
    check(count == 6, f"For 5 capacities {count} models were fitted.", expected="6 models", next_step=step)
    final = world.fit.calls[-1]
    assert_fitted(final, world.sets[:2], REFIT)
    assert_equal(int(final[0]), capacity, name="the capacity of the final model", next_step=REFIT)


@pytest.mark.task(4)
def test_returns_the_final_model(submission, rng):
    """Returns the final model, which is asked about samples that nobody has seen."""
    world = World(rng, TEXTBOOK)
    capacity, model, _ = world.choose(submission)
    expected = world.final(capacity)(world.fresh[0])
    assert_close(model(world.fresh[0]), expected, rtol=1e-3, name="the predictions of the model", next_step=REFIT)


@pytest.mark.task(4)
def test_estimates_on_the_test_data(submission, rng):
    """Returns the mean squared error of the final model on the test data."""
    world = World(rng, TEXTBOOK)
    capacity, _, loss = world.choose(submission)
    inputs, targets = world.sets[2]
    expected = np.mean((world.final(capacity)(inputs) - targets) ** 2)
    assert_close(loss, expected, rtol=1e-3, name="the loss on the test data", next_step=ESTIMATE)


@pytest.mark.task(4)
def test_keeps_the_test_data_sealed(submission, rng):
    """Shows the test data to the final model and to no other."""
    world = World(rng, TEXTBOOK)
    world.choose(submission)
    fits = [int(capacity) for capacity, _, _ in world.fit.calls]
    early = sorted({fits[number] for number, sample in world.seen if sample >= 18 and number < len(fits) - 1})
    problem = f"Models that were fitted before the final one saw the test data, those of the capacities {early}."
    check(not early, problem, next_step=SEALED)


@pytest.mark.task(4)
def test_selects_a_polynomial(submission, rng, pictures):
    """Finds the degree of a polynomial for a noisy wave, and fits it to all that it may use."""
    ratio = 0.0
    while ratio < 1.05:  # Draws again until one degree is the best by 5 %, so that rounding cannot change the choice.
        training, validation, test = draw_waves(rng, 20, 40, 200)
        losses = losses_of_polynomials(training, validation)
        best, second = np.argsort(losses)[:2]
        ratio = losses[second] / losses[best]
    degree, model, loss = choose(submission, fit_legendre, DEGREES, training, validation, test)
    x = np.linspace(-1, 1, 301)[:, None]
    few, many = (fit_legendre(degree, *training)(x) for degree in (DEGREES[0], DEGREES[-1]))
    yours = assert_shape(model(x), (301,), name="the predictions of the model")
    curves = {
        "without noise": wave(x),
        "yours": yours,
        "degree 1": few,
        "degree 12": np.where(abs(many) < 3, many, NAN),
    }
    pictures.curves("fits", x[:, 0], curves, xlabel="x", ylabel="y")
    assert_equal(degree, DEGREES[best], name="the degree", next_step=CHOOSE)
    final = fit_legendre(degree, *(np.concatenate(pair) for pair in zip(training, validation, strict=True)))
    assert_close(yours, final(x), rtol=1e-3, atol=1e-3, name="the predictions of the model", next_step=REFIT)
    assert_close(loss, np.mean((final(test[0]) - test[1]) ** 2), rtol=1e-3, name="the test loss", next_step=ESTIMATE)
