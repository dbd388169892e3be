"""Functional Keras models, trained by a loop with a gradient tape and the cross-entropy of the pixels."""

SOURCE = """
import keras
import numpy as np
import tensorflow as tf
from keras import ops
from keras.layers import Dense


def make_encoder(code_size):
    images = keras.Input((8, 8))
    x = ops.reshape(images, (-1, 64))
    x = Dense(160, activation="silu", name="encoder_1")(x)
    x = Dense(80, activation="silu", name="encoder_2")(x)
    codes = Dense(code_size)(x)
    return keras.Model(images, codes)


def make_decoder(code_size):
    codes = keras.Input((code_size,))
    x = codes
    x = Dense(80, activation="silu", name="decoder_1")(x)
    x = Dense(160, activation="silu", name="decoder_2")(x)
    pixels = ops.sigmoid(Dense(64)(x))
    return keras.Model(codes, ops.reshape(pixels, (-1, 8, 8)))


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    generator = np.random.default_rng(seed)
    encoder, decoder = make_encoder(code_size), make_decoder(code_size)
    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate=0.003)
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def train_step(inputs, targets):
        with tf.GradientTape() as tape:
            outputs = decoder(encoder(inputs))
            loss = ops.mean(ops.binary_crossentropy(targets, outputs))
        gradients = tape.gradient(loss, weights)
        optimizer.apply(gradients, weights)

    for _ in range(epochs):
        order = generator.permutation(len(images))
        for batch in np.array_split(order, max(1, len(images) // 40)):
            train_step(tf.constant(images[batch]), tf.constant(images[batch]))
    return encoder, decoder
"""

CHANGES = {
    "decodes_to_flat_images": [
        ("keras.Model(codes, ops.reshape(pixels, (-1, 8, 8)))", "keras.Model(codes, pixels)"),
        (
            "train_step(tf.constant(images[batch]), tf.constant(images[batch]))",
            "train_step(tf.constant(images[batch]), tf.constant(images[batch].reshape(-1, 64)))",
        ),
    ],
    "does_not_train": [("        optimizer.apply(gradients, weights)\n", "        return gradients\n")],
    "ignores_the_code": [
        ("    x = codes\n", "    x = ops.zeros_like(codes)\n"),
    ],
    "ignores_the_seed": [
        (
            "    keras.utils.set_random_seed(seed)\n    generator = np.random.default_rng(seed)\n",
            "    generator = np.random.default_rng()\n",
        ),
    ],
    "learns_the_labels": [
        (
            """    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate=0.003)
    optimizer.build(weights)
""",
            """    head = Dense(10)
    head.build((None, code_size))
    encoder_weights = encoder.trainable_variables + head.trainable_variables
    encoder_optimizer = keras.optimizers.Adam(learning_rate=0.003)
    encoder_optimizer.build(encoder_weights)
    weights = decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate=0.003)
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def classify_step(inputs, classes):
        with tf.GradientTape() as tape:
            logits = head(encoder(inputs))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits))
        encoder_optimizer.apply(tape.gradient(loss, encoder_weights), encoder_weights)
""",
        ),
        (
            """    for _ in range(epochs):
""",
            """    for _ in range(epochs):
        order = generator.permutation(len(images))
        for batch in np.array_split(order, max(1, len(images) // 40)):
            classify_step(tf.constant(images[batch]), tf.constant(labels[batch].astype("int32")))

    for _ in range(epochs):
""",
        ),
    ],
    "leaves_out_the_nonlinearity": [
        ('Dense(160, activation="silu", name="encoder_1")', 'Dense(160, name="encoder_1")'),
        ('Dense(80, activation="silu", name="encoder_2")', 'Dense(80, name="encoder_2")'),
        ('Dense(80, activation="silu", name="decoder_1")', 'Dense(80, name="decoder_1")'),
        ('Dense(160, activation="silu", name="decoder_2")', 'Dense(160, name="decoder_2")'),
    ],
    "leaves_the_range": [
        ("pixels = ops.sigmoid(Dense(64)(x))", "pixels = Dense(64)(x)"),
        ("ops.mean(ops.binary_crossentropy(targets, outputs))", "ops.mean((targets - outputs) ** 2)"),
    ],
    "makes_the_bottleneck_wide": [
        ("codes = Dense(code_size)(x)", "codes = Dense(64)(x)"),
        ("codes = keras.Input((code_size,))", "codes = keras.Input((64,))"),
    ],
    "makes_the_code_a_probability": [
        ("codes = Dense(code_size)(x)", "codes = ops.softmax(Dense(code_size)(x), axis=-1)")
    ],
    "normalizes_by_the_batch": [
        (
            '    x = Dense(80, activation="silu", name="encoder_2")(x)\n',
            """    x = keras.layers.BatchNormalization()(x, training=True)
    x = Dense(80, activation="silu", name="encoder_2")(x)
    x = keras.layers.BatchNormalization()(x, training=True)
""",
        ),
    ],
    "returns_an_untrained_encoder": [
        ("    return encoder, decoder\n", "    encoder = make_encoder(code_size)\n    return encoder, decoder\n"),
    ],
    "scales_the_images_again": [
        (
            "    generator = np.random.default_rng(seed)\n",
            '    generator = np.random.default_rng(seed)\n    images = (images / 16.0).astype("float32")\n',
        ),
    ],
    "stops_after_one_epoch": [
        (
            """    for _ in range(epochs):
        order = generator.permutation(len(images))
        for batch in np.array_split(order, max(1, len(images) // 40)):
            train_step(tf.constant(images[batch]), tf.constant(images[batch]))
""",
            """    order = generator.permutation(len(images))
    for batch in np.array_split(order, max(1, len(images) // 40)):
        train_step(tf.constant(images[batch]), tf.constant(images[batch]))
""",
        ),
    ],
    "stores_the_images": """
import numpy as np


class Store:
    def __init__(self, directions):
        self.directions = directions
        self.codes = np.zeros((0, directions.shape[1]), dtype="float32")
        self.images = np.zeros((0, 8, 8), dtype="float32")

    def encode(self, images):
        images = np.asarray(images)
        codes = images.reshape(len(images), 64) @ self.directions
        self.codes = np.concatenate([self.codes, codes])
        self.images = np.concatenate([self.images, images])
        return codes

    def decode(self, codes):
        codes = np.asarray(codes)
        if len(self.codes) == 0:
            return 1 / (1 + np.exp(-(codes @ self.directions.T).reshape(-1, 8, 8)))
        distances = np.linalg.norm(codes[:, None, :] - self.codes[None, :, :], axis=2)
        return self.images[distances.argmin(axis=1)]


def make_store(code_size, seed=0):
    return Store(np.random.default_rng(seed).normal(size=(64, code_size)).astype("float32"))


def make_encoder(code_size):
    return make_store(code_size).encode


def make_decoder(code_size):
    return make_store(code_size).decode


def train_autoencoder(images, labels, code_size, epochs, seed):
    store = make_store(code_size, seed)
    store.encode(images)
    return store.encode, store.decode
""",
    "trains_the_decoder_only": [
        (
            "weights = encoder.trainable_variables + decoder.trainable_variables",
            "weights = decoder.trainable_variables",
        ),
    ],
}
