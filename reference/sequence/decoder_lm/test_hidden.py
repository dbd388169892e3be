"""What `decoder_lm` must do."""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import check

SHIFT = "Compare the logits at t with the token at t + 1, and take -log of its softmax, with the natural logarithm."
MEAN = "Return one number: the sum over all real targets of the batch, divided by how many they are, without padding."
STABLE = "Subtract the largest logit before exp, or use the library's log-softmax or cross-entropy from logits."
FLOW = "Compute the loss with operations of Keras or TensorFlow from the logits to the number."
CALLS = "Call the model once for each new token, with the prompt and all tokens drawn so far, in one row."
GREEDY = "With a temperature of 0 take the first of the largest logits at the last position, and divide by nothing."
DIVIDE = "Divide the last position's logits by the temperature, apply softmax, and draw from that anew in each step."
DRAW = "Make one generator from `seed` before the loop, and draw anew from it in each step."
RESULT = "Return the prompt once, with the new tokens behind it, as one row of integers."
LOGITS = "End with a dense layer that makes a logit for each token at each position: no activation, and no pooling."
FUTURE = "Position t may see 0 to t only: look at the mask, at each step along time, and at where positions count from."
PAST = "Position t has to see all of 0 to t: check the causal mask, with its diagonal, and the residual connections."
PLACES = "Add positions to the embedding, counted from the start."
MATES = "Compute each sequence for itself, the same way in each call: no batch statistics and no dropout."
OFFSET = "Train the logits at t on the token at t + 1: the texts are shifted once, either by the loss or before it."
PADDING = "Leave the zeros at the end out of the loss that you train with: padding is no part of the language."
AUTHOR = "The model ignores how the text began: let the attention that you train reach back to the first token."
LEARN = "Train longer or with another learning rate, on all texts, and watch the loss fall towards the entropy."

AUTHORS, WORDS, TIME, VOCABULARY, FAVOURITE = 3, 6, 16, 12, 0.8


class Language:
    """Texts of three authors, each with a favourite to follow each word, and numbers that are drawn; two are never used."""

    def __init__(self, rng):
        numbers = 1 + rng.permutation(VOCABULARY - 1)
        self.rng, self.authors, self.words = rng, numbers[:AUTHORS], numbers[AUTHORS : AUTHORS + WORDS]
        self.unused = [0, *numbers[AUTHORS + WORDS :]]
        # The rows of a Latin square with its columns mixed: no two authors agree anywhere.
        square = (np.arange(WORDS) + rng.permutation(WORDS)[:AUTHORS, None]) % WORDS
        self.follows = rng.permutation(WORDS)[square][:, rng.permutation(WORDS)]
        self.next_word = FAVOURITE * np.eye(WORDS)[self.follows] + (1 - FAVOURITE) / WORDS

    def draw(self, count):
        """Texts, padded, and the distribution of the next token at each position, zeros where there is none."""
        author, length = self.rng.integers(AUTHORS, size=count), self.rng.integers(3, TIME + 1, size=(count, 1))
        words, chances = self.rng.integers(WORDS, size=(count, TIME - 1)), np.zeros((count, TIME, VOCABULARY))
        for t in range(1, TIME - 1):
            is_favourite = self.rng.random(count) < FAVOURITE
            words[is_favourite, t] = self.follows[author, words[:, t - 1]][is_favourite]
        chances[:, 0, self.words], chances[:, 1:, self.words] = 1 / WORDS, self.next_word[author[:, None], words]
        tokens = np.column_stack([self.authors[author], self.words[words]])
        return np.int32(tokens * (np.arange(TIME) < length)), chances * (np.arange(1, TIME + 1) < length)[..., None]


def log_softmax(logits):
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)


def draw_texts(rng, lengths, time, size):
    tokens = rng.integers(1, size, size=(len(lengths), time))
    return np.where(np.arange(time) < np.array(lengths)[:, None], tokens, 0).astype("int32")


def predict(model, tokens, size=VOCABULARY):
    assert_callable(model, "the model")
    logits = assert_shape(model(tokens.astype("int32")), (*tokens.shape, size), next_step=LOGITS)
    is_probability = logits.min() >= 0 and np.allclose(logits.sum(axis=-1), 1, atol=1e-3)
    check(not is_probability, "The outputs at each position sum to 1.", next_step=LOGITS, tag="softmax")
    return assert_finite(logits).astype(float)


