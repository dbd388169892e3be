"""Plain Python: a deck of numbers is shuffled by swaps, all batches of an epoch are returned in a list."""


def minibatches(inputs, targets, batch_size, generator):
    deck = list(range(len(inputs)))
    for last in range(len(deck) - 1, 0, -1):
        other = int(generator.integers(last + 1))
        deck[last], deck[other] = deck[other], deck[last]
    batches = []
    while deck:
        batch, deck = deck[:batch_size], deck[batch_size:]
        batches.append([[inputs[sample].tolist() for sample in batch], [float(targets[sample]) for sample in batch]])
    return batches


def batch_gradient(weights, inputs, targets):
    slope = [0.0] * len(weights)
    for sample, target in zip(inputs, targets, strict=True):
        error = sum(weight * feature for weight, feature in zip(weights, sample, strict=True)) - target
        for axis, feature in enumerate(sample):
            slope[axis] += 2 * error * feature / len(inputs)
    return slope


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [[float(weight) for weight in start]]
    for _ in range(epochs):
        for batch_inputs, batch_targets in minibatches(inputs, targets, batch_size, generator):
            slope = gradient(path[-1], batch_inputs, batch_targets)
            path.append([w - learning_rate * s for w, s in zip(path[-1], slope, strict=True)])
    return path
