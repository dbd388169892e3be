"""What git knows of the locks: the commit whose lock everything was last tested with, and the number of the commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from conftest import ROOT

from grader.authoring import lock
from grader.authoring.lock import Lock
from grader.content.pack import Pack

_DAY_SECONDS = 86_400


def released_lock(pack: Pack) -> Lock:
    """Returns the lock as the main branch last tested it; empty where that is not known, so that every entry counts as new."""
    file = lock.file_of(pack)
    content = released_content(str(file.relative_to(ROOT)), ROOT)
    return lock.parse_lock(content.encode(), file) if content else {}


def released_content(file: str, folder: Path) -> str | None:
    """Returns what a file held at the last release.

    That is the commit named by GRADER_RELEASE, else the one where this branch has left origin/main, else, on the main branch
    itself, the last one that is a day older: what has landed since may have been tested together with other commits only.
    """
    commit = os.environ.get("GRADER_RELEASE") or _fork_point(folder) or _commit_of_yesterday(folder)
    return _git("show", f"{commit}:{file}", folder=folder) if commit else None


def number_of_commits() -> int | None:
    """Counts the commits up to here; None where there is no history."""
    counted = _git("rev-list", "--count", "HEAD", folder=ROOT)
    return int(counted) if counted else None


def _fork_point(folder: Path) -> str | None:
    head, base = _git("rev-parse", "HEAD", folder=folder), _git("merge-base", "HEAD", "origin/main", folder=folder)
    return base if base != head else None


def _commit_of_yesterday(folder: Path) -> str | None:
    now = _git("show", "--no-patch", "--format=%ct", "HEAD", folder=folder)
    if not now:
        return None
    return _git("rev-list", "-1", f"--before={int(now) - _DAY_SECONDS}", "HEAD", folder=folder)


def _git(*arguments: str, folder: Path) -> str | None:
    """Returns what git prints, or None if it fails or prints nothing."""
    try:
        run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip() or None
