"""A deck of sample numbers, shuffled by swaps and dealt card by card; plain loops for the gradient."""

import numpy as np


def shuffled(count, generator):
    deck = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(generator.integers(last + 1))
        deck[last], deck[other] = deck[other], deck[last]
    return deck


def minibatches(inputs, targets, batch_size, generator):
    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]


def batch_gradient(weights, inputs, targets):
    slope = [0.0] * len(weights)
    for x, y in zip(inputs, targets):
        error = sum(a * w for a, w in zip(x, weights)) - y
        for j, a in enumerate(x):
            slope[j] += 2 * error * a
    return np.array([s / len(targets) for s in slope])


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    weights = np.array(start, dtype=float)
    path = [weights]
    for epoch in range(epochs):
        for x, y in minibatches(inputs, targets, batch_size, generator):
            weights = weights - learning_rate * gradient(weights, x, y)
            path.append(weights)
    return np.array(path)
