"""What `encoder_classifier` must do."""

import numpy as np
import pytest

from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

COLUMNS = "Entry [b, i, j] asks whether token j is real: compare the tokens with 0, and repeat that for every query i."
BOTH_WAYS = "An encoder looks at later tokens too: nothing but padding is masked."
WHOLE = "Give the mask three axes, (batch, time, time), with all queries written out."
MEAN = "Sum the states of real tokens only, and divide by how many real tokens this sequence has."
EMPTY = "Where a sequence has no real token, divide 0 by 1 instead of by 0."
STATES = "The encoder returns a state for each token, of shape (batch, time, width): pooling comes later."
FINITE = "Follow a sequence of padding alone: where does softmax see no key, or a mean have no token?"
LATER = "Every token has to look at all real ones, later ones too: use self-attention with the mask of padding and no other."
ALL = "Let every token look at all real ones by self-attention, with the mask of padding and no other."
OWN = "Begin with an embedding of the tokens, and keep each token's own state by a residual connection."
PLACES = "Add positions to the embedding, counted from the start: attention alone does not know where a token stands."
PADDING = "Mask padding in the attention, take the mean over real tokens only, and count positions from the start."
MATES = "Something is computed over the whole batch: compute it for each sequence alone."
CHANCE = "Leave dropout, and whatever else draws random numbers, to training."
LOGITS = "The last layer is dense, with two outputs and no activation; tell the loss that it gets logits."
ORDER = "The order of the tokens decides: let the positions reach the classifier, through the encoder that you train."
LEARN = (
    "Train encoder and classifier as one model, for more epochs or with another learning rate, and watch the loss fall."
)

SWITCHES, LONGEST, VOCABULARY = 3, 6, 12
TRAINING, HELD_OUT = 4000, 1000


class Language:
    """Questions and orders for three switches, with numbers for the tokens that are drawn; two numbers are never used."""

    def __init__(self, rng):
        self.rng = rng
        numbers = 1 + rng.permutation(VOCABULARY - 1)
        self.questions, self.orders = numbers[:SWITCHES], numbers[SWITCHES : 3 * SWITCHES].reshape(SWITCHES, 2)

    def draw(self, count):
        """Tokens, padded to a time of 7, and labels. The switch in question is turned both on and off."""
        tokens, labels = np.zeros((count, 1 + LONGEST), "int32"), self.rng.integers(2, size=count).astype("int32")
        for row, label in zip(tokens, labels, strict=True):
            length = self.rng.integers(2, LONGEST + 1)
            asked, states = self.rng.integers(SWITCHES), self.rng.integers(2, size=length)
            switches = self.rng.integers(SWITCHES, size=length)
            first, last = np.sort(self.rng.permutation(length)[:2])
            switches[[first, last]], states[[first, last]] = asked, [1 - label, label]
            switches[last + 1 :] = (asked + self.rng.integers(1, SWITCHES, size=length - last - 1)) % SWITCHES
            row[0], row[1 : 1 + length] = self.questions[asked], self.orders[switches, states]
        return tokens, labels


def draw_tokens(rng, lengths, time):
    """Random tokens, with padding behind so many of them."""
    tokens = rng.integers(1, VOCABULARY, size=(len(lengths), time))
    tokens[:, 0] = np.where(np.arange(len(lengths)) % 2, VOCABULARY - 1, 1)
    return np.where(np.arange(time) < np.array(lengths)[:, None], tokens, 0).astype("int32")


def pad(tokens, more):
    return np.pad(tokens, ((0, 0), (0, more)))


def encode(encoder, tokens):
    """The states, finite and of the right shape."""
    assert_callable(encoder, "the encoder")
    states = assert_shape(encoder(tokens.astype("int32")), (*tokens.shape, None), next_step=STATES)
    return assert_finite(states, next_step=FINITE).astype(float)


def classify(classifier, tokens):
    assert_callable(classifier, "the classifier")
    logits = assert_shape(classifier(tokens.astype("int32")), (len(tokens), 2), next_step=LOGITS)
    return assert_finite(logits, next_step=FINITE).astype(float)


@pytest.mark.task(1)
@pytest.mark.parametrize(("lengths", "time"), [([2, 4, 3], 4), ([1], 1), ([5, 1], 6), ([3, 3, 1], 3)])
def test_mask(submission, rng, lengths, time):
    """Lets all attend to the real tokens where the sequences have `lengths` of them, in a time of `time`."""
    mask = assert_shape(
        submission.attention_mask(draw_tokens(rng, lengths, time)), (len(lengths), time, time), next_step=WHOLE
    )
    expected = [[[j < length for j in range(time)] for _ in range(time)] for length in lengths]
    step = BOTH_WAYS if np.array_equal(mask, np.tril(expected)) else COLUMNS
    assert_equal(mask, np.array(expected), kind="bool", next_step=step)


@pytest.mark.task(1)
def test_mask_of_padding_alone(submission, rng):
    """Lets nobody attend to a sequence of padding alone."""
    mask = assert_shape(submission.attention_mask(draw_tokens(rng, [0, 2], 3)), (2, 3, 3), next_step=WHOLE)
    assert_equal(mask, np.array([np.zeros((3, 3), bool), np.tile([True, True, False], (3, 1))]), next_step=COLUMNS)


