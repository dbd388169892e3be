"""Capacity: large enough to fit the pattern, too small to fit the noise."""

from collections.abc import Callable

import numpy as np
from keras import ops

Data = tuple[np.ndarray, np.ndarray]
Predictor = Callable[[np.ndarray], np.ndarray]
Fit = Callable[[int, np.ndarray, np.ndarray], Predictor]


def diagnose(training_losses: np.ndarray, validation_losses: np.ndarray, target: float, gap: float, window: int) -> str:
    """Says from the learning curves what a training run suffers from."""
    before, now = np.mean(np.reshape(training_losses[-2 * window :], (2, window)), axis=1)
    if now > target:
        return "train longer" if now < 0.95 * before else "underfitting"
    return "overfitting" if np.mean(validation_losses[-window:]) - now > gap else "good fit"


def split(groups: np.ndarray, num_validation_groups: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Chooses samples for training and for validation, so that no group has samples in both."""
    held_back = np.random.default_rng(seed).choice(np.unique(groups), num_validation_groups, replace=False)
    is_held_back = np.isin(groups, held_back)
    return np.flatnonzero(~is_held_back), np.flatnonzero(is_held_back)


def mean_squared_error(model: Predictor, inputs: np.ndarray, targets: np.ndarray) -> float:
    return float(ops.mean(ops.square(model(inputs) - targets)))


def losses_by_capacity(
    fit: Fit, capacities: list[int], training: Data, validation: Data
) -> tuple[np.ndarray, np.ndarray]:
    """Fits a model of each capacity to the training data, and measures it on both sets."""
    models = [fit(capacity, *training) for capacity in capacities]
    training_losses = np.array([mean_squared_error(model, *training) for model in models])
    validation_losses = np.array([mean_squared_error(model, *validation) for model in models])
    return training_losses, validation_losses


def select(
    fit: Fit, capacities: list[int], training: Data, validation: Data, test: Data
) -> tuple[int, Predictor, float]:
    """Chooses a capacity, fits the final model, and estimates how good it is."""
    _, losses = losses_by_capacity(fit, capacities, training, validation)
    capacity = capacities[np.nanargmin(losses)]
    inputs, targets = map(np.concatenate, zip(training, validation, strict=True))
    model = fit(capacity, inputs, targets)
    return capacity, model, mean_squared_error(model, *test)
