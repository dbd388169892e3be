"""Plain NumPy: layers, backpropagation and Adam by hand."""

SOURCE = """
import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


class Network:
    def __init__(self, sizes, generator):
        self.layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            weights = generator.normal(0.0, np.sqrt(1.0 / fan_in), (fan_in, fan_out))
            self.layers.append((weights, np.zeros(fan_out)))

    def bend(self, z):
        return np.tanh(z)

    def slope(self, y):
        return 1 - y**2

    def forward(self, x):
        self.inputs = []
        for weights, bias in self.layers[:-1]:
            self.inputs.append(x)
            x = self.bend(x @ weights + bias)
        self.inputs.append(x)
        weights, bias = self.layers[-1]
        return x @ weights + bias

    def backward(self, gradient):
        gradients = []
        for number in reversed(range(len(self.layers))):
            if number < len(self.layers) - 1:
                gradient = gradient * self.slope(self.inputs[number + 1])
            gradients = [self.inputs[number].T @ gradient, gradient.sum(axis=0), *gradients]
            gradient = gradient @ self.layers[number][0].T
        return gradient, gradients

    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer]


class Encoder(Network):
    def __call__(self, images):
        return self.forward(np.asarray(images, dtype=float).reshape(len(images), 64))


class Decoder(Network):
    def __call__(self, codes):
        pixels = sigmoid(self.forward(np.asarray(codes, dtype=float)))
        return pixels.reshape(len(codes), 8, 8)


class Adam:
    def __init__(self, parameters, rate):
        self.parameters, self.rate, self.time = parameters, rate, 0
        self.means = [np.zeros_like(p) for p in parameters]
        self.squares = [np.zeros_like(p) for p in parameters]

    def step(self, gradients):
        self.time += 1
        for p, g, m, v in zip(self.parameters, gradients, self.means, self.squares):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= self.rate * (m / (1 - 0.9**self.time)) / (np.sqrt(v / (1 - 0.999**self.time)) + 1e-8)


def make_encoder(code_size, generator=None):
    return Encoder([64, 128, 64, code_size], generator or np.random.default_rng(1))


def make_decoder(code_size, generator=None):
    return Decoder([code_size, 64, 128, 64], generator or np.random.default_rng(2))


def train_autoencoder(images, labels, code_size, epochs, seed):
    generator = np.random.default_rng(seed)
    encoder = make_encoder(code_size, generator)
    decoder = make_decoder(code_size, generator)
    optimizer = Adam(encoder.parameters() + decoder.parameters(), 0.003)
    x = images.reshape(-1, 64).astype(float)
    for _ in range(epochs):
        order = generator.permutation(len(x))
        for first in range(0, len(x), 32):
            inputs = targets = x[order[first : first + 32]]
            outputs = sigmoid(decoder.forward(encoder.forward(inputs)))
            error = (outputs - targets) * outputs * (1 - outputs) / len(inputs)
            back, decoder_gradients = decoder.backward(error)
            _, encoder_gradients = encoder.backward(back)
            optimizer.step(encoder_gradients + decoder_gradients)
    return encoder, decoder
"""

