"""The speed threshold: sure before it fails anyone, quick where the case is clear."""

from __future__ import annotations

import random

import pytest

from grader.judge.thresholds import MAX_SAMPLES
from grader.judge.thresholds import MIN_SAMPLES
from grader.judge.thresholds import SpeedTest

LIMIT = 10.0


def decide(draw, seed: int = 0, *, limit: float = LIMIT, baseline_seconds: float = 1 / 1024) -> SpeedTest:
    """Draws ratios until the test wants no more; the reference takes the same time in each sample."""
    test, chance = SpeedTest(limit), random.Random(seed)
    while test.wants_more:
        test.add(draw(chance) * baseline_seconds, baseline_seconds)
    return test


@pytest.mark.parametrize(
    ("ratio", "is_met", "samples"),
    # With log((1 - 0.01) / 0.001) = 6.9 to fail, log(0.01) = -4.6 to pass, and log 3 = 1.1 for each sample, or twice that.
    [(2.0, True, 3), (5.0, True, 3), (8.0, True, 5), (12.0, False, 7), (20.0, False, 4), (1000.0, False, 4)],
)
def test_steady_ratio_is_decided_after_few_samples(ratio: float, samples: int, *, is_met: bool) -> None:
    result = decide(lambda _: ratio).result()
    assert (result.is_met, result.is_conclusive, result.samples, result.ratio) == (is_met, True, samples, ratio)


def test_one_hiccup_in_three_fails_nobody() -> None:
    # A third of the measurements of code that takes half the limit is three times too long.
    fails = sum(
        not decide(lambda chance: 15.0 if chance.random() < 1 / 3 else 5.0, seed).result().is_met
        for seed in range(2000)
    )
    assert fails <= 2


def test_slow_code_that_is_fast_now_and_then_is_failed() -> None:
    passes = sum(
        decide(lambda chance: 7.0 if chance.random() < 0.25 else 14.0, seed).result().is_met for seed in range(1000)
    )
    assert passes <= 0.02 * 1000


def test_slow_reference_allows_fewer_samples_but_a_slow_submission_does_not() -> None:
    def count_undecided(factor: float, baseline_seconds: float) -> int:
        ratios = iter([0.9 * factor, 1.1 * factor] * MAX_SAMPLES)
        return len(decide(lambda _: next(ratios), limit=factor, baseline_seconds=baseline_seconds).ratios)

    assert [count_undecided(factor, 1 / 1024) for factor in (2.0, 1000.0)] == [MAX_SAMPLES, MAX_SAMPLES]
    assert [count_undecided(factor, 64.0) for factor in (2.0, 1000.0)] == [MIN_SAMPLES, MIN_SAMPLES]


def test_one_fast_sample_passes_nothing_that_the_others_contradict() -> None:
    ratios = iter([0.01] + [11.0] * MAX_SAMPLES)
    result = decide(lambda _: next(ratios), baseline_seconds=64.0).result()
    assert (result.is_met, result.ratio, result.samples) == (False, 11.0, MIN_SAMPLES)


@pytest.mark.parametrize(("slower", "median", "is_met"), [(10.5, 9.75, True), (12.0, 10.5, False)])
def test_what_is_too_close_to_tell_is_decided_by_the_median(slower: float, median: float, *, is_met: bool) -> None:
    ratios = iter([9.0, slower] * MAX_SAMPLES)
    result = decide(lambda _: next(ratios)).result()
    assert (result.is_conclusive, result.samples) == (False, MAX_SAMPLES)
    assert (result.ratio, result.is_met) == (median, is_met)
