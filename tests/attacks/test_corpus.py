"""Every fast attack of the corpus in one setting, and a sample in two others; `make attacks` runs all in all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from collections.abc import Iterator

import pytest

from attacks.running import CORPUS
from attacks.running import Place
from attacks.running import Setting
from attacks.running import place
from attacks.running import settings

ALL_LAYERS, *OTHERS = settings()
FAST = [name for name, (_, attack) in CORPUS.items() if not attack.is_slow]
SAMPLE = [(setting, name) for setting in OTHERS[:2] for name in FAST[:: len(FAST) // 5]]


@pytest.fixture(scope="module")
def place_of() -> Iterator[Callable[[Setting], Place]]:
    """Gives the place of a setting, which stays until another is asked for."""
    with contextlib.ExitStack() as stack:
        current: dict[Setting, Place] = {}

        def find(setting: Setting) -> Place:
            if setting not in current:
                stack.close()
                current.clear()
                current[setting] = stack.enter_context(place(setting))
            return current[setting]

        yield find


def check(place_of: Callable[[Setting], Place], setting: Setting, name: str) -> None:
    kata, attack = CORPUS[name]
    trial = place_of(setting).attack(kata, attack)
    assert not trial.problems, f"{setting}: {attack.what}"


@pytest.mark.parametrize("name", FAST)
def test_attack_is_held(place_of: Callable[[Setting], Place], name: str) -> None:
    check(place_of, ALL_LAYERS, name)


@pytest.mark.parametrize(("setting", "name"), SAMPLE, ids=str)
def test_attack_is_held_without_a_layer(place_of: Callable[[Setting], Place], setting: Setting, name: str) -> None:
    check(place_of, setting, name)


def test_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 120
    assert len({(kata, attack.what) for kata, attack in CORPUS.values()}) == len(CORPUS)
