"""Every format is read by its consumer's parser or schema, and nothing that a stranger wrote is markup or a command in it."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any
from typing import NamedTuple
from xml.etree import ElementTree

import jsonschema
import junitparser
import pytest
from click.testing import CliRunner
from conftest import ROOT
from markdown_it import MarkdownIt

from grader import result as contract
from grader.cli import create_cli
from grader.content.kata import Kata
from grader.content.kata import load_kata
from grader.graded import GradedClass
from grader.graded import GradedFile
from grader.plugins import create_manager

STUB = ROOT / "katas/expressivity/perceptron/perceptron.py"
RIGHT = ROOT / "reference/expressivity/perceptron/perceptron.py"
GRADERS = ["gradescope", "exercism", "github-classroom", "prairielearn", "autolab"]
FORMATS = ["junit", "github", "gitlab", "markdown", *GRADERS]
CLASS_FORMATS = ["junit", "github", "gitlab", "markdown"]
EVIL = (
    "\x1b[2J::error file=a.py,line=1,title=x::owned\n::add-mask::PASS\r::stop-commands::t\u2028::set-output name=a::b\n"
    "##[error]owned ]]> </failure><script>alert(1)</script> <!-- & \"'\n"
    "```\n````\n# Passed\n| a | b |\n[link](javascript:x) ![i](http://evil.example/i.png) www.evil.example @teacher "
    "`x` *b* _i_ ~~s~~ <img src=x> \\| \\ \u202egnp.exe\u2066 \x00 \ufffe \ud800 %0A%0D:,\n"
    "</details>\n~~~\n    At  x.py, line 99999999: a"
)


@pytest.fixture
def kata() -> Kata:
    return load_kata(STUB.parent, RIGHT.parent)


def make_result(words: str = "Raised    ValueError: no", **options: Any) -> contract.Result:
    """Makes a result with a test of each status."""
    message = f"Called    perceptron(1)\n{words}\nAt        perceptron.py, line 3: return y[0]\nNext step: Look."
    tests = [
        contract.TestResult(
            name="test_a", task=1, description="Does a.", status="pass", points=2.0, max_points=2.0, seconds=0.5
        ),
        contract.TestResult(
            name="test_b",
            task=1,
            description="Does b, too: 100 %.",
            status="fail",
            points=0.0,
            max_points=4 / 3,
            message=message,
            output=words,
        ),
        contract.TestResult(
            name="test_c",
            task=2,
            description="Does c.",
            status="fail",
            points=0.0,
            max_points=4 / 3,
            message="Not run, because a shorter test has failed already.",
        ),
        contract.TestResult(
            name="test_d", task=2, description="Does d.", status="error", points=0.0, max_points=1.0, message="Ours."
        ),
        contract.TestResult(name="test_e", task=2, description="Does e.", status="skip", points=0.0, max_points=0.0),
    ]
    threshold = contract.ThresholdResult(
        name="test_loss", value=0.25, limit=0.1, direction="at most", unit="nats", samples=1, status="fail"
    )
    given: dict[str, Any] = {"status": "fail", "score": 2.0, "tests": tests, "thresholds": [threshold], **options}
    return contract.Result(kata="perceptron", max_score=17 / 3, seconds=1.5, **given)


def render(form: str, file: GradedFile, kata: Kata) -> str:
    (offers,) = [
        found
        for found in create_manager().hook.grader_reporters()
        if form in found  # What ships offers all of them.
    ]
    text: str = offers[form].render(file, kata)
    return text


def render_class(form: str, graded: GradedClass) -> str:
    (offers,) = [found for found in create_manager().hook.grader_class_reporters() if form in found]
    text: str = offers[form](graded)
    return text


def make_class(words: str = "ada") -> GradedClass:
    files = [
        GradedFile("class/ada/perceptron.py", make_result(words), words),
        GradedFile(
            "class/bob/perceptron.py",
            contract.Result(kata="perceptron", status="pass", score=3, max_score=3, tests=[]),
            "bob",
        ),
    ]
    return GradedClass(files, [("cleo", False), ("dan", True)], [f"{words}/x.py: is a link."])


class Command(NamedTuple):
    """A workflow command as the runner of GitHub Actions reads it."""

    name: str
    properties: dict[str, str]
    data: str


def read_commands(log: str) -> list[Command]:
    """Reads a log by GitHub's grammar: a command is a line `::name key=value,key=value::data`, or has `##[name]` anywhere."""
    commands = []
    for line in re.split(r"\r\n|\r|\n", log):
        found = re.match(r"\s*::([^ :]+)(?: ([^\n]*?))?::(.*)", line)
        if found:
            pairs = (pair.partition("=") for pair in (found[2] or "").split(",") if pair)
            properties = {key: unescape(value, {"%3A": ":", "%2C": ","}) for key, _, value in pairs}
            commands.append(Command(found[1], properties, unescape(found[3], {})))
        else:
            commands += [Command(name, {}, "") for name in re.findall(r"##\[(\w+)", line)]
    return commands


