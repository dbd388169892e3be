"""A grader of deep-learning katas; what a pack of katas needs is importable from here."""

from grader.hookspecs import hookimpl
from grader.pack import Pack

__all__ = ["Pack", "hookimpl"]
