"""Plain Python, lists instead of arrays, and one hidden unit for each row whose output is 0."""


def forward(inputs, layers):
    outputs = []
    for point in inputs:
        values = list(point)
        for weights, biases in layers:
            scores = list(biases)
            for value, row in zip(values, weights, strict=True):
                scores = [score + value * weight for score, weight in zip(scores, row, strict=True)]
            values = [int(score >= 0) for score in scores]
        outputs.append(values)
    return outputs


def xor():
    return [([[1, 1], [1, 1]], [-1, -2]), ([[1], [-2]], [-0.5])]


def from_truth_table(outputs):
    num_inputs = len(outputs).bit_length() - 1
    columns, biases = [], []
    for row, output in enumerate(outputs):
        if output == 0:
            digits = [int(digit) for digit in format(row, f"0{num_inputs}b")]
            columns.append([1 - 2 * digit for digit in digits])
            biases.append(sum(digits) - 1)
    weights = [[column[position] for column in columns] for position in range(num_inputs)]
    return [(weights, biases), ([[1]] * len(columns), [-len(columns)])]
