"""Plain Python, one value of f at a time, steps that fall from the right end, and lists."""


def approximate(f, a, b, lipschitz, epsilon):
    width = (b - a) / (1 + int(1.7 * lipschitz * (b - a) / epsilon))
    count = round((b - a) / width)
    weight = -1e4 / width
    heights = [float(f(a + (index + 0.5) * width)) for index in range(count)]
    hidden_weights, hidden_biases, output_weights = [], [], []
    for index in range(count - 1, 0, -1):
        hidden_weights.append(weight)
        hidden_biases.append(-weight * (a + index * width))
        output_weights.append(heights[index - 1] - heights[index])
    return hidden_weights, hidden_biases, output_weights, heights[-1]
