"""`encoder_classifier` against the masks of Keras' layers, NumPy's masked arrays, and what counting tokens can reach."""

import keras
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

KATA = "sequence/encoder_classifier"
# Keras warns of a softmax over one key, as in a sequence of one element.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


@pytest.fixture
def kata(load):
    return load(KATA)


@pytest.fixture(scope="module")
def language(load_hidden_tests):
    return load_hidden_tests(KATA)["Language"](np.random.default_rng(1))


def draw_tokens(rng, lengths, time):
    return np.where(np.arange(time) < np.array(lengths)[:, None], rng.integers(1, 9, size=(len(lengths), time)), 0)


@pytest.mark.parametrize(("lengths", "time"), [([2, 5, 3], 5), ([1], 1), ([4, 1], 7)])
def test_mask_is_the_value_mask_of_keras(kata, rng, lengths, time):
    tokens, states = draw_tokens(rng, lengths, time), rng.normal(size=(len(lengths), time, 6)).astype("float32")
    layer = keras.layers.MultiHeadAttention(2, 3)
    is_real = keras.layers.Embedding(9, 2, mask_zero=True).compute_mask(tokens)
    expected = layer(states, states, value_mask=is_real)
    np.testing.assert_allclose(layer(states, states, attention_mask=kata.attention_mask(tokens)), expected, atol=1e-6)


@pytest.mark.parametrize(("lengths", "time"), [([2, 5, 3], 5), ([1], 1), ([4, 1], 7)])
def test_mean_is_that_of_keras_and_of_masked_arrays(kata, rng, lengths, time):
    tokens, states = draw_tokens(rng, lengths, time), rng.normal(size=(len(lengths), time, 6)).astype("float32")
    mean = kata.mean_of_tokens(states, tokens)
    pooled = keras.layers.GlobalAveragePooling1D()(states, mask=tokens != 0)
    np.testing.assert_allclose(mean, pooled, rtol=1e-5, atol=1e-6)
    masked = np.ma.array(states, mask=np.repeat(tokens[:, :, None] == 0, 6, axis=2)).mean(axis=1)
    np.testing.assert_allclose(mean, masked, rtol=1e-5, atol=1e-6)


def test_labels_are_those_of_the_rule(language):
    tokens, labels = language.draw(300)
    question = {int(number): switch for switch, number in enumerate(language.questions)}
    order = {int(language.orders[switch, on]): (switch, on) for switch in range(3) for on in range(2)}
    for row, label in zip(tokens, labels, strict=True):
        is_on = dict.fromkeys(range(3), 0)
        is_on.update(order[token] for token in row[1:].tolist() if token)
        assert is_on[question[int(row[0])]] == label


def test_counting_tokens_is_not_enough_and_the_reference_learns(kata, language):
    keras.utils.set_random_seed(0)
    (tokens, labels), (new, answers) = language.draw(4000), language.draw(1000)
    counts, new_counts = ((x[:, :, None] == np.arange(12)).sum(axis=1) for x in (tokens, new))
    forest = RandomForestClassifier(300, random_state=0).fit(counts, labels)
    assert forest.score(new_counts, answers) < 0.6
    classifier = kata.train_classifier(tokens, labels, 12)
    assert np.mean(np.array(classifier(new)).argmax(axis=1) == answers) > 0.9
