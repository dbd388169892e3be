"""Running totals, one unit's costs at a time; the width by adding powers of two, from the largest down."""

def layers_of(units):
    layers = []
    before = units[0]
    for after in units[1:]:
        layers.append((before, after))
        before = after
    return layers


def count_parameters(units, use_bias=True):
    total = 0
    for before, after in layers_of(units):
        weights = before * after
        biases = after if use_bias else 0
        total += weights + biases
    return total


def count_flops(units, batch_size=1, use_bias=True):
    total = 0
    for before, after in layers_of(units):
        products = before
        sums = before - 1
        if use_bias:
            sums += 1
        total += after * (products + sums)
    return total * batch_size


def cost(inputs, outputs, hidden_layers, width):
    proposed_limit = (hidden_layers - 1) * (width * width + width)
    return inputs * width + width + proposed_limit + width * outputs + outputs


def widest(inputs, outputs, hidden_layers, budget):
    width = 0
    for power in range(41, -1, -1):
        wider = width + 2**power
        if cost(inputs, outputs, hidden_layers, wider) <= budget:
            width = wider
    return width