def unescape(text: str, more: dict[str, str]) -> str:
    for escaped, character in {"%0D": "\r", "%0A": "\n", **more, "%25": "%"}.items():
        text = text.replace(escaped, character)
    return text


def test_line_is_that_of_the_grader_and_not_one_that_a_submission_makes_up() -> None:
    said = "Raised    ValueError:\nAt        perceptron.py, line 99: x\nAt  y, line 0: x"
    for path, line in (("perceptron.py", 3), ("perceptron.ipynb", None), ("", None)):
        failures = GradedFile(path, make_result(said)).failures
        assert [(failure.test.name, failure.line) for failure in failures] == [("test_b", line), ("test_d", None)]


def test_junit_is_read_by_its_parser(kata: Kata) -> None:
    text = render("junit", GradedFile("work/perceptron.py", make_result()), kata)
    xml = junitparser.JUnitXml.fromstring(text.encode())
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (5, 2, 1, 1)
    (suite,) = xml
    assert suite.name == "perceptron"
    assert {entry.name: entry.value for entry in suite.properties()} == {
        "kata": "perceptron",
        "points": "2",
        "max_points": "5.67",
    }
    cases = list(suite)
    assert [(case.classname, case.name) for case in cases][:2] == [
        ("perceptron", "Does a."),
        ("perceptron", "Does b, too: 100 %."),
    ]
    assert [case.is_passed for case in cases] == [True, False, False, False, False]
    assert cases[0].time == 0.5
    (failure,) = cases[1].result
    assert isinstance(failure, junitparser.Failure)
    assert failure.message == "Raised ValueError: no"
    assert failure.text.splitlines()[-1] == "Next step: Look."
    element = ElementTree.fromstring(text.encode())[0].findall("testcase")[1]
    assert (element.get("file"), element.get("line")) == ("work/perceptron.py", "3")
    assert [entry.get("value") for entry in element.iter("property")] == ["0", "1.33"]


def test_junit_of_a_class_has_a_suite_for_each_submission_and_an_error_for_what_is_missing() -> None:
    xml = junitparser.JUnitXml.fromstring(render_class("junit", make_class()).encode())
    assert [suite.name for suite in xml] == ["ada", "bob", "cleo", "dan", "left out"]
    ada, bob, cleo, dan, left_out = xml
    assert [next(iter(ada)).classname, bob.tests, bob.failures] == ["ada.perceptron", 0, 0]
    assert [case.result[0].message for suite in (cleo, dan, left_out) for case in suite] == [
        "handed in nothing",
        "nothing that was handed in could be graded",
        "ada/x.py: is a link.",
    ]
    assert (xml.failures, xml.errors) == (2, 4)


