"""A grader of deep-learning katas; what a pack of katas needs is importable from here."""

from grader.content.pack import Pack
from grader.hookspecs import hookimpl

__all__ = ["Pack", "hookimpl"]
