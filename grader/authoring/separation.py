"""Whether a speed threshold separates: right solutions stay far below the limit, slow wrong ones far above it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Final

from grader.content.kata import Threshold
from grader.result import Result

FACTOR: Final = 2.0
"""How many times below the limit right solutions have to be, and how many times above it slow wrong ones."""

_REMEDY: Final = "give the speed test more work, or choose another limit"


def find_unseparated(threshold: Threshold, results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Says in a sentence each what is too close to the limit of speed, and whether nothing is slow.

    A wrong solution is slow if it misses the limit, or if it fails no test at all: then no other test could catch it.

    Args:
        threshold: the `[thresholds.speed]` of the kata.
        results: the grades of reference, right and wrong solutions, by key, with one seed or more.
    """
    limit, num_slow = threshold.limit, 0
    for key, graded in results.items():
        is_wrong = key.startswith("wrong/")
        ratios = [_ratio(result) for result in graded if _is_timed(result) and (_is_slow(result) or not is_wrong)]
        if not ratios:
            continue
        if is_wrong:
            num_slow += 1
            if min(ratios) < limit * FACTOR:
                yield (
                    f"{key} takes {min(ratios):.3g} times as long as the baseline, and a slow wrong solution should take "
                    f"{limit * FACTOR:g} times or more, twice the speed limit of {limit:g}; {_REMEDY}"
                )
        elif max(ratios) > limit / FACTOR:
            yield (
                f"{key} takes {max(ratios):.3g} times as long as the baseline, and a right solution should take "
                f"{limit / FACTOR:g} times or less, half the speed limit of {limit:g}; {_REMEDY}"
            )
    if not num_slow:
        yield (
            f"no wrong solution shows what the speed limit of {limit:g} is for; add one that is slow and passes all other "
            f"tests"
        )


def _is_timed(result: Result) -> bool:
    return any(entry.name == "speed" for entry in result.thresholds)


def _ratio(result: Result) -> float:
    """Returns the measured ratio, the largest where a kata times several functions."""
    return max(entry.value for entry in result.thresholds if entry.name == "speed")


def _is_slow(result: Result) -> bool:
    is_missed = any(entry.name == "speed" and entry.status == "fail" for entry in result.thresholds)
    return is_missed or not any(test.status == "fail" for test in result.tests)
