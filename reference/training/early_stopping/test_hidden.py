"""What `EarlyStopping` must do.

There are three kinds of tasks, when to stop, what improves, and which weights stay: hence more than 200 lines.
"""

import math

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

NAN = math.nan
STOP = "Count the epochs since the best one; when there are `patience` of them, set `self.model.stop_training` to True."
WATCH = "Look up the value by `logs[self.monitor]`; the training loss is not the one that tells of overfitting."
BEST = "Compare each value with the best so far, which only an improvement moves, and not with the last one."
DELTA = "An improvement beats the best by more than `min_delta`; any other epoch leaves the best where it is."
RENEWS = "Only epochs in a row count: an improvement sets the count back to 0."
TIE = "An improvement is better than the best, not as good as it."
BAR = "`min_delta` raises the bar: in mode min it is subtracted from the best, in mode max it is added."
NOT_A_NUMBER = (
    "NaN is neither better nor worse than anything: ask whether the value is better, not whether it is worse."
)
RESTORE = (
    "Keep a copy of all weights in the best epoch, since the model goes on changing them; set them after the training."
)
AT_THE_END = "The training may also end because all epochs are over: restore in `on_train_end`, which is always called."

RUNS = {  # The patience, the values, how many epochs the training should have, and the next step.
    "Counts anew after each improvement": (2, [5, 6, 4, 6, 3, 6, 2, 6, 6, 6], 9, RENEWS),
    "Compares with the best value, not with the last one": (3, [5, 2, 6, 5, 4, 3, 2.5], 5, BEST),
    "Stops on a plateau: the same value again is no improvement": (2, [3, 3, 3, 3, 3], 3, TIE),
}
SMALL_CHANGES = {  # For a `min_delta` of 0.5 the values in mode min, 8 minus which are those in mode max; then as above.
    "Does not count a value that is a little worse than the best as an improvement": ([4, 4.25, 4.25, 4.25], 3, BAR),
    "Asks for more than `min_delta`: a gain of exactly that is none": ([4, 3.75, 3.5, 3.25], 3, DELTA),
    "Adds small gains up until they make an improvement": ([4, 3.75, 3.25, 3.0, 3.5], 5, DELTA),
}


def train_with(support, callback, logs, weights=None):
    """Calls the callback in the order in which `fit` does, and reads the model: what stands there nobody else has written.

    Returns how many epochs there were, the weights at the end, and the epochs after which training went on with other
    weights than the epoch had left.
    """
    weights = np.repeat(np.arange(len(logs)), 7).reshape(-1, 7) if weights is None else np.array(weights)
    model, changed = support.Model(), []
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch, log in enumerate(logs):
        model.write(weights[epoch].astype("float32"))
        callback.on_epoch_end(epoch, log)
        if model.stop_training:
            break
        if not np.allclose(read(model), weights[epoch]):
            changed.append(epoch)
    callback.on_train_end({})
    return epoch + 1, read(model), changed


def read(model):
    return assert_shape(model.read(), (7,), name="the weights of the model")


def train(support, callback, values, monitor="val_loss"):
    """Trains with these values of the monitored quantity, while the loss on the training data goes on falling."""
    return train_with(support, callback, [{"loss": -epoch, monitor: value} for epoch, value in enumerate(values)])


def check_stop(support, callback, values, epochs, next_step, **arguments):
    """The training has so many epochs."""
    run, _, _ = train(support, callback, values, **arguments)
    what = f"With the values {show(values)} the training ran for {run} epoch{'s' * (run != 1)}"
    check(run == epochs, f"{what}, and it should run for {epochs}.", next_step=next_step)


def check_weights(support, callback, values, best, next_step, part=slice(0, 4)):
    """The training ends with the weights of this epoch, counted from 0."""
    _, weights, _ = train(support, callback, values)
    found = sorted({round(float(weight)) for weight in weights[part]})
    check(
        found == [best],
        f"With the values {show(values)} the model ended with the weights of epoch {' and '.join(map(str, found))}, "
        f"and it should have those of epoch {best} (counted from 0).",
        next_step=next_step,
    )


def fall(rng, to):
    """A random number of values, each better than the one before, so that no training is known by its number."""
    return list(to + np.arange(rng.integers(1, 7), 0, -1.0))


def show(values):
    return ", ".join(f"{value:g}" for value in values)


