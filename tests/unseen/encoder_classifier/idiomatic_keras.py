import keras
import numpy as np
from keras import layers, ops


def attention_mask(tokens):
    real = ops.not_equal(tokens, 0)
    batch, time = ops.shape(real)
    return ops.broadcast_to(real[:, None, :], (batch, time, time))


def mean_of_tokens(states, tokens):
    real = ops.cast(ops.not_equal(tokens, 0), "float32")
    total = ops.sum(states * real[:, :, None], axis=1)
    count = ops.sum(real, axis=1, keepdims=True)
    return total / ops.maximum(count, 1.0)


class SequenceEncoder(keras.Model):
    def __init__(self, vocabulary_size, width=32, num_heads=4, num_blocks=2, max_time=32):
        super().__init__()
        self.token_embedding = layers.Embedding(vocabulary_size, width, embeddings_initializer="glorot_uniform")
        self.position_embedding = layers.Embedding(max_time, width, embeddings_initializer="glorot_uniform")
        self.attentions = [layers.MultiHeadAttention(num_heads, width // num_heads) for _ in range(num_blocks)]
        self.hidden_layers = [layers.Dense(4 * width, activation="relu") for _ in range(num_blocks)]
        self.output_layers = [layers.Dense(width) for _ in range(num_blocks)]
        self.attention_norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(num_blocks)]
        self.output_norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(num_blocks)]

    def call(self, tokens):
        mask = attention_mask(tokens)
        positions = ops.arange(ops.shape(tokens)[1])
        x = self.token_embedding(tokens) + self.position_embedding(positions)
        for attention, norm1, dense1, dense2, norm2 in zip(
            self.attentions, self.attention_norms, self.hidden_layers, self.output_layers, self.output_norms
        ):
            x = norm1(x + attention(x, x, attention_mask=mask))
            x = norm2(x + dense2(dense1(x)))
        return x


class Classifier(keras.Model):
    def __init__(self, vocabulary_size):
        super().__init__()
        self.encoder = make_encoder(vocabulary_size)
        self.head = layers.Dense(2)

    def call(self, tokens):
        states = self.encoder(tokens)
        return self.head(mean_of_tokens(states, tokens))


def make_encoder(vocabulary_size):
    return SequenceEncoder(vocabulary_size)


def train_classifier(tokens, labels, vocabulary_size):
    tokens, labels = np.asarray(tokens), np.asarray(labels)
    model = Classifier(vocabulary_size)
    batch_size, epochs = 64, 15
    steps = epochs * -(-len(tokens) // batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.003, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    model.fit(tokens, labels, batch_size=batch_size, epochs=epochs, verbose=0)
    return model