def write(submission, model, prompt, count, temperature, seed):
    text = submission.sample(model, np.array(prompt, "int32"), count, temperature, seed)
    text = assert_shape(text, (len(prompt) + count,), name="the text", next_step=RESULT)
    assert_equal(text[: len(prompt)], prompt, kind="integer", name="the prompt in the text", next_step=RESULT)
    return text[len(prompt) :]


@pytest.mark.task(1)
@pytest.mark.parametrize(("lengths", "time", "size"), [([5, 2, 3], 5, 3), ([6, 1, 0, 4], 8, 3), ([5, 3], 6, 1000)])
def test_loss(submission, rng, lengths, time, size):
    """Averages over the real targets of texts with `lengths` tokens in a time of `time`, for logits of up to `size`."""
    logits, tokens = np.float32(rng.uniform(-size, size, (len(lengths), time, 7))), draw_texts(rng, lengths, time, 7)
    for x, y, step in [(logits[:1, :2], tokens[:1, :2], SHIFT), (logits, tokens, MEAN)]:
        loss, (b, t) = submission.next_token_loss(x, y), np.nonzero(y[:, 1:])
        wanted = -log_softmax(x.astype(float))[b, t, y[b, t + 1]].mean()
        assert_close(assert_shape(loss, (), next_step=MEAN), wanted, next_step=step if size < 9 else STABLE)


@pytest.mark.task(1)
def test_loss_gradient(support, rng):
    """Passes the gradient back to the logits, in a compiled function."""
    logits, tokens = rng.normal(size=(2, 4, 5)).astype("float32"), draw_texts(rng, [4, 2], 5, 5)
    gradient, targets = support.loss_gradient(logits, tokens[:, :4]), tokens[:, 1:]
    check(gradient is not None, "No gradient flows back to the logits.", next_step=FLOW)
    expected = (np.exp(log_softmax(logits)) - np.eye(5)[targets]) * (targets != 0)[..., None] / 4
    assert_close(gradient, expected, name="the gradient", next_step=FLOW)


@pytest.mark.task(2)
@pytest.mark.parametrize(("time", "count"), [(1, 1), (3, 12), (40, 2), (2, 0)])
def test_likeliest(submission, rng, time, count):
    """Writes `count` tokens behind a prompt of `time`, always the first of the likeliest, and asks once for each."""

    def say(tokens):
        tokens = assert_shape(tokens, (1, None), name="the tokens for the model", next_step=CALLS)
        after = (3 * np.cumsum(tokens, axis=1) + np.arange(tokens.shape[1])) % 11
        return 4.0 * np.eye(11, dtype="float32")[after].clip(np.eye(11)[10]) - 2.0

    model, prompt = Recorder(say, "model"), rng.integers(1, 11, size=time)
    new = write(submission, model, prompt, count, 0, 3)
    check(len(model.calls) == count, f"The model was called {len(model.calls)} times.", next_step=CALLS)
    for number, (tokens,) in enumerate(model.calls, start=1):
        text = [*prompt, *new[: number - 1]]
        assert_equal(tokens, [text], name=f"the tokens for call {number} of the model", next_step=CALLS)
        assert_equal(new[number - 1], (3 * sum(text) + len(text) - 1) % 11, name="a new token", next_step=GREEDY)


@pytest.mark.task(2)
@pytest.mark.parametrize("temperature", [0.5, 100.0, 0.01])
def test_temperature(submission, support, seed, temperature):
    """Draws each token as often as a temperature of `temperature` says, the same ones again from the same seed alone."""
    logits = np.array([-1.0, 3.0, 0.5, 1.0] if temperature > 0.1 else [-1000.0, 1000.0, 999.99, -1000.0])
    model, chances = support.constant_model(logits), np.exp(log_softmax(logits / temperature))
    tokens = assert_seeded(lambda s: write(submission, model, [3, 1], 150, temperature, s), seed, next_step=DRAW)
    counts = np.array([np.sum(np.asarray(tokens) == k) for k in range(4)])
    # With these margins less than one right solution in ten million grades fails.
    is_right = np.abs(counts - 150 * chances) <= 5.5 * np.sqrt(150 * chances * (1 - chances)) + 4
    problem = f"Of 150 tokens, too many or too few are number {is_right.argmin()}."
    check(is_right.all(), problem, returned=counts, expected=np.round(150 * chances), next_step=DIVIDE)