def test_github_annotates_the_line_that_failed(kata: Kata, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    notice, b, d = read_commands(
        render("github", GradedFile(str(tmp_path / "work/perceptron.py"), make_result()), kata)
    )
    assert notice == Command("notice", {"title": "Perceptron: 2 of 5.67 points"}, "fail")
    assert b.name == "error"
    assert b.properties == {"file": "work/perceptron.py", "line": "3", "title": "Does b, too: 100 %."}
    assert b.data.startswith("Called    perceptron(1)\nRaised    ValueError: no\nAt  ")
    assert d == Command("error", {"file": "work/perceptron.py", "title": "Does d."}, "Ours.")


def test_github_annotates_a_class_once_a_submission() -> None:
    ada, *warnings = read_commands(render_class("github", make_class()))
    assert ada.properties == {
        "file": "class/ada/perceptron.py",
        "line": "3",
        "title": "ada, perceptron: fail, 2 of 5.67 points",
    }
    assert [(warning.name, warning.properties["title"], warning.data) for warning in warnings] == [
        ("warning", "cleo: no grade", "handed in nothing"),
        ("warning", "dan: no grade", "nothing that was handed in could be graded"),
        ("warning", "Left out", "ada/x.py: is a link."),
    ]


def test_github_adds_to_the_summary_of_the_job(kata: Kata, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    file = GradedFile("perceptron.py", make_result())
    render("github", file, kata)
    assert summary.read_text() == "Before.\n" + render("markdown", file, kata) + "\n"
    summary.write_text("x" * (2**20 - 100))
    render("github", file, kata)
    assert summary.read_text().lstrip("x") == (
        "The report is too long for this summary; `--format markdown` prints it.\n"
    )


def test_summary_that_cannot_be_written_changes_no_exit_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (tmp_path, "/dev/full", tmp_path / "gone/summary.md"):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place))
        for path, code in ((RIGHT, 0), (STUB, 1)):
            arguments = ["run", "perceptron", str(path), "--format", "github"]
            run = CliRunner().invoke(create_cli(create_manager()), arguments)
            assert run.exit_code == code
            assert run.stderr.startswith("Warning: The job summary could not be written (")
            assert len(read_commands(run.stdout)) == len(run.stdout.splitlines()) > 0


CODE_QUALITY = {  # https://docs.gitlab.com/ci/testing/code_quality/, "Code Quality report format"
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]+$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./).+"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = {  # https://gradescope-autograders.readthedocs.io/en/latest/specs/
    "type": "object",
    "required": ["tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "value": {"type": ["number", "string"]},
                    "order": {"enum": ["asc", "desc"]},
                },
            },
        },
    },
}


def test_gitlab_issues_have_the_documented_form(kata: Kata, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    issues = json.loads(render("gitlab", GradedFile(f"{tmp_path}/work/perceptron.py", make_result()), kata))
    jsonschema.validate(issues, CODE_QUALITY)
    assert [issue["location"] for issue in issues] == [
        {"path": "work/perceptron.py", "lines": {"begin": 3}},
        {"path": "work/perceptron.py", "lines": {"begin": 1}},
    ]
    assert issues[0]["description"] == "Does b, too: 100 %. Raised ValueError: no"
    assert [issue["severity"] for issue in issues] == ["major", "info"]
    of_class = json.loads(render_class("gitlab", make_class()))
    jsonschema.validate(of_class, CODE_QUALITY)
    fingerprints = [issue["fingerprint"] for issue in (*issues, *of_class)]
    assert len(set(fingerprints)) == len(fingerprints) == 4


def test_gradescope_results_have_the_documented_form(kata: Kata) -> None:
    results = json.loads(render("gradescope", GradedFile("perceptron.py", make_result()), kata))
    jsonschema.validate(results, GRADESCOPE)
    assert (results["score"], results["execution_time"]) == (2.0, 1.5)
    assert [(test["status"], test["score"], test["max_score"]) for test in results["tests"]] == [
        ("passed", 2.0, 2.0),
        ("failed", 0.0, 1.33),
        ("failed", 0.0, 1.33),
        ("failed", 0.0, 1.0),
        ("passed", 0.0, 0.0),
    ]
    assert results["tests"][1]["output"].startswith("Called    perceptron(1)\n")
    assert results["leaderboard"] == [{"name": "test loss (nats)", "value": 0.25, "order": "asc"}]


EXERCISM = {  # https://exercism.org/docs/building/tooling/test-runners/interface, version 3
    "type": "object",
    "required": ["version", "status"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": 3},
        "status": {"enum": ["pass", "fail", "error"]},
        "message": {"type": ["string", "null"], "maxLength": 65535},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "status"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "status": {"enum": ["pass", "fail", "error"]},
                    "message": {"type": "string"},
                    "output": {"type": "string", "maxLength": 500},
                    "task_id": {"type": "integer", "minimum": 1},
                },
                "if": {"properties": {"status": {"const": "pass"}}},
                "else": {"required": ["message"]},
            },
        },
    },
    "if": {"properties": {"status": {"const": "error"}}},
    "then": {"required": ["message"], "properties": {"message": {"type": "string"}}},
    "else": {"required": ["tests"], "properties": {"tests": {"minItems": 1}}},
}


