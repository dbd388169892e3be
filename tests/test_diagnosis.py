"""Diagnosis: a failed submission is named after the wrong solution that behaves the same, and after no other."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import KATA_TOML
from conftest import PRELOAD
from conftest import WriteKata

from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.diagnosis import trace
from grader.diagnosis.trace import Answer
from grader.diagnosis.trace import Trace
from grader.learner.report import render_text
from grader.protocol.channel import GradeRequest
from grader.result import Misconception
from grader.result import Result
from grader.service import client
from grader.service.connection import OwnService

SCALE_TESTS = '''
import numpy as np
import pytest
from grader.testing import assert_close, check

@pytest.mark.task(1)
@pytest.mark.parametrize("size", [1, 4])
def test_scales(submission, rng, size):
    """Doubles `size` numbers."""
    values = rng.normal(size=size)
    assert_close(submission.double(values), 2 * values)

@pytest.mark.task(1)
def test_zero(submission):
    """Leaves zero alone."""
    assert_close(submission.double(np.zeros(2)), [0.0, 0.0])

@pytest.mark.task(1)
def test_picks_a_number(submission):
    """Picks any number between 0 and 1."""
    returned = submission.pick()
    check(0 <= returned <= 1, "That is not between 0 and 1.", returned=returned)
'''
PICK = "\ndef pick():\n    return {}\n"
RIGHT = "def double(values):\n    return 2 * values\n" + PICK.format(0.5)
WRONG = {
    "squares": "def double(values):\n    return values**2\n" + PICK.format(0.5),
    "adds_two": "def double(values):\n    return values + 2\n" + PICK.format(0.5),
    "picks_too_much": "def double(values):\n    return 2 * values\n" + PICK.format(1.5),
    "picks_too_little": "def double(values):\n    return 2 * values\n" + PICK.format(-1.5),
}

Diagnose = Callable[..., Result]


@pytest.fixture
def kata(write_kata: WriteKata) -> Kata:
    kata = write_kata(SCALE_TESTS, RIGHT)
    files = {f"wrong/{name}": source for name, source in WRONG.items()}
    files["right/adds"] = "def double(values):\n    return values + values\n" + PICK.format(0.25)
    for name, source in files.items():
        file = kata.reference_folder / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        title = file.stem.replace("_", " ").capitalize()
        file.write_text(f'"""{title}.\n\nThat is a mistake,\nso mend it.\n"""\n{source}')
    return kata


@pytest.fixture
def diagnose(service: OwnService, hidden: tuple[str, ...]) -> Diagnose:
    def grade(kata: Kata, source: str, **options: Any) -> Result:
        content = textwrap.dedent(source).encode()
        options = {"diagnosis_seconds": 60.0, **options}
        job = client.GradeJob.of(kata, GradeRequest(source=content, **options), preload=PRELOAD, hidden=hidden)
        return client.grade(service, job)[0]

    return grade


@pytest.mark.parametrize(
    ("double", "name"),
    [("return 2 * values", None), ("return values**2", "squares"), ("return values + 2", "adds_two")],
)
def test_what_is_not_started_says_nothing(kata: Kata, diagnose: Diagnose, double: str, name: str | None) -> None:
    stub = "raise NotImplementedError('TODO: task 1')"
    result = diagnose(kata, f"def double(values):\n    {double}\ndef pick():\n    {stub}\n")
    assert (result.misconception.name if result.misconception else None) == name
    assert [test.misconception for test in result.tests if (test.message or "").startswith("Not started")] == [None]


@pytest.mark.parametrize("name", WRONG)
def test_every_wrong_solution_is_taken_for_itself(kata: Kata, diagnose: Diagnose, name: str) -> None:
    found = diagnose(kata, WRONG[name]).misconception
    assert found
    assert (found.name, found.alternatives) == (name, [])


def test_misconception_is_named_in_the_words_of_its_file_with_what_speaks_for_it(
    kata: Kata, diagnose: Diagnose
) -> None:
    # Other code, in another precision, with another pick.
    result = diagnose(kata, "def double(values):\n    return values.astype('float32') ** 2\n" + PICK.format(0.75))
    assert result.misconception == Misconception(
        name="squares",
        title="Squares.",
        explanation="That is a mistake, so mend it.",
        evidence="gave the same answer as yours in 3 of 3 calls",
    )
    assert {test.misconception for test in result.tests if test.status == "fail"} == {"squares"}
    assert {test.misconception for test in result.tests if test.status == "pass"} == {None}


@pytest.mark.parametrize(
    "source",
    [
        "def double(values):\n    return values**3\n" + PICK.format(0.5),
        # As the wrong solution in most tests, but not in all.
        "def double(values):\n    return values**2 if len(values) == 1 else 2 * values\n" + PICK.format(0.5),
        "def double(values):\n    raise ValueError('no')\n" + PICK.format(0.5),
        "raise ValueError('no')\n",
    ],
)
def test_nothing_is_guessed(kata: Kata, diagnose: Diagnose, source: str) -> None:
    result = diagnose(kata, source)
    assert (result.status, result.misconception) == ("fail", None)


def test_mistake_in_one_task_is_that_of_a_solution_which_makes_it_in_two(kata: Kata, diagnose: Diagnose) -> None:
    tests = kata.reference_folder / "test_hidden.py"
    tests.write_text(
        SCALE_TESTS
        + '''
@pytest.mark.task(2)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8])
def test_quadruples(submission, size):
    """Multiplies `size` numbers by four."""
    assert_close(submission.quadruple(np.full(size, 3.0)), [12.0] * size)
'''
    )
    toml = kata.folder / "kata.toml"
    toml.write_text(KATA_TOML + '\n[[tasks]]\ntitle = "Four"\npoints = 5\n')
    twice = "\ndef quadruple(values):\n    return double(double(values))\n"
    for file in kata.reference_folder.rglob("*.py"):
        if file != tests:
            file.write_text(file.read_text() + twice)
    source = WRONG["squares"] + "\ndef quadruple(values):\n    return 4 * values\n"
    found = diagnose(load_kata(kata.folder, kata.reference_folder), source).misconception
    assert found
    assert (found.name, found.evidence) == ("squares", "gave the same answer as yours in 4 of 4 calls")


def test_same_mistake_with_another_edge_is_close_enough(kata: Kata, diagnose: Diagnose) -> None:
    found = diagnose(kata, "def double(values):\n    return values**2\n" + PICK.format(-7.5)).misconception
    assert found
    assert (found.name, found.evidence) == ("squares", "gave the same answer as yours in 2 of 2 calls")


CLUE_TESTS = '''
import pytest
from grader.testing import check

@pytest.mark.task(1)
@pytest.mark.parametrize("size", [10, 100, 1000])
def test_picks_a_number(submission, size):
    """Picks any number between 0 and `size`."""
    picked = submission.pick(size)
    check(0 <= picked <= size, "Out of range.", returned=picked, tag="too small" if picked < 0 else "too large")
'''


@pytest.mark.parametrize(
    ("source", "name", "evidence"),
    [
        ("def pick(size):\n    return -7\n", "below", "failed the same 3 tests as yours"),
        ("def pick(size):\n    return size + 7\n", "above", "failed the same 3 tests as yours"),
        # The wrong solution fails one more test, and no other has its tag.
        ("def pick(size):\n    return 500\n", "above", "failed 2 of 3 tests for the same reason as yours"),
    ],
)
def test_clue_tells_two_apart_whatever_their_values_are(
    write_kata: WriteKata, diagnose: Diagnose, source: str, name: str, evidence: str
) -> None:
    kata = write_kata(CLUE_TESTS, "def pick(size):\n    return 0.5\n")
    for folder, file, picked in (("right", "other", "1"), ("wrong", "below", "-size"), ("wrong", "above", "3 * size")):
        (kata.reference_folder / folder).mkdir(exist_ok=True)
        content = f'"""{file}."""\ndef pick(size):\n    return {picked}\n'
        (kata.reference_folder / folder / f"{file}.py").write_text(content)
    found = diagnose(kata, source).misconception
    assert found
    assert (found.name, found.evidence) == (name, evidence)


def test_nothing_is_named_where_two_come_equally_near(kata: Kata, diagnose: Diagnose) -> None:
    same = kata.reference_folder / "wrong/multiplies_by_itself.py"
    same.write_text('"""Multiplies."""\n' + WRONG["squares"])
    assert diagnose(kata, "def double(values):\n    return values**2\n" + PICK.format(-7.5)).misconception is None


def test_value_of_the_failed_check_tells_two_apart_where_correct_solutions_differ(
    kata: Kata, diagnose: Diagnose
) -> None:
    found = diagnose(kata, RIGHT.replace("0.5", "1.5")).misconception
    assert found
    assert (found.name, found.alternatives) == ("picks_too_much", [])
    # A third value fails the same check as both.
    assert diagnose(kata, RIGHT.replace("0.5", "7.5")).misconception is None


def test_failed_check_is_enough_where_one_wrong_solution_fails_it(kata: Kata, diagnose: Diagnose) -> None:
    (kata.reference_folder / "wrong/picks_too_little.py").unlink()
    found = diagnose(kata, RIGHT.replace("0.5", "7.5")).misconception
    assert found
    assert (found.name, found.evidence) == ("picks_too_much", "failed the same 1 test as yours")


def test_wrong_solutions_that_cannot_be_told_apart_are_all_offered(kata: Kata, diagnose: Diagnose) -> None:
    same = kata.reference_folder / "wrong/multiplies_by_itself.py"
    same.write_text('"""Multiplies."""\n' + WRONG["squares"])
    found = diagnose(kata, WRONG["squares"]).misconception
    assert found
    assert [found.name, *(other.name for other in found.alternatives)] == ["multiplies_by_itself", "squares"]


def test_calls_of_the_judges_functions_count(write_kata: WriteKata, diagnose: Diagnose) -> None:
    tests = '''
        import pytest
        from grader.testing import check

        @pytest.mark.task(1)
        def test_asks_once(submission):
            """Asks once."""
            asked = []
            def function(value):
                asked.append(value)
                return value
            check(submission.double(function) == 6 and len(asked) == 1, "Asked too often.")
    '''
    kata = write_kata(tests, "def double(function):\n    return 2 * function(3)\n")
    (kata.reference_folder / "wrong").mkdir()
    sources = {
        "twice": "def double(function):\n    return function(3) + function(3)\n",
        "elsewhere": "def double(function):\n    return function(4) - 2\n",
    }
    for name, source in sources.items():
        (kata.reference_folder / f"wrong/{name}.py").write_text(f'"""{name}."""\n{source}')
    for name, source in sources.items():
        found = diagnose(kata, source).misconception
        assert found
        assert (found.name, found.alternatives) == (name, [])
    assert diagnose(kata, "def double(function):\n    return function(5) - 3\n").misconception is None


def test_no_patience_is_no_diagnosis(kata: Kata, diagnose: Diagnose) -> None:
    result = diagnose(kata, WRONG["squares"], diagnosis_seconds=0.0)
    assert (result.misconception, result.is_diagnosis_pending) == (None, False)


def test_what_there_was_no_time_for_is_found_out_for_the_next_submission(
    kata: Kata, diagnose: Diagnose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    slow = kata.reference_folder / "right/slow.py"
    slow.write_text("import time\ntime.sleep(1.5)\n" + RIGHT)
    first = diagnose(kata, WRONG["squares"], diagnosis_seconds=1e-6)
    assert (first.misconception, first.is_diagnosis_pending) == (None, True)
    assert "still being looked up" in render_text(first, kata)
    for _ in range(50):
        later = diagnose(kata, WRONG["squares"], diagnosis_seconds=0.2)
        if later.misconception:
            break
    assert later.misconception
    assert (later.misconception.name, later.is_diagnosis_pending) == ("squares", False)
    assert "still being looked up" not in render_text(later, kata)


def test_change_of_a_wrong_solution_is_seen(kata: Kata, diagnose: Diagnose) -> None:
    assert diagnose(kata, WRONG["adds_two"]).misconception is not None
    file = kata.reference_folder / "wrong/adds_two.py"
    file.write_text('"""Adds three."""\n' + WRONG["adds_two"].replace("+ 2", "+ 3"))
    assert diagnose(kata, WRONG["adds_two"]).misconception is None


def test_diagnosis_of_a_speed_test_does_not_compare_samples(write_kata: WriteKata, diagnose: Diagnose) -> None:
    toml = KATA_TOML + '\n[thresholds.speed]\nlimit = 5.0\ndirection = "at most"\nunit = "x reference"\n'
    tests = '''
        import pytest
        from grader.testing import assert_close

        @pytest.mark.task(1)
        def test_speed(submission, rng, speed):
            """Is fast."""
            speed("double", lambda: (rng.normal(size=50),), lambda returned, expected: assert_close(returned, expected))
    '''
    works = (
        "import time\ndef double(values):\n    end = time.process_time() + {}\n"
        "    while time.process_time() < end: pass\n    return values + values\n"
    )
    kata = write_kata(tests, works.format(0.004), toml=toml)
    (kata.reference_folder / "wrong").mkdir()
    (kata.reference_folder / "wrong/slow.py").write_text('"""It is slow."""\n' + works.format(0.1))
    found = diagnose(kata, works.format(0.05)).misconception
    assert found
    assert found.name == "slow"


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (1.0, 1.0 + 1e-7, True),
        (1.0, 1.01, False),
        (np.array([1e6, 0.0]), np.array([1e6, 1e-3]), True),
        ([1, 2], (1.0, 2.0), True),
        ([1, 2], [[1, 2]], False),
        (1, True, False),
        (np.nan, np.nan, True),
        (np.inf, -np.inf, False),
        ("a", "a", True),
        ("a", "b", False),
        (None, None, True),
        (None, 0, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        ([[1], [1, 2]], [[1], [1, 2]], True),
        ([[1], [1, 2]], [[1], [1, 3]], False),
        ([None, "x"], [None, "x"], True),
        ("1", 1, False),
        (b"x", b"x", True),
    ],
)
def test_values_agree_but_for_rounding(mine: Any, theirs: Any, *, same: bool) -> None:
    assert trace.agree(mine, theirs) is same
    assert trace.agree(theirs, mine) is same


def test_trials_agree_answer_by_answer() -> None:
    first = Trace("pass", answers=[Answer("returned", "f", 1.0), Answer("raised", "f", "ValueError")])
    assert first.agrees_with(Trace("pass", answers=[Answer("returned", "f", 1), Answer("raised", "f", "ValueError")]))
    assert not first.agrees_with(Trace("pass", answers=first.answers[:1]))
    assert not first.agrees_with(Trace("fail", check=[3], answers=first.answers))
    assert not first.agrees_with(Trace("pass", answers=[Answer("returned", "g", 1.0), first.answers[1]]))
