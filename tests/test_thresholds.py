"""The speed threshold: sure before it fails anyone, quick where the case is clear."""

from __future__ import annotations

import random

import pytest

from grader.judge import thresholds
from grader.judge.thresholds import MAX_SAMPLES
from grader.judge.thresholds import SpeedTest

LIMIT = 10.0


def decide(draw, seed: int = 0) -> SpeedTest:
    test, chance = SpeedTest(LIMIT), random.Random(seed)
    while test.wants_more:
        test.add(draw(chance))
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
    assert passes <= 0.02 * 1000  # What is not decided after the last sample counts as met.


def test_time_ends_what_is_undecided_but_not_what_is_always_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "BUDGET_SECONDS", 0.0)
    ratios = iter([11.0, 9.0])
    assert decide(lambda _: next(ratios)).result().is_met
    assert not decide(lambda _: 11.0).result().is_met


def test_what_is_too_close_to_tell_is_met_and_says_so() -> None:
    ratios = iter([9.0, 11.0] * MAX_SAMPLES)
    result = decide(lambda _: next(ratios)).result()
    assert (result.is_met, result.is_conclusive, result.samples) == (True, False, MAX_SAMPLES)
