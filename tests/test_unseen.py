"""The diagnosis of code that its authors have not seen, on the fastest katas; `measure_diagnosis.py` measures all of them."""

from __future__ import annotations

from collections import Counter

from measure_diagnosis import grade_unseen
from measure_diagnosis import judge
from unseen import HERE
from unseen import submissions_of

from grader.content.catalog import Catalog
from grader.protocol.channel import GradeRequest
from grader.service.client import make_job
from grader.service.executor import LocalExecutor

KATAS = ("perceptron", "gradient_descent", "conv2d")


def test_misconceptions_are_named_and_hardly_ever_wrongly(catalog: Catalog) -> None:
    counts: Counter[str] = Counter()
    for name in KATAS:
        for _, misconception, result in grade_unseen(catalog, name, num_parallel=2):
            assert result.status == "fail"
            counts[judge(result.misconception, misconception)] += 1
    whole = sum(counts.values())
    assert whole >= 126
    assert counts["named"] / whole >= 0.95
    assert counts["wrong"] / whole <= 0.01


def test_solutions_that_the_mistakes_were_made_in_are_right(catalog: Catalog) -> None:
    jobs = [
        make_job(catalog, catalog.find(name), GradeRequest(source=file.read_bytes(), with_pictures=False))
        for name in KATAS
        for file in sorted((HERE / name).glob("*.py"))
    ]
    verdicts = [(result.kata, result.status) for _, result in LocalExecutor(2).run(jobs)]
    assert sorted(verdicts) == [(name, "pass") for name in sorted(KATAS) for _ in range(3)]


def test_every_misconception_has_three_unseen_submissions(catalog: Catalog) -> None:
    for name in KATAS:
        written = Counter(misconception for _, misconception, _ in submissions_of(name))
        assert {solution.name: 3 for solution in catalog.find(name).wrong_solutions()} == written
