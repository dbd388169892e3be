"""A Python prompt with a learner's module and the kata's support code: a program of its own, which nothing confines.

It is started as `python -m grader.learner.prompt NAME FOLDER STUB_FOLDER`, since what it imports is the learner's own code.
"""

from __future__ import annotations

import code
import contextlib
import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType


def main() -> None:
    """Imports the learner's module, or else the stub, and support code if the kata has any, and reads lines until the end."""
    name, folder, stub_folder = sys.argv[1:]
    sys.argv = [""]
    sys.dont_write_bytecode = True  # The stub's folder is not the learner's.
    print(f"Importing {name}.py and what it needs ...", flush=True)  # noqa: T201  A program's output.
    lines = []
    module, problem = _import(name, folder)
    if problem:
        lines.append(f"{problem} The stub is imported instead.")
        module, problem = _import(name, stub_folder)
        lines += [problem] if problem else []
    names: dict[str, object] = {"__name__": "__console__", "__doc__": None}
    if module:
        names |= {key: value for key, value in vars(module).items() if not key.startswith("_")}
        names.setdefault(name, module)
        own = (key for key in names if getattr(names[key], "__module__", None) == name)
        lines.append(f"From {module.__file__}: {', '.join(own) or name}.")
    for place in (folder, stub_folder):
        if (Path(place) / "support.py").is_file():
            names["support"], problem = _import("support", place)
            lines.append(problem or "Support code: support.")
            break
    lines.append("What you save from now on is seen after you have left, with Ctrl-D, and come back.")
    _complete(names)
    with contextlib.suppress(SystemExit):  # Of `exit()`: no code of this process is a verdict.
        code.interact("\n".join(lines), local=names, exitmsg="")


def _import(name: str, folder: str) -> tuple[ModuleType | None, str | None]:
    """Imports a module from a folder; in the place of one that cannot be imported it returns a sentence that says why."""
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name), None
    except BaseException as error:  # SystemExit, too, and KeyboardInterrupt, of a loop that does not end.
        file = str(Path(folder) / f"{name}.py")
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
        what = traceback.format_exception_only(error)[-1].strip()
        where = f" in line {line}" if line else ""
        sys.path.remove(folder)
        return None, f"{file} cannot be imported ({what}{where})."


def _complete(names: dict[str, object]) -> None:
    """Lets the tabulator complete names, and the arrow keys bring lines back, as at Python's own prompt."""
    with contextlib.suppress(ImportError):  # Python can be built without it.
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")


if __name__ == "__main__":
    main()
