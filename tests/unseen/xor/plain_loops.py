"""Plain Python loops over samples, layers and units; XOR joins NAND and OR, a table has one detector for each 1."""

import math

import numpy as np


def fires(score):
    return 1 if score >= 0 else 0


def unit_score(values, weights, bias, unit):
    score = bias[unit]
    for value, row in zip(values, weights):
        score += value * row[unit]
    return score


def forward(inputs, layers):
    batch = []
    for sample in inputs.tolist():
        values = sample
        for depth, (weights, biases) in enumerate(layers):
            last = depth == len(layers) - 1
            scores = [unit_score(values, weights, biases, unit) for unit in range(len(biases))]
            values = [fires(score) for score in scores]
        batch.append(values)
    return np.array(batch, dtype=int).reshape(len(inputs), len(layers[-1][1]))


def xor():
    not_both, any_on = [-2.0, -2.0, 3.0], [2.0, 2.0, -1.0]
    hidden = np.array([not_both[:2], any_on[:2]]).T, np.array([not_both[2], any_on[2]])
    both = np.array([[2.0], [2.0]]), np.array([-3.0])
    return [hidden, both]


def digits_of(row, count):
    digits = []
    for _ in range(count):
        digits.append(row % 2)
        row //= 2
    return digits[::-1]


def from_truth_table(outputs):
    count = int(round(math.log2(len(outputs))))
    rows = [digits_of(row, count) for row in range(len(outputs)) if outputs[row] == 1]
    weights = np.zeros((count, len(rows)))
    biases = np.zeros(len(rows))
    for unit, digits in enumerate(rows):
        for place, digit in enumerate(digits):
            weights[place, unit] = 2.0 if digit else -2.0
        biases[unit] = 1.0 - 2.0 * sum(digits)
    final = np.full((len(rows), 1), 2.0), np.array([-1.0])
    return [(weights, biases), final]
