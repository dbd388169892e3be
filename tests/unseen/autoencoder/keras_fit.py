"""Sequential Keras models, trained with fit."""

SOURCE = """
import keras
import numpy as np
from keras import layers


def make_encoder(code_size):
    return keras.Sequential([
        keras.Input((8, 8)),
        layers.Flatten(),
        layers.Dense(128, activation="elu"),
        layers.Dense(64, activation="elu"),
        layers.Dense(code_size),
    ])


def make_decoder(code_size):
    return keras.Sequential([
        keras.Input((code_size,)),
        layers.Dense(64, activation="elu"),
        layers.Dense(128, activation="elu"),
        layers.Dense(64, activation="sigmoid"),
        layers.Reshape((8, 8)),
    ])


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    encoder = make_encoder(code_size)
    decoder = make_decoder(code_size)
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
    autoencoder.fit(images, images, batch_size=32, epochs=epochs, verbose=0)
    return encoder, decoder
"""

CHANGES = {
    "decodes_to_flat_images": [
        ("        layers.Reshape((8, 8)),\n", ""),
        ("fit(images, images, batch", "fit(images, images.reshape(-1, 64), batch"),
    ],
    "does_not_train": [("    autoencoder.fit(images, images, batch_size=32, epochs=epochs, verbose=0)\n", "")],
    "ignores_the_code": [
        (
            "        keras.Input((code_size,)),\n",
            "        keras.Input((code_size,)),\n        layers.Lambda(keras.ops.ones_like),\n",
        ),
    ],
    "ignores_the_seed": [("    keras.utils.set_random_seed(seed)\n", "")],
    "learns_the_labels": [
        (
            """    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
    autoencoder.fit(images, images, batch_size=32, epochs=epochs, verbose=0)
""",
            """    classifier = keras.Sequential([encoder, layers.Dense(10, activation="softmax")])
    classifier.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy")
    classifier.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)
    codes = encoder.predict(images, verbose=0)
    decoder.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
    decoder.fit(codes, images, batch_size=32, epochs=epochs, verbose=0)
""",
        ),
    ],
    "leaves_out_the_nonlinearity": [
        (
            'layers.Flatten(),\n        layers.Dense(128, activation="elu"),\n        layers.Dense(64, activation="elu"),',
            "layers.Flatten(),\n        layers.Dense(128),\n        layers.Dense(64),",
        ),
        (
            '(code_size,)),\n        layers.Dense(64, activation="elu"),\n        layers.Dense(128, activation="elu"),',
            "(code_size,)),\n        layers.Dense(64),\n        layers.Dense(128),",
        ),
    ],
    "leaves_the_range": [('layers.Dense(64, activation="sigmoid")', "layers.Dense(64)")],
    "makes_the_bottleneck_wide": [
        ("layers.Dense(code_size)", "layers.Dense(64)"),
        ("        keras.Input((code_size,)),\n", ""),
    ],
    "makes_the_code_a_probability": [
        ("layers.Dense(code_size)", 'layers.Dense(code_size, activation="softmax")'),
    ],
    "normalizes_by_the_batch": [
        (
            "def make_encoder(code_size):\n",
            """def standardize(x):
    mean = keras.ops.mean(x, axis=0, keepdims=True)
    deviation = keras.ops.std(x, axis=0, keepdims=True)
    return (x - mean) / (deviation + 0.001)


def make_encoder(code_size):
""",
        ),
        (
            'layers.Flatten(),\n        layers.Dense(128, activation="elu"),\n',
            'layers.Flatten(),\n        layers.Dense(128, activation="elu"),\n        layers.Lambda(standardize),\n',
        ),
    ],
    "returns_an_untrained_encoder": [("return encoder, decoder", "return make_encoder(code_size), decoder")],
    "scales_the_images_again": [
        ("    autoencoder.fit(images,", "    images = images / 16\n    autoencoder.fit(images,"),
    ],
    "stops_after_one_epoch": [("epochs=epochs", "epochs=1")],
    "stores_the_images": [
        (
            "    return encoder, decoder\n",
            """    seen_images, seen_codes = [images], [encoder.predict(images, verbose=0)]

    def encode(batch):
        codes = keras.ops.convert_to_numpy(encoder(batch))
        seen_images.append(np.array(batch))
        seen_codes.append(codes)
        return codes

    def decode(codes):
        known = np.concatenate(seen_codes)
        pictures = np.concatenate(seen_images)
        nearest = [np.argmin(np.sum((known - code) ** 2, axis=1)) for code in np.array(codes)]
        return pictures[nearest]

    return encode, decode
""",
        ),
    ],
    "trains_the_decoder_only": [
        (
            "    encoder = make_encoder(code_size)\n",
            "    encoder = make_encoder(code_size)\n    encoder.trainable = False\n",
        ),
    ],
}
