"""What `decoder_lm` must do.

A loss, sampling, a decoder and what it learned are judged apart: hence more than 200 lines.
"""

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

SHIFT = "The logits at t belong to the token at t + 1: drop the last logits and the first token."
ONE = "Return one number, the mean over all real targets."
NATURAL = "Take the natural logarithm, and not that to the base 2."
MEAN = "Divide the sum over all real targets of the batch by their number; padding counts in neither."
STABLE = "Subtract the largest logit before exp, or use the library's log-softmax or cross-entropy from logits."
FLOW = "Compute the loss with operations of Keras or TensorFlow from the logits to the number."
LAST = "The logits at the last position say what comes next, and the model has to be told all tokens so far."
CALLS = "Call the model once for each new token, with the prompt and all tokens drawn so far, in one row."
GREEDY = "With a temperature of 0 take the largest logit, and divide by nothing."
DIVIDE = "Divide the logits by the temperature, and only then make probabilities of them by softmax."
DRAW = "Make one generator from `seed` before the loop, and draw anew from it in each step."
RESULT = "Return the prompt once, with the new tokens behind it, as one row of integers."
LOGITS = "The model returns a logit for each token of the vocabulary at each position."
SOFTMAX = "End with a dense layer without an activation: loss and sampling apply softmax themselves."
FUTURE = (
    "Position t may attend to 0 to t only, in training as in use: look at the causal mask and every step along time."
)
PAST = "Position t has to see all of 0 to t: check the causal mask, with its diagonal, and the residual connections."
PLACES = "Add positions to the embedding, counted from the start."
MATES = "Something is computed over the whole batch: compute it for each sequence alone."
COPY = "The model repeats the token that it has just read: targets are shifted by one place against what it reads."
TWICE = "The model predicts the token after the next: the loss shifts the texts already, so give it whole ones."
AUTHOR = "The model ignores how the text began: let the attention that you train reach back to the first token."
LEARN = "Train longer or with another learning rate, and watch the loss fall towards the entropy of the language."

AUTHORS, WORDS, TIME, VOCABULARY = 3, 6, 16, 12
SIGNS, FAVOURITE = 0.1, 0.8
TRAINING, HELD_OUT = 2000, 300


class Language:
    """Texts of three authors, each with a favourite to follow each word, and numbers that are drawn; one is never used."""

    def __init__(self, rng):
        self.rng = rng
        numbers = 1 + rng.permutation(VOCABULARY - 1)
        self.authors, self.words, self.sign = numbers[:AUTHORS], numbers[AUTHORS : AUTHORS + WORDS], numbers[-2]
        # The rows of a Latin square with its columns mixed: no two authors agree anywhere.
        square = (np.arange(WORDS) + rng.permutation(WORDS)[:AUTHORS, None]) % WORDS
        self.follows = rng.permutation(WORDS)[square][:, rng.permutation(WORDS)]
        self.next_word = np.full((AUTHORS, WORDS, WORDS), (1 - FAVOURITE) / WORDS)
        np.put_along_axis(self.next_word, self.follows[..., None], FAVOURITE + (1 - FAVOURITE) / WORDS, axis=2)

    def draw(self, count):
        """Texts, padded, and the distribution of the next token at each position, zeros where there is none."""
        tokens, chances = np.zeros((count, TIME), "int32"), np.zeros((count, TIME, VOCABULARY))
        for text, after in zip(tokens, chances, strict=True):
            author, word = self.rng.integers(AUTHORS), self.rng.integers(WORDS)
            text[:2], after[0, self.words] = (self.authors[author], self.words[word]), 1 / WORDS
            for t in range(1, TIME - 1):
                after[t, self.words], after[t, self.sign] = (1 - SIGNS) * self.next_word[author, word], SIGNS
                if self.rng.random() < SIGNS:
                    text[t + 1], after[t + 1, self.authors[author]] = self.sign, 1.0
                    text[t + 2 : t + 3] = self.authors[author]
                    break
                word = self.rng.choice(WORDS, p=self.next_word[author, word])
                text[t + 1] = self.words[word]
        chances[:, -1] = 0.0
        return tokens, chances


