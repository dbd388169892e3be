import keras
from keras import ops


def split_heads(inputs, num_heads):
    inputs = ops.convert_to_tensor(inputs)
    batch, time, _ = ops.shape(inputs)
    width = inputs.shape[-1] // num_heads
    cut = ops.reshape(inputs, (batch, time, num_heads, width))
    return ops.transpose(cut, (0, 2, 1, 3))


def join_heads(inputs):
    inputs = ops.convert_to_tensor(inputs)
    batch, _, time, _ = ops.shape(inputs)
    num_heads, width = inputs.shape[1], inputs.shape[3]
    swapped = ops.transpose(inputs, (0, 2, 1, 3))
    return ops.reshape(swapped, (batch, time, num_heads * width))


def attend(queries, keys, values, mask=None):
    queries = ops.convert_to_tensor(queries)
    keys = ops.convert_to_tensor(keys)
    values = ops.convert_to_tensor(values)
    d_k = keys.shape[-1]
    scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / d_k**0.5
    if mask is None:
        return ops.matmul(ops.softmax(scores, axis=-1), values)
    allowed = ops.expand_dims(ops.cast(mask, "bool"), axis=1)
    scores = ops.where(allowed, scores, -1e30)
    weights = ops.softmax(scores, axis=-1)
    weights = ops.where(allowed, weights, 0.0)
    return ops.matmul(weights, values)


class MultiHeadAttention(keras.layers.Layer):
    def __init__(self, num_heads, key_dim, value_dim=None, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = key_dim if value_dim is None else value_dim

    def build(self, query_shape, key_shape, value_shape):
        depth = query_shape[-1]
        self.query_kernel = self.add_weight(name="query_kernel", shape=(depth, self.num_heads * self.key_dim))
        self.key_kernel = self.add_weight(name="key_kernel", shape=(key_shape[-1], self.num_heads * self.key_dim))
        self.value_kernel = self.add_weight(name="value_kernel", shape=(value_shape[-1], self.num_heads * self.value_dim))
        self.output_kernel = self.add_weight(name="output_kernel", shape=(self.num_heads * self.value_dim, depth))

    def call(self, query, key, value, attention_mask=None):
        queries = split_heads(ops.matmul(query, self.query_kernel), self.num_heads)
        keys = split_heads(ops.matmul(key, self.key_kernel), self.num_heads)
        values = split_heads(ops.matmul(value, self.value_kernel), self.num_heads)
        heads = attend(queries, keys, values, attention_mask)
        return ops.matmul(join_heads(heads), self.output_kernel)
