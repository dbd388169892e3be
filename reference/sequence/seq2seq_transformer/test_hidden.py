"""What `seq2seq_transformer` must do.

Two functions, a model and its training are judged apart: hence more than 200 lines.
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
VOCABULARY, LONGEST, PAIRS, NEW = 11, 5, 2048, 300
INPUTS = "The inputs are the target, whole, with a start (1) in front."
LABELS = "The labels are the target, whole, with an end (2) right behind its last word, and then padding."
SHIFT = "One of the two has a start in front, the other an end behind: at each place the label is what comes next."
SCORES = "The model is called with the list [sources, inputs] and gives scores of shape (batch, time, vocabulary_size)."
AHEAD = "Give the decoder's self-attention a causal mask, and use the inputs nowhere else."
PADDING = "Mask padding of the source in both attentions whose keys are the source, with True where a word stands."
PLACES = "Add an embedding of the places 0, 1, 2, ... to that of the tokens, on both sides."
SOURCE = "The decoder's second attention has queries of the decoder, and keys and values of the encoder's output."
ROWS = "Each sentence is translated on its own: look for a step that mixes the axis of the batch."
LEARN = "Train on inputs and labels that are shifted, mask what must not be seen, and see the loss fall near 0."


def draw_sentences(rng, count, low, high, width, words=VOCABULARY - FIRST):
    """Sentences of `low` to `high` words, with padding up to `width`."""
    lengths = rng.integers(low, high + 1, size=count)
    sentences = rng.integers(FIRST, FIRST + words, size=(count, width))
    return np.where(np.arange(width) < lengths[:, None], sentences, PAD).astype("int32")


def pad_to(words, width):
    return [*words, *[PAD] * (width - len(words))]


class Speaker:
    """A model of the judge, which says words that follow from all it has heard, as many as the source has but one.

    After the end it goes on with words.
    """

    def __init__(self, vocabulary_size):
        self.vocabulary_size, self.times = vocabulary_size, []

    def say(self, source, heard):
        """The token after `heard`."""
        words = [int(token) for token in source if token != PAD]
        place = len(heard) - 1
        if place == len(words) - 1 and END not in heard:
            return END
        total = sum((i + 1) * int(token) for i, token in enumerate(heard))
        return FIRST + (total + words[place % len(words)]) % (self.vocabulary_size - FIRST)

    def __call__(self, pair):
        sources, inputs = (np.asarray(tokens) for tokens in pair)
        self.times.append(inputs.shape[1])
        scores = -3 + np.sin(np.arange(inputs.size * self.vocabulary_size)).reshape(*inputs.shape, -1)
        for i, (source, row) in enumerate(zip(sources, inputs, strict=True)):
            for place in range(len(row)):
                scores[i, place, self.say(source, row[: place + 1])] = -0.5
        return scores

    def translate(self, source, max_length):
        heard = [START]
        while len(heard) <= max_length and (token := self.say(source, heard)) != END:
            heard.append(token)
        return pad_to(heard[1:], max_length)


def check_translations(found, expected):
    """Compares translations, and sees what is wrong with them."""
    step = "There is a row for each source, with a column for each of max_length words, padding included."
    found = assert_shape(found, expected.shape, next_step=step)
    if (found == START).any():
        step = "The start is there for the model only: take it away in the end."
    elif (found == END).any():
        step = "The end is no word: from the first end on there is padding."
    elif (found == expected)[expected > PAD].all():
        step = "What the model says behind the end does not count: fill up with padding."
    elif (found == expected)[:, 0].all():
        step = "Give the model all tokens so far, read the scores at the last place, and let each row end for itself."
    else:
        step = "Begin with the start (1), and take the token with the largest score: argmax over the last axis."
    assert_equal(found, expected, kind="integer", next_step=step)


@pytest.mark.task(1)
def test_shift_by_hand(submission):
    """Shifts targets of three words, one and none."""
    returned = submission.shift_targets(np.array([[7, 4, 9], [5, 0, 0], [0, 0, 0]], dtype="int32"))
    inputs, labels = unpack(returned, "inputs", "labels")
    assert_equal(inputs, [[1, 7, 4, 9], [1, 5, 0, 0], [1, 0, 0, 0]], kind="integer", name="inputs", next_step=INPUTS)
    assert_equal(labels, [[7, 4, 9, 2], [5, 2, 0, 0], [2, 0, 0, 0]], kind="integer", name="labels", next_step=LABELS)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "time"), [(1, 1), (5, 3), (3, 8), (4, 4)])
def test_shift(submission, rng, batch, time):
    """Shifts a batch of `batch` with up to `time` words."""
    targets = draw_sentences(rng, batch, 0, time, time, words=50)
    inputs, labels = unpack(submission.shift_targets(targets), "inputs", "labels")
    words = [[int(token) for token in row if token != PAD] for row in targets]
    wanted = [pad_to([START, *row], time + 1) for row in words], [pad_to([*row, END], time + 1) for row in words]
    assert_equal(inputs, wanted[0], kind="integer", name="inputs", next_step=SHIFT)
    assert_equal(labels, wanted[1], kind="integer", name="labels", next_step=SHIFT)


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "time", "max_length"), [(1, 4, 6), (4, 6, 8), (5, 5, 3), (1, 1, 1), (3, 1, 4)])
def test_decode(submission, rng, batch, time, max_length):
    """Translates `batch` sentences of up to `time` words into up to `max_length`, with a model of the judge."""
    speaker, sources = Speaker(9), draw_sentences(rng, batch, 1, time, time, words=6)
    found = submission.greedy_decode(speaker, sources, max_length)
    check_translations(found, np.array([speaker.translate(source, max_length) for source in sources]))
    longest, step = max(speaker.times), "The model takes max_length + 1 tokens at most: stop in time."
    check(longest <= max_length + 1, f"The model was given {longest} tokens.", next_step=step)


@pytest.mark.task(2)
def test_sentences_end_for_themselves(submission, rng):
    """Ends at different places in one batch, at once in one sentence, and never in another."""
    speaker, sources = Speaker(12), np.array([pad_to(rng.integers(FIRST, 12, size=n), 7) for n in (3, 1, 7, 5)])
    found = submission.greedy_decode(speaker, sources.astype("int32"), 5)
    check_translations(found, np.array([speaker.translate(source, 5) for source in sources]))


def ask(model, sources, inputs, vocabulary_size=VOCABULARY):
    """The scores of a model, which have the right shape and are finite."""
    assert_callable(model, "the model")
    wanted = (*np.shape(inputs), vocabulary_size)
    scores = model([np.asarray(sources, dtype="int32"), np.asarray(inputs, dtype="int32")])
    return assert_finite(assert_shape(scores, wanted, name="the scores", next_step=SCORES)).astype(float)


def with_start(tokens):
    return np.pad(tokens, ((0, 0), (1, 0)), constant_values=START)


def check_same(found, expected, next_step, what):
    assert_close(found, expected, rtol=1e-3, atol=1e-3, name=f"the scores, {what},", next_step=next_step, tag=what)


def check_changed(found, before, next_step, what):
    changes = np.abs(found - before).max(axis=-1)
    check(changes.min() > 1e-5, f"Not all scores change when {what}.", next_step=next_step, tag=what)


@pytest.mark.task(3)
def test_scores(submission, rng):
    """Gives each place a score for each token, for any batch and any two lengths, which depends on the source."""
    model = submission.make_model(VOCABULARY, 5)
    for batch, time, length in [(3, 4, 2), (1, 1, 6)]:
        sources, inputs = draw_sentences(rng, batch, 1, time, time), with_start(draw_sentences(rng, batch, 3, 5, 5))
        scores, others = ask(model, sources, inputs[:, :length]), sources.copy()
        others[:, 0] = FIRST + (others[:, 0] - FIRST + 1) % (VOCABULARY - FIRST)
        check_changed(ask(model, others, inputs[:, :length]), scores, SOURCE, "a word of the source does")


@pytest.mark.task(3)
def test_smallest_model(submission):
    """Knows a language of one word."""
    ask(submission.make_model(vocabulary_size=4, max_length=1), [[3]], [[1, 3]], vocabulary_size=4)


@pytest.mark.task(3)
def test_no_look_ahead(submission, rng):
    """Gives the same scores at a place whatever the inputs behind it are."""
    model, sources = submission.make_model(VOCABULARY, 5), draw_sentences(rng, 3, 2, 5, 5)
    inputs = with_start(draw_sentences(rng, 3, 5, 5, 5))
    scores = ask(model, sources, inputs)
    for place in (1, 4):
        others = inputs.copy()
        others[:, place] = FIRST + (others[:, place] - FIRST + rng.integers(1, 8)) % (VOCABULARY - FIRST)
        after = ask(model, sources, others)
        check_same(after[:, :place], scores[:, :place], AHEAD, "where a later input has changed")
        check_changed(after[:, place], scores[:, place], AHEAD, "the input at their place does")


@pytest.mark.task(3)
def test_padding_and_company(submission, rng):
    """Gives a sentence the same scores with more padding behind its source, and in other company."""
    model, sources = submission.make_model(VOCABULARY, 6), draw_sentences(rng, 4, 2, 6, 6)
    sources[1, 3:] = PAD
    inputs = with_start(draw_sentences(rng, 4, 3, 3, 3))
    scores = ask(model, sources, inputs)
    check_same(ask(model, sources[1:2], inputs[1:2]), scores[1:2], ROWS, "of a sentence alone")
    check_same(ask(model, sources[1:2, :3], inputs[1:2]), scores[1:2], PADDING, "without padding behind the source")


@pytest.mark.task(3)
def test_places(submission, rng):
    """Gives other scores when the words of the source change places, and when earlier inputs do."""
    model = submission.make_model(VOCABULARY, 5)
    words = [rng.permutation(np.arange(FIRST, VOCABULARY))[:5] for _ in range(2)]
    source, inputs = words[0][None], with_start(words[1][None])
    scores = ask(model, source, inputs)
    check_changed(
        ask(model, np.roll(source, 1, axis=1), inputs), scores, PLACES, "the words of the source change places"
    )
    swapped = inputs[:, [0, 2, 1, 3, 4, 5]]
    after = ask(model, source, swapped)
    check_changed(after[:, 3:], scores[:, 3:], PLACES, "two earlier inputs change places")


class Language:
    """A secret translation for each word, the sentence turned around."""

    def __init__(self, rng):
        self.words = np.concatenate([[PAD, START, END], rng.permutation(np.arange(FIRST, VOCABULARY))])

    def translate(self, sources):
        return np.array(
            [pad_to([self.words[token] for token in row[::-1] if token != PAD], len(row)) for row in sources],
            dtype="int32",
        )


def decode(model, sources):
    """Greedy decoding, one step longer than the longest sentence, so that the end is seen."""
    written = np.full((len(sources), 1), START)
    for _ in range(sources.shape[1] + 1):
        written = np.column_stack([written, ask(model, sources, written)[:, -1].argmax(axis=-1)])
    return written[:, 1:]


def find_tag(model, language, sources, targets):
    """What a model does instead, with the right words as its inputs."""
    inputs = with_start(targets)[:, :4]
    said = ask(model, sources, inputs).argmax(axis=-1)
    share = np.mean(said[:, :3] == targets[:, :3])
    if np.mean(said[:, 1:] == inputs[:, 1:]) > 0.8:
        return "says what it hears"
    if np.mean(said[:, :2] == targets[:, 1:3]) > 0.8:
        return "says the word after the next"
    if share > 0.8:
        return "needs to be told"
    if np.mean(decode(model, targets)[:, :3] == sources[:, :3]) > 0.8:
        return "translates the other way round"
    return "has learned little" if share < 0.4 else None


@pytest.mark.task(4)
def test_translates_new_sentences(submission, rng, threshold, pictures):
    """Translates sentences that it has not seen, in a language that is drawn for this grade."""
    language, sources = Language(rng), draw_sentences(rng, PAIRS, 3, LONGEST, LONGEST)
    model = submission.train(sources, language.translate(sources), VOCABULARY)
    seen = {tuple(row) for row in sources}
    new = draw_sentences(rng, 8 * NEW, 3, LONGEST, LONGEST)
    new = np.array([row for row in new if tuple(row) not in seen])[:NEW]
    targets, said = language.translate(new), decode(model, new)
    counts = np.count_nonzero(targets, axis=1)
    right = [[*row[: n + 1]] == [*target[:n], END] for row, target, n in zip(said, targets, counts, strict=True)]
    pictures.images("who_matters", influence(model, language, new), columns=4)
    accuracy = float(np.mean(right))
    tag = None if accuracy >= 0.75 else find_tag(model, language, new, targets)
    threshold("accuracy", accuracy, next_step=LEARN, tag=tag)


def influence(model, language, sentences):
    """How much each word of the source changes the scores of each word of the translation, for eight long sentences."""
    chosen = sentences[sentences[:, -1] != PAD][:8]
    inputs = with_start(language.translate(chosen))[:, :-1]
    scores, columns = ask(model, chosen, inputs), []
    for place in range(LONGEST):
        others = chosen.copy()
        others[:, place] = FIRST + (others[:, place] - FIRST + 1) % (VOCABULARY - FIRST)
        columns.append(np.abs(ask(model, others, inputs) - scores).max(axis=-1))
    return np.stack(columns, axis=-1)
