"""What `capacity` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check

VERDICTS = ("train longer", "underfitting", "overfitting", "good fit")
TRAINING_FIRST = "Look at the training loss first; the gap is a question for models whose training loss is low enough."
GAP = "It is the gap that tells of overfitting: the validation loss minus the training loss, and not either of them alone."
LONGER = (
    "A training loss that is too high and still falling says that the training is not over: nothing else is known yet."
)
FALLING = "A low training loss may go on falling; what it falls to is then learned by heart, if the gap is large."
SIGNED = "Subtract the training loss from the validation loss, and keep the sign: a validation loss that is lower is no fault."
MEANS = "Compare means over the last `window` epochs: neither a single epoch nor the best one shows where a curve is."
SHARE = "The loss is still falling if the last mean is below 0.95 times the one before it."
EDGE = "A loss that is just the target is low enough, and a difference that is just the gap is small enough."

SIDES = "Return the positions of the training samples first, then those of the validation samples, each sample once."
GROUPS = "Draw groups, not samples: all samples of a group go where the group goes."
NUMBER = (
    "Draw so many different groups as are asked for, whatever integers they are called by; the second array has their "
    "samples."
)
SEED = "Make a generator from `seed` inside the function, and take every random number from it."
TURN = "Draw the groups at random, with `seed`: data often come sorted, and the first or the last groups are like no others."
SIZES = "Draw from the list of different groups, in which each stands once, however many samples it has."

TRAIN_ONLY = "Fit to the training data alone: a model that has seen the validation data is not tested by them."
MEAN = "The loss is the mean of the squared errors over the samples of a set."
ORDER = "Return the training losses first; entry i of each array belongs to capacity i."

CHOOSE = "Choose by the validation loss alone, as it is in the second array of `losses_by_capacity`."
TIE = "Where two capacities do equally well, take the smaller one: it has less room for noise."
NOT_A_NUMBER = "NaN is not small: leave it out before you look for the smallest loss."
REFIT = "When the choice is made, fit a new model of that capacity to training and validation data together."
FINAL = "Return the model that was fitted last, to training and validation data together."
ESTIMATE = "Measure the mean squared error of the final model, the one that you return, on the test data."
SEALED = "Keep the test data sealed until the final model is fitted, and show them to no other model."

MOST_ROWS = 1000
DEGREES = list(range(1, 13))
TRAINING, VALIDATION, TEST = "training", "validation", "test"
BOTH = (TRAINING, VALIDATION)


class World:
    """Three sets of samples, and models whose losses on them are laid down, so that every loss is known.

    A model that was fitted to the training data has the losses of the table; any other one has those times a factor that
    tells which data it was fitted to. Half of the errors of a model on a set are 0, so that the mean of their squares is
    not the square of their mean. The numbers of the inputs are exact in float32.
    """

    def __init__(self, rng, capacities, **losses):
        self.capacities, self.losses = capacities, losses
        self.fits, self.seen = [], []
        sizes = {TRAINING: 12, VALIDATION: 6, TEST: 8}
        numbers = iter(rng.permutation(1000)[: sum(sizes.values())])
        self.sets, self.rows = {}, {}
        for name, size in sizes.items():
            inputs = np.array([[next(numbers) / 8, rng.integers(-9, 9)] for _ in range(size)], dtype=float)
            self.sets[name] = inputs, rng.integers(-40, 40, size=size) / 8
            self.rows |= {key(row): (name, place) for place, row in enumerate(inputs)}

    def fit(self, capacity, inputs, targets):
        capacity, inputs, targets = take_data(capacity, self.capacities, inputs, targets, features=2)
        names = self.data(inputs, targets)
        number = len(self.fits)
        self.fits.append((capacity, names))

        def model(inputs):
            inputs = take_inputs(inputs, features=2)
            places = [self.rows.get(key(row)) for row in inputs]
            self.seen += [(number, place[0]) for place in places if place]
            return np.array(
                [self.predict(capacity, names, row, place) for row, place in zip(inputs, places, strict=True)]
            )

        return model

    def data(self, inputs, targets):
        """The names of the sets that these samples are, or what is wrong with them."""
        places = [self.rows.get(key(row)) for row in inputs]
        if None in places:
            return "samples that are in none of the sets"
        wanted = [self.sets[name][1][place] for name, place in places]
        if not np.allclose(targets, wanted):
            return "inputs with the targets of other samples"
        names = tuple(name for name in self.sets if name in {place[0] for place in places})
        whole = [(name, place) for name in names for place in range(len(self.sets[name][1]))]
        if sorted(places) != sorted(whole):
            return f"samples of the {' and '.join(names)} data, some of them left out or repeated"
        return names

    def loss(self, capacity, names, name):
        factor = {(TRAINING,): 1, BOTH: 0.5, (VALIDATION,): 4, tuple(self.sets): 0.125}.get(names, 16)
        return factor * self.losses[name][self.capacities.index(capacity)]

    def predict(self, capacity, names, row, place):
        if place is None:  # A sample that is in no set: what is said of it tells the model.
            return self.signature(capacity, names, row)
        name, number = place
        return self.sets[name][1][number] + (number % 2) * np.sqrt(2 * self.loss(capacity, names, name))

    def signature(self, capacity, names, row):
        return row[0] + capacity * (1 if names == BOTH else 100)


def key(row):
    return tuple(np.round(row * 8).astype(int).tolist())


def take_inputs(inputs, features):
    """The inputs as an array; what is raised here is raised in the submission."""
    inputs = np.array(inputs, dtype=float)
    if inputs.ndim != 2 or inputs.shape[1] != features:
        raise ValueError(f"expected inputs of shape (samples, {features}), not {inputs.shape}")
    if not np.isfinite(inputs).all() or len(inputs) > MOST_ROWS:
        raise ValueError("expected finite inputs, and no more of them than there are samples")
    return inputs


def take_data(capacity, capacities, inputs, targets, features):
    """The arguments of a call of `fit`."""
    if capacity not in capacities:
        raise ValueError(f"{capacity} is not one of the capacities {capacities}")
    inputs, targets = take_inputs(inputs, features), np.array(targets, dtype=float)
    if targets.shape != inputs.shape[:1]:
        raise ValueError(f"expected targets of shape {inputs.shape[:1]}, not {targets.shape}")
    return int(capacity), inputs, targets


def show(names):
    """Data as a learner calls them."""
    if isinstance(names, str):
        return names
    return f"the {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))} data"


def measure(submission, fit, capacities, *sets):
    """The two rows of losses."""
    losses = submission.losses_by_capacity(fit, capacities, *sets)
    is_list = isinstance(losses, tuple | list) or (isinstance(losses, np.ndarray) and losses.ndim > 0)
    check(
        is_list and len(losses) == 2,
        "These are not two arrays of losses.",
        returned=losses,
        expected="(training_losses, validation_losses)",
        next_step=ORDER,
    )
    return [assert_shape(row, (len(capacities),), next_step=ORDER) for row in losses]


def measure_in(submission, world):
    return measure(submission, world.fit, world.capacities, *(world.sets[name] for name in BOTH))


def choose(submission, fit, capacities, *sets):
    """The capacity, the model and the loss that are returned."""
    found = submission.select(fit, capacities, *sets)
    check(
        isinstance(found, tuple | list) and len(found) == 3 and callable(found[1]),
        "These are not a capacity, a model and a loss.",
        returned=repr(found)[:100],
        expected="(capacity, model, test_loss)",
        next_step="End with the three things in a tuple; the model is what `fit` has returned.",
    )
    capacity, model, loss = found
    step = "Return one of the capacities that you were given, and not its place among them."
    capacity = assert_shape(capacity, (), next_step=step).item()
    check(capacity in capacities, "That is not one of the capacities.", returned=found[0], next_step=step)
    return int(capacity), model, loss


def choose_in(submission, world):
    return choose(submission, world.fit, world.capacities, *world.sets.values())


def check_choice(submission, world, expected, next_step):
    capacity, _, _ = choose_in(submission, world)
    validation = ", ".join(f"{loss:g}" for loss in world.losses[VALIDATION])
    check(
        capacity == expected,
        f"With the validation losses {validation} of the capacities {', '.join(map(str, world.capacities))}, "
        f"capacity {capacity} was chosen, and it should be {expected}.",
        returned=capacity,
        expected=expected,
        next_step=next_step,
    )


def textbook(rng):
    """A world in which each wrong way to choose chooses another capacity: 4 is right."""
    return World(
        rng,
        [1, 2, 4, 8, 16],
        training=[3.0, 2.0, 1.0, 0.5, 0.25],
        validation=[3.0, 2.5, 1.5, 2.0, 4.0],
        test=[3.5, 1.25, 2.0, 1.75, 5.0],
    )


def check_verdict(submission, training, validation, settings, verdict, next_step):
    found = submission.diagnose(np.array(training, dtype=float), np.array(validation, dtype=float), *settings)
    check(
        isinstance(found, str) and found in VERDICTS,
        "That is none of the four verdicts.",
        returned=found,
        expected=verdict,
        next_step="Return one of the four strings of the docstring, letter by letter.",
    )
    assert_equal(found, verdict, next_step=next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        ("two high plateaus", "underfitting"),
        ("curves that part", "overfitting"),
        ("two low plateaus", "good fit"),
        ("two high curves on their way down", "train longer"),
    ],
)
def test_diagnose(submission, what, verdict):
    """Says "`verdict`" of `what`."""
    training, validation, next_step = {
        "underfitting": ([3, 2, 1, 1, 1, 1], [3, 2.25, 1.25, 1.25, 1.25, 1.25], TRAINING_FIRST),
        "overfitting": ([2, 1, 0.25, 0.25, 0.25, 0.25], [2, 1, 0.375, 1, 1.25, 1.5], GAP),
        "good fit": ([2, 1, 0.5, 0.25, 0.25, 0.25, 0.25], [4, 3, 2, 1, 0.625, 0.625, 0.625], GAP),
        "train longer": ([4, 3.5, 3, 2.5, 2, 1.5], [4, 3.75, 3, 2.5, 2, 2], LONGER),
    }[verdict]
    check_verdict(submission, training, validation, (0.5, 0.5, 2), verdict, next_step)


@pytest.mark.task(1)
def test_training_loss_comes_first(submission):
    """Says "underfitting" of a training loss that stays too high, however large the gap is."""
    training, validation = [3, 2, 1, 1, 1, 1], [4, 4, 4, 4, 4, 4]
    check_verdict(submission, training, validation, (0.5, 0.5, 2), "underfitting", TRAINING_FIRST)


@pytest.mark.task(1)
def test_low_loss_may_go_on_falling(submission):
    """Says "overfitting" of a large gap below the target, where the training loss is still falling."""
    training, validation = [2, 1, 0.5, 0.25, 0.125, 0.0625], [2, 1, 1, 1.25, 1.5, 2]
    check_verdict(submission, training, validation, (0.5, 0.5, 2), "overfitting", FALLING)
    validation = [2, 1, 0.5, 0.25, 0.25, 0.25]
    check_verdict(submission, training, validation, (0.5, 0.5, 2), "good fit", FALLING)


@pytest.mark.task(1)
def test_validation_loss_may_be_lower(submission):
    """Says "good fit" where the validation loss is the lower one, as with dropout, which is active in training only."""
    training, validation = [2, 1, 0.75, 0.75, 0.75, 0.75], [2, 0.5, 0.125, 0.125, 0.125, 0.125]
    check_verdict(submission, training, validation, (1.0, 0.25, 2), "good fit", SIGNED)


@pytest.mark.task(1)
def test_noisy_curves(submission):
    """Judges noisy curves by the means over the last `window` epochs."""
    training = [2, 1, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]
    check_verdict(submission, training, [2, 1, 0.5, 0.5, 0.5, 0.25, 0.5, 1], (0.5, 0.5, 4), "good fit", MEANS)
    check_verdict(submission, training, [2, 1, 0.5, 1, 1, 1, 1, 0.625], (0.5, 0.5, 4), "overfitting", MEANS)
    training = [2, 1, 1, 1, 0.75, 1.25, 1.25, 0.25]
    check_verdict(submission, training, training, (0.5, 0.5, 4), "train longer", SHARE)


@pytest.mark.task(1)
@pytest.mark.parametrize(("last", "verdict"), [(0.97, "underfitting"), (0.93, "train longer"), (1.2, "underfitting")])
def test_still_falling(submission, last, verdict):
    """Says "`verdict`" where the mean training loss goes from 1 to `last`, with a target of 0.5."""
    training = [3.0, 1.25, 1.0, 0.75, last + 0.1, last, last - 0.1]
    check_verdict(submission, training, training, (0.5, 0.5, 3), verdict, SHARE)


@pytest.mark.task(1)
def test_edges_of_the_verdicts(submission):
    """Says "good fit" where the training loss is just the target, and the gap just the largest that is allowed."""
    check_verdict(submission, [2, 0.5, 0.5], [2, 1, 1], (0.5, 0.5, 1), "good fit", EDGE)
    check_verdict(submission, [2, 1, 0.5], [2, 1, 0.5], (0.5, 0.5, 1), "good fit", EDGE)
    check_verdict(submission, [0.25, 0.25], [2, 0.75], (0.5, 0.5, 1), "good fit", EDGE)


def deal(submission, groups, num_validation_groups, seed):
    """The two arrays of positions, if each sample is in one of them."""
    sides = submission.split(np.array(groups), num_validation_groups, seed)
    check(isinstance(sides, tuple | list) and len(sides) == 2, "That is not a pair.", returned=sides, next_step=SIDES)
    for side in sides:
        is_list = isinstance(side, tuple | list) or (isinstance(side, np.ndarray) and side.ndim > 0)
        assert_shape(side, (len(side) if is_list else -1,), next_step=SIDES)
    arrays = [np.asarray(side) for side in sides]
    check(
        all(array.dtype.kind in "iu" for array in arrays)
        and sorted(np.concatenate(arrays)) == list(range(len(groups))),
        f"The two arrays together are not the positions 0 to {len(groups) - 1}, each once.",
        returned=sides,
        next_step=SIDES,
    )
    return arrays


def any_seed(rng):
    return int(rng.integers(2**31))


def uneven_groups(rng, names):
    """Group i of these has 2 + i % 3 samples, all in a random order."""
    return rng.permutation(np.repeat(names, [2 + place % 3 for place in range(len(names))]))


@pytest.mark.task(2)
def test_groups_stay_together(submission, rng):
    """Puts all samples of a group on the same side."""
    groups = uneven_groups(rng, np.arange(12))
    training, validation = deal(submission, groups, 3, any_seed(rng))
    torn = sorted(set(groups[training].tolist()) & set(groups[validation].tolist()))
    check(
        not torn,
        f"These groups have samples on both sides: {torn}.",
        next_step=GROUPS,
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("count", [1, 4, 10])
def test_number_of_groups(submission, rng, count):
    """Holds back as many groups as it is told, here `count` of 11 with odd names."""
    names = np.array([-7, 0, 3, 4, 19, 20, 77, 101, 1000, 5000, 10**6])
    groups = uneven_groups(rng, names)
    validation = deal(submission, groups, count, any_seed(rng))[1]
    held_back = np.unique(groups[validation]).tolist()
    check(
        len(held_back) == count,
        f"Samples of {len(held_back)} groups are held back, and it should be {count}.",
        returned=held_back,
        next_step=NUMBER,
    )


@pytest.mark.task(2)
def test_seed_fixes_the_split(submission, rng):
    """Splits in the same way when it is called twice with the same seed."""
    groups = uneven_groups(rng, np.arange(40))
    seed = any_seed(rng)
    first, second = (np.sort(deal(submission, groups, 20, seed)[1]) for _ in range(2))
    check(np.array_equal(first, second), "Two calls with the same arguments give different splits.", next_step=SEED)


@pytest.mark.task(2)
def test_every_group_has_its_turn(submission):
    """Holds back other groups with other seeds, so that each group has its turn."""
    groups = np.repeat(np.arange(12), 2)
    # With fair splits, one of the groups is in all 40 or in none once in 10^10 times.
    times = np.zeros(12, dtype=int)
    for seed in range(40):
        times[np.unique(groups[deal(submission, groups, 6, seed)[1]])] += 1
    always, never = np.flatnonzero(times == 40).tolist(), np.flatnonzero(times == 0).tolist()
    check(
        not always and not never,
        "Of 40 splits with different seeds, some groups are held back in every one or in none.",
        returned={"in every one": always, "in none": never},
        next_step=TURN,
    )


@pytest.mark.task(2)
def test_size_of_a_group_does_not_matter(submission):
    """Holds back a group of 300 samples as often as one of 2."""
    groups = np.array([5] * 300 + [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 6, 6, 7, 7])
    # One of 8 groups is drawn in 5 of 40 splits; more than 20 come once in 10^9 times.
    times = sum(5 in groups[deal(submission, groups, 1, seed)[1]] for seed in range(40))
    check(times <= 20, f"The large one of 8 groups is held back in {times} of 40 splits.", next_step=SIZES)


@pytest.mark.task(3)
def test_fits_to_the_training_data(submission, rng):
    """Fits one model of each capacity, to the training data and nothing else."""
    world = textbook(rng)
    measure_in(submission, world)
    for capacity, names in world.fits:
        check(
            names == (TRAINING,),
            f"A model of capacity {capacity} was fitted to {show(names)}.",
            next_step=TRAIN_ONLY,
        )
    fitted = sorted(capacity for capacity, _ in world.fits)
    check(
        fitted == world.capacities,
        "There should be one model of each capacity.",
        returned=fitted,
        expected=world.capacities,
        next_step="Call `fit` once for each capacity, and measure the model twice.",
    )


@pytest.mark.task(3)
@pytest.mark.parametrize("capacities", [[7], [1, 2, 3], [2, 3, 5, 8, 13, 21]])
def test_losses(submission, rng, capacities):
    """Gives the mean squared error on both sets, here for the capacities `capacities`."""
    training, validation = np.sort(rng.uniform(0.1, 4.0, size=(2, len(capacities))))[:, ::-1]
    world = World(rng, capacities, training=training.tolist(), validation=validation.tolist())
    found = measure_in(submission, world)
    assert_close(found[0], training, rtol=1e-3, next_step=MEAN)
    assert_close(found[1], validation, rtol=1e-3, next_step=MEAN)


def fit_legendre(capacity, inputs, targets):
    """Least squares with Legendre polynomials up to this degree, in float64."""
    degree, inputs, targets = take_data(capacity, DEGREES, inputs, targets, features=1)
    weights = np.linalg.lstsq(np.polynomial.legendre.legvander(inputs[:, 0], degree), targets, rcond=None)[0]
    return lambda inputs: np.polynomial.legendre.legval(take_inputs(inputs, features=1)[:, 0], weights)


def wave(inputs):
    return np.sin(5 * inputs[:, 0] + 0.5)


def losses_of_polynomials(training, data):
    return [np.mean((fit_legendre(degree, *training)(data[0]) - data[1]) ** 2) for degree in DEGREES]


def draw_waves(rng, *sizes):
    """Noisy samples of a wave, spread over [-1, 1], in numbers that are exact in float32."""
    for size in sizes:
        places = (rng.permutation(size) + rng.random(size)) / size
        inputs = np.float32(2 * places - 1).astype(float)[:, None]
        yield inputs, np.float32(wave(inputs) + 0.3 * rng.normal(size=size)).astype(float)


def leave_losses(pictures, training, validation):
    # A polynomial that is too wild for the picture is left out of it.
    validation = np.where(np.less(validation, 2 * np.max(training)), validation, np.nan)
    curves = {"training": training, "validation": validation}
    pictures.curves("loss_by_capacity", DEGREES, curves, xlabel="degree of the polynomial", ylabel="mean squared error")


def leave_fits(pictures, data, model):
    x = np.linspace(-1, 1, 301)[:, None]
    curves = {"without noise": wave(x), "yours": assert_shape(model(x), (301,))}
    for degree in (DEGREES[0], DEGREES[-1]):
        outputs = fit_legendre(degree, *data)(x)
        curves[f"degree {degree}"] = np.where(np.abs(outputs) < 3, outputs, np.nan)
    pictures.curves("fits", x[:, 0], curves, xlabel="x", ylabel="y")


@pytest.mark.task(3)
def test_losses_of_polynomials(submission, rng, pictures):
    """Measures polynomials of degree 1 to 12 that follow a noisy wave."""
    training, validation = draw_waves(rng, 20, 40)
    found = measure(submission, fit_legendre, DEGREES, training, validation)
    leave_losses(pictures, *found)
    assert_close(found[0], losses_of_polynomials(training, training), rtol=1e-3, next_step=MEAN)
    assert_close(found[1], losses_of_polynomials(training, validation), rtol=1e-3, next_step=MEAN)


@pytest.mark.task(4)
def test_chooses_by_the_validation_loss(submission, rng):
    """Chooses the capacity with the smallest validation loss."""
    check_choice(submission, textbook(rng), 4, CHOOSE)


@pytest.mark.task(4)
@pytest.mark.parametrize("best", [0, 3])
def test_chooses_an_end(submission, rng, best):
    """Chooses the smallest or the largest capacity, where that has the smallest validation loss."""
    validation = [2.0, 2.0, 3.0, 2.0]
    validation[best] = 1.0
    world = World(rng, [2, 3, 5, 7], training=[1.0, 0.5, 0.5, 0.25], validation=validation, test=[1.0, 1.0, 1.0, 1.0])
    check_choice(submission, world, world.capacities[best], CHOOSE)


@pytest.mark.task(4)
def test_ties(submission, rng):
    """Chooses the smallest of the capacities that have the smallest validation loss."""
    losses = {"training": [3.0, 2.0, 1.0, 0.5], "validation": [2.0, 0.5, 0.5, 0.5], "test": [3.0, 2.0, 1.0, 0.5]}
    check_choice(submission, World(rng, [1, 3, 6, 9], **losses), 3, TIE)


@pytest.mark.task(4)
@pytest.mark.parametrize("place", [0, 2, 3])
def test_nan_is_never_chosen(submission, rng, place):
    """Never chooses a model whose loss is NaN, which is at place `place` here."""
    validation = [2.5, 0.5, 3.0, 4.0]
    validation[place] = np.nan
    world = World(rng, [1, 2, 3, 4], training=[2.0, 1.0, 0.5, 0.25], validation=validation, test=[3.0, 2.0, 2.0, 2.0])
    check_choice(submission, world, 2, NOT_A_NUMBER)


@pytest.mark.task(4)
def test_refits(submission, rng):
    """Fits the final model to training and validation data together, with the chosen capacity."""
    world = textbook(rng)
    capacity, _, _ = choose_in(submission, world)
    others = [fit for fit in world.fits if fit[1] != (TRAINING,)]
    what = " ".join(f"A model of capacity {each} was fitted to {show(names)}." for each, names in others)
    check(
        others == [(capacity, BOTH)],
        what or "All models were fitted to the training data alone.",
        expected=f"one model of capacity {capacity}, fitted to the training and validation data",
        next_step=REFIT,
    )


@pytest.mark.task(4)
def test_fits_no_more_than_it_needs(submission, rng):
    """Fits each capacity once, and then the final model."""
    world = textbook(rng)
    choose_in(submission, world)
    check(
        len(world.fits) == len(world.capacities) + 1,
        f"For {len(world.capacities)} capacities {len(world.fits)} models were fitted.",
        expected=len(world.capacities) + 1,
        next_step="Fit one model of each capacity to choose, and one when the choice is made.",
    )


@pytest.mark.task(4)
def test_returns_the_final_model(submission, rng):
    """Returns the final model, which is asked about samples that nobody has seen."""
    world = textbook(rng)
    capacity, model, _ = choose_in(submission, world)
    fresh = np.stack([500 + rng.integers(99, size=5), np.zeros(5)], axis=1)
    expected = [world.signature(capacity, BOTH, row) for row in fresh]
    assert_close(model(fresh), expected, next_step=FINAL)


@pytest.mark.task(4)
def test_estimates_on_the_test_data(submission, rng):
    """Returns the mean squared error of the final model on the test data."""
    world = textbook(rng)
    capacity, _, loss = choose_in(submission, world)
    assert_close(loss, world.loss(capacity, BOTH, TEST), rtol=1e-3, next_step=ESTIMATE)


@pytest.mark.task(4)
def test_keeps_the_test_data_sealed(submission, rng):
    """Shows the test data to the final model and to no other."""
    world = textbook(rng)
    choose_in(submission, world)
    peeked = {number for number, name in world.seen if name == TEST and number < len(world.fits) - 1}
    early = sorted({world.fits[number][0] for number in peeked})
    check(
        not early,
        f"Models that were fitted before the final one saw the test data, those of the capacities {early}.",
        next_step=SEALED,
    )


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
    leave_fits(pictures, training, model)
    check(
        degree == DEGREES[best],
        "Another degree does better on the validation data.",
        returned=degree,
        expected=DEGREES[best],
        next_step=CHOOSE,
    )
    fresh = np.linspace(-1, 1, 101)[:, None]
    final = fit_legendre(degree, *(np.concatenate(pair) for pair in zip(training, validation, strict=True)))
    assert_close(model(fresh), final(fresh), rtol=1e-3, atol=1e-3, next_step=REFIT)
    assert_close(loss, np.mean((final(test[0]) - test[1]) ** 2), rtol=1e-3, next_step=ESTIMATE)
