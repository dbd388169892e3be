"""Python loops over points and features; the gates are learned from their truth tables by Rosenblatt's rule."""

import numpy as np

TRUTH_TABLES = {
    "AND": {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1},
    "OR": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 1},
    "NAND": {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 0},
}


def perceptron(inputs, weights, bias):
    answers = []
    for point in inputs:
        score = bias
        for x, w in zip(point, weights):
            score += x * w
        if score >= 0:
            answers.append(1)
        else:
            answers.append(0)
    return np.array(answers, dtype=np.int64)


def gate(name):
    table = TRUTH_TABLES[name]
    w1, w2, b = 0, 0, 0
    wrong = True
    while wrong:
        wrong = False
        for (x1, x2), wanted in table.items():
            error = wanted - int(w1 * x1 + w2 * x2 + b >= 0)
            if error:
                w1, w2, b = w1 + error * x1, w2 + error * x2, b + error
                wrong = True
    # All scores are whole numbers, so half a unit keeps the corners off the line.
    return np.array([w1, w2], dtype=float), b + 0.5
