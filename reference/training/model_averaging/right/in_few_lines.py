import numpy as np
from scipy.optimize import linear_sum_assignment


def average_predictions(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.mean(exponentials / exponentials.sum(axis=-1, keepdims=True), axis=0)


def train_members(inputs, labels, members, units, epochs, seed):
    generator = np.random.default_rng(seed)
    return [train(inputs, labels, start(units, generator), epochs, generator) for _ in range(members)]


def start(units, generator):
    shapes = (64, units), (units,), (units, 10), (10,)
    return [generator.normal(scale=0.15, size=shape) * (len(shape) > 1) for shape in shapes]


def train(inputs, labels, network, epochs, generator):
    velocities = [np.zeros_like(array) for array in network]
    for _ in range(epochs):
        for batch in np.array_split(generator.permutation(len(inputs)), -(-len(inputs) // 16)):
            hidden = np.maximum(inputs[batch] @ network[0] + network[1], 0)
            logits = hidden @ network[2] + network[3]
            error = np.exp(logits - logits.max(axis=1, keepdims=True))
            error = (error / error.sum(axis=1, keepdims=True) - np.eye(10)[labels[batch]]) / len(batch)
            before = error @ network[2].T * (hidden > 0)
            gradients = inputs[batch].T @ before, before.sum(axis=0), hidden.T @ error, error.sum(axis=0)
            velocities = [0.9 * old - 0.05 * new for old, new in zip(velocities, gradients, strict=True)]
            network = [array + velocity for array, velocity in zip(network, velocities, strict=True)]
    return network


def align(network, template):
    _, order = linear_sum_assignment(units_of(template) @ units_of(network).T, maximize=True)
    return [network[0][:, order], network[1][order], network[2][order], network[3]]


def units_of(network):
    return np.concatenate([network[0].T, network[1][:, None], network[2]], axis=1)


def average_weights(networks):
    aligned = [align(network, networks[0]) for network in networks]
    return [np.mean(arrays, axis=0) for arrays in zip(*aligned, strict=True)]
