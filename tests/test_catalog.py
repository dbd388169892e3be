"""Packs, plugins and katas on disk: strict when they are loaded, one full sentence for each mistake."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from conftest import ROOT

from grader import Pack
from grader import cache
from grader import hookspecs
from grader.content.catalog import Catalog
from grader.entry_points import EntryPoint
from grader.entry_points import find_entry_points
from grader.errors import PackError
from grader.errors import UsageError

TINY = ROOT / "tests/packs/tiny"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    for part in ("katas", "reference"):
        shutil.copytree(TINY / part, tmp_path / part)
    return Pack(name="tiny", title="Tiny", katas=tmp_path / "katas", reference=tmp_path / "reference")


def add_kata(pack: Pack, name: str, prerequisites: str) -> None:
    for root in (pack.katas, pack.reference):
        shutil.copytree(root / "basics/double", root / "basics" / name)
        (root / "basics" / name / "double.py").rename(root / "basics" / name / f"{name}.py")
    toml = pack.katas / "basics" / name / "kata.toml"
    toml.write_text(f"prerequisites = {prerequisites}\n" + toml.read_text())


def test_katas_come_in_order_of_their_prerequisites(pack: Pack) -> None:
    add_kata(pack, "another", '["triple"]')
    add_kata(pack, "triple", '["double"]')
    assert list(Catalog([pack]).katas) == ["double", "triple", "another"]


@pytest.mark.parametrize(
    "path", ["katas/basics/double/kata.toml", "reference/basics/double/wrong/new.py", "katas/new/kata"]
)
def test_katas_are_remembered_until_a_file_changes(pack: Pack, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    loaded = Catalog([pack]).katas
    assert list(loaded) == ["double"]
    monkeypatch.setattr("grader.content.catalog.load_kata", None)  # From here on no kata can be loaded.
    assert Catalog([pack]).katas == loaded
    file = pack.katas.parent / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(file.read_bytes() if file.exists() else b"")
    assert Catalog([pack]).problems


def edit(path: str, old: str, new: str) -> Callable[[Pack], None]:
    def change(pack: Pack) -> None:
        file = pack.katas.parent / path
        file.write_text(file.read_text().replace(old, new))

    return change


def remove(path: str) -> Callable[[Pack], None]:
    return lambda pack: (pack.katas.parent / path).unlink()


def write(path: str, text: str = "") -> Callable[[Pack], None]:
    def change(pack: Pack) -> None:
        file = pack.katas.parent / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return change


def cycle(pack: Pack) -> None:
    add_kata(pack, "first", '["second"]')
    add_kata(pack, "second", '["first"]')


def add_threshold(name: str, baseline: str) -> Callable[[Pack], None]:
    toml = f'[thresholds.{name}]\nlimit = 2.0\ndirection = "at most"\nunit = "x"\nbaseline = "{baseline}"\n[[tasks]]'
    return edit(f"{KATA}/kata.toml", "[[tasks]]", toml)


KATA, REFERENCE = "katas/basics/double", "reference/basics/double"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (remove(f"{KATA}/kata.toml"), "double/kata.toml: expected this file"),
        (remove(f"{KATA}/README.md"), "double/README.md: expected this file"),
        (remove(f"{KATA}/double.py"), "double/double.py: expected this file"),
        (remove(f"{REFERENCE}/test_hidden.py"), "double/test_hidden.py: expected this file"),
        (write(f"{KATA}/notes.txt"), "double/notes.txt: unexpected entry"),
        (write(f"{REFERENCE}/wrong/notes.txt"), "wrong/notes.txt: expected only Python files"),
        (
            add_threshold("speed", "right/other"),
            "speed is 'right/other'; choose one of reference, right/by_multiplication",
        ),
        (add_threshold("loss", "right/with_lists"), "the threshold loss has a baseline"),
        (write("katas/basics/stray.txt"), "stray.txt: expected only folders of katas"),
        (write("reference/basics/other/other.py"), "other: expected a kata at the same path"),
        (write("katas/basics/Bad-Name/kata.toml"), "lower-case words"),
        (edit(f"{KATA}/kata.toml", 'title = "Double"', "title = "), "kata.toml: expected valid TOML"),
        (edit(f"{KATA}/kata.toml", "summary", "sumary"), "kata.toml: Object contains unknown field `sumary`"),
        (edit(f"{KATA}/kata.toml", "points = 1", 'points = "one"'), "kata.toml: Expected `float`, got `str`"),
        (edit(f"{KATA}/kata.toml", "points = 1", "points = -1"), "task 1 has -1 points"),
        (edit(f"{KATA}/kata.toml", "[[tasks]]", "[limits]\ncall_seconds = 0\n[[tasks]]"), "call_seconds is 0"),
        (
            write(f"{KATA}/kata.toml", 'title = "a"\nsummary = "b"\nsection = "0"\ntasks = []\n'),
            "at least one [[tasks]]",
        ),
        (edit(f"{KATA}/kata.toml", "section", 'prerequisites = ["nothing"]\nsection'), "prerequisite 'nothing'"),
        (edit(f"{KATA}/kata.toml", "format_version = 1", "format_version = 2"), "this grader reads 1"),
        (write(f"{KATA}/data/notes.txt"), "expected only arrays in data/"),
        (write(f"{KATA}/data/large.npy", " " * (2**20 + 1)), "expected at most 1048576 bytes of data"),
        (cycle, "form a cycle"),
    ],
)
def test_mistake_on_disk_is_one_sentence_that_names_the_file(
    pack: Pack, change: Callable[[Pack], None], words: str
) -> None:
    add_kata(pack, "healthy", "[]")
    change(pack)
    catalog = Catalog([pack])
    assert [problem.text for problem in catalog.problems if words in problem.text]
    assert "healthy" in catalog.katas
    with pytest.raises(PackError):  # Those who mean the whole pack are told.
        catalog.require_whole("tiny")


def test_kata_that_is_left_out_says_why_when_it_is_asked_for(pack: Pack) -> None:
    add_kata(pack, "healthy", '["double"]')
    (pack.katas / "basics/double/kata.toml").write_text("title = ")
    catalog = Catalog([pack])
    assert list(catalog.katas) == ["healthy"]
    assert [problem.kata for problem in catalog.problems] == ["double"]  # Its prerequisite is a kata all the same.
    catalog.require_whole(None, ["healthy"])
    for ask in (catalog.find, lambda name: catalog.require_whole(None, [name])):
        with pytest.raises(PackError, match="expected valid TOML"):
            ask("double")


def test_second_of_two_katas_or_packs_of_one_name_is_left_out(pack: Pack) -> None:
    twice = Catalog([pack, pack])
    assert ["Two packs are called 'tiny'" in problem.text for problem in twice.problems] == [True]
    other = Pack(name="other", title="Other", katas=TINY / "katas", reference=TINY / "reference")
    both = Catalog([pack, other])
    assert ["a name that no other kata has" in problem.text for problem in both.problems] == [True]
    assert both.find("double").folder == pack.katas / "basics/double"


def test_pack_without_folders_is_left_out(pack: Pack, tmp_path: Path) -> None:
    empty = Pack(name="empty", title="Empty", katas=tmp_path / "none", reference=tmp_path / "reference")
    catalog = Catalog([empty, pack])
    assert ["expected a folder of the pack" in problem.text for problem in catalog.problems] == [True]
    assert list(catalog.katas) == ["double"]


def test_passed_kata_opens_those_that_wait_for_nothing_else(pack: Pack) -> None:
    add_kata(pack, "another", '["triple"]')
    add_kata(pack, "triple", '["double"]')
    add_kata(pack, "both", '["double", "triple"]')
    catalog = Catalog([pack])
    assert catalog.opened_by(catalog.find("double"), set()) == ["triple"]
    assert set(catalog.opened_by(catalog.find("triple"), {"double", "triple"})) == {"another", "both"}
    assert catalog.opened_by(catalog.find("double"), {"double", "triple", "both"}) == []


def test_unknown_kata_gets_a_guess(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="did you mean 'perceptron'"):
        catalog.find("preceptron")
    with pytest.raises(UsageError, match="`grader list` shows all"):
        catalog.find("xyz")


def install(folder: Path, name: str, value: str) -> None:
    """Writes what an installation of a distribution with a plugin leaves behind."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[some_group]\n{name} = {value}\n")


