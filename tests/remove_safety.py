"""Takes the engine's safety away, one piece at a time, and says which tests notice: `python tests/remove_safety.py [WORD ...]`.

Each removal is made in a copy of the checkout that has an environment of its own. A removal that no test notices is
reported, and the exit code is 1. With words, only the removals whose names hold one of them are tried. It takes a quarter of an hour, so
it is run by hand (`make safety`) when the engine changes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.content.misconceptions import ChangeError
from grader.content.misconceptions import apply_changes

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Removal:
    """A piece of safety: where it stands, what takes its place, and which tests should miss it."""

    name: str
    file: str
    old: str
    new: str
    tests: str


WIRE = "test_wire.py test_attacks.py::test_forged_reply_is_refused"
SANDBOX = "test_sandbox.py test_attacks.py"
AS_A_USER = "test_packaging.py::test_workers_have_no_capabilities_and_cannot_be_read"
# The environment borrows its libraries, so what this test looks for is not where it looks.
BORROWED = ["--deselect", "tests/test_sandbox.py::test_readable_paths_leave_out_what_is_hidden"]
REMOVALS = [
    Removal("nonce", "judge/process.py", "reply.nonce != message.nonce", "False", WIRE),
    Removal("unsolicited bytes", "judge/process.py", "self.connection.has_unread_bytes()", "False", WIRE),
    Removal("dtype list", "protocol/wire.py", "name not in DTYPES or len(shape)", "len(shape)", WIRE),
    Removal("rank", "protocol/wire.py", "len(shape) > MAX_RANK or", "", WIRE),
    Removal("negative axis", "protocol/wire.py", "any(axis < 0 for axis in shape)", "False", WIRE),
    Removal("bytes of no array", "protocol/wire.py", "if position != len(body):", "if False:", WIRE),
    Removal(
        "length of a message",
        "protocol/frames.py",
        "header_bytes > MAX_HEADER_BYTES or body_bytes > max_bytes",
        "False",
        WIRE,
    ),
    Removal("plain values", "protocol/wire.py", "        _check_plain(message.value, [max_entries])\n", "", WIRE),
    Removal("truth values", "protocol/wire.py", 'if name == "bool":', "if False:", WIRE),
    Removal("count of extensions", "protocol/wire.py", "if room < 0 or num_arrays > MAX_ARRAYS:", "if False:", WIRE),
    Removal(
        "room for answers",
        "judge/code.py",
        "if self._answer_bytes < _MAX_ANSWER_BYTES:",
        "if True:",
        "test_proxy.py",
    ),
    Removal(
        "room for calls",
        "judge/code.py",
        "if self._call_bytes > _MAX_CALL_BYTES and len(self.calls) > 1:",
        "if False:",
        "test_proxy.py",
    ),
    Removal(
        "callback without an answer",
        "judge/process.py",
        "                    self.kill()  # It would take the next question for the answer that does not come.\n",
        "",
        "test_judge.py",
    ),
    Removal(
        "forged iterator", "judge/proxy.py", "if not isinstance(iterator, ObjectProxy):", "if False:", "test_attacks.py"
    ),
    Removal("deadline", "protocol/frames.py", "        if left <= 0:", "        if False:", WIRE),
    Removal("handles", "judge/code.py", "isinstance(value, wire.Handle) and value.number >= 0", "True", WIRE),
    Removal("callbacks", "judge/code.py", "if function is None or not well_formed:", "if False:", WIRE),
    Removal("output limit", "judge/process.py", "self.total_bytes > self.limit_bytes", "False", "test_attacks.py"),
    Removal(
        "other errors of a test",
        "judge/grade.py",
        "is_conclusive = isinstance(error, AssertionError | SubmissionRaised)",
        "is_conclusive = True",
        "test_judge.py",
    ),
    Removal("doubt after a death", "judge/grade.py", "and not error.is_doubtful", "", "test_judge.py"),
    Removal(
        "second try",
        "judge/grade.py",
        "if error is not None and was_perhaps_killed(error):",
        "if False:",
        "test_judge.py",
    ),
    Removal(
        "second load", "judge/grade.py", "error = self._try_twice(self._load)", "error = self._load()", "test_judge.py"
    ),
    Removal(
        "withheld feedback",
        "judge/verdict.py",
        "    redact(result, feedback, kata)\n",
        "",
        "test_judge.py",
    ),
    Removal(
        "lost workers",
        "judge/grade.py",
        "self.num_lost[task] >= MAX_LOST_WORKERS",
        "False",
        "test_judge.py test_attacks.py",
    ),
    Removal(
        "wall clock",
        "judge/grade.py",
        "self.submission.seconds_left = self.kata.spec.limits.wall_seconds",
        "pass",
        "test_judge.py test_attacks.py",
    ),
    Removal("speed outputs", "judge/thresholds.py", "        check(returned, expected)\n", "", "test_judge.py"),
    Removal(
        "fair clock",
        "judge/thresholds.py",
        "        submission.worker().pause()\n",
        "",
        "test_judge.py test_attacks.py",
    ),
    Removal(
        "time between calls",
        "judge/thresholds.py",
        "        start = time.perf_counter()\n",
        "        start, self.used = time.perf_counter(), self.code.worker().cpu_seconds()\n",
        "test_judge.py",
    ),
    Removal("undecided speed", "judge/thresholds.py", "ratio <= self.limit", "True", "test_thresholds.py"),
    Removal(
        "inputs that are not foretold",
        "judge/pytest_plugin.py",
        "            rng.bit_generator.state = np.random.default_rng().bit_generator.state\n",
        "",
        "test_attacks.py",
    ),
    Removal(
        "finite threshold",
        "judge/thresholds.py",
        "math.isfinite(value) and self.limit(name)",
        "self.limit(name)",
        "test_judge.py test_catalog.py",
    ),
    Removal("shape", "testing/values.py", "if not _fits(array.shape, shape):", "if False:", "test_testing.py"),
    Removal(
        "seccomp",
        "worker/sandbox/__init__.py",
        "            seccomp.install(may_change_metadata=self._is_jailed or self._gives_users)\n",
        "",
        SANDBOX,
    ),
    Removal("landlock", "worker/sandbox/__init__.py", "            landlock.restrict(ruleset)\n", "", SANDBOX),
    Removal(
        "namespaces",
        "worker/sandbox/__init__.py",
        "if not self.gpu and namespaces.is_possible(self._readable):",
        "if False:",
        SANDBOX,
    ),
    Removal(
        "uid",
        "worker/sandbox/__init__.py",
        "if self._gives_users:\n            _become",
        "if False:\n            _become",
        SANDBOX,
    ),
    Removal("capabilities", "worker/sandbox/__init__.py", "        linux.drop_capabilities()\n", "", AS_A_USER),
    Removal(
        "death with the parent",
        "worker/sandbox/__init__.py",
        "        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)\n",
        "",
        SANDBOX,
    ),
    Removal(
        "not dumpable", "worker/sandbox/__init__.py", "        linux.prctl(linux.PR_SET_DUMPABLE, 0)\n", "", AS_A_USER
    ),
    Removal(
        "memory limit",
        "worker/sandbox/__init__.py",
        "_limit(resource.RLIMIT_DATA, limits.memory_mb * 2**20)",
        "pass",
        SANDBOX,
    ),
    Removal(
        "processor limit",
        "worker/sandbox/__init__.py",
        "        _limit(resource.RLIMIT_CPU, cpu_seconds)\n",
        "",
        SANDBOX,
    ),
    Removal(
        "file size limit",
        "worker/sandbox/__init__.py",
        "        _limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES)\n",
        "",
        SANDBOX,
    ),
    Removal(
        "thread limit", "worker/sandbox/__init__.py", "_limit(resource.RLIMIT_NPROC, limits.threads)", "pass", SANDBOX
    ),
    Removal(
        "own scratch folder",
        "worker/sandbox/__init__.py",
        "            namespaces.mount_scratch()\n",
        "",
        "test_judge.py",
    ),
    Removal(
        "scratch quota",
        "worker/sandbox/scratch.py",
        "if num_bytes > SCRATCH_BYTES or num_files > SCRATCH_FILES:",
        "if num_files < 0:",
        SANDBOX,
    ),
    Removal(
        "closed descriptors",
        "worker/zygote.py",
        "            _close_all_but(wire, *self.sandbox.descriptors())\n",
        "",
        SANDBOX,
    ),
    Removal(
        "workers without a judge",
        "worker/zygote.py",
        "                self._abandon(by_descriptor[descriptor])\n",
        "                pass\n",
        "test_attacks.py::test_worker_ends_with_the_one_who_asked",
    ),
    Removal(
        "forbidden calls", "worker/worker.py", "            forbid(name)\n", "            pass\n", "test_forbidden.py"
    ),
    Removal(
        "forbidden operations",
        "worker/forbidden.py",
        "            _check(arguments[position], forbidden)\n",
        "",
        "test_forbidden.py",
    ),
    Removal(
        "forbidden operations of graphs",
        "worker/forbidden.py",
        "        _check(op_type, forbidden)\n",
        "",
        "test_forbidden.py",
    ),
    Removal(
        "forbidden later",
        "worker/forbidden.py",
        "        sys.meta_path.insert(sys.meta_path.index(importlib.machinery.PathFinder), _finder)\n",
        "        pass\n",
        "test_forbidden.py",
    ),
]


def prepare(folder: Path) -> tuple[Path, Path]:
    """Copies the checkout and makes an environment that imports the copy; returns both."""
    copy = folder / "checkout"
    ignored = shutil.ignore_patterns(".venv*", ".git", "__pycache__", ".grader")
    shutil.copytree(ROOT, copy, ignore=ignored)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = environment / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (packages / "paths.pth").write_text(f"{copy}\n{copy / 'plugins'}\n{sysconfig.get_path('purelib')}\n")
    for path in (folder, environment):
        path.chmod(0o755)
    return copy, environment / "bin/python"


def failing_tests(copy: Path, python: Path, tests: str) -> list[str]:
    """Runs tests in the copy until one fails and returns the names of those that did."""
    files = [str(copy / "tests" / test) for test in tests.split()]
    command = [python, "-m", "pytest", "-q", "-x", "--rootdir", copy, "-c", copy / "pyproject.toml", *BORROWED, *files]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        return [f"pytest ended with {run.returncode}: {run.stdout[-500:]}"]
    return [line.split(" - ")[0] for line in run.stdout.splitlines() if line.startswith("FAILED")]


def main() -> int:
    """Tries every removal and prints who noticed."""
    words = sys.argv[1:] or [""]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="grader-safety-") as folder:
        copy, python = prepare(Path(folder))
        for removal in REMOVALS:
            if not any(word in removal.name for word in words):
                continue
            file = copy / "grader" / removal.file
            original = file.read_text()
            try:
                file.write_text(apply_changes(original, [(removal.old, removal.new)]))
            except ChangeError as error:
                print(f"!  {removal.name}, {removal.file}: {error}")
                unnoticed += 1
                continue
            noticed = failing_tests(copy, python, removal.tests)
            file.write_text(original)
            unnoticed += not noticed
            print(
                f"{'ok' if noticed else '!!'} {removal.name}: {noticed[0] if noticed else 'no test noticed'}",
                flush=True,
            )
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
