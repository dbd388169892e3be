"""What hidden tests see of the grader: a pytest plugin with the fixtures, the marker of tasks, and a record of outcomes."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any
from typing import Literal

import numpy as np
import numpy.random  # NumPy would load it when first used, in every grade anew.
import numpy.typing as npt
import pytest

from grader.judge.grade import Grade
from grader.judge.pictures import Pictures
from grader.judge.proxy import ObjectProxy
from grader.judge.seeds import derive
from grader.judge.thresholds import measure_speed

SpeedCheck = Callable[[str, Callable[[], tuple[Any, ...]], Callable[[Any, Any], None]], None]


class HiddenTestPlugin:
    """Fixtures of hidden tests; `grade` is set before the tests run."""

    def __init__(self) -> None:
        self.grade: Grade | None = None
        self.collection_errors: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Registers the marker that ties a test to a task."""
        config.addinivalue_line("markers", "task(number): the task of the statement that the test belongs to, from 1.")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remembers why a file of hidden tests could not be collected."""
        if report.failed:
            self.collection_errors.append(report.longreprtext)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Remembers the exception itself; pytest would format a traceback that nobody reads, which is slow."""
        if call.excinfo is not None and self.running.raised is None:
            self.running.raised = call.excinfo.value
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        when: Any = call.when
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when, duration=call.duration)

    @property
    def running(self) -> Grade:
        """The grade that the tests belong to."""
        if self.grade is None:
            raise RuntimeError("hidden tests run in a judge only")
        return self.grade

    @pytest.fixture
    def submission(self) -> ObjectProxy:
        """The module under test; its functions run in a worker."""
        return self.running.subject.module

    @pytest.fixture
    def support(self) -> ObjectProxy:
        """The kata's support code in the submission's worker."""
        return self.running.subject.support

    @pytest.fixture
    def reference(self) -> ObjectProxy:
        """The reference solution, in a worker of its own."""
        return self.running.reference.module

    @pytest.fixture
    def reference_support(self) -> ObjectProxy:
        """The kata's support code in the reference's worker, which no submission can have changed."""
        return self.running.reference.support

    @pytest.fixture
    def data(self) -> Callable[[str], Any]:
        """Call it with the name of a file in the kata's data/ for the array, or the arrays by name, in it."""

        def load(name: str) -> Any:
            found = np.load(io.BytesIO(self.running.context.data[name]), allow_pickle=False)
            return dict(found) if name.endswith(".npz") else found

        return load

    @pytest.fixture
    def seed(self) -> int:
        """A number for a submission that takes a seed; it follows from the seed of the grade and does not lead back to it."""
        return derive(self.running.request.seed, "test")

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers that depend on the seed of the grade and on the test."""
        return np.random.default_rng([self.running.request.seed, zlib.crc32(request.node.name.encode())])

    @pytest.fixture
    def shared(self) -> Callable[[npt.ArrayLike], npt.NDArray[Any]]:
        """Call it with an array for an equal one that changes when the submission changes its argument."""
        return self.running.subject.share

    @pytest.fixture
    def threshold(self) -> Callable[[str, float], None]:
        """Call it with a name from kata.toml and a value that the test computed."""
        return self.running.thresholds.check

    @pytest.fixture
    def speed(self, rng: np.random.Generator) -> SpeedCheck:
        """Call it with a function's name, a maker of inputs and a check of (result, the baseline's result)."""

        def check_speed(
            function: str, make_inputs: Callable[[], tuple[Any, ...]], check: Callable[[Any, Any], None]
        ) -> None:
            # Whoever grades their own work knows the seed, and what follows from it could be computed before the clock runs.
            rng.bit_generator.state = np.random.default_rng().bit_generator.state
            grade = self.running
            limit = grade.thresholds.limit("speed").limit
            grade.thresholds.check_speed(
                measure_speed(grade.subject, grade.baseline, function, make_inputs, check, limit)
            )

        return check_speed

    @pytest.fixture
    def pictures(self) -> Pictures:
        """Leaves pictures for the learner."""
        return self.running.pictures
