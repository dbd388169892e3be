"""The lock of a pack: no changed kata gets through unverified, and a forged entry is found."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
import release
from click.testing import CliRunner
from conftest import ROOT

from grader import Pack
from grader.authoring import lock
from grader.authoring.verify import verify
from grader.cli import create_cli
from grader.content import fingerprint
from grader.content.catalog import Catalog
from grader.content.kata import Kata
from grader.errors import PackError
from grader.service.executor import LocalExecutor

TINY = ROOT / "tests/packs/tiny"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    for part in ("katas", "reference"):
        shutil.copytree(TINY / part, tmp_path / part)
    return Pack("tiny", "Tiny", tmp_path / "katas", tmp_path / "reference", preload=("numpy",))


def kata_of(pack: Pack) -> Kata:
    (kata,) = Catalog([pack]).katas.values()
    return kata


def verify_and_lock(pack: Pack) -> list[str]:
    """Verifies and locks the one kata of a pack; returns what was found."""
    catalog = Catalog([pack])
    katas = list(catalog.katas.values())
    reports = verify(catalog, katas, LocalExecutor(1), num_seeds=1)
    lock.write_lock(pack, katas, reports)
    return [finding.problem for finding in reports[0].findings]


def misfits(pack: Pack) -> list[str]:
    return [finding.problem for finding in lock.find_misfits(pack, [kata_of(pack)], lock.read_lock(pack))]


def test_kata_that_passes_gets_an_entry_that_fits_until_kata_or_engine_change(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert misfits(pack) == ["expected an entry for double, found none; run `grader verify --lock double`"]
    assert verify_and_lock(pack) == []
    assert misfits(pack) == []
    entry = lock.read_lock(pack)["double"]
    assert (entry.seeds, entry.verified) == (1, datetime.datetime.now(tz=datetime.UTC).date())
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "of_engine", lambda: "another")
        assert misfits(pack) == ["the engine has changed since double was verified; run `grader verify --lock --all`"]
    hints = kata_of(pack).hints
    hints.write_text(hints.read_text() + "- Another.\n")
    assert misfits(pack) == ["double has changed since it was verified; run `grader verify --lock double`"]


def test_kata_with_findings_loses_its_entry(pack: Pack) -> None:
    verify_and_lock(pack)
    break_tests(pack)
    assert verify_and_lock(pack) != []
    assert lock.read_lock(pack) == {}


def break_tests(pack: Pack) -> None:
    """Lets the hidden tests pass what squares."""
    file = kata_of(pack).hidden_tests
    file.write_text(
        "import pytest\n\n\n@pytest.mark.task(1)\ndef test_it(submission):\n"
        '    """Gives a number."""\n    submission.double(1.0)\n'
    )


def test_forged_entry_is_found_by_the_share_that_turns_with_the_commit(pack: Pack) -> None:
    break_tests(pack)
    catalog = Catalog([pack])
    kata = catalog.find("double")
    forged = {"double": lock.entry_of(kata, num_seeds=2)}
    assert lock.find_misfits(pack, [kata], forged) == []
    # It is old news, too, so that nothing but the turn brings it up: in one of so many commits in a row.
    due = [lock.choose([kata], forged, forged, canaries=(), turn=turn) for turn in range(1000, 1000 + lock.TURNS)]
    assert sorted(map(len, due)) == [0] * (lock.TURNS - 1) + [1]
    (found,) = [verify(catalog, katas, LocalExecutor(1), num_seeds=1, fresh=True) for katas in due if katas]
    assert any("expected the verdict fail" in finding.problem for finding in found[0].findings)


def test_new_entries_canaries_and_other_libraries_are_verified_afresh(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    katas = list(catalog.katas.values())
    old = {kata.name: lock.entry_of(kata, num_seeds=2) for kata in katas}
    turn = next(
        turn for turn in range(lock.TURNS) if "xor" not in names(lock.choose(katas, old, old, canaries=(), turn=turn))
    )
    assert "xor" in names(lock.choose(katas, old, old, canaries=("xor",), turn=turn))
    newer = {**old, "xor": msgspec.structs.replace(old["xor"], seeds=3)}
    assert "xor" in names(lock.choose(katas, newer, old, canaries=(), turn=turn))
    assert "xor" in names(lock.choose(katas, old, {}, canaries=(), turn=turn))
    monkeypatch.setattr(fingerprint, "of_libraries", lambda: "another")
    assert names(lock.choose(katas, old, old, canaries=(), turn=turn)) == [kata.name for kata in katas]


def names(katas: list[Kata]) -> list[str]:
    return [kata.name for kata in katas]


def test_damaged_lock_is_said_in_a_sentence(pack: Pack) -> None:
    lock.file_of(pack).write_text("[double]\nkata = 3\n")
    with pytest.raises(PackError, match="run it again"):
        lock.read_lock(pack)
    assert verify_and_lock(pack) == []
    assert lock.read_lock(pack).keys() == {"double"}


def test_command_locks_what_passes(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.content.catalog.load_catalog", lambda _: Catalog([pack]))
    from grader.plugins import create_manager

    run = CliRunner().invoke(create_cli(create_manager()), ["verify", "double", "--lock", "--seeds", "1"])
    assert run.exit_code == 0, run.output
    assert misfits(pack) == []


def test_release_is_the_lock_of_yesterday_or_of_the_branching_point(tmp_path: Path) -> None:
    def git(*arguments: str, day: int = 1) -> None:
        date = f"2026-01-{day:02d}T12:00:00Z"
        environment = {
            "GIT_COMMITTER_DATE": date,
            "GIT_AUTHOR_DATE": date,
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
        }
        identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, env=environment)

    def commit(text: str, day: int) -> None:
        (tmp_path / "verified.toml").write_text(text)
        git("add", "verified.toml")
        git("commit", "-m", text, day=day)

    git("init", "-b", "main")
    for day, text in enumerate(("first", "second", "third"), 1):
        commit(text, day)
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    content = lambda: release.released_content("verified.toml", tmp_path)  # noqa: E731
    assert content() == "second"
    git("switch", "-c", "branch")
    commit("fourth", 3)
    commit("fifth", 9)
    assert content() == "third"
    git("update-ref", "-d", "refs/remotes/origin/main")
    assert content() == "fourth"
    assert release.released_content("no_such_file", tmp_path) is None
