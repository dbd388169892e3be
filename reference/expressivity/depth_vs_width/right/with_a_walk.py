"""Plain Python with fractions: walks along the line, from the place where a unit switches to the next."""

from fractions import Fraction
from itertools import pairwise


def sawtooth(k):
    # max(0, 1 - |2 x - 1|), with an output of its own for each fold, which is never negative.
    tent = [([[2, -2]], [-1, 1]), ([[-1], [-1]], [1])]
    return tent * k


def pieces(layers, a, b):
    """The left end and the slope of each piece, and the value at a."""
    at, found, first = Fraction(a), [], None
    while at < Fraction(b):
        values, slopes, until = [at], [Fraction(1)], Fraction(b)
        for depth, (weights, biases) in enumerate(layers, 1):
            columns = [[Fraction(float(row[j])) for row in weights] for j in range(len(biases))]
            values = [
                sum(map(Fraction.__mul__, values, column), Fraction(float(bias)))
                for column, bias in zip(columns, biases, strict=True)
            ]
            slopes = [sum(map(Fraction.__mul__, slopes, column), Fraction(0)) for column in columns]
            if depth < len(layers):
                for j, (value, slope) in enumerate(zip(values, slopes, strict=True)):
                    if value * slope < 0:
                        until = min(until, at - value / slope)
                    if value < 0 or (value == 0 and slope < 0):
                        values[j] = slopes[j] = Fraction(0)
        first = values[0] if first is None else first
        if not found or abs(found[-1][1] - slopes[0]) > Fraction(1, 1000):
            found.append((at, slopes[0]))
        at = until
    return found, first


def count_pieces(layers, a, b):
    return len(pieces(layers, a, b)[0])


def make_shallow(layers, a, b):
    found, first = pieces(layers, a, b)
    # All units look to the left but the last one, which looks to the right of the last bend.
    hidden_weights, hidden_biases, output_weights, bias = [], [], [], first
    for (_, slope), (at, next_slope) in pairwise(found):
        hidden_weights.append(-1.0)
        hidden_biases.append(float(at))
        output_weights.append([float(next_slope - slope)])
        bias -= (next_slope - slope) * (at - Fraction(a))
    hidden_weights.append(1.0)
    hidden_biases.append(-float(a))
    output_weights.append([float(found[-1][1])])
    return [([hidden_weights], hidden_biases), (output_weights, [float(bias)])]
