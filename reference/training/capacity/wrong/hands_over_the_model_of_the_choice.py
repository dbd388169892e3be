"""The model that was compared with the others is handed over.

It has never seen the validation data, which have chosen it and are free now. Fit a new model of the same capacity to both sets
together.
"""

import numpy as np


def diagnose(training_losses, validation_losses, target, gap, window):
    training, validation = np.mean(training_losses[-window:]), np.mean(validation_losses[-window:])
    before = np.mean(training_losses[-2 * window : -window])
    if training > target:
        return "train longer" if training < 0.95 * before else "underfitting"
    return "overfitting" if validation - training > gap else "good fit"


def split(groups, num_validation_groups, seed):
    generator = np.random.default_rng(seed)
    held_back = generator.choice(np.unique(groups), num_validation_groups, replace=False)
    is_held_back = np.isin(groups, held_back)
    return np.flatnonzero(~is_held_back), np.flatnonzero(is_held_back)


def mean_squared_error(model, inputs, targets):
    return np.mean((model(inputs) - targets) ** 2)


def losses_by_capacity(fit, capacities, training, validation):
    training_losses, validation_losses = [], []
    for capacity in capacities:
        model = fit(capacity, *training)
        training_losses.append(mean_squared_error(model, *training))
        validation_losses.append(mean_squared_error(model, *validation))
    return np.array(training_losses), np.array(validation_losses)


def select(fit, capacities, training, validation, test):
    models = [fit(capacity, *training) for capacity in capacities]
    best = np.nanargmin([mean_squared_error(model, *validation) for model in models])
    capacity, model = capacities[best], models[best]
    return capacity, model, mean_squared_error(model, *test)
