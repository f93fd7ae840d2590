"""Text, formulas and code as HTML that runs nothing, for the feedback pages.

What an author wrote keeps its HTML (the folds of hints). What a student wrote is inert: its HTML,
links and pictures are shown as text. Formulas become MathML, which a browser draws without script.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

LONGEST_FORMULA = 2_000  # characters; the converter takes 10 us for each
LONGEST_CODE = 50_000  # characters that are coloured; 2 us for each
# Student's texts must not become elements, links or requests.
LIVE_RULES = ("html_block", "html_inline", "link", "autolink", "image", "reference")
MATH_TAG = re.compile(
    "math|m(row|i|n|o|text|space|frac|sqrt|root|sub|sup|subsup|under|over|underover|table|tr|td"
    "|style|padded|phantom|fenced|enclose|multiscripts|prescripts)|none"
)
MATH_ATTRIBUTE = re.compile(
    "display|mathvariant|stretchy|fence|form|separator|[lr]space|(min|max)size|movablelimits"
    "|symmetric|linethickness|(column|row)(align|spacing|lines)|displaystyle|scriptlevel"
    "|width|height|depth|accent|accentunder|notation|largeop"
)
# What may be wider than a phone scrolls by itself, also by keyboard.
SCROLLS = '<div class="wide" tabindex="0" role="group" aria-label="{}">'
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


@lru_cache(maxsize=4096)
def formula(tex: str, block: bool = False) -> str:
    """A TeX formula as MathML; one that is not understood, or too long, as its own text."""
    plain = f'<code class="tex">{escape(tex)}</code>'
    if len(tex) > LONGEST_FORMULA:
        return plain
    # The converter does not escape what stands in \text.
    safe = tex.replace("<", r"{\lt}").replace(">", r"{\gt}")
    try:
        mathml = convert(safe, display="block" if block else "inline")
        return mathml if _is_plain(mathml) else plain
    except Exception:  # the converter fails in many ways on what is no TeX, even by recursion
        return plain


def _is_plain(mathml: str) -> bool:
    """Whether there is nothing but formula in it: no link, no style, no unknown command."""
    for element in ElementTree.fromstring(mathml).iter():
        if not MATH_TAG.fullmatch(element.tag.removeprefix(NAMESPACE)):
            return False
        if not all(map(MATH_ATTRIBUTE.fullmatch, element.attrib)) or "\\" in (element.text or ""):
            return False
    return True


def _parser(live: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": live}).enable(["table", "strikethrough"])
    dollarmath_plugin(parser, allow_labels=False, double_inline=True)
    if not live:
        parser.disable(LIVE_RULES)
    rules: dict[str, Callable[..., str]] = {
        "table_open": lambda *_: f"{SCROLLS.format('table')}<table>\n",
        "table_close": lambda *_: "</table></div>\n",
        "math_block": lambda _, tokens, i, *__: _math_block(tokens[i].content.strip()),
        **dict.fromkeys(
            ("math_inline", "math_inline_double"),
            lambda _, tokens, i, *__: formula(tokens[i].content.strip()),
        ),
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _math_block(tex: str) -> str:
    return f"{SCROLLS.format('formula')}{formula(tex, True)}</div>\n"


AUTHORS, STUDENTS = _parser(live=True), _parser(live=False)


def _rendered(parser: MarkdownIt, text: str) -> str:
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            # The page has a heading of its own above them.
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return parser.renderer.render(tokens, parser.options, {})


@lru_cache(maxsize=1024)
def authors_text(markdown: str) -> str:
    """The HTML of Markdown that stands in the release."""
    return _rendered(AUTHORS, markdown)


def students_text(markdown: str) -> str:
    """The HTML of a student's Markdown, in which nothing acts."""
    return _rendered(STUDENTS, markdown)


LEXER = PythonLexer(stripnl=False, ensurenl=False)
FORMATTER = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=4096)
def code(source: str) -> str:
    """Python source as coloured HTML, to be put into a `pre`."""
    return highlight(source, LEXER, FORMATTER) if len(source) <= LONGEST_CODE else escape(source)


def code_style() -> str:
    """The style sheet of `code`, for light and for dark."""
    light = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".code")
    dark = HtmlFormatter(style="a11y-high-contrast-dark").get_style_defs(".code")
    return f"{_colours(light)}\n@media (prefers-color-scheme: dark) {{\n{_colours(dark)}\n}}"


def _colours(rules: str) -> str:
    """The rules of tokens, without background, line numbers and comments."""
    kept = (line for line in rules.split("\n") if re.match(r"\.code \.\w+ \{", line))
    return "\n".join(re.sub(r" /\*.*?\*/", "", line) for line in kept)
