"""A receipt proves a grade: whoever changes a letter of it, or signs with another key, is found out."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from conftest import ROOT
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from grader.cli import create_cli
from grader.plugins import create_manager

RIGHT = ROOT / "reference/expressivity/perceptron/right/with_loops.py"
KEY = base64.b64encode(bytes(range(32))).decode()
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
"""That of KEY, as OpenSSL computes it."""


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(create_cli(create_manager()), [str(argument) for argument in arguments])


@pytest.fixture
def receipt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_RECEIPT_KEY", KEY)
    file = tmp_path / "receipt.json"
    assert grader("run", "perceptron", RIGHT, "--seed", 5, "--receipt", file).exit_code == 0
    return file


def test_receipt_says_what_was_graded_and_anybody_can_check_it(receipt: Path) -> None:
    signed = json.loads(receipt.read_bytes())
    record = signed["receipt"]
    assert (record["kata"], record["status"], record["score"], record["seed"]) == ("perceptron", "pass", 10.0, 5)
    assert signed["public_key"] == PUBLIC_KEY
    content = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC_KEY))
    key.verify(base64.b64decode(signed["signature"]), content)
    assert grader("verify-receipt", receipt, "--key", PUBLIC_KEY).exit_code == 0


def test_grade_is_made_again(receipt: Path, tmp_path: Path) -> None:
    run = grader("verify-receipt", receipt, "--replay", RIGHT)
    assert run.exit_code == 0, run.output
    assert "the same grade was made again" in run.output
    other = tmp_path / "perceptron.py"
    other.write_text(RIGHT.read_text().replace(">=", ">"))
    run = grader("verify-receipt", receipt, "--replay", other)
    assert run.exit_code == 1
    assert "status: pass / fail" in run.output


@pytest.mark.parametrize("part", ["kata", "submission", "seed", "score", "status", "sandbox", "libraries", "graded_at"])
def test_changed_receipt_is_found_out(receipt: Path, part: str) -> None:
    signed = json.loads(receipt.read_bytes())
    value = signed["receipt"][part]
    signed["receipt"][part] = value + "x" if isinstance(value, str) else type(value)() if value else 1
    receipt.write_text(json.dumps(signed))
    run = grader("verify-receipt", receipt)
    assert run.exit_code == 1
    assert "which was changed" in run.output


def test_other_key_is_found_out(receipt: Path) -> None:
    run = grader("verify-receipt", receipt, "--key", base64.b64encode(bytes(32)).decode())
    assert run.exit_code == 1
    assert PUBLIC_KEY in run.output


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"receipt": 1}', b"[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    run = grader("verify-receipt", file)
    assert run.exit_code == 2
    assert "expected a receipt" in run.output


def test_key_of_the_user_is_made_once_and_is_theirs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_RECEIPT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    keys = set()
    for number in range(2):
        file = tmp_path / f"{number}.json"
        grader("run", "perceptron", RIGHT, "--receipt", file)
        keys.add(json.loads(file.read_bytes())["public_key"])
    assert len(keys) == 1
    assert os.stat(tmp_path / "config/grader/receipt.key").st_mode & 0o777 == 0o600


def test_key_that_is_none_costs_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_RECEIPT_KEY", "secret")
    run = grader("run", "perceptron", RIGHT, "--receipt", tmp_path / "receipt.json")
    assert run.exit_code == 0
    assert "could not be written (GRADER_RECEIPT_KEY: expected a key" in run.output
    assert not (tmp_path / "receipt.json").exists()