def log_softmax(logits):
    logits = logits - logits.max(axis=-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def draw_texts(rng, lengths, time, vocabulary_size):
    tokens = rng.integers(1, vocabulary_size, size=(len(lengths), time))
    return np.where(np.arange(time) < np.array(lengths)[:, None], tokens, 0).astype("int32")


def predict(model, tokens, vocabulary_size=VOCABULARY):
    """The logits, finite and of the right shape."""
    assert_callable(model, "the model")
    logits = assert_shape(model(tokens.astype("int32")), (*tokens.shape, vocabulary_size), next_step=LOGITS)
    return assert_finite(logits).astype(float)


def write(submission, model, prompt, count, temperature, seed):
    """What was sampled: the prompt, and new tokens behind it, which are returned."""
    text = submission.sample(model, np.array(prompt, "int32"), count, temperature, seed)
    text = assert_shape(text, (len(prompt) + count,), name="the text", next_step=RESULT)
    assert_equal(text[: len(prompt)], prompt, kind="integer", name="the prompt in the text", next_step=RESULT)
    return text[len(prompt) :]


@pytest.mark.task(1)
def test_loss_by_hand(submission):
    """Computes the loss of a short text by hand."""
    logits = np.zeros((1, 4, 4), "float32")
    logits[0, 0, 3], logits[0, 1, 2], logits[0, 2, 1] = np.log(7), np.log(5), np.log(2)
    loss = assert_finite(submission.next_token_loss(logits, np.array([[1, 3, 2, 2]], "int32")), (), next_step=ONE)
    total = np.log(10 / 7) + np.log(8 / 5) + np.log(5)
    step = SHIFT
    if np.isclose(loss, [total, total / 4], rtol=1e-3).any():
        step = MEAN
    elif np.isclose(loss, total / 3 / np.log(2), rtol=1e-3):
        step = NATURAL
    assert_close(loss, total / 3, next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("lengths", "time"), [([5, 2, 3], 5), ([6, 1, 0, 4], 8), ([2], 2), ([4, 4, 4, 4], 4)])
def test_loss(submission, rng, lengths, time):
    """Averages over the real targets of texts with `lengths` tokens, in a time of `time`."""
    logits, tokens = 2 * rng.normal(size=(len(lengths), time, 7)).astype("float32"), draw_texts(rng, lengths, time, 7)
    terms = [
        -log_softmax(row.astype(float))[t, text[t + 1]]
        for row, text, length in zip(logits, tokens, lengths, strict=True)
        for t in range(length - 1)
    ]
    assert_close(submission.next_token_loss(logits, tokens), np.mean(terms), next_step=MEAN)


@pytest.mark.task(1)
@pytest.mark.parametrize("wrong", [False, True])
def test_loss_of_large_logits(submission, wrong):
    """Stays exact with logits of 1,000 and -1,000, where the model is sure and wrong is `wrong`."""
    tokens = np.array([[1, 2, 1, 2]], "int32")
    logits = 1000 * (2 * np.eye(3, dtype="float32")[3 - np.roll(tokens, -1) if wrong else np.roll(tokens, -1)] - 1)
    loss = assert_finite(assert_shape(submission.next_token_loss(logits, tokens), ()), next_step=STABLE)
    assert_close(loss, 2000.0 * wrong, next_step=STABLE)


@pytest.mark.task(1)
def test_loss_gradient(support, rng):
    """Passes the gradient back to the logits."""
    logits, tokens = rng.normal(size=(2, 4, 5)).astype("float32"), draw_texts(rng, [4, 2], 4, 5)
    gradient = support.loss_gradient(logits, tokens)
    check(gradient is not None, "No gradient flows back to the logits.", next_step=FLOW)
    expected = np.zeros((2, 4, 5))
    for b, t in [(0, 0), (0, 1), (0, 2), (1, 0)]:
        expected[b, t] = (np.exp(log_softmax(logits[b, t])) - np.eye(5)[tokens[b, t + 1]]) / 4
    assert_close(gradient, expected, name="the gradient", next_step=FLOW)


@pytest.mark.task(2)
@pytest.mark.parametrize(("time", "count"), [(1, 1), (3, 6), (2, 0)])
def test_most_likely(submission, rng, time, count):
    """Writes `count` tokens behind a prompt of `time`, always the likeliest, and asks the model once for each."""

    def say(tokens):
        tokens = assert_shape(tokens, (1, None), name="the tokens for the model", next_step=CALLS)
        after = (3 * np.cumsum(tokens, axis=1) + np.arange(tokens.shape[1])) % 11
        return (4.0 * np.eye(11, dtype="float32") - 2.0)[after]

    model, prompt = Recorder(say, "model"), rng.integers(1, 11, size=time)
    new, text = write(submission, model, prompt, count, 0, 3), list(prompt)
    for _ in range(count):
        text.append((3 * sum(text) + len(text) - 1) % 11)
    assert_equal(new, [int(token) for token in text[time:]], name="the new tokens", next_step=LAST)
    check(
        len(model.calls) == count,
        f"For {count} new tokens the model was called {len(model.calls)} times.",
        next_step=CALLS,
    )
    for number, (tokens,) in enumerate(model.calls):
        name = f"the tokens for call {number + 1} of the model"
        assert_equal(tokens, np.array([text[: time + number]]), name=name, next_step=CALLS)


@pytest.mark.task(2)
def test_first_of_several(submission, support):
    """Takes the first of several largest logits where the temperature is 0."""
    new = write(submission, support.constant_model([-3.0, 1.0, 1.0, -1000.0]), [2], 4, 0, 1)
    assert_equal(new, [1, 1, 1, 1], next_step=GREEDY)


@pytest.mark.task(2)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 100.0])
def test_temperature(submission, support, seed, temperature):
    """Draws each token as often as a temperature of `temperature` says."""
    logits = np.array([-1.0, 2.0, 0.5, 1.0])
    check_counts(
        write(submission, support.constant_model(logits), [3, 1], 300, temperature, seed), logits / temperature
    )


