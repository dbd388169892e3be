"""NumPy only: stochastic gradient descent with momentum, and the Hungarian method with its potentials."""

import numpy as np


def average_predictions(logits):
    outputs = 0.0
    for model in np.asarray(logits, dtype=float):
        exponentials = np.exp(model - model.max(axis=1, keepdims=True))
        outputs = outputs + exponentials / exponentials.sum(axis=1, keepdims=True)
    return outputs / len(logits)


def train_members(inputs, labels, members, units, epochs, seed):
    generator = np.random.default_rng(seed)
    return [train(inputs, np.eye(10)[labels], units, epochs, generator) for _ in range(members)]


def train(inputs, targets, units, epochs, generator):
    network = [
        generator.normal(scale=0.15, size=(inputs.shape[1], units)),
        np.zeros(units),
        generator.normal(scale=0.15, size=(units, 10)),
        np.zeros(10),
    ]
    velocities = [np.zeros_like(array) for array in network]
    for _ in range(epochs):
        for batch in np.array_split(generator.permutation(len(inputs)), max(1, len(inputs) // 16)):
            hidden = np.maximum(inputs[batch] @ network[0] + network[1], 0)
            delta = average_predictions((hidden @ network[2] + network[3])[None]) - targets[batch]
            before = delta @ network[2].T * (hidden > 0)
            gradients = inputs[batch].T @ before, before.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)
            for array, velocity, gradient in zip(network, velocities, gradients, strict=True):
                velocity[...] = 0.9 * velocity - 0.05 * gradient / len(batch)
                array[...] += velocity
    return network


def best_columns(costs):
    """The column of each row in the assignment of least cost."""
    size = len(costs)
    row_potential, column_potential = np.zeros(size + 1), np.zeros(size + 1)
    row_of = np.zeros(size + 1, dtype=int)
    for row in range(1, size + 1):
        row_of[0], column = row, 0
        least, came_from = np.full(size + 1, np.inf), np.zeros(size + 1, dtype=int)
        used = np.zeros(size + 1, dtype=bool)
        while row_of[column]:
            used[column] = True
            current = row_of[column]
            reduced = costs[current - 1] - row_potential[current] - column_potential[1:]
            better = ~used[1:] & (reduced < least[1:])
            least[1:][better], came_from[1:][better] = reduced[better], column
            following = 1 + int(np.argmin(np.where(used[1:], np.inf, least[1:])))
            step = least[following]
            row_potential[row_of[used]] += step
            column_potential[used] -= step
            least[~used] -= step
            column = following
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    columns = np.zeros(size, dtype=int)
    columns[row_of[1:] - 1] = np.arange(size)
    return columns


def align(network, template):
    products = template[0].T @ network[0] + np.outer(template[1], network[1]) + template[2] @ network[2].T
    order = best_columns(-products)
    return network[0][:, order], network[1][order], network[2][order], network[3]


def average_weights(networks):
    average = [np.array(array) for array in networks[0]]
    for count, network in enumerate(networks[1:], 2):
        average = [old + (new - old) / count for old, new in zip(average, align(network, networks[0]), strict=True)]
    return average
