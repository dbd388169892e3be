"""The judge: fixtures of hidden tests, points, canaries, and the mistakes of instructors."""

from __future__ import annotations

import contextlib
import socket
import textwrap
import types
from pathlib import Path

import numpy as np
import pytest
from conftest import HIDDEN_TESTS
from conftest import KATA_TOML
from conftest import PRELOAD
from conftest import REFERENCE
from conftest import STUB
from conftest import GradeSource
from conftest import WriteKata
from conftest import zygotes_of

from grader.content.kata import Kata
from grader.errors import PackError
from grader.errors import SubmissionStopped
from grader.judge.context import KataContext
from grader.judge.grade import Grade
from grader.judge.libraries import Zygotes
from grader.judge.pytest_plugin import HiddenTestPlugin
from grader.judge.thresholds import MAX_SAMPLES
from grader.judge.usage import ProcessUsage
from grader.learner.report import render_text
from grader.protocol.channel import GradeRequest
from grader.service import client
from grader.service.connection import OwnService


def hidden(body: str) -> str:
    """Returns hidden tests with one test of this body."""
    indented = "\n".join("    " + line for line in body.strip().splitlines())
    header = "import numpy as np\nimport pytest\nfrom grader.testing import assert_close, assert_equal, check\n"
    return f'{header}\n@pytest.mark.task(1)\ndef test_it(submission, reference, rng, seed):\n    """Works."""\n{indented}\n'


def test_reference_passes_with_all_points_and_every_layer_is_named(write_kata: WriteKata, grade: GradeSource) -> None:
    result = grade(write_kata(), REFERENCE)
    assert (result.status, result.score, result.max_score, result.version) == ("pass", 2.0, 2.0, 1)
    assert [test.points for test in result.tests] == [1.0, 1.0]
    assert {"rlimits", "seccomp", "landlock"} <= set(result.sandbox)


def test_stub_is_not_started_rather_than_wrong(write_kata: WriteKata, grade: GradeSource) -> None:
    result = grade(write_kata(), STUB)
    assert result.status == "fail"
    assert all(test.message and test.message.startswith("Not started: task 1.") for test in result.tests)


def test_message_says_called_returned_expected_and_a_next_step(write_kata: WriteKata, grade: GradeSource) -> None:
    message = grade(write_kata(), "def double(values):\n    return 3 * values\n").tests[0].message
    assert message is not None
    lines = message.splitlines()
    assert lines[0] == "Called    double(np.array([1., -2., 0.5]))"
    assert lines[1] == "Returned  np.array([3., -6., 1.5])"
    assert lines[2] == "Expected  [2, -4, 1]"
    assert lines[3] == "Every value differs, most at index 1: -6, and it should be -4."
    assert lines[4].startswith("Next step: ")