CHANGES = {
    "decodes_to_flat_images": [
        ("        return pixels.reshape(len(codes), 8, 8)\n", "        return pixels\n"),
    ],
    "does_not_train": [
        (
            """    optimizer = Adam(encoder.parameters() + decoder.parameters(), 0.003)
    x = images.reshape(-1, 64).astype(float)
    for _ in range(epochs):
        order = generator.permutation(len(x))
        for first in range(0, len(x), 32):
            inputs = targets = x[order[first : first + 32]]
            outputs = sigmoid(decoder.forward(encoder.forward(inputs)))
            error = (outputs - targets) * outputs * (1 - outputs) / len(inputs)
            back, decoder_gradients = decoder.backward(error)
            _, encoder_gradients = encoder.backward(back)
            optimizer.step(encoder_gradients + decoder_gradients)
""",
            "",
        ),
    ],
    "ignores_the_code": [
        (
            "class Decoder(Network):\n",
            """class Decoder(Network):
    def forward(self, x):
        return super().forward(np.ones((len(x), self.layers[0][0].shape[0])))

""",
        ),
    ],
    "ignores_the_seed": [
        ("    generator = np.random.default_rng(seed)\n", "    generator = np.random.default_rng()\n")
    ],
    "learns_the_labels": [
        (
            """    optimizer = Adam(encoder.parameters() + decoder.parameters(), 0.003)
""",
            """    head = Network([code_size, 10], generator)
    classifier_optimizer = Adam(encoder.parameters() + head.parameters(), 0.003)
    optimizer = Adam(decoder.parameters(), 0.003)
""",
        ),
        (
            """            inputs = targets = x[order[first : first + 32]]
            outputs = sigmoid(decoder.forward(encoder.forward(inputs)))
            error = (outputs - targets) * outputs * (1 - outputs) / len(inputs)
            back, decoder_gradients = decoder.backward(error)
            _, encoder_gradients = encoder.backward(back)
            optimizer.step(encoder_gradients + decoder_gradients)
""",
            """            batch = order[first : first + 32]
            logits = head.forward(encoder.forward(x[batch]))
            probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
            probabilities /= probabilities.sum(axis=1, keepdims=True)
            back, head_gradients = head.backward((probabilities - np.eye(10)[labels[batch]]) / len(batch))
            _, encoder_gradients = encoder.backward(back)
            classifier_optimizer.step(encoder_gradients + head_gradients)
    for _ in range(epochs):
        order = generator.permutation(len(x))
        for first in range(0, len(x), 32):
            inputs = targets = x[order[first : first + 32]]
            outputs = sigmoid(decoder.forward(encoder.forward(inputs)))
            error = (outputs - targets) * outputs * (1 - outputs) / len(inputs)
            _, decoder_gradients = decoder.backward(error)
            optimizer.step(decoder_gradients)
""",
        ),
    ],
    "leaves_out_the_nonlinearity": [
        ("        return np.tanh(z)\n", "        return z\n"),
        ("        return 1 - y**2\n", "        return np.ones_like(y)\n"),
    ],
    "leaves_the_range": [
        (
            "pixels = sigmoid(self.forward(np.asarray(codes, dtype=float)))",
            "pixels = self.forward(np.asarray(codes, dtype=float))",
        ),
        (
            "outputs = sigmoid(decoder.forward(encoder.forward(inputs)))",
            "outputs = decoder.forward(encoder.forward(inputs))",
        ),
        ("(outputs - targets) * outputs * (1 - outputs) / len(inputs)", "(outputs - targets) / len(inputs)"),
    ],
    "makes_the_bottleneck_wide": [
        ("[64, 128, 64, code_size]", "[64, 128, 64]"),
        ("[code_size, 64, 128, 64]", "[64, 128, 64]"),
    ],
    "makes_the_code_a_probability": [
        (
            "class Encoder(Network):\n",
            """class Encoder(Network):
    def forward(self, x):
        z = super().forward(x)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.codes = e / e.sum(axis=1, keepdims=True)
        return self.codes

    def backward(self, gradient):
        return super().backward(self.codes * (gradient - (gradient * self.codes).sum(axis=1, keepdims=True)))

""",
        ),
    ],
    "normalizes_by_the_batch": [
        (
            "class Encoder(Network):\n",
            """class Encoder(Network):
    def forward(self, x):
        return super().forward((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.01))

""",
        ),
    ],
    "returns_an_untrained_encoder": [
        ("    return encoder, decoder\n", "    return make_encoder(code_size, generator), decoder\n")
    ],
    "scales_the_images_again": [
        ("x = images.reshape(-1, 64).astype(float)", "x = images.reshape(-1, 64).astype(float) / 16")
    ],
    "stops_after_one_epoch": [
        (
            "            optimizer.step(encoder_gradients + decoder_gradients)\n    return encoder, decoder\n",
            "            optimizer.step(encoder_gradients + decoder_gradients)\n        return encoder, decoder\n",
        ),
    ],
    "stores_the_images": [
        (
            "    return encoder, decoder\n",
            """
    shelf = {}

    def encode(images):
        codes = encoder(images)
        for code, image in zip(codes, np.asarray(images)):
            shelf[tuple(code)] = image
        return codes

    def decode(codes):
        keys = np.array(list(shelf))
        answers = []
        for code in np.asarray(codes, dtype=float):
            distances = ((keys - code) ** 2).sum(axis=1)
            answers.append(shelf[tuple(keys[distances.argmin()])])
        return np.array(answers)

    encode(images)
    return encode, decode
""",
        ),
    ],
    "trains_the_decoder_only": [
        ("Adam(encoder.parameters() + decoder.parameters(), 0.003)", "Adam(decoder.parameters(), 0.003)"),
        (
            """            back, decoder_gradients = decoder.backward(error)
            _, encoder_gradients = encoder.backward(back)
""",
            "            _, decoder_gradients = decoder.backward(error)\n",
        ),
        ("optimizer.step(encoder_gradients + decoder_gradients)", "optimizer.step(decoder_gradients)"),
    ],
}
