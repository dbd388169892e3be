"""Plain Python, one query and one key at a time."""

import math


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def project(row, matrix):
    return [dot(row, column) for column in zip(*matrix, strict=True)]


def dot_scores(queries, keys):
    return [[dot(query, key) for key in keys] for query in queries]


def cosine_scores(queries, keys):
    def cosine(query, key):
        lengths = math.sqrt(dot(query, query) * dot(key, key))
        return dot(query, key) / lengths if lengths > 0 else 0.0

    return [[cosine(query, key) for key in keys] for query in queries]


def additive_scores(queries, keys, w_query, w_key, v):
    def score(query, key):
        sums = zip(project(query, w_query), project(key, w_key), strict=True)
        return dot([math.tanh(a + b) for a, b in sums], v)

    return [[score(query, key) for key in keys] for query in queries]


def attend(scores, values):
    outputs, weights = [], []
    for row in scores:
        largest = max(row)
        exponentials = [math.exp(score - largest) for score in row]
        weights.append([exponential / sum(exponentials) for exponential in exponentials])
        outputs.append(project(weights[-1], values))
    return outputs, weights
