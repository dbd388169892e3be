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
    _, validation_losses = losses_by_capacity(fit, capacities, training, validation)
    capacity = capacities[np.nanargmin(validation_losses)]
    inputs = np.concatenate([training[0], validation[0]])
    targets = np.concatenate([training[1], validation[1]])
    model = fit(capacity, inputs, targets)
    return capacity, model, mean_squared_error(model, *test)