def test_exception_is_shown_with_its_line(write_kata: WriteKata, grade: GradeSource) -> None:
    message = grade(write_kata(), "def double(values):\n    return values + missing\n").tests[0].message or ""
    assert "Raised    NameError: name 'missing' is not defined" in message
    assert "At        double.py, line 2: return values + missing" in message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def double(values:\n", "SyntaxError"),
        ("", "empty"),
        (b"\x7fELF\x00\x01\x02\xff\xfe", "UTF-8"),
        (b"x = 1\0", "null bytes"),
        (b"#" * 300_000, "larger than"),
        ("import no_such_library\n", "no_such_library"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_what_cannot_be_loaded_is_one_failed_test(write_kata: WriteKata, grade: GradeSource, source, words) -> None:
    result = grade(write_kata(), source)
    assert (result.status, result.score, len(result.tests)) == ("fail", 0.0, 1)
    assert result.tests[0].name == "load"
    assert words in (result.tests[0].message or "")
    assert "Next step: " in (result.tests[0].message or "")


def test_output_of_a_test_is_kept_with_it(write_kata: WriteKata, grade: GradeSource) -> None:
    result = grade(write_kata(), "def double(values):\n    print('shape', values.shape)\n    return values + values\n")
    assert [test.output for test in result.tests] == ["shape (3,)\n", "shape (3, 4)\n"]


def test_inputs_depend_on_the_seed_and_verdicts_do_not(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata()
    source = "def double(values):\n    print(values.sum())\n    return values + values\n"
    first, again, other = (grade(kata, source, seed=seed) for seed in (0, 0, 1))
    assert first.tests[1].output == again.tests[1].output != other.tests[1].output
    assert {first.status, again.status, other.status} == {"pass"}


SHARES = """
    import numpy as np
    import pytest
    from grader.testing import assert_close

    @pytest.mark.task(1)
    @pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
    def test_leaves_it(submission, shared, dtype):
        \"\"\"Leaves the array as it is: `dtype`.\"\"\"
        values = np.array([[0, 1, 1], [1, 0, 0]], dtype=dtype)
        passed = shared(values)
        assert_close(submission.double(passed), np.add(values, values))
        assert_close(passed, values, name="the array")
"""


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("return values + values", "pass"),
        ("copy = values.copy()\n    copy += values\n    return copy", "pass"),
        ("values += values\n    return values", "fail"),
        ("result = values + values\n    values[0, 0] = 1\n    return result", "fail"),
        ("result = values + values\n    values.sort(axis=0)\n    return result", "fail"),
    ],
)
def test_test_sees_what_becomes_of_a_shared_array(
    write_kata: WriteKata, grade: GradeSource, body: str, verdict: str
) -> None:
    result = grade(write_kata(SHARES), f"def double(values):\n    {body}\n")
    assert {test.status for test in result.tests} == {verdict}
    if verdict == "fail":  # The learner reads what was passed, not what it became.
        assert "Called    double(np.array([[0., 1., 1.], [1., 0., 0.]]))" in (result.tests[0].message or "")


def test_shared_arrays_do_not_overlap_and_have_an_end(write_kata: WriteKata, grade: GradeSource) -> None:
    body = """
        first, second = shared(np.zeros(3)), shared(np.ones((2, 1)))
        submission.double(first)
        assert first.tolist() == [1.0, 1.0, 1.0] and second.tolist() == [[1.0], [1.0]]
        with pytest.raises(MemoryError):
            shared(np.zeros(2**22))
        assert submission.double(shared(np.zeros((0, 2)))).shape == (0, 2)
    """
    tests = globals()["hidden"](textwrap.dedent(body)).replace("seed)", "seed, shared)")
    result = grade(write_kata(tests), "def double(values):\n    values += 1\n    return values\n")
    assert result.status == "pass", result.tests[0].message


def test_worker_is_seeded_before_each_test(write_kata: WriteKata, grade: GradeSource) -> None:
    source = """
        import random, keras, numpy
        def double(values):
            print(random.random(), numpy.random.rand(), numpy.asarray(keras.layers.Dense(1)(numpy.ones((1, 2)))))
            return values + values
    """
    first, second = grade(write_kata(), source).tests
    assert first.output == second.output != ""


def test_tensorflow_is_seeded_in_each_grade(write_kata: WriteKata, grade: GradeSource) -> None:
    source = """
        import keras, tensorflow as tf
        def double(values):
            print(float(tf.random.uniform(())), float(keras.random.uniform(())))
            return values + values
    """
    kata = write_kata()
    first, again, other = ([test.output for test in grade(kata, source, seed=seed).tests] for seed in (0, 0, 1))
    assert first == again != other


def test_judge_passes_a_callable(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(
        hidden("""
calls = []
def gradient(point):
    calls.append(point)
    return 2 * point
assert_close(submission.double(gradient, np.array([1.0, 3.0])), [2.0, 6.0])
check(len(calls) == 1, "called once")
check(type(calls[0]) is np.ndarray, "plain values")
"""),
        reference="def double(function, point):\n    return function(point)\n",
    )
    assert grade(kata, "def double(function, point):\n    return function(point)\n").status == "pass"
    wrong = grade(kata, "def double(function, point):\n    return function('x', 'y')\n")
    assert wrong.status == "fail"
    assert "gradient" in (wrong.tests[0].message or "")


@pytest.mark.parametrize("argument", ["1", "'x' * 5", "['x'] * 200_000"])
def test_function_of_a_test_that_fails_spoils_no_other_test(
    write_kata: WriteKata, grade: GradeSource, argument: str
) -> None:
    tests = """
        import pytest

        @pytest.mark.task(1)
        def test_function(submission):
            \"\"\"Calls a function.\"\"\"
            def function(value):
                return [value, value] if type(value) is list else value.shape
            submission.call(function)

        @pytest.mark.task(1)
        def test_number(submission):
            \"\"\"Doubles a number.\"\"\"
            assert submission.double(2) == 4
    """
    reference = "def double(value): return 2 * value\ndef call(function): return function({})"
    kata = write_kata(tests, reference.format("__import__('numpy').ones(3)"))
    result = grade(kata, reference.format(argument))
    assert [test.status for test in result.tests] == ["fail", "pass"]


def test_objects_stay_in_the_worker_behind_handles(write_kata: WriteKata, grade: GradeSource) -> None:
    reference = """
        import keras
        def double(units):
            layer = keras.layers.Dense(units, kernel_initializer="ones")
            layer.build((None, 2))
            return layer
    """
    kata = write_kata(
        hidden("""
layer = submission.double(3)
assert_close(layer(np.array([[1.0, 2.0]])), [[3.0, 3.0, 3.0]])
assert_equal(layer.units, 3)
assert_close(layer.kernel, np.ones((2, 3)))
check(layer.count_params() == 9, "parameters")
check([weight.shape for weight in layer.weights] == [(2, 3), (3,)], "weights")
"""),
        reference=reference,
    )
    assert grade(kata, reference).status == "pass"


def test_generators_are_iterated_over_in_the_worker(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(
        hidden("assert_equal([batch.tolist() for batch in submission.double(np.arange(5))], [[0, 1], [2, 3], [4]])"),
        reference="def double(x):\n    for start in range(0, 5, 2):\n        yield x[start : start + 2]\n",
    )
    assert grade(kata, "def double(x):\n    return iter([x[:2], x[2:4], x[4:]])\n").status == "pass"
    assert grade(kata, "def double(x):\n    return iter([x])\n").status == "fail"
    assert grade(kata, "def double(x):\n    return 3\n").status == "fail"


def test_support_code_makes_objects_in_the_worker(write_kata: WriteKata, grade: GradeSource) -> None:
    tests = '''
import numpy as np
import pytest
from grader.testing import assert_close

@pytest.mark.task(1)
def test_it(submission, support, reference_support):
    """Differentiates through a network."""
    network = support.make_network()
    returned = submission.double(network, np.array([[1.0, 2.0]]))
    assert_close(returned, reference_support.gradient(reference_support.make_network(), np.array([[1.0, 2.0]])))
'''
    support = """
        import keras
        import tensorflow as tf
        def make_network():
            return keras.Sequential([keras.layers.Dense(1, kernel_initializer="ones")])
        def gradient(network, x):
            x = tf.convert_to_tensor(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = network(x) ** 2
            return tape.gradient(y, x)
    """
    reference = "from support import gradient\ndef double(network, x):\n    return gradient(network, x)\n"
    kata = write_kata(tests, reference, support=support)
    assert grade(kata, reference).status == "pass"
    cheat = "import support\nsupport.gradient = lambda network, x: x\ndef double(network, x):\n    return x\n"
    assert grade(kata, cheat).status == "fail"


def test_support_code_and_tests_read_the_katas_data(write_kata: WriteKata, grade: GradeSource) -> None:
    tests = """
import numpy as np
import pytest
from grader.testing import assert_equal

@pytest.mark.task(1)
def test_data(submission, support, data):
    \"\"\"Doubles what is in the data.\"\"\"
    assert_equal(data("weights.npz")["kernel"], [[1, 2], [3, 4]])
    assert_equal(submission.double(support.kernel()), 2 * data("weights.npz")["kernel"])
    assert_equal(submission.double(data("more.npy")), [14])
"""
    support = """
        from pathlib import Path
        import numpy as np
        def kernel():
            return np.load(Path(__file__).parent / "data" / "weights.npz")["kernel"]
    """
    kata = write_kata(tests, support=support)
    (kata.folder / "data").mkdir()
    np.savez(kata.folder / "data/weights.npz", kernel=np.array([[1, 2], [3, 4]]))
    np.save(kata.folder / "data/more.npy", np.array([7]))
    assert grade(kata, "import os\nos.chdir('/')\ndef double(values):\n    return 2 * values\n").status == "pass"


def error_of(kata: Kata, grade: GradeSource, source: str) -> str:
    """Grades and returns the message of the error that must come of it."""
    try:
        result = grade(kata, source)
    except PackError as error:
        return str(error)
    assert result.status == "error"
    return " ".join(test.message or "" for test in result.tests if test.status == "error")


@pytest.mark.parametrize(
    ("toml", "tests", "words"),
    [
        (KATA_TOML, "import pytest\n\ndef broken(:\n", "SyntaxError"),
        (KATA_TOML, "import no_such_module\n", "no_such_module"),
        (KATA_TOML, "", "task 1 (Twice) has no test"),
        (KATA_TOML, HIDDEN_TESTS.replace("task(1)", "task(7)"), "found 7"),
        (KATA_TOML, HIDDEN_TESTS.replace("@pytest.mark.task(1)\n", ""), "found None"),
        (KATA_TOML, HIDDEN_TESTS.replace('"""Doubles three numbers."""', "pass"), "expected a docstring"),
        (KATA_TOML, HIDDEN_TESTS.replace("(submission)", "(submission, no_such_fixture)"), "no_such_fixture"),
        (KATA_TOML, hidden("rng.no_such_method()"), "no_such_method"),
        (KATA_TOML, hidden("reference.no_such_function()"), "no_such_function"),
    ],
)
def test_mistakes_of_instructors_are_errors_that_name_the_file(
    write_kata: WriteKata, grade: GradeSource, toml: str, tests: str, words: str
) -> None:
    kata = write_kata(tests, toml=toml)
    message = error_of(kata, grade, REFERENCE)
    assert words in message
    assert "test_hidden.py" in message


@pytest.mark.parametrize(
    ("reference", "support", "words"),
    [
        ("def double(values):\n    raise ValueError('broken')\n", None, "broken"),
        ("import no_such_module\n", None, "no_such_module"),
        (REFERENCE, "raise RuntimeError('broken support')\n", "broken support"),
    ],
)
def test_reference_or_support_that_fails_is_an_error(
    write_kata: WriteKata, grade: GradeSource, reference: str, support: str | None, words: str
) -> None:
    kata = write_kata(
        HIDDEN_TESTS + '\n@pytest.mark.task(1)\ndef test_same(submission, reference):\n    """Agrees."""\n'
        "    assert_close(submission.double(np.ones(2)), reference.double(np.ones(2)))\n",
        reference=reference,
        support=support,
    )
    message = error_of(kata, grade, "def double(values):\n    return 2 * values\n")
    assert words in message


def test_value_that_a_hidden_test_cannot_use_is_the_submissions_failure(
    write_kata: WriteKata, grade: GradeSource
) -> None:
    kata = write_kata(hidden("assert submission.double(np.ones(3)).shape == (3,)"))
    result = grade(kata, "def double(values):\n    return None\n")
    assert result.status == "fail"
    assert "cannot use that value" in (result.tests[0].message or "")


def test_time_that_the_reference_needs_too_is_our_error(write_kata: WriteKata, grade: GradeSource) -> None:
    slow = "import time\ndef double(values):\n    time.sleep(5)\n    return values + values\n"
    kata = write_kata(reference=slow, toml=KATA_TOML + "\n[limits]\ncall_seconds = 0.5\n")
    assert grade(kata, slow).status == "error"


KILLED_ONCE = """
import signal
import numpy as np
import pytest
from grader.testing import assert_close

tries = []

@pytest.mark.task(1)
def test_it(submission, reference, threshold):
    '''Works.'''
    tries.append(1)
    threshold("tries", len(tries))
    if len(tries) <= {deaths}:
        {victim}._code.worker()._signal(signal.SIGKILL)
    {victim}.double(np.ones(3))
    assert_close(submission.double(np.ones(3)), [2.0] * 3)
"""
TRIES = KATA_TOML + '\n[thresholds.tries]\nlimit = 9\ndirection = "at most"\nunit = "tries"\n'


@pytest.mark.parametrize("victim", ["submission", "reference"])
def test_worker_that_another_process_kills_costs_no_points(
    write_kata: WriteKata, grade: GradeSource, victim: str
) -> None:
    result = grade(write_kata(KILLED_ONCE.format(victim=victim, deaths=1), toml=TRIES), REFERENCE)
    assert (result.status, result.score) == ("pass", 2.0)
    # Only the second try counts.
    assert [threshold.value for threshold in result.thresholds] == [2.0]


def test_worker_that_dies_again_and_again_is_not_the_submissions_fault_where_the_reference_dies_too(
    write_kata: WriteKata, grade: GradeSource
) -> None:
    kata = write_kata(KILLED_ONCE.format(victim="submission", deaths=9), toml=TRIES)
    assert grade(kata, REFERENCE).status == "error"


class DyingWorker:
    """A worker that is killed while it loads."""

    is_alive = True
    needs_library = False
    layers = ()
    cpu_seconds_at_end = 0.0
    usage = ProcessUsage(None)
    output = types.SimpleNamespace(take=lambda: "")

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def request(self, *_: object, **__: object) -> None:
        if self.error:
            raise self.error

    def kill(self) -> None:
        self.is_alive = False


@pytest.mark.parametrize(("deaths", "names"), [(0, []), (1, []), (2, ["load"])])
def test_loading_is_tried_again_once_when_another_process_kills_the_worker(
    write_kata: WriteKata, monkeypatch: pytest.MonkeyPatch, deaths: int, names: list[str]
) -> None:
    killed = SubmissionStopped("Killed.", next_step="", was_perhaps_killed=True)
    workers = iter([*[DyingWorker(killed)] * deaths, DyingWorker(None), DyingWorker(None)])
    monkeypatch.setattr(Grade, "_start_worker", lambda *_: next(workers))
    with socket.socket() as nobody:
        context = KataContext(
            kata=write_kata(),
            digest="",
            zygotes=Zygotes(nobody, nobody),
            reference_source=b"",
            baseline_source=b"",
            support_source=None,
            data={},
            calibration=None,
            start_seconds=1.0,
        )
        # A file without tests passes as soon as it is loaded.
        result = Grade(context, HiddenTestPlugin(), [], GradeRequest(source=b"")).run()
    assert [test.name for test in result.tests] == names


FOUR_CALLS = hidden("assert_close(submission.double(np.ones(3)), [2.0] * 3)").replace(
    "@pytest.mark.task(1)\ndef test_it(submission, reference, rng, seed)",
    '@pytest.mark.task(1)\n@pytest.mark.parametrize("number", range(4))\ndef test_it(submission, number)',
)


def test_code_that_never_answers_is_not_asked_for_ever(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(FOUR_CALLS, toml=KATA_TOML + "\n[limits]\ncall_seconds = 0.5\n")
    result = grade(kata, "def double(values):\n    while True: pass\n")
    messages = [test.message or "" for test in result.tests]
    assert ["was still running after 0.5 s of its own time" in message for message in messages] == [
        True,
        True,
        False,
        False,
    ]
    assert [message.startswith("Not run") for message in messages] == [False, False, True, True]
    assert render_text(result, kata).count(" (not run)") == 2


METADATA = "changing modes and times of files, or priorities of processes"


@pytest.mark.parametrize(
    ("layers", "gaps"),
    [
        (["namespaces", "rlimits", "landlock", "seccomp"], None),
        (["rlimits", "landlock", "seccomp"], None),
        (["namespaces", "seccomp"], None),
        (["rlimits", "seccomp"], "reading files"),
        (["namespaces", "landlock"], "starting processes that go on after the grade"),
        (["rlimits"], f"reading files; starting processes that go on after the grade; {METADATA}"),
        (["rlimits", "landlock"], f"starting processes that go on after the grade; {METADATA}"),
        (["rlimits", "uid", "landlock"], "starting processes that go on after the grade"),
        ([], None),
    ],
)
def test_report_says_what_missing_layers_leave_open(
    write_kata: WriteKata, grade: GradeSource, layers: list[str], gaps: str | None
) -> None:
    kata = write_kata(hidden("assert_close(submission.double(np.ones(3)), [2.0] * 3)"))
    result = grade(kata, REFERENCE)
    result.sandbox = layers
    said = [line for line in render_text(result, kata).splitlines() if line.startswith("isolation")]
    assert said == ([f"isolation: weak (this system cannot keep a submission from {gaps})"] if gaps else [])


def test_all_tests_together_have_a_deadline(write_kata: WriteKata, grade: GradeSource) -> None:
    slow = "import time\ndef double(values):\n    time.sleep(0.8)\n    return values + values\n"
    kata = write_kata(FOUR_CALLS, toml=KATA_TOML + "\n[limits]\nwall_seconds = 2.0\n")
    assert [test.status for test in grade(kata, slow).tests] == ["pass", "pass", "fail", "fail"]


def test_workers_cannot_pass_each_other_files(write_kata: WriteKata, grade: GradeSource) -> None:
    tests = hidden("assert_close(submission.double(np.ones(1)), [2.0])\nassert_equal(reference.files(), [])")
    files = "import os, tempfile\ndef files():\n    return os.listdir(tempfile.gettempdir())\n"
    leaves = "import tempfile\ndef double(values):\n    tempfile.mkstemp()\n    return values + values\n"
    assert grade(write_kata(tests, REFERENCE + files), leaves).status == "pass"


def test_thresholds_are_recorded_with_their_limits(write_kata: WriteKata, grade: GradeSource) -> None:
    toml = KATA_TOML + '\n[thresholds.error]\nlimit = 0.5\ndirection = "at most"\nunit = "units"\n'
    tests = hidden("threshold('error', float(submission.double(np.ones(())) - 2))").replace("seed)", "seed, threshold)")
    kata = write_kata(tests, toml=toml)
    good, bad, nan = (
        grade(kata, f"def double(values):\n    return {value}\n") for value in ("2.25", "3.0", "float('nan')")
    )
    assert (good.status, good.thresholds[0].value, good.thresholds[0].limit) == ("pass", 0.25, 0.5)
    assert (bad.status, bad.thresholds[0].value, bad.thresholds[0].status) == ("fail", 1.0, "fail")
    assert nan.status == "fail"


def test_infinity_reaches_no_threshold(write_kata: WriteKata, grade: GradeSource) -> None:
    toml = KATA_TOML + '\n[thresholds.return]\nlimit = 0.5\ndirection = "at least"\nunit = "units"\n'
    tests = hidden("threshold('return', float(submission.double(np.ones(()))))").replace("seed)", "seed, threshold)")
    assert grade(write_kata(tests, toml=toml), "def double(values):\n    return float('inf')\n").status == "fail"


SPEED = KATA_TOML + '\n[thresholds.speed]\nlimit = 5.0\ndirection = "at most"\nunit = "x reference"\n'
SPEED_TEST = hidden(
    "speed('double', lambda: (rng.normal(size=50),), lambda returned, expected: assert_close(returned, expected))"
).replace("seed)", "seed, speed)")
WORKS = """
import threading, time
def work(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
def double(values):
    {}
    return values + values
"""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("work(0.004)", "pass"),
        ("work(0.1)", "fail"),
        ("time.sleep(0.1)", "pass"),
        ("thread = threading.Thread(target=work, args=[0.1]); thread.start(); thread.join()", "fail"),
        ("threading.Thread(target=work, args=[0.1]).start()", "fail"),
    ],
    ids=["as_the_reference", "longer", "asleep", "in_a_thread_that_ends", "after_the_answer"],
)
def test_speed_is_the_processor_time_of_all_threads(write_kata: WriteKata, grade: GradeSource, body, status) -> None:
    # While the test checks a result, a submission has time to go on.
    tests = SPEED_TEST.replace("lambda returned, expected: ", "lambda returned, expected: time.sleep(0.2) or ")
    kata = write_kata("import time\n" + tests, WORKS.format("work(0.004)"), toml=SPEED)
    result = grade(kata, WORKS.format(body))
    assert (result.status, result.thresholds[0].status) == (status, status)
    assert result.thresholds[0].samples >= 3


def test_speed_is_measured_against_the_baseline(write_kata: WriteKata, grade: GradeSource, tmp_path: Path) -> None:
    fast = tmp_path / "reference/basics/double/right/fast.py"
    fast.parent.mkdir(parents=True)
    fast.write_text(WORKS.format("work(0.002)"))
    kata = write_kata(SPEED_TEST, WORKS.format("work(0.05)"), toml=SPEED + 'baseline = "right/fast"\n')
    assert grade(kata, WORKS.format("work(0.002)")).status == "pass"
    assert grade(kata, WORKS.format("work(0.05)")).status == "fail"


def test_speed_that_is_too_close_to_tell_says_so(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(SPEED_TEST, WORKS.format("work(0.01)"), toml=SPEED.replace("5.0", "1.0"))
    # Far below the limit and far above it, in turn: the evidence never adds up, and the median is above it.
    alternates = WORKS.format("calls.append(1); work(0.001 if len(calls) % 2 else 0.08)") + "calls = []\n"
    result = grade(kata, alternates)
    assert (result.status, result.thresholds[0].samples) == ("fail", MAX_SAMPLES)
    assert result.thresholds[0].value > 1.0
    assert "too close" in (result.thresholds[0].note or "")


def test_every_timed_output_is_checked(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(SPEED_TEST, WORKS.format("work(0.004)"), toml=SPEED)
    replay = "cache = []\ndef double(values):\n    cache.append(values + values)\n    return cache[0]\n"
    assert grade(kata, replay).status == "fail"


def test_submission_is_held_while_the_reference_is_timed(write_kata: WriteKata, grade: GradeSource) -> None:
    kata = write_kata(SPEED_TEST, WORKS.format("work(0.3)"), toml=SPEED)
    watch = """
        import threading, time
        gaps = [0.0]
        def tick():
            last = time.monotonic()
            while True:
                time.sleep(0.001)
                now = time.monotonic()
                gaps.append(now - last)
                last = now
        threading.Thread(target=tick, daemon=True).start()
        def double(values):
            time.sleep(0.05)  # Lets the other thread take note first.
            print(max(gaps) > 0.25)
            gaps.clear()
            gaps.append(0.0)
            return values + values
    """
    # The first call warms up; before each of the others the reference has worked for 0.3 s.
    assert grade(kata, watch).tests[0].output.split()[1:] == ["True"] * 3


def test_pictures_are_drawn(service: OwnService, hidden: tuple[str, ...], write_kata: WriteKata) -> None:
    body = """
        pictures.images("digits", np.zeros((5, 8, 8)), columns=3, labels=list("abcde"))
        pictures.curves("loss", np.arange(4), {"loss": np.arange(4), "other": np.ones(4)}, xlabel="step")
        pictures.regions("classes", lambda x: submission.double(x)[:, 0] > 0, rng.normal(size=(9, 2)), np.arange(9) % 2)
        pictures.paths("path", lambda w: submission.double(w**2).sum(axis=1), {"steps": [[2.0, 1.0], [0.0, 0.0]]})
    """
    tests = globals()["hidden"](body.replace("        ", "")).replace("seed)", "seed, pictures)")
    kata = write_kata(tests)
    result, pictures = client.grade(
        service, client.GradeJob.of(kata, GradeRequest(source=REFERENCE.encode()), preload=PRELOAD, hidden=hidden)
    )
    assert result.status == "pass"
    assert [picture.name for picture in pictures] == ["digits", "loss", "classes", "path"]
    assert all(picture.content.startswith(b"\x89PNG") for picture in pictures)


def test_picture_that_cannot_be_drawn_changes_no_verdict(
    service: OwnService, hidden: tuple[str, ...], write_kata: WriteKata
) -> None:
    body = """
pictures.paths("nowhere", lambda w: w.sum(axis=1), {"steps": np.full((3, 2), np.nan)})
pictures.paths("partly", lambda w: w.sum(axis=1), {"steps": [[0.0, 1.0], [np.inf, 2.0], [3.0, np.nan]]})
pictures.curves("empty", np.arange(3), {"loss": submission.double(np.full(3, np.inf))})
pictures.images("infinite", np.full((2, 4, 4), np.nan))
pictures.curves("unlike", np.arange(3), {"loss": np.arange(4)})
"""
    kata = write_kata(globals()["hidden"](body).replace("seed)", "seed, pictures)"))
    job = client.GradeJob.of(kata, GradeRequest(source=REFERENCE.encode()), preload=PRELOAD, hidden=hidden)
    result, pictures = client.grade(service, job)
    assert result.status == "pass"
    assert [picture.name for picture in pictures] == ["partly", "empty", "infinite"]


def test_gpu_that_is_not_there_is_an_error(write_kata: WriteKata, grade: GradeSource, monkeypatch) -> None:
    monkeypatch.setattr(client, "_GPU_FILES", ())
    with pytest.raises(client.UsageError, match="--device gpu"):
        client.resolve_device("gpu")
    assert client.resolve_device("auto") == "cpu"


def test_gpu_that_tensorflow_cannot_use_is_an_error(write_kata: WriteKata, grade: GradeSource) -> None:
    with pytest.raises(client.UsageError, match="that TensorFlow can use, found none"):
        grade(write_kata(), REFERENCE, device="gpu")


def test_memory_of_a_gpu_is_taken_as_needed(write_kata: WriteKata, hidden: tuple[str, ...]) -> None:
    # Without a GPU the environment of the workers is all that can be seen.
    job = client.GradeJob.of(write_kata(), GradeRequest(source=REFERENCE.encode(), device="gpu"), hidden=hidden)
    with OwnService() as service:
        with contextlib.suppress(client.UsageError):
            client.grade(service, job)
        environment = Path(f"/proc/{zygotes_of(service.process.pid)[0]}/environ").read_bytes().split(b"\0")
    assert b"TF_FORCE_GPU_ALLOW_GROWTH=true" in environment
    assert not any(entry.startswith(b"CUDA_VISIBLE_DEVICES") for entry in environment)


TELLS_MUCH = "def double(values):\n    print('input', values)\n    return 3 * values\n"


def test_full_feedback_shows_inputs_and_outputs(write_kata: WriteKata, grade: GradeSource) -> None:
    test = grade(write_kata(), TELLS_MUCH).tests[0]
    assert "Called    double(np.array([1., -2., 0.5]))" in (test.message or "")
    assert test.output == "input [ 1.  -2.   0.5]\n"


@pytest.mark.parametrize("overruled", [True, False])
def test_property_feedback_shows_what_a_test_asks_for_and_a_hint(
    write_kata: WriteKata, grade: GradeSource, *, overruled: bool
) -> None:
    kata = write_kata(toml=KATA_TOML if overruled else 'feedback = "property"\n' + KATA_TOML)
    result = grade(kata, TELLS_MUCH, feedback="property" if overruled else None)
    assert result.status == "fail"
    test = result.tests[0]
    assert (test.description, test.output) == ("Doubles three numbers.", "")
    assert test.message == "This does not hold for your code yet.\nNext step: Add."
    assert (grade(kata, STUB, feedback="property").tests[0].message or "").startswith("Not started")


def test_no_feedback_is_points_only(write_kata: WriteKata, grade: GradeSource) -> None:
    tests = HIDDEN_TESTS.replace("(submission)", "(submission, threshold)") + "    threshold('error', 1.0)\n"
    toml = KATA_TOML + '\n[thresholds.error]\nlimit = 2.0\ndirection = "at most"\nunit = "units"\n'
    kata = write_kata(tests.replace("rng)", "rng, threshold)"), toml='feedback = "none"\n' + toml)
    wrong, right = grade(kata, TELLS_MUCH), grade(kata, REFERENCE)
    assert (wrong.status, wrong.score, right.status, right.score) == ("fail", 0.0, "pass", 2.0)
    assert [test.name for test in wrong.tests] == ["hidden_1", "hidden_2"]
    assert {(test.message, test.output, test.misconception) for test in wrong.tests} == {(None, "", None)}
    assert (right.thresholds, wrong.misconception) == ([], None)
    # Whoever runs the grade may tell more.
    assert "Called" in (grade(kata, TELLS_MUCH, feedback="full").tests[0].message or "")
    # What is wrong with a file is no secret of the tests.
    assert "SyntaxError" in (grade(kata, "def double(:\n").tests[0].message or "")


def test_pictures_are_kept_back_where_nothing_is_told(
    service: OwnService, hidden: tuple[str, ...], write_kata: WriteKata
) -> None:
    tests = globals()["hidden"]("pictures.images('zeros', np.zeros((2, 8, 8)))").replace("seed)", "seed, pictures)")
    request = GradeRequest(source=REFERENCE.encode(), feedback="none")
    job = client.GradeJob.of(write_kata(tests), request, preload=PRELOAD, hidden=hidden)
    assert client.grade(service, job)[1] == []


WHAT_WAS_CALLED = '''
import numpy as np
import pytest
from grader.testing import assert_close, check

class Target:
    def __call__(self, x):
        return x

class Named(Target):
    def __repr__(self):
        return "x/2"

@pytest.mark.task(1)
def test_made_object(submission):
    """Is called."""
    assert_close(submission.double(0.5)(np.ones(2), training=True), [1.0, 1.0])

@pytest.mark.task(1)
def test_part_of_a_pair(submission):
    """Returns a pair."""
    first, second = submission.pair()
    assert_close(second, 3.0)

@pytest.mark.task(1)
def test_functions(submission):
    """Takes functions."""
    check(False, "No.", returned=submission.takes(lambda x: x, test_pair_of, Target(), Named()))

@pytest.mark.task(1)
def test_many_numbers(submission):
    """Takes many numbers."""
    check(False, "No.", returned=submission.takes(*[np.full(16, number / 7) for number in range(4)], last=0.25))

@pytest.mark.task(1)
def test_computed(submission):
    """Is computed from what came back."""
    check(False, "No.", returned=submission.pair()[0] + 40.0, expected=2.0)

@pytest.mark.task(1)
@pytest.mark.parametrize("name", ["AND", "OR"])
def test_gate(submission, name):
    """Is a gate."""
    check(False, "No.")

def test_pair_of(x):
    return x
'''
WHAT_WAS_CALLED = WHAT_WAS_CALLED.replace("test_pair_of", "some_function")
ANSWERS = """
def double(scale):
    return lambda values, training: values * scale
def pair():
    return 1.0, 2.0
def takes(*values, **others):
    return 7.25
"""


def test_messages_say_calls_as_a_learner_would_write_them(write_kata: WriteKata, grade: GradeSource) -> None:
    result = grade(write_kata(WHAT_WAS_CALLED, reference=ANSWERS), ANSWERS)
    messages = {test.name: (test.message or "").splitlines() for test in result.tests}
    assert messages["test_made_object"][0] == "Called    double(0.5)(np.array([1., 1.]), training=True)"
    assert messages["test_part_of_a_pair"][:2] == ["Called    pair()", "Returned  2, the 2nd of 2 values"]
    assert messages["test_functions"][:2] == [
        "Called    takes(a function, some_function, Target, x/2)",
        "Returned  7.25",
    ]
    arrays = ", ".join(["float64 array of shape (16,)"] * 4)
    assert messages["test_many_numbers"][0] == f"Called    takes({arrays}, last=0.25)"
    assert messages["test_computed"][:3] == ["Called    pair()", "Found     41", "Expected  2"]
    assert [test.description for test in result.tests[-2:]] == ["Is a gate. (name = AND)", "Is a gate. (name = OR)"]


def test_wrong_parameters_are_named(write_kata: WriteKata, grade: GradeSource) -> None:
    message = grade(write_kata(), "def double(values, more):\n    return values\n").tests[0].message or ""
    assert message.endswith("the tests call your functions with them.")
