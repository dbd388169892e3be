"""What `positional_encoding`, `shift_matrix` and `TokenAndPosition` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check

FIRST = "At position 0, the first one, every angle is 0: sines are 0, and cosines 1."
WAVES = (
    "Column j belongs to pair i = j // 2; both columns have the angle p / 10000^(2i / depth), and even ones the sine."
)
ODD = "With an odd depth the last column is a sine, whose angle follows the same formula."
FAR = "Compute each angle from its position: no table that ends, no sum of rounded steps, no integers that overflow."
ROW = "Encodings are rows, on the left: sin(a + b) = sin a cos b + cos a sin b has to come out of the first column."
PAIRS = "Each pair turns by the offset times its own frequency, which is that of `positional_encoding`."
NOT_AT_ALL = "An offset of 0 turns no pair: cosines are 1, sines 0."
BACK = "A negative offset turns back: let the sines keep the sign of the angle."
SUM = "Multiply the embedding alone by sqrt(depth), and then add the encoding of the position to it."
POSITION = (
    "Position 0 is the first token of each sequence, in every call; the encoding depends on nothing but the position."
)
LONGER = "Make the encoding for the sequences of this call: ask for their length each time."
COMPILED = "Ask for the length by `keras.ops.shape(tokens)`, and compute with operations of Keras or TensorFlow."
WEIGHT = "Make one trainable weight, the embeddings, by `self.add_weight` or a `keras.layers.Embedding` in `__init__`."
THROUGH = "Stay within operations of Keras or TensorFlow: the gradient of an embedding has the factor sqrt(depth)."
FIT = "Treat token 0 like any other, and let the gradient reach the embedding of every token in the batch."


def waves(length, depth):
    """The encoding from complex numbers: pair i is a point on the unit circle, which turns from position to position."""
    turns = np.exp(1j * np.exp(-np.log(10000) / depth * np.arange(0, depth, 2)))
    points = turns ** np.arange(length)[:, None]
    return np.stack([points.imag, points.real], axis=-1).reshape(length, -1)[:, :depth]


def expected_outputs(embeddings, tokens):
    depth = embeddings.shape[1]
    return np.sqrt(depth) * embeddings[tokens] + waves(tokens.shape[1], depth)


def make_layer(submission, support, embeddings):
    """A layer with this table of embeddings as its only weight."""
    layer = submission.TokenAndPosition(*embeddings.shape)
    shapes = support.set_weight(layer, embeddings)
    check(
        shapes == [list(embeddings.shape)],
        "The weights of the layer are not one table of embeddings.",
        returned=shapes,
        expected=[list(embeddings.shape)],
        next_step=WEIGHT,
    )
    return layer


def random_tokens(rng, shape, vocabulary):
    """Tokens with the first and the last of the vocabulary among them."""
    tokens = rng.integers(vocabulary, size=shape).astype("int32")
    tokens.flat[:: tokens.size], tokens.flat[-1] = 0, vocabulary - 1
    return tokens


@pytest.mark.task(1)
def test_by_hand(submission):
    """Encodes two positions in four columns."""
    encoding = assert_shape(submission.positional_encoding(2, 4), (2, 4))
    assert_close(encoding[0], [0, 1, 0, 1], name="the row of position 0", next_step=FIRST)
    expected = [0.8414710, 0.5403023, 0.0099998, 0.9999500]
    assert_close(encoding[1], expected, name="the row of position 1", next_step=WAVES)


@pytest.mark.task(1)
@pytest.mark.parametrize(("length", "depth"), [(1, 2), (3, 2), (7, 6), (40, 16), (5, 512)])
def test_encodes_positions(submission, length, depth):
    """Encodes a text of length `length` in `depth` columns."""
    assert_close(submission.positional_encoding(length, depth), waves(length, depth), next_step=WAVES)


@pytest.mark.task(1)
@pytest.mark.parametrize("depth", [1, 3, 9])
def test_odd_depth(submission, depth):
    """Encodes a text in an odd number of columns, `depth`."""
    assert_close(submission.positional_encoding(6, depth), waves(6, depth), next_step=ODD)


@pytest.mark.task(1)
def test_far_positions(submission, rng):
    """Encodes positions up to several thousand as exactly as float32 allows."""
    length, depth = int(rng.integers(5200, 6000)), int(rng.integers(3, 7)) * 2
    # An angle of 6,000 has a rounding error of up to 0.0003 in float32, and its fraction has one as well.
    assert_close(submission.positional_encoding(length, depth), waves(length, depth), atol=5e-3, next_step=FAR)


@pytest.mark.task(2)
def test_matrix_by_hand(submission):
    """Makes the matrix for one position and a depth of 2, a rotation by one radian."""
    expected = [[0.5403023, -0.8414710], [0.8414710, 0.5403023]]
    assert_close(submission.shift_matrix(1, 2), expected, next_step=ROW)


@pytest.mark.task(2)
@pytest.mark.parametrize("direction", ["forwards", "backwards"])
def test_moves_every_encoding(submission, rng, direction):
    """Moves all encodings `direction` by the same number of positions."""
    sign = 1 if direction == "forwards" else -1
    for depth in (2, 4, 10, 32):
        offset, table = int(rng.integers(3, 60)), waves(400, depth)
        before, after = (table[:-offset], table[offset:])[::sign]
        matrix = assert_shape(submission.shift_matrix(sign * offset, depth), (depth, depth))
        # A matrix in float32 is as right as one in float64.
        name = f"the encodings of depth {depth}, moved by {sign * offset} positions"
        assert_close(before @ matrix, after, name=name, atol=1e-4, next_step=PAIRS if sign > 0 else BACK)


@pytest.mark.task(2)
def test_offset_of_zero(submission):
    """Makes the identity matrix where nothing moves."""
    assert_close(submission.shift_matrix(0, 6), np.eye(6), next_step=NOT_AT_ALL)


@pytest.mark.task(3)
def test_layer_by_hand(submission, support):
    """Embeds three tokens in four columns, with embeddings that are easy to read."""
    embeddings = np.array([[10.0, 20.0, 30.0, 40.0], [50.0, 60.0, 70.0, 80.0]])
    outputs = make_layer(submission, support, embeddings)(np.array([[1, 0], [1, 1]], dtype="int32"))
    first, second = [100.0, 121.0, 140.0, 161.0], [100.8414710, 120.5403023, 140.0099998, 160.9999500]
    expected = [[first, [20.8414710, 40.5403023, 60.0099998, 80.9999500]], [first, second]]
    assert_close(outputs, expected, rtol=1e-6, next_step=SUM)


@pytest.mark.task(3)
@pytest.mark.parametrize(("shape", "vocabulary", "depth"), [((1, 1), 1, 1), ((3, 5), 7, 6), ((6, 3), 4, 5)])
def test_layer(submission, support, rng, shape, vocabulary, depth):
    """Embeds tokens of shape `shape` in a depth of `depth`."""
    embeddings, tokens = rng.normal(size=(vocabulary, depth)), random_tokens(rng, shape, vocabulary)
    outputs = make_layer(submission, support, embeddings)(tokens)
    assert_close(outputs, expected_outputs(embeddings, tokens), next_step=POSITION)


@pytest.mark.task(3)
def test_lengths_of_all_kinds(submission, support, rng):
    """Takes short sequences, then longer ones, then ones of thousands of tokens, then short ones."""
    embeddings = rng.normal(size=(5, 4))
    layer = make_layer(submission, support, embeddings)
    for shape in ((2, 3), (3, 9), (1, 6000), (2, 2)):
        tokens = random_tokens(rng, shape, 5)
        outputs, name = layer(tokens), f"the outputs for tokens of shape {shape}"
        assert_close(outputs, expected_outputs(embeddings, tokens), atol=5e-3, name=name, next_step=LONGER)


@pytest.mark.task(3)
def test_compiled(submission, support, rng):
    """Does the same when it is compiled, for a batch and a length that are not known in advance."""
    embeddings = rng.normal(size=(5, 6))
    layer = make_layer(submission, support, embeddings)
    problem = support.why_it_cannot_compile(layer)
    check(
        problem is None, f"The layer cannot be compiled for tokens of shape (None, None). {problem}", next_step=COMPILED
    )
    compiled = support.compile_layer(layer)
    for shape in ((1, 4), (3, 8)):
        tokens = random_tokens(rng, shape, 5)
        assert_close(compiled(tokens), expected_outputs(embeddings, tokens), next_step=COMPILED)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient back to its embeddings, once for each place where a token occurs."""
    embeddings, tokens, upstream = rng.normal(size=(4, 6)), random_tokens(rng, (3, 5), 4), rng.normal(size=(3, 5, 6))
    layer = make_layer(submission, support, embeddings)
    (gradient,) = assert_length(support.gradients(layer, tokens, upstream), 1, of="trainable weights", next_step=WEIGHT)
    check(gradient is not None, "No gradient flows back to the embeddings.", next_step=THROUGH)
    expected = [np.sqrt(6) * upstream[tokens == token].sum(axis=0) for token in range(4)]
    assert_close(gradient, expected, name="the gradient", next_step=THROUGH)


@pytest.mark.task(3)
def test_trains(submission, support, rng):
    """Trains in `fit`, batch by batch."""
    embeddings, tokens, targets = rng.normal(size=(4, 6)), random_tokens(rng, (5, 7), 4), rng.normal(size=(5, 7, 6))
    layer = make_layer(submission, support, embeddings)
    returned = support.fit(layer, tokens, targets, 2.0, 3)
    for batch in (slice(0, 3), slice(3, 5)):
        upstream = 2 * (expected_outputs(embeddings, tokens[batch]) - targets[batch]) / targets[batch].size
        rows = [upstream[tokens[batch] == token].sum(axis=0) for token in range(4)]
        embeddings = embeddings - 2.0 * np.sqrt(6) * np.array(rows)
    assert_close(returned, embeddings, name="the embeddings after two steps of descent", next_step=FIT)
