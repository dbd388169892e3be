"""A deck of sample numbers, shuffled by swaps and dealt card by card; plain loops for the gradient."""

SOURCE = """
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
"""


CHANGES = {
    "averages_the_gradients_of_an_epoch": [
        (
            """        for x, y in minibatches(inputs, targets, batch_size, generator):
            weights = weights - learning_rate * gradient(weights, x, y)
            path.append(weights)
""",
            """        total = 0.0
        for x, y in minibatches(inputs, targets, batch_size, generator):
            total = total + len(y) / len(targets) * gradient(weights, x, y)
        weights = weights - learning_rate * total
        path.append(weights)
""",
        ),
    ],
    "begins_each_epoch_at_the_start": [
        (
            "    for epoch in range(epochs):\n",
            "    for epoch in range(epochs):\n        weights = np.array(start, dtype=float)\n",
        ),
    ],
    "climbs_the_loss": [("weights - learning_rate * gradient", "weights + learning_rate * gradient")],
    "deals_once_for_all_epochs": [
        (
            "    for epoch in range(epochs):\n        for x, y in minibatches(inputs, targets, batch_size, generator):\n",
            """    hands = list(minibatches(inputs, targets, batch_size, generator))
    for epoch in range(epochs):
        for x, y in hands:
""",
        ),
    ],
    "draws_from_another_generator": [("int(generator.integers(last + 1))", "np.random.randint(last + 1)")],
    "draws_with_replacement": [
        (
            """    deck = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(generator.integers(last + 1))
        deck[last], deck[other] = deck[other], deck[last]
    return deck
""",
            """    deck = []
    while len(deck) < count:
        deck.append(int(generator.integers(count)))
    return deck
""",
        ),
    ],
    "drops_the_last_batch": [("    if hand:\n        yield inputs[hand], targets[hand]\n", "")],
    "evens_out_the_batches": [
        (
            """    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]
""",
            """    deck = shuffled(len(inputs), generator)
    left = -(-len(deck) // batch_size)
    while left:
        size = -(-len(deck) // left)
        hand, deck = deck[:size], deck[size:]
        yield inputs[hand], targets[hand]
        left -= 1
""",
        ),
    ],
    "forgets_the_factor_two": [("2 * error * a", "error * a")],
    "keeps_old_weights_for_an_epoch": [
        ("    for epoch in range(epochs):\n", "    for epoch in range(epochs):\n        before = weights\n"),
        ("gradient(weights, x, y)", "gradient(before, x, y)"),
    ],
    "keeps_one_point_an_epoch": [("            path.append(weights)\n", "        path.append(weights)\n")],
    "leaves_out_the_start": [("    path = [weights]\n", "    path = []\n")],
    "never_ends_the_epoch": [
        (
            """    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]
""",
            """    while True:
        hand = []
        for card in shuffled(len(inputs), generator):
            hand.append(card)
            if len(hand) == batch_size:
                yield inputs[hand], targets[hand]
                hand = []
        if hand:
            yield inputs[hand], targets[hand]
""",
        ),
        (
            "        for x, y in minibatches(inputs, targets, batch_size, generator):\n",
            """        steps = -(-len(targets) // batch_size)
        for _, (x, y) in zip(range(steps), minibatches(inputs, targets, batch_size, generator)):
""",
        ),
    ],
    "never_shuffles": [
        (
            """    deck = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(generator.integers(last + 1))
        deck[last], deck[other] = deck[other], deck[last]
    return deck
""",
            """    return list(range(count))
""",
        ),
    ],
    "pads_the_last_batch": [
        (
            """    for card in shuffled(len(inputs), generator):
        hand.append(card)
""",
            """    deck = shuffled(len(inputs), generator)
    missing = -len(deck) % batch_size
    for place in range(len(deck) + missing):
        hand.append(deck[place % len(deck)])
""",
        ),
    ],
    "parts_inputs_from_targets": [
        (
            """    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]
""",
            """    left, right = shuffled(len(inputs), generator), shuffled(len(targets), generator)
    while left:
        yield inputs[left[:batch_size]], targets[right[:batch_size]]
        left, right = left[batch_size:], right[batch_size:]
""",
        ),
    ],
    "shuffles_the_data_in_place": [
        (
            """    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]
""",
            """    for last in range(len(inputs) - 1, 0, -1):
        other = int(generator.integers(last + 1))
        inputs[[last, other]] = inputs[[other, last]]
        targets[[last, other]] = targets[[other, last]]
    for first in range(0, len(inputs), batch_size):
        yield inputs[first : first + batch_size].copy(), targets[first : first + batch_size].copy()
""",
        ),
    ],
    "shuffles_whole_batches": [
        (
            """    hand = []
    for card in shuffled(len(inputs), generator):
        hand.append(card)
        if len(hand) == batch_size:
            yield inputs[hand], targets[hand]
            hand = []
    if hand:
        yield inputs[hand], targets[hand]
""",
            """    hands = []
    for card in range(len(inputs)):
        if card % batch_size == 0:
            hands.append([])
        hands[-1].append(card)
    for place in shuffled(len(hands), generator):
        yield inputs[hands[place]], targets[hands[place]]
""",
        ),
    ],
    "starts_the_generator_anew": [
        (
            "    deck = list(range(count))\n",
            "    generator = np.random.default_rng(42)\n    deck = list(range(count))\n",
        )
    ],
    "steps_once_an_epoch": [
        (
            """        for x, y in minibatches(inputs, targets, batch_size, generator):
            weights = weights - learning_rate * gradient(weights, x, y)
            path.append(weights)
""",
            """        x, y = next(minibatches(inputs, targets, batch_size, generator))
        weights = weights - learning_rate * gradient(weights, x, y)
        path.append(weights)
""",
        ),
    ],
    "sums_over_the_batch": [("np.array([s / len(targets) for s in slope])", "np.array(slope)")],
    "weighs_the_step_by_the_batch": [
        ("learning_rate * gradient(weights", "learning_rate * len(y) / batch_size * gradient(weights"),
    ],
}
