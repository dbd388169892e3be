"""A sorted list of knots that grows layer by layer; plain loops over neighbours, and NumPy only to run the network."""

import numpy as np


def hidden(layers, points, depth):
    h = np.array(points, dtype=float).reshape(-1, 1)
    for weights, biases in layers[:depth]:
        h = np.maximum(h @ weights + biases, 0.0)
    return h


def run(layers, points):
    weights, biases = layers[-1]
    return hidden(layers, points, len(layers) - 1) @ weights + biases


def sawtooth(k):
    layers = []
    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])
    down = np.array([[2.0], [-4.0]])
    into = first
    for fold in range(k):
        layers.append((into, bend))
        into = down @ first
    layers.append((down, np.zeros(1)))
    return layers


def without_doubles(points, gap):
    kept = []
    for x in sorted(points):
        if not kept or x - kept[-1] > gap:
            kept.append(x)
    return kept


def find_knots(layers, a, b):
    knots = [a, b]
    gap = (b - a) * 1e-6
    for depth, (weights, biases) in enumerate(layers[:-1]):
        scores = (hidden(layers, knots, depth) @ weights + biases).T.tolist()
        new = []
        for unit in scores:
            for i in range(len(knots) - 1):
                left, right = unit[i], unit[i + 1]
                if left * right < 0:
                    new.append(knots[i] + (knots[i + 1] - knots[i]) * left / (left - right))
        knots = [a] + [x for x in without_doubles(knots + new, gap) if a + gap < x < b - gap] + [b]
    return knots


def find_slopes(layers, knots):
    values = run(layers, knots)[:, 0].tolist()
    slopes = []
    for i in range(len(knots) - 1):
        slopes.append((values[i + 1] - values[i]) / (knots[i + 1] - knots[i]))
    return slopes


def find_bends(layers, a, b):
    knots = find_knots(layers, a, b)
    slopes = find_slopes(layers, knots)
    bends = []
    for i in range(1, len(slopes)):
        change = slopes[i] - slopes[i - 1]
        if abs(change) > 0.01:
            bends.append((knots[i], change))
    return slopes[0], bends


def count_pieces(layers, a, b):
    _, bends = find_bends(layers, a, b)
    return len(bends) + 1


def make_shallow(layers, a, b):
    slope, bends = find_bends(layers, a, b)
    units = [(a, slope)] + bends
    starts = np.array([x for x, _ in units])
    changes = np.array([[change] for _, change in units])
    return [(np.ones((1, len(units))), -starts), (changes, run(layers, [a])[0])]
