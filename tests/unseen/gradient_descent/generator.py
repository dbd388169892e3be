"""A generator walks for ever, a slice cuts the walk; plain Python loops over samples and features."""

import math
from itertools import islice

import numpy as np


def walk(gradient, start, learning_rate, tolerance):
    point = [float(x) for x in start]
    while True:
        yield point
        slope = gradient(np.array(point))
        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    points = walk(gradient, start, learning_rate, tolerance)
    return np.array(list(islice(points, max_steps + 1)))


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    rows, answers = inputs.tolist(), targets.tolist()
    features = inputs.shape[1]

    def gradient(weights):
        weights = weights.tolist()
        slope = [0.0] * features
        for x, y in zip(rows, answers):
            error = sum(w * a for w, a in zip(weights, x)) - y
            for j in range(features):
                slope[j] += 2 * error * x[j]
        return np.array([s / len(rows) for s in slope])

    return gradient_descent(gradient, [0.0] * features, learning_rate, tolerance, max_steps)
