"""NumPy only: one block, with its gradient derived by hand, and Adam."""

import numpy as np

WIDTH, STEPS, BATCH_SIZE = 16, 600, 64


def attention_mask(tokens):
    is_real = np.asarray(tokens) != 0
    return np.repeat(is_real[:, None, :], is_real.shape[1], axis=1)


def mean_of_tokens(states, tokens):
    is_real = (np.asarray(tokens) != 0)[:, :, None]
    return (states * is_real).sum(axis=1) / np.maximum(is_real.sum(axis=1), 1)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def summed(rows, slopes):
    return np.tensordot(rows, slopes, axes=([0, 1], [0, 1]))


class Encoder:
    def __init__(self, vocabulary_size):
        shapes = {"query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "value": (WIDTH, WIDTH)}
        shapes |= {"hidden": (WIDTH, 2 * WIDTH), "back": (2 * WIDTH, WIDTH)}
        self.weights = {name: np.random.normal(size=shape) / shape[0] ** 0.5 for name, shape in shapes.items()}
        self.weights["query"] *= 0.3
        self.weights["key"] *= 0.3
        self.weights["embedding"] = np.random.normal(size=(vocabulary_size, WIDTH))
        self.weights = {name: weight.astype("float32") for name, weight in self.weights.items()}

    def __call__(self, tokens):
        w, angles = self.weights, np.arange(tokens.shape[1])[:, None] / 100 ** (np.arange(0, WIDTH, 2) / WIDTH)
        waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")
        states = w["embedding"][tokens] + waves
        queries, keys, values = (states @ w[name] for name in ("query", "key", "value"))
        scores = queries @ keys.swapaxes(1, 2) / WIDTH**0.5
        shares = softmax(np.where(attention_mask(tokens), scores, np.float32(-1e9)))
        attended = states + shares @ values
        hidden = np.maximum(attended @ w["hidden"], 0)
        outputs = attended + hidden @ w["back"]
        self.steps = tokens, states, queries, keys, values, shares, attended, hidden
        return outputs

    def gradients(self, slopes):
        tokens, states, queries, keys, values, shares, attended, hidden = self.steps
        w, found = self.weights, {"back": summed(hidden, slopes)}
        inner = (slopes @ w["back"].T) * (hidden > 0)
        found["hidden"] = summed(attended, inner)
        slopes = slopes + inner @ w["hidden"].T
        of_shares = slopes @ values.swapaxes(1, 2)
        of_scores = shares * (of_shares - (of_shares * shares).sum(axis=-1, keepdims=True)) / WIDTH**0.5
        parts = {"query": of_scores @ keys, "key": of_scores.swapaxes(1, 2) @ queries}
        parts["value"] = shares.swapaxes(1, 2) @ slopes
        found |= {name: summed(states, part) for name, part in parts.items()}
        found["embedding"] = np.zeros_like(w["embedding"])
        np.add.at(found["embedding"], tokens, slopes + sum(part @ w[name].T for name, part in parts.items()))
        return found


class Adam:
    def __init__(self, weights):
        self.weights, self.count = weights, 0
        self.moments = {name: [np.zeros_like(weight), np.zeros_like(weight)] for name, weight in weights.items()}

    def step(self, gradients, rate):
        self.count += 1
        for name, slope in gradients.items():
            first, second = self.moments[name]
            first += 0.1 * (slope - first)
            second += 0.01 * (slope**2 - second)
            scale = np.sqrt(second / (1 - 0.99**self.count)) + 1e-7
            self.weights[name] -= rate * first / (1 - 0.9**self.count) / scale


def make_encoder(vocabulary_size):
    return Encoder(vocabulary_size)


def train_classifier(tokens, labels, vocabulary_size):
    encoder, head = make_encoder(vocabulary_size), np.random.normal(size=(WIDTH, 2)).astype("float32") / 4
    optimizer = Adam(encoder.weights | {"head": head})

    def classify(tokens):
        return mean_of_tokens(encoder(tokens), tokens) @ head

    for number in range(STEPS):
        chosen = np.random.permutation(len(tokens))[:BATCH_SIZE]
        batch, targets = tokens[chosen], np.eye(2, dtype="float32")[labels[chosen]]
        means = mean_of_tokens(encoder(batch), batch)
        slopes = (softmax(means @ head) - targets) / BATCH_SIZE
        is_real = (batch != 0)[:, :, None]
        gradients = encoder.gradients((slopes @ head.T)[:, None] * is_real / is_real.sum(axis=1, keepdims=True))
        optimizer.step(gradients | {"head": means.T @ slopes}, 0.015 * (1 - number / STEPS) + 0.001)
    return classify
