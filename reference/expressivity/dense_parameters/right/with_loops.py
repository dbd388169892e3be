"""Plain loops; the width is found by doubling, and then bit by bit."""


def count_parameters(units, use_bias=True):
    count = 0
    for index in range(1, len(units)):
        count += units[index - 1] * units[index]
        if use_bias:
            count += units[index]
    return count


def count_flops(units, batch_size=1, use_bias=True):
    products, additions = 0, 0
    for index in range(1, len(units)):
        products += units[index] * units[index - 1]
        additions += units[index] * (units[index - 1] - 1)
    if use_bias:
        additions += sum(units[1:])
    return (products + additions) * batch_size


def widest(inputs, outputs, hidden_layers, budget):
    def fits(width):
        return count_parameters([inputs] + hidden_layers * [width] + [outputs]) <= budget

    step = 1
    while fits(2 * step):
        step *= 2
    width = 0
    while step:
        if fits(width + step):
            width += step
        step //= 2
    return width