def test_exercism_results_have_the_documented_form(kata: Kata) -> None:
    told = json.loads(render("exercism", GradedFile("perceptron.py", make_result("x" * 600)), kata))
    jsonschema.validate(told, EXERCISM)
    assert (told["status"], told["message"]) == ("fail", None)
    assert [(test["name"], test["status"], test["task_id"]) for test in told["tests"]] == [
        ("Does a.", "pass", 1),
        ("Does b, too: 100 %.", "fail", 1),
        ("Does c.", "fail", 2),
        ("Does d.", "error", 2),
    ]
    assert told["tests"][1]["message"].startswith("Called    perceptron(1)\n")
    assert told["tests"][1]["output"] == "x" * 500


def test_exercism_has_no_tests_where_none_was_run(kata: Kata) -> None:
    load = contract.TestResult(
        name="load", task=0, description="Loads your file.", status="fail", points=0, max_points=10, message="No."
    )
    for status, tests, message in (("fail", [load], "No."), ("error", make_result().tests[3:4], "Ours.")):
        told = json.loads(render("exercism", GradedFile("a.py", make_result(status=status, tests=tests)), kata))
        jsonschema.validate(told, EXERCISM)
        assert told == {"version": 3, "status": "error", "message": message, "tests": []}


CLASSROOM = {  # What education/autograding-grading-reporter reads of a runner.
    "type": "object",
    "required": ["version", "status", "max_score", "tests"],
    "properties": {
        "version": {"enum": [1, 2, 3]},
        "status": {"enum": ["pass", "fail", "error"]},
        "max_score": {"type": "number"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "status", "score"],
                "properties": {
                    "name": {"type": "string"},
                    "status": {"enum": ["pass", "fail", "error"]},
                    "score": {"type": "number"},
                    "message": {"type": "string"},
                    "filename": {"type": "string"},
                    "line_no": {"type": "integer"},
                    "duration": {"type": "number"},
                },
            },
        },
    },
}


def read_output(line: str) -> Any:
    """Reads the output of a step as the workflow's runner and then GitHub Classroom's reporter do."""
    name, _, value = line.rstrip("\n").partition("=")
    assert (name, value.count("\n")) == ("result", 0)
    return json.loads(base64.b64decode(value, validate=True))


def test_github_classroom_adds_up_the_points(kata: Kata, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    told = read_output(render("github-classroom", GradedFile(f"{tmp_path}/work/perceptron.py", make_result()), kata))
    jsonschema.validate(told, CLASSROOM)
    assert (told["status"], told["max_score"]) == ("fail", 5.67)
    assert sum(test["score"] for test in told["tests"]) == 2.0
    assert [(test["name"], test["status"], test["line_no"]) for test in told["tests"]] == [
        ("A threshold unit", "fail", 3),
        ("Three gates", "fail", 0),
    ]
    assert told["tests"][0]["filename"] == "work/perceptron.py"
    assert told["tests"][0]["message"].startswith("Does b, too: 100 %.\nCalled    perceptron(1)\n")
    assert told["tests"][1]["message"] == "Does d.\nOurs."


PRAIRIELEARN = {  # https://docs.prairielearn.com/externalGrading/, "Grading results"
    "type": "object",
    "required": ["score"],
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "message": {"type": "string"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "points", "max_points"],
                "properties": {
                    "name": {"type": "string"},
                    "points": {"type": "number"},
                    "max_points": {"type": "number"},
                    "output": {"type": "string"},
                },
            },
        },
    },
}