@pytest.mark.task(2)
def test_large_logits(submission, support, seed):
    """Draws right with logits of 1,000 and -1,000 and a temperature of 0.01."""
    logits = np.array([-1000.0, 1000.0, 999.99, -1000.0])
    check_counts(write(submission, support.constant_model(logits), [1], 300, 0.01, seed), logits / 0.01)


def check_counts(tokens, logits):
    """Accepts what lies within 5.5 standard deviations: about one right solution in ten million grades fails."""
    chances = np.exp(log_softmax(logits))
    counts = np.array([np.sum(np.asarray(tokens) == k) for k in range(len(chances))])
    check(counts.max() < len(tokens), f"All {len(tokens)} tokens are the same.", returned=counts, next_step=DRAW)
    margin = 5.5 * np.sqrt(len(tokens) * chances * (1 - chances)) + 1
    is_right = np.abs(counts - len(tokens) * chances) <= margin
    problem = f"Of {len(tokens)} tokens, too many or too few are number {is_right.argmin()}."
    check(is_right.all(), problem, returned=counts, expected=np.round(len(tokens) * chances), next_step=DIVIDE)


@pytest.mark.task(2)
def test_seed_decides(submission, support, seed):
    """Draws the same tokens from the same seed, and others from another one."""
    model = support.constant_model(np.zeros(9))
    assert_seeded(lambda number: write(submission, model, [1], 12, 1.0, number), seed)


@pytest.mark.task(3)
def test_logits(submission, rng):
    """Returns logits for any batch and time, the same for a sequence alone and in a batch."""
    model, tokens = submission.make_model(7), draw_texts(rng, [4, 2, 3], 4, 7)
    logits = predict(model, tokens, 7)
    is_probability = logits.min() >= 0 and np.allclose(logits.sum(axis=2), 1, atol=1e-3)
    check(not is_probability, "The outputs at each position sum to 1: these are no logits.", next_step=SOFTMAX)
    for row in range(3):
        alone = predict(model, tokens[row : row + 1], 7)[0]
        assert_close(alone, logits[row], atol=1e-4, name="one sequence alone", next_step=MATES)
    predict(model, draw_texts(rng, [32, 32], 32, 7), 7)
    predict(model, draw_texts(rng, [1], 1, 7), 7)


