"""Evidence for thresholds: bounds that statistics books give, and a file that a person can read."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from conftest import KATA_TOML
from conftest import WriteKata

from grader.authoring.calibrate import calibrate
from grader.cli import create_cli
from grader.content import calibration
from grader.content import rates
from grader.content.calibration import Calibration
from grader.content.calibration import Outcomes
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.content.kata import Threshold
from grader.content.pack import Pack
from grader.diagnosis.likelihood import expects
from grader.diagnosis.likelihood import log_likelihood_of
from grader.diagnosis.trace import Trace
from grader.errors import PackError
from grader.plugins import create_manager
from grader.service.executor import LocalExecutor

AT_MOST = Threshold(limit=2.0, direction="at most", unit="units")


@pytest.mark.parametrize(
    ("num_missed", "num_seeds", "bound"),
    [(0, 1, 0.95), (0, 12, 0.2209), (0, 2995, 0.001), (1, 20, 0.2161), (5, 5, 1.0)],
)
def test_counting_gives_the_bound_of_clopper_and_pearson(num_missed: int, num_seeds: int, bound: float) -> None:
    assert rates.clopper_pearson_bound(num_missed, num_seeds) == pytest.approx(bound, abs=2e-4)


@pytest.mark.parametrize(
    # One-sided tolerance factors for a confidence of 95 %, from the usual tables: of n values, so many standard
    # deviations from their mean lie all but this share of the population.
    ("num_values", "factor", "share"),
    [
        (10, 2.911, 0.05),
        (10, 3.981, 0.01),
        (12, 2.736, 0.05),
        (20, 2.396, 0.05),
        (20, 3.295, 0.01),
        (50, 2.862, 0.01),
        (50, 3.766, 0.001),
    ],
)
@pytest.mark.parametrize("at_most", [True, False])
def test_distance_gives_the_bound_of_the_tables(num_values: int, factor: float, share: float, *, at_most: bool) -> None:
    half = math.sqrt((num_values - 1) / num_values)  # Makes the standard deviation of the values 1.
    values = [10 - half] * (num_values // 2) + [10 + half] * (num_values // 2)
    limit = 10 + factor if at_most else 10 - factor
    assert rates.normal_tolerance_bound(values, limit, at_most=at_most) == pytest.approx(share, rel=0.02)


def test_values_that_do_not_depend_on_chance_are_always_on_one_side() -> None:
    assert rates.normal_tolerance_bound([1.0, 1.0, 1.0], 2.0, at_most=True) == 0.0
    assert rates.normal_tolerance_bound([3.0], 2.0, at_most=True) == 1.0


def test_far_and_hopeless_values_have_bounds_too() -> None:
    assert rates.normal_tolerance_bound([0.0, 1e-6], 1e3, at_most=True) < 1e-14
    assert rates.normal_tolerance_bound([1e3, 1e3 + 1e-6], 0.0, at_most=True) == 1.0


def test_examples_in_docstrings_are_right() -> None:
    assert doctest.testmod(rates).failed == 0


EVIDENCE = Calibration(
    seeds=3,
    machine="test",
    versions={},
    seconds={"test_it": 2.0},
    values={
        "error": {
            "reference": [1.0, 1.1, 1.2],
            "right/other": [1.2, 1.3, 1.4],
            "wrong/close": [2.4, 2.5, 2.6],
            "wrong/far": [8.0, 9.0, None],
            "wrong/caught_elsewhere": [1.0, 1.0, 1.0],
            "wrong/passes": [1.5, 1.6, 2.5],
        }
    },
    outcomes={
        "close": Outcomes(["test_it"]),
        "far": Outcomes(["test_it"]),
        "caught_elsewhere": Outcomes(["test_other"]),
        "passes": Outcomes([], ["test_it"]),
        "not_run": Outcomes(["test_other"], skipped=["test_it"]),
        "dark": Outcomes(["test_it"], tags={"test_it": ["too dark"]}),
    },
)


def test_evidence_says_how_often_a_limit_is_wrong_and_where_it_should_be() -> None:
    found = calibration.assess(EVIDENCE, "error", AT_MOST)
    assert [rate.solution for rate in found.right] == ["reference", "right/other"]
    assert [rate.worst for rate in found.right] == [1.2, 1.4]
    assert [rate.solution for rate in found.wrong] == ["wrong/passes", "wrong/close", "wrong/far"]
    assert found.wrong[0].counted_bound > 0.9
    # Five standard deviations away, but known from three values only.
    assert found.wrong[1].normal_bound == pytest.approx(0.16, abs=0.01)
    # Halfway, in standard deviations, between right/other and wrong/passes.
    assert found.proposed == pytest.approx(1.3 + 0.1 / (0.1 + 0.5508) * (1.8667 - 1.3), abs=1e-3)


@pytest.mark.parametrize(
    ("solution", "status", "value", "tag", "expected"),
    [
        ("close", "fail", 2.5, None, True),
        ("close", "fail", 2.7, None, True),
        ("close", "fail", 3.5, None, False),
        ("close", "pass", 2.5, None, False),
        ("close", "fail", 2.5, "too dark", False),
        ("passes", "pass", 1.5, None, True),
        ("passes", "pass", 0.1, None, True),
        ("passes", "fail", 2.5, None, True),
        ("caught_elsewhere", "fail", 1.0, None, False),
        ("unknown", "fail", 2.5, None, False),
        ("dark", "fail", 77.0, "too dark", True),
        ("dark", "fail", 77.0, "too bright", False),
        ("dark", "fail", 77.0, None, False),
        ("not_run", "fail", 77.0, "too bright", True),
        ("not_run", "pass", 0.1, None, True),
    ],
)
def test_evidence_says_what_to_expect_of_a_wrong_solution(
    solution: str, status: str, value: float, tag: str | None, *, expected: bool
) -> None:
    trace = Trace(status, tag=tag, measured={"error": value})
    assert expects(EVIDENCE, solution, "test_it", trace) is expected


TOML = KATA_TOML + '\n[thresholds.error]\nlimit = 2.0\ndirection = "at most"\nunit = "units"\n'
TESTS = '''
import pytest

@pytest.mark.task(1)
def test_error(submission, rng, threshold):
    """Has a small error."""
    threshold("error", submission.double(float(rng.normal(1.0, 0.05))))
'''
SOLUTIONS = {
    "wrong/doubles": '"""Doubles."""\ndef double(value):\n    return 4 * value\n',
    "wrong/fails": '"""Fails."""\ndef double(value):\n    raise ValueError\n',
    "right/other": "def double(value):\n    return value * 1.0\n",
}


@pytest.fixture
def kata(write_kata: WriteKata) -> Kata:
    kata = write_kata(TESTS, "def double(value):\n    return value\n", toml=TOML)
    for name, source in SOLUTIONS.items():
        file = kata.reference_folder / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(source)
    return kata


def catalog_of(kata: Kata) -> Catalog:
    return Catalog([Pack("test", "Test", kata.folder.parents[1], kata.reference_folder.parents[1], preload=("numpy",))])


def test_all_solutions_are_measured_with_every_seed_and_the_file_reads_back(kata: Kata) -> None:
    catalog = catalog_of(kata)
    found = calibrate(catalog, catalog.find("double"), LocalExecutor(2), 4)
    file = calibration.write_calibration(kata, found)
    assert calibration.read_calibration(kata) == found
    assert found.outcomes == {"doubles": Outcomes(["test_error"]), "fails": Outcomes(["test_error"])}
    reference = [value for value in found.values["error"]["reference"] if value is not None]
    assert len(set(reference)) == 4
    assert all(0.7 < value < 1.3 for value in reference)
    assert found.values["error"]["wrong/doubles"] == pytest.approx([4 * value for value in reference], rel=1e-4)
    assert found.values["error"]["wrong/fails"] == [None] * 4
    # A line for each solution: people read it, and see what a new calibration changes.
    assert len(file.read_text().splitlines()) < 50


def test_clues_of_a_long_test_are_kept(write_kata: WriteKata) -> None:
    tests = TESTS.replace("0.05))))", "0.05))), tag='far too large')")
    # The reference has to take longer than LONG_SECONDS: the tags of shorter tests are not kept.
    kata = write_kata(tests, "import time\ndef double(value):\n    time.sleep(1.1)\n    return value\n", toml=TOML)
    (kata.reference_folder / "wrong").mkdir()
    (kata.reference_folder / "wrong/doubles.py").write_text(SOLUTIONS["wrong/doubles"])
    catalog = catalog_of(kata)
    found = calibrate(catalog, catalog.find("double"), LocalExecutor(2), 3)
    assert found.outcomes == {"doubles": Outcomes(["test_error"], tags={"test_error": ["far too large"]})}


def test_long_tests_are_left_out_where_a_short_one_catches_the_mistake_and_tells_it_apart(
    write_kata: WriteKata,
) -> None:
    tests = '''
import pytest

@pytest.mark.task(1)
def test_sign(submission):
    """Keeps the sign."""
    assert submission.double(1.0, 0.0) > 0

@pytest.mark.task(1)
def test_error(submission, rng, threshold):
    """Has a small error."""
    threshold("error", submission.double(float(rng.normal(1.0, 0.05)), 0.6))
'''
    source = "import time\ndef double(value, seconds):\n    time.sleep(seconds)\n    return {}\n"
    kata = write_kata(tests, source.format("value"), toml=TOML)
    (kata.reference_folder / "wrong").mkdir()
    # The last two are caught by the short test, in the same way, so that only the long one can tell them apart.
    for name, returned in (
        ("raises", "value / 0"),
        ("doubles", "4 * value"),
        ("negates", "-value"),
        ("grows", "-value if seconds == 0 else 5 * value"),
    ):
        (kata.reference_folder / f"wrong/{name}.py").write_text(f'"""{name}."""\n{source.format(returned)}')
    catalog = catalog_of(kata)
    found = calibrate(catalog, catalog.find("double"), LocalExecutor(2), 3)
    assert found.outcomes == {
        "raises": Outcomes(["test_sign"], skipped=["test_error"]),
        "doubles": Outcomes(["test_error"]),
        "negates": Outcomes(["test_sign"]),
        "grows": Outcomes(["test_error", "test_sign"]),
    }
    assert found.values["error"]["wrong/raises"] == [None] * 3


def test_reference_that_cannot_be_graded_cannot_be_calibrated(kata: Kata) -> None:
    kata.reference.write_text("import nothing_of_that_name\n")
    kata.hidden_tests.write_text(TESTS.replace("(submission", "(reference, submission"))
    catalog = catalog_of(kata)
    with pytest.raises(PackError, match="reference"):
        calibrate(catalog, catalog.find("double"), LocalExecutor(1), 3)


def test_speed_that_does_not_separate_cannot_be_calibrated(kata: Kata) -> None:
    toml = kata.folder / "kata.toml"
    toml.write_text(TOML + '[thresholds.speed]\nlimit = 100.0\ndirection = "at most"\nunit = "x reference"\n')
    is_fast = '''
@pytest.mark.task(1)
def test_is_fast(submission, speed):
    """Is fast."""
    speed("double", lambda: (1.0,), lambda returned, expected: None)
'''
    kata.hidden_tests.write_text(TESTS + is_fast)
    catalog = catalog_of(kata)
    with pytest.raises(PackError, match=r"kata\.toml: no wrong solution shows what the speed limit of 100 is for"):
        calibrate(catalog, catalog.find("double"), LocalExecutor(1), 3)


def test_spoilt_evidence_is_named(kata: Kata) -> None:
    (kata.reference_folder / "calibration.json").write_text('{"seeds": "many"}')
    with pytest.raises(PackError, match=r"calibration\.json: expected what `grader calibrate double` writes"):
        calibration.read_calibration(kata)


def test_value_is_likelier_under_the_wrong_solution_that_spreads_around_it() -> None:
    calibration = Calibration(
        seeds=3,
        machine="",
        versions={},
        seconds={},
        values={"error": {"wrong/near": [0.9, 1.0, 1.1], "wrong/wide": [1.0, 2.0, 3.0]}},
        outcomes={},
    )
    near, wide = (log_likelihood_of(calibration, name, {"error": 1.05}) for name in ("near", "wide"))
    # Standard deviations of 0.1 and 1: -0.5² / 2 - log 0.1, and -0.95² / 2 - log 1.
    assert (near, wide) == pytest.approx((2.17758509, -0.45125))


def test_command_shows_the_evidence_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(create_cli(create_manager()), ["calibrate", "autoencoder", "--show"])
    assert run.exit_code == 0, run.output
    assert "reconstruction_error: limit 0.83" in run.output
    missing = CliRunner().invoke(create_cli(create_manager()), ["calibrate", "perceptron", "--show"])
    assert (missing.exit_code, "has no calibration.json" in missing.output) == (2, True)


def test_calibration_is_plain_json(kata: Kata) -> None:
    file = calibration.write_calibration(kata, EVIDENCE)
    assert msgspec.json.decode(file.read_bytes())["values"]["error"]["wrong/far"] == [8.0, 9.0, None]