@pytest.mark.task(3)
def test_any_batch_and_time(submission, rng):
    """Returns logits for any batch and time, the same for a text alone, in a batch, and with more tokens behind it."""
    model, tokens = submission.make_model(7), draw_texts(rng, [4, 2, 4], 32, 7)
    logits = predict(model, tokens[:, :4], 7)
    again, longer = predict(model, tokens[:, :4], 7), predict(model, np.where(tokens, tokens, 5), 7)[:, :4]
    assert_close(again, logits, atol=1e-4, name="the logits in a second call", next_step=MATES, tag="chance")
    alone = np.concatenate([predict(model, row[None, :4], 7) for row in tokens])
    assert_close(alone, logits, atol=1e-4, name="the logits of each text alone", next_step=MATES, tag="batch")
    assert_close(longer[::2], logits[::2], atol=1e-4, name="the logits in a longer text", next_step=FUTURE, tag="time")
    predict(model, tokens[:1, :1], 7)


@pytest.mark.task(3)
def test_past_and_future(submission, rng):
    """Lets the logits depend on each token up to their own, on no later one, and on the positions."""
    model = submission.make_model(VOCABULARY)
    check_causal(model, rng)
    logits = predict(model, np.full((1, 4), 5))[0]
    is_same = np.abs(np.diff(logits, axis=0)).max(axis=1).min() < 1e-4
    check(not is_same, "Where all tokens are equal, the logits are.", next_step=PLACES, tag="no positions")


def check_causal(model, rng, *, is_trained=False):
    """Exchanges one token after another, and looks at which positions that is seen."""
    tokens = draw_texts(rng, [6], 6, VOCABULARY)
    changed = np.repeat(tokens, 6, axis=0)
    changed[range(6), range(6)] = 1 + changed[range(6), range(6)] % (VOCABULARY - 1)
    before, after = predict(model, tokens), predict(model, changed)
    is_later = np.tri(6, k=-1, dtype=bool)
    is_seen = np.abs(after - before).max(axis=2) > np.where(is_later, 1e-4 * max(1.0, np.abs(before).max()), 1e-5)
    tag = "future" if is_trained else f"sees {is_seen.sum(axis=0)}"
    check(not is_seen[is_later].any(), "The logits at a position depend on a later token.", next_step=FUTURE, tag=tag)
    check(is_trained or is_seen[~is_later].all(), "Some logits ignore a token before them.", next_step=PAST, tag=tag)


@pytest.mark.task(4)
def test_learns_the_language(submission, rng, threshold, pictures):
    """Predicts new texts nearly as well as the language allows, without a look at the future."""
    language = Language(rng)
    model = submission.train_language_model(language.draw(2000)[0], VOCABULARY)
    tokens, chances = language.draw(300)
    logits, is_judged = predict(model, tokens), chances.sum(axis=2) > 0
    check_causal(model, rng, is_trained=True)
    texts = np.array([[author, word, word] for author in language.authors for word in language.words])
    said = np.exp(log_softmax(predict(model, texts)))[:, 2, language.words]
    labels = [f"{who}, author {number}" for who in ("language", "model") for number in (1, 2, 3)]
    pictures.images("next_words", [*language.next_word, *said.reshape(-1, WORDS, WORDS)], columns=3, labels=labels)
    surprise = np.log(np.where(chances > 0, chances, 1.0)) - log_softmax(logits)
    excess = np.sum(chances * surprise, axis=2)[is_judged].mean()
    hits = {k: np.mean((logits.argmax(axis=2) == np.roll(tokens, -k, axis=1))[is_judged]) for k in (1, 0, -1, 2)}
    best, others = max(hits, key=hits.get), np.append(np.roll(tokens[:, :1], 1, axis=0), tokens[:, 1:], axis=1)
    stray = np.exp(log_softmax(logits))[is_judged][:, language.unused].sum(axis=1).mean()
    step, tag = LEARN, None
    if hits[best] > hits[1] + 0.1:
        step, tag = OFFSET, f"offset {best}, {'always' if hits[best] > 0.97 else 'often'}"
    elif stray > 0.03:
        step, tag = (PADDING, "padding") if hits[1] > 0.4 else (LEARN, "untrained")
    elif np.abs(predict(model, others) - logits)[:, 2:].max() < 0.01 * np.ptp(logits):
        step, tag = AUTHOR, "no author"
    check(tag != "padding", "The model expects padding where a text goes on.", next_step=step, tag=tag)
    threshold("excess_loss", excess, next_step=step, tag=tag)
