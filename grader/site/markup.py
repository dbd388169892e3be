"""Turns the texts of katas into HTML: Markdown without raw HTML, formulas as MathML, code with colours."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence
from typing import Any
from typing import Final
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markupsafe import Markup
from markupsafe import escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer
from pygments.lexers import PythonLexer

_LINKS: Final = ("https://", "http://")
_ELEMENTS: Final = frozenset(
    re.findall(
        r"\w+",
        "math maction menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable "
        "mtd mtext mtr munder munderover",
    )
)
_ATTRIBUTES: Final = frozenset(
    re.findall(
        r"\w+",
        "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop "
        "linebreak linethickness lspace mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace "
        "scriptlevel separator stretchy symmetric voffset width xmlns",
    )
)
"""No links, styles or classes, which LaTeX can ask for, too."""

_FUNCTIONS: Final = frozenset(["arg", "cos", "det", "exp", "lim", "ln", "log", "max", "min", "sin", "tan", "tanh"])
_CODE: Final = re.compile("`([^`]+)`")


def render_blocks(text: str) -> Markup:
    """Renders a text in Markdown; HTML in it is shown as it is written."""
    return Markup(_markdown().render(text))  # noqa: S704  The renderer escapes.


def render_inline(text: str) -> Markup:
    """Renders one paragraph in Markdown, without the element around it."""
    return Markup(_markdown().renderInline(text))  # noqa: S704  The renderer escapes.


def render_line(text: str) -> Markup:
    """Renders a text in which nothing but names in backticks is markup: titles, and what is said of a test."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  Escaped first.


def render_code(source: str) -> Markup:
    """Renders Python code, or a session at a prompt, as a block that can be scrolled with the keyboard."""
    lexer = PythonConsoleLexer() if source.startswith(">>>") else PythonLexer()
    colored = highlight(source, lexer, HtmlFormatter(nowrap=True))
    return Markup(f'<pre tabindex="0"><code>{colored.rstrip()}</code></pre>')  # noqa: S704  Pygments escapes.


def render_formula(latex: str, *, is_block: bool = False) -> Markup:
    """Renders a formula as MathML, or shows its LaTeX where that is not possible.

    Args:
        latex: the formula, without dollars.
        is_block: whether it stands in a line of its own.
    """
    try:
        element = convert_to_element(latex, display="block" if is_block else "inline")
    except Exception:  # Each version has its own ways to refuse LaTeX that it does not know.
        element = None
    if element is None or not all(
        part.tag in _ELEMENTS and part.attrib.keys() <= _ATTRIBUTES for part in element.iter()
    ):
        return Markup("<code>{}</code>").format(latex)
    for part in element.iter():
        _mend(part)
    return Markup(ElementTree.tostring(element, encoding="unicode"))  # noqa: S704  Written by a library that escapes.


def _mend(part: ElementTree.Element) -> None:
    r"""Makes characters, given as references, plain ones, and operators of what is taken for a variable.

    The library's own way to write an element makes markup of references, so that `\text{<script>}` becomes a script.
    """
    part.text = html.unescape(part.text) if part.text else part.text
    if part.tag == "mi" and part.text in _FUNCTIONS:
        part.tag = "mo"  # Browsers leave no room beside the name otherwise.
        part.attrib |= {"form": "prefix", "lspace": "0.167em", "rspace": "0.167em"}
    elif part.tag == "mi" and part.text == "~":
        part.tag, part.text = "mo", "∼"


@functools.cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("image")
    markdown.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        renderer=lambda latex, options: str(render_formula(latex, is_block=options["display_mode"])),
    )
    # Pages are read from a disk, where no other path leads anywhere; a link to one stays as it is written.
    markdown.validateLink = lambda url: url.startswith(_LINKS)  # type: ignore[method-assign]
    markdown.add_render_rule("fence", _render_fence)
    return markdown


def _render_fence(_: Any, tokens: Sequence[Any], index: int, *__: Any) -> str:
    token = tokens[index]
    if token.info.strip() == "python":
        return str(render_code(token.content)) + "\n"
    return str(Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(token.content))
