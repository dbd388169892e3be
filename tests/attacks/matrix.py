"""Runs every attack in every setting and prints what was held where: matrix.py [PATTERN] [PATTERN_OF_SETTINGS].

A pattern is a regular expression; attacks are matched by their name and kind, such as "perceptron: sleeps (time, slow)".
"""

from __future__ import annotations

import collections
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from attacks.running import CORPUS
from attacks.running import is_weak
from attacks.running import place
from attacks.running import settings

WEAK = "isolation: weak"


def main() -> int:
    """Returns 1 if an attack was not held."""
    pattern, setting_pattern = (*sys.argv[1:], "", "")[:2]
    attacks = {
        name: (kata, attack)
        for name, (kata, attack) in CORPUS.items()
        if re.search(pattern, f"{name} ({attack.kind}{', slow' if attack.is_slow else ''})")
    }
    kinds = sorted({attack.kind for _, attack in attacks.values()})
    cheats = {name for name, (_, attack) in attacks.items() if attack.verdict == "fail"}
    rows, passed, unexpected, runs = [], [], [], 0
    for setting in settings():
        if not re.search(setting_pattern, str(setting)):
            continue
        start, held = time.monotonic(), collections.Counter[str]()
        with place(setting) as here:
            said = WEAK if is_weak(here) else ", ".join(here.layers)
            for name, (kata, attack) in attacks.items():
                trial = here.attack(kata, attack)
                runs += name in cheats
                held[attack.kind] += not trial.problems and not trial.conceded
                if name in cheats and (trial.result is None or trial.result.status == "pass"):
                    passed.append(f"{name} ({setting})")
                if trial.conceded and said != WEAK:
                    unexpected.append(f"{setting}: {name}: {trial.conceded}, and the result does not say so")
                if trial.problems:
                    unexpected.append(f"{setting}: {name}: {trial.problems}")
                    print(unexpected[-1], flush=True)
        rows.append([str(setting), *(str(held[kind]) for kind in kinds), said])
        print(f"{setting}: {held.total()} of {len(attacks)} held in {time.monotonic() - start:.0f} s", flush=True)
    total = collections.Counter(attack.kind for _, attack in attacks.values())
    print_table([["held of", *(f"{kind} {total[kind]}" for kind in kinds), "the result says"], *rows])
    print(f"\n{len(cheats)} cheats ran in {len(rows)} settings, {runs} runs; {len(passed)} passed.")
    print(*passed, sep="\n")
    return 1 if unexpected else 0


def print_table(rows: list[list[str]]) -> None:
    """Prints rows of equal length in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
