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
    """Returns the lock as the main branch last tested it; empty where that is not known, so that every entry counts as new.

    That is the lock at the commit named by GRADER_RELEASE, else where this branch has left origin/main, else, on the main branch
    itself, a day before: whatever has landed since may not have been tested in an own run.
    """
    commit = os.environ.get("GRADER_RELEASE") or _fork_point() or _commit_of_yesterday()
    file = lock.file_of(pack)
    content = _git("show", f"{commit}:{file.relative_to(ROOT)}") if commit else None
    return lock.parse_lock(content.encode(), file) if content else {}


def number_of_commits() -> int | None:
    """Counts the commits up to here; None where there is no history."""
    counted = _git("rev-list", "--count", "HEAD")
    return int(counted) if counted else None


def _fork_point() -> str | None:
    head, base = _git("rev-parse", "HEAD"), _git("merge-base", "HEAD", "origin/main")
    return base if base != head else None


def _commit_of_yesterday() -> str | None:
    now = _git("show", "--no-patch", "--format=%ct", "HEAD")
    return _git("rev-list", "-1", f"--before={int(now) - _DAY_SECONDS}", "HEAD") if now else None


def _git(*arguments: str, folder: Path = ROOT) -> str | None:
    """Returns what git prints, or None if it fails or prints nothing."""
    try:
        run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip() or None
