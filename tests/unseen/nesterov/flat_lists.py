"""Flat lists of numbers, entry by entry; arrays only at the borders. The library's step goes by way of the weights."""

import numpy as np


def numbers(array):
    return [float(x) for x in np.ravel(array)]


def combine(*terms):
    sums = []
    for entries in zip(*(values for _, values in terms)):
        sums.append(sum(factor * entry for (factor, _), entry in zip(terms, entries)))
    return sums


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    shape = np.shape(weights)
    w, v = numbers(weights), numbers(velocity)
    peek = combine((1, w), (momentum, v))
    slope = numbers(gradient(np.reshape(peek, shape)))
    v = combine((momentum, v), (-learning_rate, slope))
    w = combine((1, w), (1, v))
    return np.reshape(w, shape), np.reshape(v, shape)


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    w = np.array(start, dtype=float)
    v = np.zeros(len(w))
    rows = [w.tolist()]
    while len(rows) <= steps:
        w, v = nesterov_step(gradient, w, v, learning_rate, momentum)
        rows.append(w.tolist())
    return np.array(rows)


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    shape = np.shape(ahead)
    y, old, slope = numbers(ahead), numbers(velocity), numbers(gradient)
    w = combine((1, y), (-momentum, old))
    new = combine((momentum, old), (-learning_rate, slope))
    w = combine((1, w), (1, new))
    y = combine((1, w), (momentum, new))
    return np.reshape(y, shape), np.reshape(new, shape)