@pytest.mark.task(1)
@pytest.mark.parametrize(("lengths", "time"), [([2, 4, 3], 4), ([1], 1), ([5, 1], 6), ([3, 3, 1], 3)])
def test_mean(submission, rng, lengths, time):
    """Takes the mean over the real tokens where the sequences have `lengths` of them, in a time of `time`."""
    states = rng.normal(size=(len(lengths), time, 3)).astype("float32") + 1
    expected = [row[:length].mean(axis=0) for row, length in zip(states, lengths, strict=True)]
    assert_close(submission.mean_of_tokens(states, draw_tokens(rng, lengths, time)), expected, next_step=MEAN)


@pytest.mark.task(1)
def test_mean_of_padding_alone(submission, rng):
    """Gives zeros for a sequence of padding alone."""
    states = rng.normal(size=(2, 4, 3)).astype("float32")
    mean = assert_shape(submission.mean_of_tokens(states, draw_tokens(rng, [0, 4], 4)), (2, 3))
    assert_close(assert_finite(mean, next_step=EMPTY), [np.zeros(3), states[1].mean(axis=0)], next_step=EMPTY)


@pytest.mark.task(2)
def test_all_tokens_are_seen(submission, rng):
    """Lets the state of each token depend on itself, on all other tokens, earlier and later, and on its position."""
    encoder, tokens = submission.make_encoder(VOCABULARY), draw_tokens(rng, [5], 7)
    changed = np.repeat(tokens, 5, axis=0)
    changed[range(5), range(5)] = 1 + changed[range(5), range(5)] % (VOCABULARY - 1)
    differs = np.abs(encode(encoder, changed)[:, :5] - encode(encoder, tokens)[:, :5]).max(axis=2) > 1e-5
    check(differs.diagonal().all(), "A token can be exchanged and its own state stays as it is.", next_step=OWN)
    problem = "An earlier token can be exchanged and a later state stays as it is."
    check(np.triu(differs).sum() == 15, problem, next_step=ALL, tag="no attention" if differs.sum() == 5 else None)
    problem = "A later token can be exchanged and an earlier state stays as it is."
    check(differs.all(), problem, next_step=LATER, tag="causal")
    states = encode(encoder, np.full((1, 4), 5))[0]
    for i, k in [(0, 1), (1, 2), (0, 3)]:
        is_same = np.abs(states[i] - states[k]).max() < 1e-4
        problem = f"Where all tokens are equal, positions {i} and {k} have the same state."
        check(not is_same, problem, next_step=PLACES, tag="no positions")


@pytest.mark.task(2)
def test_nothing_else_is_seen(submission, rng):
    """Gives a sequence the same states alone, in a batch, and with more padding behind it, up to a time of 32."""
    encoder, lengths = submission.make_encoder(VOCABULARY), [4, 4, 4]
    whole, tokens = draw_tokens(rng, lengths, 4), draw_tokens(rng, [3, 5, 1], 5)
    states = encode(encoder, whole)
    again = encode(encoder, whole)
    assert_close(again, states, atol=1e-4, name="the states, asked for again", next_step=CHANCE, tag="chance")
    for row in range(3):
        alone = encode(encoder, whole[row : row + 1])[0]
        assert_close(alone, states[row], atol=1e-4, name="one sequence alone", next_step=MATES, tag="batch")
    states, longer = encode(encoder, tokens), encode(encoder, pad(tokens, 27))
    for row, length in enumerate([3, 5, 1]):
        alone = encode(encoder, tokens[row : row + 1, :length])[0]
        for other in (alone, longer[row, :length]):
            name = f"the states of {length} real tokens"
            assert_close(other, states[row, :length], atol=1e-4, name=name, next_step=PADDING)
    encode(encoder, np.zeros((2, 3)))


@pytest.mark.task(3)
def test_learns_the_language(submission, rng, threshold):
    """Answers new questions, with logits that depend neither on padding nor on the batch."""
    language = Language(rng)
    classifier = submission.train_classifier(*language.draw(TRAINING), VOCABULARY)
    tokens, labels = language.draw(HELD_OUT)
    logits = classify(classifier, tokens)
    is_probability = logits.min() >= 0 and np.allclose(logits.sum(axis=1), 1, atol=1e-3)
    check(not is_probability, "The outputs of each row sum to 1: these are no logits.", next_step=LOGITS, tag="softmax")
    near = {"rtol": 1e-3, "atol": 1e-3 * np.abs(logits).max() + 1e-5}
    name = "the logits with more padding"
    assert_close(classify(classifier, pad(tokens, 7)), logits, **near, name=name, next_step=PADDING, tag="padding")
    for row in range(5):
        alone = classify(classifier, tokens[row : row + 1])
        assert_close(alone, logits[row : row + 1], **near, name="one sequence alone", next_step=MATES, tag="batch")
    classify(classifier, np.zeros((1, 4)))
    accuracy = np.mean(logits.argmax(axis=1) == labels)
    is_blind = np.abs(classify(classifier, turn_around(tokens)) - logits).max() <= near["atol"]
    threshold("accuracy", accuracy, next_step=ORDER if is_blind else LEARN, tag="no order" if is_blind else None)


def turn_around(tokens):
    """The same orders, the last one first."""
    turned = tokens.copy()
    for row in turned:
        length = np.count_nonzero(row)
        row[1:length] = row[1:length][::-1]
    return turned
