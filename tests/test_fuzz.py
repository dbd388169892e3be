"""The wire under fuzz: whatever a worker sends becomes a value or an error of ours, in time, and in little memory."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from unittest import mock

import fuzz
import hypothesis.extra.numpy as npst
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from grader.judge import process
from grader.protocol import wire

# The same examples each time, without a limit of hypothesis's own on how long one may take: the machine may be busy.
EXAMPLES = settings(
    derandomize=True, deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
)
FEW, MANY = settings(EXAMPLES, max_examples=40), settings(EXAMPLES, max_examples=250)

ARRAYS = npst.arrays(
    st.sampled_from(sorted(wire.DTYPES)), npst.array_shapes(min_dims=0, max_dims=wire.MAX_RANK, min_side=0, max_side=2)
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | ARRAYS
    | st.builds(wire.Handle, st.integers(0, 2**64 - 1), st.text(st.characters(exclude_categories=["Cs"])))
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def zygote() -> Iterator[fuzz.FakeZygote]:
    # A worker that hangs up and goes on living is waited for; here the fake zygote always says how it ended.
    with fuzz.fake_zygote() as fake, mock.patch.object(process, "_STATUS_SECONDS", 0.05):
        yield fake


@settings(EXAMPLES, max_examples=400)
@given(PLAIN)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    header, body = fuzz.frame_of(value)
    assert fuzz.same(wire.decode(header, bytearray(body), fuzz.restore).value, value)


@settings(EXAMPLES, max_examples=100)
@given(PLAIN.filter(lambda value: "Handle" not in repr(value)))
def test_plain_values_are_kept_in_files_as_they_were(value: object) -> None:
    assert fuzz.same(wire.from_bytes(wire.to_bytes(value)), value)


@MANY
@given(st.binary(max_size=200))
def test_any_bytes_of_a_file_are_a_value_or_refused(content: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.from_bytes(content)


@settings(EXAMPLES, max_examples=500)
@given(st.binary(max_size=60), st.binary(max_size=16))
def test_any_bytes_are_a_value_or_refused(value: bytes, body: bytes) -> None:
    fuzz.try_frame(value, body)
    fuzz.try_frame(fuzz.header_of(value), body)


@pytest.mark.parametrize("kind", fuzz.FRAMES)
@MANY
@given(st.integers(0, 2**63))
def test_any_frame_is_a_value_or_refused(kind: str, seed: int) -> None:
    fuzz.try_frame(*fuzz.FRAMES[kind](Random(seed)), kind)


@pytest.mark.parametrize("tiny", fuzz.TINY)
def test_huge_counts_of_tiny_objects_are_refused_in_time(tiny: bytes) -> None:
    assert fuzz.try_frame(*fuzz.many(tiny)) == "refused"


@settings(EXAMPLES, max_examples=300)
@given(st.integers(0, 2**63), st.integers(0, 19))
def test_any_stream_is_a_value_or_one_of_three_errors(seed: int, closes: int) -> None:
    fuzz.try_stream(fuzz.stream(Random(seed)), closes=closes > 0)


@settings(EXAMPLES, max_examples=500)
@given(st.integers(0, 2**63))
def test_any_packet_is_a_packet_or_an_engine_error_or_the_end(seed: int) -> None:
    fuzz.try_packet(*fuzz.packet(Random(seed)))


@pytest.mark.parametrize("manner", [manner for manner in fuzz.MANNERS if manner not in fuzz.SLOW_MANNERS])
@FEW
@given(st.integers(0, 2**63))
def test_any_worker_is_a_value_or_an_error_of_ours(zygote: fuzz.FakeZygote, manner: str, seed: int) -> None:
    try_again_if_late(zygote, manner, seed)


@pytest.mark.parametrize("manner", fuzz.SLOW_MANNERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_any_slow_worker_is_stopped_in_time(zygote: fuzz.FakeZygote, manner: str, seed: int) -> None:
    assert try_again_if_late(zygote, manner, seed) != "a value"


def try_again_if_late(zygote: fuzz.FakeZygote, manner: str, seed: int) -> str:
    """Lets a busy machine be late once: what hangs hangs each time."""
    try:
        return fuzz.try_exchange(zygote, manner, Random(seed))
    except fuzz.TookTooLong:
        return fuzz.try_exchange(zygote, manner, Random(seed))


def test_faults_are_noticed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(wire, "_check_plain", lambda *_: None)
    assert fuzz.main(["400"]) == 1
    assert "FAULT frame, " in capsys.readouterr().out


def test_memory_of_a_judge_stays_bounded() -> None:
    """In a process of its own, which also shows that the script runs."""
    script = Path(fuzz.__file__)
    done = subprocess.run(
        [sys.executable, str(script), "5100", "--seed", "3"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "; 0 faults" in done.stdout
    more = re.search(r"(\d+) MiB more", done.stdout)
    assert more
    assert 100 < int(more[1]) < fuzz.LARGEST_PEAK_MB  # A frame of tiny objects was among them.
