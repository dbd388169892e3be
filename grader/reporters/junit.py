"""JUnit XML, which Jenkins, GitLab and most CI systems read: a test suite for a submission, a test case for a hidden test."""

from __future__ import annotations

import io
import re
from typing import Final

import junitparser

from grader.content.kata import Kata
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.harmless import harmless
from grader.reporters import words
from grader.result import TestResult

_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may contain, not even escaped."""


class _Case(junitparser.TestCase):
    """A test case that says where it failed, as pytest's older family of JUnit XML does."""

    file = junitparser.Attr()
    line = junitparser.Attr()


def render(file: GradedFile, _: Kata) -> str:
    """Renders one submission as a test suite with the name of its kata."""
    return _write([_suite(file, file.result.kata)])


def render_class(graded: GradedClass) -> str:
    """Renders a class: a test suite for each submission, with the student's name, and errors for what was left out."""
    suites = [_suite(file, file.student) for file in graded.files]
    suites += [_suite_of_one(student, "submission", why) for student, why in words.without_grade(graded)]
    suites += [_suite_of_one("left out", f"file {number}", why) for number, why in enumerate(graded.problems, 1)]
    return _write(suites)


def _write(suites: list[junitparser.TestSuite]) -> str:
    xml = junitparser.JUnitXml("grader")
    for suite in suites:
        xml.add_testsuite(suite)
    xml.update_statistics()
    buffer = io.BytesIO()
    xml.write(buffer)
    return buffer.getvalue().decode() + "\n"


def _suite(file: GradedFile, name: str) -> junitparser.TestSuite:
    result = file.result
    suite = junitparser.TestSuite(_xml(name))
    suite.add_property("kata", result.kata)
    suite.add_property("points", words.points(result.score))
    suite.add_property("max_points", words.points(result.max_score))
    class_name = f"{file.student}.{result.kata}" if file.student else result.kata
    path = words.path_below(file.path, "CI_PROJECT_DIR")
    suite.add_testcases([_case(file, test, _xml(class_name), _xml(path)) for test in result.tests])
    return suite


def _case(file: GradedFile, test: TestResult, class_name: str, path: str) -> _Case:
    case = _Case(_xml(test.description), class_name, test.seconds)
    properties = junitparser.Properties()
    properties.add_property(junitparser.Property("points", words.points(test.points)))
    properties.add_property(junitparser.Property("max_points", words.points(test.max_points)))
    case.append(properties)
    if path:
        case.file = path
    found = file.find_line(test)
    if found:
        case.line = str(found)
    kinds = {"fail": junitparser.Failure, "error": junitparser.Error, "skip": junitparser.Skipped}
    if test.status in kinds:
        outcome = kinds[test.status](_xml(words.problem(test)))
        outcome.text = _xml(harmless(test.message or ""))
        case.result = outcome
    if test.output:
        case.system_out = _xml(harmless(test.output))
    return case


def _suite_of_one(name: str, case: str, why: str) -> junitparser.TestSuite:
    """Makes a suite that is an error, for what has no tests."""
    made = junitparser.TestCase(case, _xml(name))
    made.result = junitparser.Error(_xml(words.line(why)))
    suite = junitparser.TestSuite(_xml(name))
    suite.add_testcase(made)
    return suite


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", harmless(text))
