"""Plain Python, one row at a time; NAND is AND with every sign changed."""


def perceptron(inputs, weights, bias):
    outputs = []
    for row in inputs:
        score = bias
        for weight, feature in zip(weights, row, strict=True):
            score += weight * feature
        outputs.append(1 if score >= 0 else 0)
    return outputs


def gate(name):
    if name == "OR":
        return [1, 1], -1
    if name == "AND":
        return [1.0, 1.0], -1.5
    return [-1.0, -1.0], 1.5