@pytest.mark.task(3)
def test_past_and_future(submission, rng):
    """Lets the logits depend on each token up to their own, on no later one, and on the positions."""
    model = submission.make_model(VOCABULARY)
    check_causal(model, rng)
    logits = predict(model, np.full((1, 4), 5))[0]
    for i, k in [(0, 1), (1, 2), (0, 3)]:
        is_same = np.abs(logits[i] - logits[k]).max() < 1e-4
        problem = f"Where all tokens are equal, positions {i} and {k} have the same logits."
        check(not is_same, problem, next_step=PLACES, tag="no positions")


def check_causal(model, rng, tag=None):
    """Exchanges one token after another and looks at which positions that is seen."""
    tokens = draw_texts(rng, [6], 6, VOCABULARY)
    changed = np.repeat(tokens, 6, axis=0)
    changed[range(6), range(6)] = 1 + changed[range(6), range(6)] % (VOCABULARY - 1)
    before, after = predict(model, tokens), predict(model, changed)
    effect = np.abs(after - before).max(axis=2)
    sees_future = np.tril(effect, -1).max() > 1e-4 * max(1.0, np.abs(before).max())
    check(not sees_future, "The logits at a position depend on a later token.", next_step=FUTURE, tag=tag)
    if tag is None:
        sees_past = np.triu(effect > 1e-5).sum() == 21
        check(sees_past, "The logits at a position do not depend on their own token or an earlier one.", next_step=PAST)


@pytest.mark.task(4)
def test_learns_the_language(submission, rng, threshold, pictures):
    """Predicts new texts nearly as well as the language allows, without a look at the future."""
    language = Language(rng)
    model = submission.train_language_model(language.draw(TRAINING)[0], VOCABULARY)
    tokens, chances = language.draw(HELD_OUT)
    logits = predict(model, tokens)
    check_causal(model, rng, tag="future")
    is_judged = chances.sum(axis=2) > 0
    surprise = np.log(np.where(chances > 0, chances, 1.0)) - log_softmax(logits)
    excess = np.sum(chances * surprise, axis=2)[is_judged].mean()
    leave_pictures(pictures, language, model)
    threshold("excess_loss", excess, **find_fault(model, language, tokens, logits, is_judged))


def find_fault(model, language, tokens, logits, is_judged):
    """What a model that misses the limit has not learned: its next step, and a tag."""
    likeliest = logits.argmax(axis=2)
    if np.mean(likeliest[is_judged] == tokens[is_judged]) > 0.5:
        return {"next_step": COPY, "tag": "copies"}
    one, two = (np.mean(likeliest[:, :-k][tokens[:, k:] != 0] == tokens[:, k:][tokens[:, k:] != 0]) for k in (1, 2))
    if two > one + 0.1:
        return {"next_step": TWICE, "tag": "two ahead"}
    others, author = tokens.copy(), (tokens[:, :1] == language.authors).argmax(axis=1)
    others[:, 0] = language.authors[(author + 1) % AUTHORS]
    if np.abs(predict(model, others) - logits)[:, 2:].max() < 0.05:
        return {"next_step": AUTHOR, "tag": "no author"}
    return {"next_step": LEARN}


def leave_pictures(pictures, language, model):
    """What follows each word, by author: the language above, the model below."""
    texts = [[author, language.words[0], word] for author in language.authors for word in language.words]
    said = np.exp(log_softmax(predict(model, np.array(texts))))[:, 2, language.words]
    images = [*language.next_word, *said.reshape(AUTHORS, WORDS, WORDS)]
    pictures.images("next_words", np.array(images), columns=AUTHORS)