def test_plugins_are_remembered_until_something_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libraries, cache = tmp_path / "libraries", tmp_path / "cache"
    libraries.mkdir()
    install(libraries, "one", "json:dumps")
    monkeypatch.syspath_prepend(libraries)
    assert find_entry_points("some_group", cache) == [EntryPoint("one", "json:dumps", "one")]
    monkeypatch.setattr(metadata, "distributions", None)  # From here on nobody is asked.
    assert [point.load() for point in find_entry_points("some_group", cache)] == [json.dumps]
    monkeypatch.undo()
    monkeypatch.syspath_prepend(libraries)
    install(libraries, "two", "json:loads")
    assert {point.name for point in find_entry_points("some_group", cache)} == {"one", "two"}


def test_distribution_that_cannot_be_read_and_spoilt_memory_take_no_plugin_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries, cache = tmp_path / "libraries", tmp_path / "cache"
    libraries.mkdir()
    install(libraries, "one", "json:dumps")
    install(libraries, "broken", "json:loads\nno entry point")
    monkeypatch.syspath_prepend(libraries)
    assert [point.name for point in find_entry_points("some_group", cache)] == ["one"]
    (memory,) = cache.iterdir()
    memory.write_bytes(memory.read_bytes().partition(b"\n")[0] + b"\n[[1")
    assert [point.name for point in find_entry_points("some_group", cache)] == ["one"]


@pytest.mark.parametrize("content", ["", "{}", '{"version": 1, "stamps": 3}', "[]", "\0"])
def test_memory_that_is_spoilt_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "memory.json").write_text(content)
    assert cache.load(tmp_path / "memory.json", "1") is None


def test_memory_is_of_one_version_and_one_state_of_its_files(tmp_path: Path) -> None:
    file, source = tmp_path / "memory.json", tmp_path / "source"
    cache.store(file, "1", b"one\ntwo", cache.stamp([str(source)]))
    assert (cache.load(file, "1"), cache.load(file, "2")) == (b"one\ntwo", None)
    source.write_text("There is something now.")
    assert cache.load(file, "1") is None


def test_every_hook_says_when_it_is_called() -> None:
    hooks = [getattr(hookspecs, name) for name in dir(hookspecs) if name.startswith("grader_")]
    assert hooks
    assert all("alled" in (hook.__doc__ or "") for hook in hooks)
