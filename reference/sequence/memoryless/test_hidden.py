"""What `make_windows` and `train_predictor` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

CASES = [(1, 1, 1, (4, 1, 3)), (3, 1, 2, (9, 3, 4, 1, 12)), (4, 3, 1, (7, 6, 20)), (3, 2, 3, (8, 5))]
COUNT = "A sequence of T elements gives T - k - h + 1 windows, or none if that is not above 0, and no other sequence helps out."
INPUTS = "The window with start s is x_s, x_{s+1}, ..., in the order of the sequence, and of this sequence only."
TARGET = "The target of the window with start s has the index s + k - 1 + h: with h = 1 it is right after the window."
ORDER = "The first sequence comes first, and in each sequence the first start comes first."
SHAPE = "A window keeps its features as the last axis: stack slices of the sequence, and flatten nothing."
EMPTY = "An array made from an empty list has the shape (0,): give it the other axes, by a reshape or by `np.empty`."
RETURN = "End with `return inputs, targets`."
PREDICT = "Each window gives one prediction, a number for each feature, in the shape of a target."
ALONE = "Something is computed over the whole batch: use numbers from training, and the window itself."
SEED = "Set all random numbers from `seed` before the first layer is made; the same arguments give the same predictor."
FAR = "The answer is the oldest element of the window: show the network all of them, and train it longer."
STEPS = {
    "last": "You are hardly better than the last element itself: is the target after the window, or in it?",
    "change": "What you predict is how much the sequence changes: add the last element of the window to it.",
    "constant": "All predictions are nearly the same: do inputs and targets still belong together when you train?",
    "units": "The predictions are off by mean or scale: undo in the predictor what you did to the data before training.",
    "one": "The predictions depend on the last element of the window only: let the network see all of it.",
    "order": "The order of the elements in the window makes no difference: flatten the window, and do not average it.",
}
LONGER = "Look at the shapes first, then at the windows (each within one sequence); then take more or larger steps."


def cut(sequences, window, horizon):
    """Windows and targets, index by index."""
    places = [(x, t) for x in sequences for t in range(window + horizon - 1, len(x))]
    inputs = [[x[t - horizon - back] for back in range(window - 1, -1, -1)] for x, t in places]
    features = sequences[0].shape[1]
    return np.reshape(inputs, (-1, window, features)), np.reshape([x[t] for x, t in places], (-1, features))


def numbered(lengths, features):
    """Sequences in which every number says where it stands: sequence, place, feature."""
    tenths = np.arange(features) / 10
    return [100.0 * i + np.arange(1.0, n + 1)[:, None] + tenths for i, n in enumerate(lengths, start=1)]


def check_windows(submission, sequences, window, horizon, *more, shape_step=SHAPE):
    returned = unpack(submission.make_windows(sequences, window, *more), "inputs", "targets", next_step=RETURN)
    wanted_inputs, wanted_targets = cut(sequences, window, horizon)
    for i, (wanted, name) in enumerate(((wanted_inputs, "the inputs"), (wanted_targets, "the targets"))):
        for shape in ((None,) * wanted.ndim, (None, *wanted.shape[1:])):
            returned[i] = assert_shape(returned[i], shape, name=name, next_step=shape_step)
        assert_shape(returned[i], wanted.shape, name=name, next_step=COUNT)
    inputs, targets = returned
    if len(wanted_targets):
        is_sorted = np.array_equal(np.sort(inputs[:, 0, 0]), np.sort(wanted_inputs[:, 0, 0]))
        assert_close(inputs, wanted_inputs, name="the inputs", next_step=ORDER if is_sorted else INPUTS)
        assert_close(targets, wanted_targets, name="the targets", next_step=TARGET)


@pytest.mark.task(1)
def test_by_hand(submission):
    """Cuts one sequence of four elements into windows of two."""
    sequences = [np.array([[1.0], [2.0], [3.0], [4.0]])]
    inputs, targets = unpack(submission.make_windows(sequences, 2), "inputs", "targets", next_step=RETURN)
    assert_shape(targets, (2, 1), name="the targets", next_step=COUNT)
    inputs = assert_shape(inputs, (2, 2, 1), name="the inputs", next_step=SHAPE)
    assert_close(inputs, [[[1], [2]], [[2], [3]]], name="the inputs", next_step=INPUTS)
    assert_close(targets, [[3], [4]], name="the targets", next_step=TARGET)


@pytest.mark.task(1)
@pytest.mark.parametrize(("window", "horizon", "features", "lengths"), CASES)
def test_windows(submission, window, horizon, features, lengths):
    """Cuts sequences of lengths `lengths` with a window of `window` and a horizon of `horizon`; features: `features`."""
    check_windows(submission, numbered(lengths, features), window, horizon, horizon)


@pytest.mark.task(1)
def test_horizon_may_be_left_out(submission, rng):
    """Takes a horizon of 1 where none is given, whatever the numbers are."""
    sequences = [rng.normal(size=(int(length), 3)) for length in rng.integers(1, 12, size=8)]
    check_windows(submission, [*sequences, rng.normal(size=(6, 3))], 2, 1)


@pytest.mark.task(1)
@pytest.mark.parametrize(("window", "horizon", "lengths"), [(3, 1, (3,)), (2, 4, (5, 1, 4)), (20, 1, (2, 2))])
def test_no_window(submission, window, horizon, lengths):
    """Returns no window for lengths `lengths`, a window of `window` and a horizon of `horizon`: empty, in the right shape."""
    check_windows(submission, numbered(lengths, 2), window, horizon, horizon, shape_step=EMPTY)


class Pair:
    """Two autoregressive sequences of order 2 at a time, each with a variance of 1, mixed and shifted."""

    def __init__(self, rng):
        radius, angle = rng.uniform(0.93, 0.97, size=2), rng.uniform(0.45, 0.75, size=2)
        self.rng, self.first, self.second = rng, 2 * radius * np.cos(angle), -(radius**2)
        # The variance of such a sequence with noise of variance 1.
        gain = (1 - self.second) / ((1 + self.second) * ((1 - self.second) ** 2 - self.first**2))
        self.noise, self.offset = 1 / gain**0.5, rng.uniform(-2, 2, size=2)
        self.axes, _ = np.linalg.qr(rng.normal(size=(2, 2)))
        self.best = float(np.mean(self.noise**2))

    def draw(self, lengths):
        """Sequences of these lengths, all computed at once, after 150 steps in which they forget how they began."""
        time = 150 + max(lengths)
        z = [np.zeros((len(lengths), 2))] * 2
        for noise in self.noise * self.rng.normal(size=(time, len(lengths), 2)):
            z.append(self.first * z[-1] + self.second * z[-2] + noise)
        together = np.array(z) @ self.axes + self.offset
        return [together[-length:, i] for i, length in enumerate(lengths)]


def train(submission, sequences, window, seed):
    predictor = submission.train_predictor([x.astype("float32") for x in sequences], window, seed)
    problem = "What `train_predictor` returns cannot be called."
    check(callable(predictor), problem, next_step="Return the model or a function, not predictions.", tag="no function")
    return predictor


def predict(predictor, windows):
    found, features = predictor(windows.astype("float32")), windows.shape[2]
    found = assert_finite(assert_shape(found, (len(windows), None), next_step=PREDICT))
    problem, tag = (
        f"The shape is {found.shape}, and it should be {(len(windows), features)}.",
        f"not {features} features",
    )
    check(found.shape[1] == features, problem, next_step=PREDICT, tag=tag)
    return found.astype(float)


def repeat(rng, length, period):
    """A sequence whose elements are, but for chance, those of `period` elements before."""
    x = list(rng.normal(size=(period, 1)))
    for noise in 0.3 * rng.normal(size=(length, 1)):
        x.append(0.954 * x[-period] + noise)
    return np.array(x[-length:])


@pytest.mark.task(2)
def test_far_end(submission, rng, seed, pictures):
    """Finds what it needs at the far end of a window of five, for each window alone, and the same again for the same seed."""
    sequences = [repeat(rng, int(length), 5) for length in rng.integers(4, 45, size=60)]
    predictor, fresh = train(submission, sequences, 5, seed), repeat(rng, 2000, 5)
    windows, targets = cut([fresh], 5, 1)
    found = predict(predictor, windows)
    curves = {"sequence": targets[:60, 0], "prediction": found[:60, 0]}
    pictures.curves("five_back", np.arange(60), curves, xlabel="t", ylabel="x")
    assert_close(predict(predictor, windows[2:3]), found[2:3], rtol=1e-3, atol=1e-3, next_step=ALONE, tag="batch")
    share = float(np.mean((found - targets) ** 2) / targets.var())
    problem = f"Your error is {share:.2f} times the variance of the sequence; 0.09 is possible, and 0.4 allowed."
    tag = find_tag(predictor, found, windows, targets)
    check(share <= 0.4, problem, next_step=STEPS.get(tag, FAR), tag=tag)
    again = predict(train(submission, sequences, 5, seed), windows)
    problem = "Two calls with the same arguments return different predictors."
    check(np.allclose(again, found, rtol=1e-3, atol=1e-3), problem, next_step=SEED, tag="seed")


@pytest.mark.task(2)
def test_error(submission, rng, seed, threshold, pictures):
    """Predicts new sequences with a mean squared error of at most twice that of the best predictor."""
    pair = Pair(rng)
    sequences = pair.draw(rng.integers(2, 11, size=600))
    predictor = train(submission, sequences, 3, seed)
    fresh = pair.draw([63] + 200 * [11])
    windows, targets = cut(fresh, 3, 1)
    found = predict(predictor, windows)
    curves = {"sequence": targets[:60, 0], "prediction": found[:60, 0]}
    pictures.curves("one_step_ahead", np.arange(60), curves, xlabel="t", ylabel="first feature")
    tag = find_tag(predictor, found, windows, targets)
    error = float(np.mean((found - targets) ** 2) / pair.best)
    threshold("excess_error", error, next_step=STEPS.get(tag, LONGER), tag=tag)


def find_tag(predictor, found, windows, targets):
    """Sees some mistakes whatever the model is: in what the predictions are close to, and in what they depend on."""
    spread = targets.std(axis=0)

    def is_near(values, share):
        return np.mean(((found - values) / spread) ** 2) < share

    if is_near(windows[:, -1], 0.01):
        return "last"
    if is_near(targets - windows[:, -1], 0.3):
        return "change"
    if np.all(found.std(axis=0) < 0.2 * spread):
        return "constant"
    if is_near(
        predict(predictor, np.concatenate([np.roll(windows[:, :-1], 1, axis=0), windows[:, -1:]], axis=1)), 1e-6
    ):
        return "one"
    if is_near(predict(predictor, windows[:, ::-1]), 1e-6):
        return "order"
    lines = [np.polyfit(x, y, 1) for x, y in zip(found.T, targets.T, strict=True)]
    fitted = np.stack([np.polyval(line, x) for line, x in zip(lines, found.T, strict=True)], axis=1)
    left, error = (np.mean(((values - targets) / spread) ** 2) for values in (fitted, found))
    return "units" if left < 0.3 * error and left < 0.3 else None
