"""One file, one verdict: from a worker that waited, from a fresh one, from either zygote, and as plain Python would have it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import GradeSource
from conftest import WriteKata

from grader.content.catalog import Catalog
from grader.judge.libraries import needs_libraries
from grader.protocol.channel import GradeRequest
from grader.protocol.messages import LIBRARY_NEEDED
from grader.result import Result
from grader.service import client
from grader.service.connection import OwnService

DOUBLE = "\ndef double(values):\n    return values + values\n"
RUNS = {
    "parses arguments": "import argparse\nargparse.ArgumentParser().parse_args()",
    "replaces stdout": "import sys\nclass Tee:\n    def write(self, text): pass\nsys.stdout = Tee()\nprint('x')",
    "has no stdout": "import sys\nsys.stdout = None\nprint('x')",
    "closes stdout": "import sys\nsys.stdout.close()",
    "wraps stdout": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint('ä')",
    "wraps stderr twice": "import io, sys\nfor _ in range(2):\n    sys.stderr = io.TextIOWrapper(sys.stderr.buffer)",
    "detaches stdout": "import sys\nsys.stdout.detach()",
    "plots": "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
}
SETS_TENSORFLOW_UP = {
    "sets threads": "import tensorflow as tf\ntf.config.threading.set_inter_op_parallelism_threads(1)",
    "sets threads within operations": "import tensorflow as tf\ntf.config.threading.set_intra_op_parallelism_threads(2)",
    "sets logical devices": (
        "import tensorflow as tf\ncpu = tf.config.list_physical_devices('CPU')[0]\n"
        "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)"
    ),
    "computes first and sets nothing": "import tensorflow as tf\ntf.ones(3) + 1",
}


def run_in_plain_python(folder: Path) -> int:
    """The exit code of a program that imports double.py and uses it; what its streams do at the end does not count."""
    program = "import double, os; os._exit(double.double(2) - 4)"
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.parametrize("name", RUNS)
def test_what_runs_in_plain_python_passes(write_kata: WriteKata, grade: GradeSource, tmp_path: Path, name: str) -> None:
    (tmp_path / "double.py").write_text(RUNS[name] + DOUBLE, encoding="utf-8")
    assert run_in_plain_python(tmp_path) == 0
    kata = write_kata()
    assert [grade(kata, RUNS[name] + DOUBLE).status for _ in range(2)] == ["pass", "pass"]


@pytest.mark.parametrize("encoding", ["latin-1", "shift_jis", "utf-8-sig", "cp1252"])
def test_encodings_are_those_of_python(
    write_kata: WriteKata, grade: GradeSource, tmp_path: Path, encoding: str
) -> None:
    words = "# パーセプトロン\n" if encoding == "shift_jis" else "# café\n"
    cookie = "" if encoding == "utf-8-sig" else f"# -*- coding: {encoding} -*-\n"
    source = (cookie + words + DOUBLE).encode(encoding)
    (tmp_path / "double.py").write_bytes(source)
    assert run_in_plain_python(tmp_path) == 0
    assert grade(write_kata(), source).status == "pass"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"# caf\xe9\n" + DOUBLE.encode(), "The file is not UTF-8 text (byte 5 is 0xe9)."),
        (b"# coding: nonsense\n" + DOUBLE.encode(), "Unknown encoding: nonsense."),
        (DOUBLE.encode("utf-16"), "The file is not UTF-8 text (byte 0 is 0xff)."),
    ],
)
def test_what_python_cannot_read_is_said(write_kata: WriteKata, grade: GradeSource, source: bytes, words: str) -> None:
    result = grade(write_kata(), source)
    assert result.status == "fail"
    assert (result.tests[0].message or "").startswith(words)


def test_tensorflow_can_be_set_up_warm_as_cold(catalog: Catalog) -> None:
    kata = catalog.katas["perceptron"]
    correct = kata.reference.read_text(encoding="utf-8")
    with OwnService() as service:
        for _ in range(2):  # First in fresh workers, then in those that have waited.
            for name, start in SETS_TENSORFLOW_UP.items():
                source = f"{start}\n{correct.replace(chr(34) * 3, '# ', 1).replace(chr(34) * 3, '', 1)}"
                job = client.make_job(catalog, kata, GradeRequest(source=source.encode()))
                result, _ = client.grade(service, job)
                assert (name, result.status) == (name, "pass"), [test.message for test in result.tests]


USES_KERAS_LATE = {
    "in a function": "def double(values):\n    import keras\n    return keras.ops.multiply(values, 2)\n",
    "by its name": "import importlib\nops = importlib.import_module('keras').ops\ndef double(v):\n    return ops.add(v, v)\n",
    "behind another": "import os, keras\ndef double(values):\n    return keras.ops.add(values, values)\n",
    "where it can be left out": "try:\n    exec('import keras')\nexcept ImportError:\n    pass\n" + DOUBLE,
    "what nobody has": "try:\n    exec('import cupy')\nexcept ImportError:\n    pass\n" + DOUBLE,
}


@pytest.mark.parametrize("name", USES_KERAS_LATE)
def test_library_can_be_imported_in_any_way(
    service: OwnService, catalog: Catalog, write_kata: WriteKata, name: str
) -> None:
    pack = catalog.pack_of(catalog.katas["perceptron"])
    request = GradeRequest(source=USES_KERAS_LATE[name].encode())
    job = client.GradeJob.of(write_kata(), request, preload=pack.preload, hidden=catalog.hidden_folders())
    for _ in range(2):
        result, _ = client.grade(service, job)
        assert result.status == "pass", [test.message for test in result.tests]


def test_exit_code_of_the_light_zygote_is_worth_nothing(service: OwnService, catalog: Catalog) -> None:
    kata = catalog.katas["perceptron"]
    source = f"import os\ndef perceptron(inputs, weights, bias):\n    os._exit({LIBRARY_NEEDED})\n"
    result, _ = client.grade(service, client.make_job(catalog, kata, GradeRequest(source=source.encode())))
    assert (result.status, result.score) == ("fail", 0)
    assert "Your code ended the whole process instead of returning." in (result.tests[0].message or "")


def describe(result: Result) -> list[tuple[object, ...]]:
    return [(test.name, test.status, test.points, test.message) for test in result.tests]


def test_light_and_full_zygotes_lead_to_one_verdict(service: OwnService, catalog: Catalog) -> None:
    differences, num_graded = [], 0
    for kata in catalog.katas.values():
        support = kata.support.read_bytes() if kata.support.exists() else None
        if kata.spec.thresholds:
            continue  # Speed and training differ from run to run.
        light = [solution for solution in kata.solutions() if not needs_libraries(solution.source, support)]
        right = [solution for solution in light if solution.kind != "wrong"]
        for solution in [*right, *[solution for solution in light if solution.kind == "wrong"][::40]]:
            sources = solution.source, solution.source + b"\nif False:\n    import keras\n"
            requests = [GradeRequest(source=source, diagnosis_seconds=0) for source in sources]
            found = [client.grade(service, client.make_job(catalog, kata, request))[0] for request in requests]
            num_graded += 1
            if describe(found[0]) != describe(found[1]):
                differences.append((kata.name, solution.key))
    assert not differences
    assert num_graded >= 40
