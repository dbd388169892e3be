"""How likely a wrong solution is behind what a long test measured, by the kata's calibration."""

from __future__ import annotations

import math
import statistics

from grader.content.calibration import Calibration
from grader.content.calibration import known
from grader.content.calibration import range_of
from grader.diagnosis.trace import Trace


def expects(calibration: Calibration, solution: str, test: str, trace: Trace) -> bool:
    """Says whether what happened in a test is what the evidence lets one expect of a wrong solution."""
    outcomes, failed = calibration.outcomes.get(solution), trace.status == "fail"
    if outcomes and test in outcomes.skipped:
        return True  # Shorter tests tell whether it is this mistake.
    if outcomes is None or (test not in outcomes.sometimes and failed != (test in outcomes.always)):
        return False
    tags = outcomes.tags.get(test, [])
    if trace.tag is not None:
        return trace.tag in tags  # The values depend on other choices, which a tag does not.
    if not failed:
        return True  # A limit that is met says nothing about the mistake.
    if tags:
        return False
    for name, value in trace.measured.items():
        values = known(calibration.values.get(name, {}).get(f"wrong/{solution}", []))
        if not values or not range_of(values)[0] <= value <= range_of(values)[1]:
            return False
    return True


def log_likelihood_of(calibration: Calibration, solution: str, measured: dict[str, float]) -> float:
    """Returns how likely a wrong solution reaches these values, up to a constant, if its own are normally distributed."""
    total = 0.0
    for name, value in measured.items():
        values = known(calibration.values[name][f"wrong/{solution}"])
        if not values:
            return -math.inf  # It never got that far.
        mean, deviation = statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0
        deviation = max(deviation, 0.01 * abs(mean), 1e-9)
        total -= ((value - mean) / deviation) ** 2 / 2 + math.log(deviation)
    return total