@pytest.mark.task(1)
@pytest.mark.parametrize("monitor", ["val_loss", "val_error", "loss"])
def test_watches_what_it_is_told(submission, support, monitor):
    """Goes on while the value that is called `monitor` improves, whatever becomes of the others."""
    logs = [{"loss": epoch, "val_loss": epoch, "val_error": epoch} | {monitor: 9 - epoch} for epoch in range(6)]
    run, _, _ = train_with(support, submission.EarlyStopping(monitor=monitor, patience=2), logs)
    problem = f"The value that is watched improved in each of the 6 epochs, and the training was stopped after {run}."
    check(run == 6, problem, next_step=WATCH)


@pytest.mark.task(1)
@pytest.mark.parametrize("patience", [1, 2, 4])
def test_stops_when_patience_is_over(submission, support, rng, patience):
    """Stops after `patience` epochs in a row without an improvement, and no sooner."""
    callback, values = submission.EarlyStopping(patience=patience), fall(rng, 4)
    check_stop(support, callback, [*values, 4, 6, 7, 8, 9, 10], len(values) + 1 + patience, STOP)


@pytest.mark.task(1)
def test_settings_by_default(submission, support):
    """Watches the validation loss with a patience of 3 by default."""
    check_stop(support, submission.EarlyStopping(), [5, 4, 3.875, 6, 6, 6, 6], 6, STOP)


@pytest.mark.task(1)
@pytest.mark.parametrize("what", RUNS)
def test_when_it_stops(submission, support, what):
    """`what`."""
    patience, values, epochs, step = RUNS[what]
    check_stop(support, submission.EarlyStopping(patience=patience), values, epochs, step)


@pytest.mark.task(2)
def test_larger_may_be_better(submission, support, rng):
    """Counts larger values as better in mode "max"."""
    callback = submission.EarlyStopping(monitor="accuracy", mode="max", patience=2)
    step = "In mode max a value is better if it is larger than the best."
    values = [0.5 - value / 32 for value in fall(rng, 0)]
    values += [0.5, 0.75, 0.875, 0.625, 0.75, 0.5]
    check_stop(support, callback, values, len(values) - 1, step, monitor="accuracy")


@pytest.mark.task(2)
@pytest.mark.parametrize(("mode", "values"), [("min", [9e6, 8e6, 7e6, 6e6]), ("max", [-9e6, -8e6, -7e6, -6e6])])
def test_bad_values_may_improve(submission, support, mode, values):
    """Counts the first value as an improvement, however bad it is, in mode "`mode`"."""
    step = "Begin with a best that every number beats, in each of the two modes: infinity, not a large number or 0."
    check_stop(support, submission.EarlyStopping(mode=mode, patience=1), values, 4, step)


@pytest.mark.task(2)
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("what", SMALL_CHANGES)
def test_small_changes(submission, support, what, mode):
    """`what`, in mode "`mode`"."""
    values, epochs, step = SMALL_CHANGES[what]
    callback = submission.EarlyStopping(mode=mode, patience=2, min_delta=0.5)
    check_stop(support, callback, values if mode == "min" else [8 - value for value in values], epochs, step)


@pytest.mark.task(2)
@pytest.mark.parametrize("mode", ["min", "max"])
def test_nan_is_no_improvement(submission, support, mode):
    """Does not count NaN as an improvement, in mode "`mode`"."""
    sign = 1 if mode == "min" else -1
    for values, epochs in ([3, NAN, NAN, NAN], 3), ([3, NAN, 2, NAN, 4, 1], 5):
        callback = submission.EarlyStopping(mode=mode, patience=2)
        check_stop(support, callback, [sign * value for value in values], epochs, NOT_A_NUMBER)


@pytest.mark.task(2)
def test_nan_as_the_first_value(submission, support):
    """Counts the first value that is a number as an improvement, if there is one before patience runs out."""
    step = "Begin with a best that every number beats: NaN is not one, since nothing is better than NaN."
    for values, epochs in ([NAN, 3, 2, 4, 4, 4], 5), ([NAN, NAN, 3], 2):
        check_stop(support, submission.EarlyStopping(patience=2), values, epochs, step)


