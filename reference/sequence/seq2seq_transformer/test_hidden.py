"""What `seq2seq_transformer` must do.

It brings a language, models that speak it, and tries to say why one translates badly: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

PAD, START, END, FIRST = 0, 1, 2, 3
VOCABULARY, LONGEST, PAIRS, NEW = 9, 5, 2048, 300
INPUTS = "The inputs are the start (1), then all words of the target, then padding."
LABELS = "The labels are all words of the target, then the end (2) right behind the last word, then padding."
SCORES = "Return scores of shape (batch, time, vocabulary_size), where time is that of the inputs."
AHEAD = "Give the decoder's self-attention a causal mask, and use the inputs nowhere else."
PADDING = "Mask the padding of the source in both attentions whose keys come from it: True where there is a word."
PLACES = "Add an embedding of the positions 0, 1, 2, ... to that of the tokens, in the encoder and in the decoder."
SOURCE = "The cross-attention takes its queries from the decoder, and its keys and values from the encoder's output."
ROWS = "Compute each sentence of the batch independently: look for an operation that mixes the batch axis."
LEARN = "Train until the loss is near 0. If it is already, look for an input that shows the model its own label."
CAUSES = {
    "skips a word": "Use what shift_targets returns as it is: the label is the very next token, not the one after it.",
    "translates backwards": "Let the encoder read the sources, and let the decoder write the targets.",
    "copies": "Shift inputs and labels against each other: no input may show its own label.",
    "never ends": "Let the loss count the end as it counts a word: only the padding behind it is no target.",
}


def draw_sentences(rng, lengths, width, words=VOCABULARY - FIRST):
    """Sentences of these lengths, padded to `width`."""
    sentences = rng.integers(FIRST, FIRST + words, size=(len(lengths), width))
    return np.where(np.arange(width) < np.reshape(lengths, (-1, 1)), sentences, PAD).astype("int32")


def pad_to(words, width):
    return [*words, *[PAD] * (width - len(words))]


class Speaker:
    """A model of the judge. All inputs decide what it says: one word fewer than the source has, the end, and more words."""

    def __init__(self):
        self.times = []

    def say(self, source, heard):
        count = np.count_nonzero(source)
        if len(heard) == count and END not in heard:
            return END
        total = np.dot(heard, np.arange(1, len(heard) + 1)) + source[(len(heard) - 1) % count]
        return FIRST + int(total) % (VOCABULARY - FIRST)

    def __call__(self, pair):
        sources, inputs = (np.asarray(tokens) for tokens in pair)
        self.times.append(inputs.shape[1])
        scores = -3 + np.sin(np.arange(inputs.size * VOCABULARY)).reshape(*inputs.shape, -1)
        for i, place in np.ndindex(inputs.shape):
            scores[i, place, self.say(sources[i], inputs[i, : place + 1])] = -0.5
        return scores

    def translate(self, source, max_length):
        heard = [START]
        while len(heard) <= max_length and (token := self.say(source, heard)) != END:
            heard.append(token)
        return pad_to(heard[1:], max_length)


@pytest.mark.task(1)
@pytest.mark.parametrize(("lengths", "time"), [([3, 1, 0], 3), ([1], 1), ([0], 1), ([2, 4, 3, 0, 4], 4), ([8, 5], 8)])
def test_shift(submission, rng, lengths, time):
    """Shifts targets of `lengths` words, padded to a time of `time`."""
    targets = draw_sentences(rng, lengths, time, words=50)
    inputs, labels = unpack(submission.shift_targets(targets), "inputs", "labels")
    expected = [pad_to([START, *row[row > PAD]], time + 1) for row in targets]
    assert_equal(inputs, expected, kind="integer", name="inputs", next_step=INPUTS)
    expected = [pad_to([*row[row > PAD], END], time + 1) for row in targets]
    assert_equal(labels, expected, kind="integer", name="labels", next_step=LABELS)


@pytest.mark.task(2)
@pytest.mark.parametrize(("lengths", "max_length"), [([4], 6), ([6, 2, 1], 8), ([5, 3, 7], 3), ([1], 4), ([2], 1)])
def test_decode(submission, rng, lengths, max_length):
    """Translates sources of `lengths` words with a model of the judge, into `max_length` words at most."""
    speaker, sources = Speaker(), draw_sentences(rng, lengths, max(lengths))
    expected = np.array([speaker.translate(source, max_length) for source in sources])
    found = assert_shape(submission.greedy_decode(speaker, sources, max_length), expected.shape)
    if np.isin(found, [START, END]).any():
        step = "The translation holds neither the start nor the end: put padding from the first end on."
    elif (found == expected)[expected > PAD].all():
        step = "Replace everything behind a row's first end by padding."
    elif (found == expected)[:, 0].all():
        step = "Give the model all tokens so far, read the scores at the last of them, and let each row end by itself."
    else:
        step = "Begin with the start (1), and take the token with the largest score: argmax over the last axis."
    assert_equal(found, expected, kind="integer", next_step=step)
    longest, step = max(speaker.times), "The model takes max_length + 1 tokens at most: stop in time."
    check(longest <= max_length + 1, f"The model was given {longest} tokens.", next_step=step)


def ask(model, sources, inputs, vocabulary_size=VOCABULARY):
    """The scores of a model, finite and of the right shape."""
    assert_callable(model, "the model")
    scores = model([np.asarray(sources, dtype="int32"), np.asarray(inputs, dtype="int32")])
    shape = (*np.shape(inputs), vocabulary_size)
    return assert_finite(assert_shape(scores, shape, name="the scores", next_step=SCORES)).astype(float)


def exchange(tokens, place):
    """The same sentences with another word at one place."""
    others = tokens.copy()
    others[:, place] = FIRST + (others[:, place] - FIRST + 1) % (VOCABULARY - FIRST)
    return others


def check_changed(found, before, next_step, what):
    changes = np.abs(found - before).max(axis=-1)
    check(changes.min() > 1e-5, f"Some scores stay as they are when {what}.", next_step=next_step, tag=what)


def check_same(found, expected, next_step, what):
    assert_close(found, expected, rtol=1e-3, atol=1e-3, name=f"the scores {what}", next_step=next_step, tag=what)


@pytest.mark.task(3)
def test_scores(submission, rng):
    """Returns a score for each token at each place, which depends on the source, for any batch and any two lengths."""
    ask(submission.make_model(vocabulary_size=4, max_length=1), [[3]], [[1, 3]], vocabulary_size=4)
    model = submission.make_model(VOCABULARY, 5)
    for lengths, width, time in [([4, 2, 3], 4, 2), ([1], 1, 6)]:
        sources, inputs = draw_sentences(rng, lengths, width), draw_sentences(rng, [time] * len(lengths), time)
        scores = ask(model, sources, inputs)
        check_changed(ask(model, exchange(sources, 0), inputs), scores, SOURCE, "a word of the source does not")


@pytest.mark.task(3)
def test_no_look_ahead(submission, rng):
    """Returns scores that depend on the inputs up to their place, and on no later ones."""
    model, sources = submission.make_model(VOCABULARY, 5), draw_sentences(rng, [5, 2, 4], 5)
    inputs = draw_sentences(rng, [5, 5, 5], 5)
    scores = ask(model, sources, inputs)
    for place in (1, 4):
        after = ask(model, sources, exchange(inputs, place))
        check_same(after[:, :place], scores[:, :place], AHEAD, "before an input that has changed")
        check_changed(after[:, place], scores[:, place], AHEAD, "the input at their place does not")


@pytest.mark.task(3)
def test_padding_and_batch(submission, rng):
    """Returns the same scores for a sentence alone, and with or without padding behind its source."""
    model, sources = submission.make_model(VOCABULARY, 6), draw_sentences(rng, [6, 3, 4, 2], 6)
    inputs = draw_sentences(rng, [3] * 4, 3)
    scores = ask(model, sources, inputs)
    check_same(ask(model, sources[1:2], inputs[1:2]), scores[1:2], ROWS, "of a sentence alone")
    check_same(ask(model, sources[1:2, :3], inputs[1:2]), scores[1:2], PADDING, "without padding behind the source")


@pytest.mark.task(3)
def test_positions(submission, rng):
    """Returns other scores when the words of the source change places, and when earlier inputs do."""
    model = submission.make_model(VOCABULARY, 5)
    source, inputs = (rng.permutation(np.arange(FIRST, VOCABULARY))[None, :5] for _ in range(2))
    scores, after = ask(model, source, inputs), ask(model, np.roll(source, 1, axis=1), inputs)
    check_changed(after, scores, PLACES, "the words of the source change places")
    after = ask(model, source, inputs[:, [1, 0, 2, 3, 4]])
    check_changed(after[:, 2:], scores[:, 2:], PLACES, "two earlier inputs change places")


def find_cause(model, sources, targets):
    """What a model does well that translates badly."""
    start, is_word = np.full((NEW, 1), START), targets != PAD
    tried = [(sources, targets, targets), (sources, targets, np.roll(targets, -1, axis=1)), (targets, sources, sources)]
    shares = [np.mean((ask(model, x, np.hstack([start, y[:, :-1]])).argmax(-1) == z)[is_word]) for x, y, z in tried]
    shares.append(np.mean((ask(model, sources, targets).argmax(-1) == targets)[is_word]))
    if shares[0] > 0.8 and END not in ask(model, sources, np.hstack([start, targets])).argmax(-1):
        return "never ends"
    best = int(np.argmax(shares[1:]))
    return list(CAUSES)[best] if shares[1 + best] > shares[0] + 0.3 else "has learned little"


@pytest.mark.task(4)
def test_translates_new_sentences(submission, rng, threshold, pictures):
    """Translates sentences that it has not seen, in a language that is drawn for this grade."""
    cipher, words = np.arange(VOCABULARY), rng.permutation(np.arange(FIRST, VOCABULARY))
    cipher[words] = np.roll(words, 1)
    sources = np.unique(draw_sentences(rng, rng.integers(3, LONGEST + 1, size=6000), LONGEST), axis=0)
    sources = rng.permutation(sources)[: PAIRS + NEW]
    targets = np.array([pad_to(cipher[row[row > PAD][::-1]], LONGEST) for row in sources], dtype="int32")
    model = submission.train(sources[:PAIRS], targets[:PAIRS], VOCABULARY)
    sources, targets = sources[PAIRS:], targets[PAIRS:]
    written = np.full((NEW, 1), START)
    for _ in range(LONGEST + 1):
        written = np.column_stack([written, ask(model, sources, written)[:, -1].argmax(axis=-1)])
    labels = np.array([pad_to([*row[row > PAD], END], LONGEST + 1) for row in targets])
    accuracy = float(np.mean(np.all((written[:, 1:] == labels) | (labels == PAD), axis=1)))
    chosen = np.flatnonzero(labels[:, -1] == END)[:8]
    read, inputs = sources[chosen], written[chosen, :-1]
    changes = [ask(model, exchange(read, i), inputs) - ask(model, read, inputs) for i in range(LONGEST)]
    pictures.images("which_word_matters", np.abs(changes).max(axis=-1).transpose(1, 2, 0), columns=4)
    tag = None if accuracy >= 0.75 else find_cause(model, sources, targets)
    threshold("accuracy", accuracy, next_step=CAUSES.get(tag, LEARN), tag=tag)
