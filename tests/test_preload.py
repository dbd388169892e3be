"""What a zygote does before it forks: libraries are imported, nothing is computed, and memory keeps its content."""

from __future__ import annotations

import os
import subprocess
import sys

PREPARED = """
import os, sys
from grader import memory
from grader.worker import preload
preload.import_libraries(["tensorflow", "keras"])
kept = {number: bytes([number]) * 2**22 for number in range(8)}
memory.settle()
from tensorflow.python.eager import context
print(context.context()._initialized, len(os.listdir("/proc/self/task")))
print("tensorflow.python.util.pywrap_xla_ops" in sys.modules, "matplotlib" in sys.modules, flush=True)
if os.fork() == 0:
    import tensorflow as tf
    product = tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2)))
    print(product.numpy().tolist(), all(set(part) == {number} for number, part in kept.items()), flush=True)
    os._exit(0)
os.wait()
"""


def test_libraries_are_ready_and_nothing_has_run() -> None:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # As a service gives it to its zygotes.
    run = subprocess.run(
        [sys.executable, "-c", PREPARED], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    # TensorFlow has no devices yet and no second thread; its registries, where this version has them, have been read.
    assert sorted(run.stdout.splitlines()) == ["False 1", "True False", "[[2.0, 2.0], [2.0, 2.0]] True"], run.stderr
