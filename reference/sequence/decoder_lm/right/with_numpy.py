"""NumPy but for the loss: one block, with its gradient derived by hand, and Adam."""

import numpy as np
import tensorflow as tf

WIDTH, EPOCHS, BATCH_SIZE = 24, 5, 64


def next_token_loss(logits, tokens):
    targets = tokens[:, 1:]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits[:, :-1])
    is_real = tf.cast(targets != 0, "float32")
    return tf.reduce_sum(losses * is_real) / tf.reduce_sum(is_real)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sample(model, prompt, count, temperature, seed):
    rng = np.random.default_rng(seed)
    text = list(prompt)
    for _ in range(count):
        logits = np.array(model(np.array([text], dtype="int32")), dtype=float)[0, -1]
        if temperature == 0:
            text.append(logits.argmax())
        else:
            chances = softmax(logits / temperature)
            text.append(rng.choice(len(chances), p=chances))
    return np.array(text, dtype="int32")


def summed(rows, slopes):
    return np.tensordot(rows, slopes, axes=([0, 1], [0, 1]))


class Decoder:
    def __init__(self, vocabulary_size):
        shapes = {"query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "value": (WIDTH, WIDTH)}
        shapes |= {"hidden": (WIDTH, 2 * WIDTH), "back": (2 * WIDTH, WIDTH), "logits": (WIDTH, vocabulary_size)}
        self.weights = {name: np.random.normal(size=shape) / shape[0] ** 0.5 for name, shape in shapes.items()}
        self.weights["query"] *= 0.3
        self.weights["key"] *= 0.3
        self.weights["embedding"] = np.random.normal(size=(vocabulary_size, WIDTH))
        self.weights = {name: weight.astype("float32") for name, weight in self.weights.items()}

    def __call__(self, tokens):
        w, time = self.weights, tokens.shape[1]
        angles = np.arange(time)[:, None] / 100 ** (np.arange(0, WIDTH, 2) / WIDTH)
        waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype("float32")
        states = w["embedding"][tokens] + waves
        queries, keys, values = (states @ w[name] for name in ("query", "key", "value"))
        scores = queries @ keys.swapaxes(1, 2) / WIDTH**0.5
        may_attend = np.tri(time, dtype=bool)
        shares = softmax(np.where(may_attend, scores, np.float32(-1e9)))
        attended = states + shares @ values
        hidden = np.maximum(attended @ w["hidden"], 0)
        outputs = attended + hidden @ w["back"]
        self.steps = tokens, states, queries, keys, values, shares, attended, hidden, outputs
        return outputs @ w["logits"]

    def gradients(self, slopes):
        tokens, states, queries, keys, values, shares, attended, hidden, outputs = self.steps
        w, found = self.weights, {"logits": summed(outputs, slopes)}
        slopes = slopes @ w["logits"].T
        found["back"] = summed(hidden, slopes)
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


def make_model(vocabulary_size):
    return Decoder(vocabulary_size)


def train_language_model(tokens, vocabulary_size):
    model = make_model(vocabulary_size)
    optimizer, steps = Adam(model.weights), EPOCHS * len(tokens) // BATCH_SIZE
    for number in range(steps):
        batch = tokens[np.random.permutation(len(tokens))[:BATCH_SIZE]]
        slopes = softmax(model(batch))
        targets = np.append(batch[:, 1:], np.zeros_like(batch[:, :1]), axis=1)
        slopes -= np.eye(vocabulary_size, dtype="float32")[targets]
        slopes *= (targets != 0)[:, :, None] / np.float32(np.count_nonzero(targets))
        optimizer.step(model.gradients(slopes), 0.015 * (1 - number / steps) + 0.001)
    return model
