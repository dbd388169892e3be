"""`decoder_lm` against Keras' cross-entropy, SciPy's softmax, chi-square and entropy, and tables of counted tokens."""

import keras
import numpy as np
import pytest
from scipy import special
from scipy import stats

KATA = "sequence/decoder_lm"


@pytest.fixture
def kata(load):
    return load(KATA)


@pytest.fixture(scope="module")
def language(load_hidden_tests):
    return load_hidden_tests(KATA)["Language"](np.random.default_rng(1))


@pytest.mark.parametrize(("lengths", "time"), [([5, 2, 3], 5), ([6, 1, 0, 4], 8), ([2], 2)])
def test_loss_is_that_of_keras_and_scipy(kata, rng, lengths, time):
    tokens = np.where(np.arange(time) < np.array(lengths)[:, None], rng.integers(1, 9, size=(len(lengths), time)), 0)
    logits = 5 * rng.normal(size=(len(lengths), time, 9)).astype("float32")
    loss = kata.next_token_loss(logits, tokens)
    targets = tokens[:, 1:]
    by_keras = keras.losses.SparseCategoricalCrossentropy(True, ignore_class=0, reduction="sum")(
        targets, logits[:, :-1]
    )
    np.testing.assert_allclose(loss, by_keras / np.count_nonzero(targets), rtol=1e-5)
    chosen = np.take_along_axis(special.log_softmax(logits[:, :-1], axis=-1), targets[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(loss, -chosen[targets != 0].mean(), rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_samples_have_the_distribution_of_scipy(kata, rng, temperature):
    logits = rng.normal(size=6)
    text = kata.sample(lambda tokens: np.tile(logits, (1, tokens.shape[1], 1)), np.array([1]), 4000, temperature, 3)
    counts, expected = np.bincount(text[1:], minlength=6), 4000 * special.softmax(logits / temperature)
    is_frequent = expected > 5
    counts = np.append(counts[is_frequent], counts[~is_frequent].sum() + 1e-9)
    expected = np.append(expected[is_frequent], expected[~is_frequent].sum() + 1e-9)
    assert stats.chisquare(counts, expected).pvalue > 1e-3


def test_texts_have_the_distribution_that_is_judged(language):
    tokens, chances = language.draw(20000)
    is_judged = chances.sum(axis=2) > 0
    np.testing.assert_allclose(chances.sum(axis=2)[is_judged], 1.0)
    np.testing.assert_array_equal(is_judged[:, :-1], tokens[:, 1:] != 0)
    after = np.take_along_axis(chances[:, :-1], tokens[:, 1:, None], axis=2)[..., 0][is_judged[:, :-1]]
    rows = chances[is_judged]
    np.testing.assert_allclose(-np.log(after).mean(), stats.entropy(rows, axis=1).mean(), rtol=0.01)


def test_the_reference_comes_near_the_entropy_and_a_table_of_pairs_does_not(kata, language):
    keras.utils.set_random_seed(0)
    tokens, (new, chances) = language.draw(2000)[0], language.draw(300)
    is_judged = chances.sum(axis=2) > 0
    pairs = np.full((12, 12), 1e-3)
    np.add.at(pairs, (tokens[:, :-1].ravel(), tokens[:, 1:].ravel()), (tokens[:, 1:] != 0).ravel())
    pairs[:, 0] = 1e-3
    table = (pairs / pairs.sum(axis=1, keepdims=True))[new]
    assert special.rel_entr(chances, table).sum(axis=2)[is_judged].mean() > 0.5
    said = special.softmax(np.array(kata.train_language_model(tokens, 12)(new), dtype=float), axis=-1)
    assert special.rel_entr(chances, said).sum(axis=2)[is_judged].mean() < 0.12
