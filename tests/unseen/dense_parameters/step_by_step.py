"""Running totals, one unit's costs at a time; the width by adding powers of two, from the largest down."""

SOURCE = """
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
"""

CHANGES = {
    "adds_biases_that_are_not_there": [
        ("        sums = before - 1\n        if use_bias:\n            sums += 1\n", "        sums = before\n")
    ],
    "adds_once_too_often": [("sums = before - 1\n", "sums = before\n")],
    "counts_biases_that_are_not_there": [("biases = after if use_bias else 0", "biases = after")],
    "counts_in_32_bits": [
        (
            "def layers_of(units):\n",
            "import numpy as np\n\n\ndef layers_of(units):\n    units = np.array(units, dtype=np.int32)\n",
        ),
    ],
    "counts_multiply_adds": [
        (
            """        products = before
        sums = before - 1
        if use_bias:
            sums += 1
        total += after * (products + sums)
""",
            """        for_one_unit = before  # the sum is part of a multiply-add
        total += after * for_one_unit
""",
        ),
    ],
    "counts_one_sample_only": [("return total * batch_size", "return total")],
    "counts_the_activations": [("total += after * (products + sums)", "total += after * (products + sums) + after")],
    "forgets_the_biases": [
        ("        biases = after if use_bias else 0\n        total += weights + biases", "        total += weights")
    ],
    "gives_each_layer_one_bias": [("biases = after if use_bias else 0", "biases = 1 if use_bias else 0")],
    "gives_the_inputs_biases": [("biases = after if use_bias else 0", "biases = before if use_bias else 0")],
    "goes_over_the_budget": [("    return width\n", "    return width + 1\n")],
    "leaves_a_part_of_the_budget": [("wider) <= budget", "wider) < budget")],
    "leaves_out_the_output_layer": [("units[1:]:", "units[1:-1]:")],
    "leaves_the_bias_out_of_the_flops": [("        if use_bias:\n            sums += 1\n", "")],
    "scales_the_width_with_the_budget": [
        (
            """    width = 0
    for power in range(41, -1, -1):
        wider = width + 2**power
        if cost(inputs, outputs, hidden_layers, wider) <= budget:
            width = wider
    return width
""",
            """    if cost(inputs, outputs, hidden_layers, 1) > budget:
        return 0
    each = cost(inputs, outputs, hidden_layers, 1) - outputs
    return (budget - outputs) // each
""",
        ),
    ],
    "squares_the_width_once_too_often": [
        ("(hidden_layers - 1) * (width * width + width)", "hidden_layers * width * width + (hidden_layers - 1) * width")
    ],
    "takes_the_parameters_for_flops": [
        (
            """    total = 0
    for before, after in layers_of(units):
        products = before
        sums = before - 1
        if use_bias:
            sums += 1
        total += after * (products + sums)
    return total * batch_size
""",
            """    return batch_size * count_parameters(units, use_bias)
""",
        ),
    ],
}