def test_prairielearn_results_have_the_documented_form(kata: Kata) -> None:
    told = json.loads(render("prairielearn", GradedFile("perceptron.py", make_result()), kata))
    jsonschema.validate(told, PRAIRIELEARN)
    assert (told["gradable"], told["score"]) == (True, 0.3529)
    assert told["message"] == "Perceptron: fail, 2 of 5.67 points"
    assert told["tests"][1]["output"].startswith("Called    perceptron(1)\n")
    ours = json.loads(render("prairielearn", GradedFile("perceptron.py", make_result(status="error")), kata))
    assert ours["gradable"] is False


def test_autolab_takes_the_scores_from_the_last_line(kata: Kata) -> None:
    text = render("autolab", GradedFile("perceptron.py", make_result()), kata)
    assert json.loads(text.splitlines()[-1]) == {"scores": {"Task 1": 2.0, "Task 2": 0.0}}
    assert text.startswith("Perceptron: fail, 2 of 5.67 points\npass  Does a.\nfail  Does b, too: 100 %.\n      Called")
    ours = render("autolab", GradedFile("perceptron.py", make_result(status="error")), kata)
    assert "scores" not in ours


def tokens_of(text: str) -> list[Any]:
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    return [child for token in parser.parse(text) for child in (token, *(token.children or ()))]


def cells_of(text: str) -> list[list[str]]:
    """Returns the text of the tables' cells as a parser of GitHub Flavored Markdown reads them."""
    rows: list[list[str]] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level > 3:
            rows[-1].append("".join(child.content for child in token.children or () if child.type != "html_inline"))
    return rows


def test_markdown_is_a_table_with_the_failures_below(kata: Kata) -> None:
    misconception = contract.Misconception(name="m", title="No bias.", explanation="It is dropped.", evidence="fails")
    text = render("markdown", GradedFile("perceptron.py", make_result(misconception=misconception)), kata)
    assert text.startswith(
        "## ❌ Perceptron\\: fail" if "\\:" in text[:20] else "## ❌ Perceptron: fail, 2 of 5.67 points\n"
    )
    assert cells_of(text)[1:4] == [
        ["✅", "1", "Does a.", "2 / 2"],
        ["❌", "1", "Does b, too: 100 %.", "0 / 1.33"],
        ["❌", "2", "Does c. (not run)", "0 / 1.33"],
    ]
    assert "**This looks familiar:** No bias. It is dropped.\n" in text
    assert "<summary>Does b, too: 100 %. (line 3)</summary>\n" in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_markdown_of_a_class_is_a_table() -> None:
    assert cells_of(render_class("markdown", make_class()))[1:] == [
        ["❌", "ada", "perceptron", "2 / 5.67", "Does b, too: 100 %."],
        ["✅", "bob", "perceptron", "3 / 3", ""],
        ["⚠️", "cleo", "", "", "handed in nothing"],
        ["⚠️", "dan", "", "", "nothing that was handed in could be graded"],
    ]


def evil_texts(kata: Kata) -> dict[str, str]:
    evil = GradedFile(f"work/{EVIL}.py".replace("\x00", ""), make_result(EVIL))
    texts = {form: render(form, evil, kata) for form in FORMATS}
    return texts | {f"class {form}": render_class(form, make_class(EVIL)) for form in CLASS_FORMATS}


