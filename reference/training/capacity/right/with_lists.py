"""Plain Python: lists, running sums, and the best model so far kept on the way."""

import math
import random


def mean(values):
    values = [float(value) for value in values]
    return sum(values) / len(values)


def diagnose(training_losses, validation_losses, target, gap, window):
    epochs = len(training_losses)
    now = mean(training_losses[epochs - window :])
    before = mean(training_losses[epochs - 2 * window : epochs - window])
    later = mean(validation_losses[epochs - window :])
    if now <= target:
        return ("good fit", "overfitting")[later > now + gap]
    return ("underfitting", "train longer")[now < before - before / 20]


def split(groups, num_validation_groups, seed):
    members = {}
    for sample, group in enumerate(groups):
        members.setdefault(int(group), []).append(sample)
    deck = list(members)
    random.Random(seed).shuffle(deck)
    validation = [sample for group in deck[:num_validation_groups] for sample in members[group]]
    training = [sample for group in deck[num_validation_groups:] for sample in members[group]]
    return [training, validation]


def loss(model, inputs, targets):
    return mean((said - wanted) ** 2 for said, wanted in zip(model(inputs), targets, strict=True))


def losses_by_capacity(fit, capacities, training, validation):
    losses = [], []
    for capacity in capacities:
        model = fit(capacity, *training)
        for row, data in zip(losses, (training, validation), strict=True):
            row.append(loss(model, *data))
    return losses


def select(fit, capacities, training, validation, test):
    best, choice = math.inf, capacities[0]
    for capacity in capacities:
        model = fit(capacity, *training)
        found = loss(model, *validation)
        if found < best:
            best, choice = found, capacity
    rows = [list(row) for data in (training, validation) for row in data[0]]
    final = fit(choice, rows, [float(target) for data in (training, validation) for target in data[1]])
    return choice, final, loss(final, *test)