@pytest.mark.task(3)
def test_restores_after_an_early_stop(submission, support, rng):
    """Restores the weights of the best epoch after it has stopped the training."""
    values = fall(rng, 2)
    check_weights(support, submission.EarlyStopping(patience=2), [*values, 2, 3, 4, 6], len(values), RESTORE)
    check_weights(support, submission.EarlyStopping(patience=2), [5, 6, 7], 0, RESTORE)


@pytest.mark.task(3)
def test_restores_at_the_end(submission, support):
    """Restores the weights of the best epoch where the training ran through all epochs."""
    check_weights(support, submission.EarlyStopping(patience=3), [5, 2, 4, 3], 1, AT_THE_END)
    check_weights(support, submission.EarlyStopping(patience=3), [5, 4, 3], 2, AT_THE_END)


@pytest.mark.task(3)
def test_restores_all_weights(submission, support):
    """Restores the weights that are not trainable as well."""
    step = "Some weights are moved by the layers and not by the optimizer: keep all weights of the model."
    check_weights(support, submission.EarlyStopping(patience=2), [5, 2, 4, 3], 1, step, part=slice(4, 7))


@pytest.mark.task(3)
def test_best_epoch_beats_by_min_delta(submission, support):
    """Restores the last improvement, even if a later epoch was a little better."""
    callback = submission.EarlyStopping(patience=2, min_delta=0.5)
    check_weights(support, callback, [4, 3, 2.75, 2.625], 1, DELTA)


@pytest.mark.task(3)
def test_nothing_to_restore(submission, support):
    """Leaves the weights as they are where no value was a number."""
    step = "Where there was no improvement, nothing has been kept, and there is nothing to restore."
    check_weights(support, submission.EarlyStopping(patience=3), [NAN, NAN], 1, step)


@pytest.mark.task(3)
def test_leaves_the_weights_alone(submission, support):
    """Does not touch the weights while the training goes on."""
    _, _, changed = train(support, submission.EarlyStopping(patience=3), [5, 4, 6, 6, 3, 6])
    check(
        not changed,
        f"After the epochs {show(changed)}, counted from 0, training should go on, and the weights were changed.",
        next_step="Restore after the training: an epoch without an improvement may be the way to a better one.",
    )


@pytest.mark.task(3)
def test_can_be_used_again(submission, support):
    """Begins another training run with nothing remembered."""
    callback = submission.EarlyStopping(patience=3)
    step = "Set the best, its weights and the count in `on_train_begin`, so that each training run begins anew."
    train(support, callback, [2, 1, 2, 2])
    check_stop(support, callback, [9, 8, 7, 6], 4, step)
    check_weights(support, callback, [9, 8, 7, 8], 2, step)
    check_stop(support, callback, [NAN, NAN, 5], 3, step)
    train(support, callback, [2, 3, 1, 2])
    check_weights(support, callback, [NAN, NAN], 1, step)


@pytest.mark.task(3)
def test_polynomial_that_overfits(submission, support, pictures):
    """Stops before a polynomial has learned the noise in nine points, and restores the best of its weights."""
    generator = np.random.default_rng(6)
    x, x_val = np.linspace(-1, 1, 9), np.linspace(-1, 1, 41)
    y, y_val = np.sin(3 * x) + 0.35 * generator.normal(size=9), np.sin(3 * x_val)
    inputs, inputs_val = (np.polynomial.chebyshev.chebvander(points, 6) for points in (x, x_val))
    weights, path = np.zeros(7), []
    for _ in range(100):
        weights = weights - 0.15 * inputs.T @ (inputs @ weights - y) / 9
        path.append(weights)
    losses = np.mean((path @ inputs.T - y) ** 2, axis=1)
    losses_val = np.mean((path @ inputs_val.T - y_val) ** 2, axis=1)
    logs = [{"loss": loss, "val_loss": loss_val} for loss, loss_val in zip(losses, losses_val, strict=True)]
    run, found, _ = train_with(support, submission.EarlyStopping(patience=20), logs, weights=path)
    restored = np.mean((inputs_val @ found - y_val) ** 2)
    curves = {"training": losses[:run], "validation": losses_val[:run], "validation, restored": np.full(run, restored)}
    pictures.curves("where_it_stopped", np.arange(run), curves, xlabel="epoch", ylabel="loss")
    best = int(np.argmin(losses_val))
    check(run == best + 21, f"The training ran for {run} epochs, and it should run for {best + 21}.", next_step=STOP)
    assert_close(found, path[best], name="the restored weights", next_step=RESTORE)
