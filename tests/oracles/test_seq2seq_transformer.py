"""`seq2seq_transformer` against Keras' padding, SciPy's walk through a graph, and the rule of the language."""

import keras
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order


@pytest.fixture
def kata(load):
    return load("sequence/seq2seq_transformer")


@pytest.mark.parametrize("time", [1, 2, 7])
def test_shifted_targets_are_those_of_keras_padding(kata, rng, time):
    sentences = [list(rng.integers(3, 20, size=rng.integers(0, time + 1))) for _ in range(9)]
    targets = keras.utils.pad_sequences(sentences, time, padding="post")
    inputs, labels = kata.shift_targets(targets)
    for found, rows in ((inputs, [[1, *words] for words in sentences]), (labels, [[*words, 2] for words in sentences])):
        np.testing.assert_array_equal(found, keras.utils.pad_sequences(rows, time + 1, padding="post"))


@pytest.mark.parametrize("max_length", [1, 4, 9])
def test_decoding_is_a_walk_through_a_graph(kata, rng, max_length):
    """A model whose next token depends on the last one alone walks along the edges of a graph."""
    after = np.zeros(12, dtype=int)
    order = [1, *rng.permutation(np.arange(3, 9)), 2, *rng.permutation(np.arange(9, 12)), 0]
    after[order] = np.roll(order, -1)
    graph = csr_array((np.ones(12), (np.arange(12), after)), shape=(12, 12))
    walk = list(breadth_first_order(graph, 1, return_predecessors=False))
    expected = (walk[1 : walk.index(2)] + [0] * 12)[:max_length]
    found = kata.greedy_decode(lambda pair: np.eye(12)[after[pair[1]]], np.full((2, 3), 5), max_length)
    np.testing.assert_array_equal(found, [expected, expected])


def test_new_sentences_are_translated_by_the_rule(kata, rng):
    keras.utils.set_random_seed(0)
    words = np.concatenate([[0, 1, 2], rng.permutation(np.arange(3, 11))])
    sources = rng.integers(3, 11, size=(2348, 5)).astype("int32")
    targets = words[sources[:, ::-1]].astype("int32")
    model = kata.train(sources[:2048], targets[:2048], 11)
    found = kata.greedy_decode(model, sources[2048:], 5)
    assert np.mean(np.all(found == targets[2048:], axis=1)) > 0.95
