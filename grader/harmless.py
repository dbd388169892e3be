"""Makes what strangers wrote harmless where it is shown: on a terminal, in the log of a CI system, in a report."""

from __future__ import annotations

import re
from typing import Final

_SEQUENCE: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC: titles, links, the clipboard
    r"|\x9b[0-?]*[ -/]*[@-~]",  # CSI as one character
    re.DOTALL,
)
_LINE_END: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters, marks that change the direction of writing, and halves of characters."""

_COMMAND: Final = re.compile(r"^(\s*)::|(#)#(?=\[|vso\[|teamcity\[)|^(\s*section_(?:start|end)):", re.MULTILINE)
"""Where GitHub, Azure, TeamCity and GitLab look for commands to themselves."""


def harmless(text: str) -> str:
    r"""Returns a text that neither moves a cursor nor commands a CI system, and that still says what it said.

    Args:
        text: anything, such as what a submission printed, the text of its exception, or the name of its file.

    Examples:
        >>> harmless("\x1b[2J\x1b[32mPASS\x1b[0m")
        'PASS'
        >>> harmless("::error::all is lost")
        ': :error::all is lost'
    """
    text = _LINE_END.sub("\n", _SEQUENCE.sub("", text))
    text = _UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "backslashreplace").decode(), text)
    return _COMMAND.sub(_break, text)


def _break(found: re.Match[str]) -> str:
    indentation, hash_sign, section = found.groups()
    return f"{section} :" if section is not None else "# #" if hash_sign else f"{indentation}: :"