def test_nothing_that_a_stranger_wrote_is_a_command_or_unseen(kata: Kata) -> None:
    for form, text in evil_texts(kata).items():
        commands = read_commands(text)
        assert {command.name for command in commands} <= {"notice", "error", "warning"}, form
        if form.split()[-1] == "github":
            assert len(commands) == len(text.splitlines())
            assert {key for command in commands for key in command.properties} == {"file", "line", "title"}
            assert {command.properties.get("line") for command in commands} == {"3", None}
        else:
            assert commands == [], form
        for character in "\x00\x1b\r\u202e\u2066\u2028\ud800":
            assert character not in text, (form, character)


def test_nothing_that_a_stranger_wrote_is_xml_or_breaks_it(kata: Kata) -> None:
    for form, text in evil_texts(kata).items():
        if "junit" in form:
            tags = {element.tag for element in ElementTree.fromstring(text.encode()).iter()}
            assert tags <= {
                *("testsuites", "testsuite", "testcase", "properties", "property"),
                *("failure", "error", "skipped", "system-out"),
            }
            assert "<script>" in "".join(ElementTree.parse(io.BytesIO(text.encode())).getroot().itertext())


def test_nothing_that_a_stranger_wrote_is_markup(kata: Kata) -> None:
    for form, text in evil_texts(kata).items():
        if "markdown" not in form:
            continue
        kinds = {token.type for token in tokens_of(text)}
        assert not kinds & {"link_open", "image", "em_open", "s_open", "code_inline", "fence_open"}, form
        html = {token.content.strip() for token in tokens_of(text) if token.type in ("html_block", "html_inline")}
        assert all(re.fullmatch(r"(</?(details|code)>|<summary>Does [bd][^<>]*</summary>|\s)+", tag) for tag in html), (
            html
        )
        headings = [token.content for token in tokens_of(text) if token.type == "inline" and "Passed" in token.content]
        assert not any(heading == "Passed" for heading in headings)
    (row,) = [row for row in cells_of(render_class("markdown", make_class(EVIL))) if "owned" in row[1]]
    assert len(row) == 5
    assert "[link](javascript:x)" in row[1]
    assert "\\| \\ " in row[1]


@pytest.mark.parametrize(
    ("form", "schema"),
    [("gitlab", CODE_QUALITY), ("gradescope", GRADESCOPE), ("exercism", EXERCISM), ("prairielearn", PRAIRIELEARN)],
)
def test_nothing_that_a_stranger_wrote_breaks_json(form: str, schema: dict[str, Any], kata: Kata) -> None:
    jsonschema.validate(json.loads(evil_texts(kata)[form]), schema)


def test_nothing_that_a_stranger_wrote_takes_the_place_of_scores(kata: Kata) -> None:
    texts = evil_texts(kata)
    jsonschema.validate(read_output(texts["github-classroom"]), CLASSROOM)
    assert json.loads(texts["autolab"].splitlines()[-1]) == {"scores": {"Task 1": 2.0, "Task 2": 0.0}}


@pytest.mark.parametrize("form", FORMATS)
def test_format_changes_no_exit_code_and_names_the_file(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/perceptron.py").write_text("def perceptron(*_):\n    return [][1]\n")
    for path, code in ((RIGHT, 0), ("mine", 1)):
        run = CliRunner().invoke(create_cli(create_manager()), ["run", "perceptron", str(path), "--format", form])
        assert (run.exit_code, run.stderr) == (code, "")
    places = {
        "junit": 'file="mine/perceptron.py" line="2"',
        "github": "::error file=mine/perceptron.py,line=2,title=Gives 1 ",
        "gitlab": '"path": "mine/perceptron.py"',
        "gradescope": "At        perceptron.py, line 2: return [][1]",
        "markdown": "(line 2)</summary>",
        "exercism": "At        perceptron.py, line 2: return [][1]",
        "github-classroom": '"filename":"mine/perceptron.py","line_no":2,',
        "prairielearn": "At        perceptron.py, line 2: return [][1]",
        "autolab": "At        perceptron.py, line 2: return [][1]",
    }
    told = base64.b64decode(run.stdout.partition("=")[2]).decode() if form == "github-classroom" else run.stdout
    assert places[form] in told
