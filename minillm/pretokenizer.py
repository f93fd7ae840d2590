r"""Regular expressions that cut a text into pieces, before BPE merges bytes.

Engines disagree on what `\w`, `\s` and `\p{L}` hold, by design and because
each knows another version of Unicode. `PATTERN` therefore names its characters
one range after the other: Python's `re`, Oniguruma (in `tokenizers`) and Rust
(in `tiktoken`) cut every text alike, now and in later versions. The patterns
of published models are written with `\p{L}` and `\s`; `compile_pattern` spells
them out by this Python's `unicodedata`.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby

# Beyond ASCII, blocks of punctuation, symbols, spaces and emoji. All else is
# taken for letters: accents stay with their letter, and so does the
# punctuation of scripts that are not named here.
BEYOND = (
    "\xbf\xd7\xf7\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u303f"
    "\ufe00-\ufe6f\uff01-\uff20\uff3b-\uff40\uff5b-\uff65\ufff0-\ufffd"
    "\U0001f000-\U0001faff"
)
LETTER = rf"[^\x00-\x40\x5b-\x60\x7b-{BEYOND}]"
MARK = rf"[\x00-\x08\x0e-\x1f\x21-\x2f\x3a-\x40\x5b-\x60\x7b-{BEYOND}]"
SPACE, NO_SPACE = r"[\x09-\x0d\x20]", r"[^\x09-\x0d\x20]"

# The endings of "Emma's", "I'll", ...; words, numbers and runs of marks, each
# with the space in front; spaces, but for one that belongs to the next word.
PATTERN = (
    rf"['’](?:[dmst]|ll|re|ve)(?!{LETTER})"
    rf"| ?{LETTER}+| ?[0-9]+| ?{MARK}+|{SPACE}+(?!{NO_SPACE})|{SPACE}+"
)
# Radford et al. 2019, and what SmolLM cuts with: digits one by one, then that.
GPT2 = (
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+"
    r"|\s+(?!\S)|\s+"
)
SMOLLM = (r"\p{N}", GPT2)

WHITE_SPACE = (
    r"\x09-\x0d\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
)
# What Python's `re`, Oniguruma and `fancy_regex` (in `tiktoken`) read alike.
ESCAPE = r"\\(?:[nrtf]|x[0-7][0-9a-fA-F]|u[0-9a-fA-F]{4}|[^\w<>])"
SET = r"\\[pP]\{\w+\}|\\[sSdD]"
# One character of a class; no set operation (&&, --, ~~, ||), no nested class.
IN_CLASS = rf"(?:{ESCAPE}|&(?!&)|~(?!~)|\|(?!\|)|[^\\\[\]&~|-])"
ITEM = rf"(?:{SET}|{IN_CLASS}(?:-{IN_CLASS})?)"
PART = re.compile(
    rf"(?P<set>{SET})|(?P<klass>\[\^?-?{ITEM}+-?\])|{ESCAPE}|[^\\\[{{^$(*+?]"
    r"|\[[^\]]*\Z"  # not closed: `re` says so
    # Groups that capture nothing. Of the flags only (?i:...), and within it
    # no letters that Oniguruma takes for a ligature or for a sharp s.
    r"|\((?:\?(?:[:=!>]|<[=!]))?(?!\?)"
    r"|\(\?i:(?![^)]*(?i:ss|ff|fi|fl|st))[a-zA-Z'’ |\[\]]*\)"
    # Quantifiers. To Oniguruma {2}? and {2}+ are two quantifiers in a row.
    r"|[*+?][?+]?|\{\d+(?:\}(?!\?)|,\d*\}\??)(?!\+)"
)


@cache
def category(name: str, outside: bool = False) -> str:
    r"""The characters of a general category of Unicode, as ranges of a class.

    `name` is a category, or its first letter: "Lu", "L". With `outside`, all
    other characters. Raises `ValueError` where no character belongs to it.

    >>> category("Zl")
    '\\U00002028-\\U00002028'
    """

    def belongs(code: int) -> bool:
        return unicodedata.category(chr(code)).startswith(name)

    ranges, found = [], False
    for inside, codes in groupby(range(0x110000), belongs):
        found |= inside
        run = list(codes)
        if inside != outside:
            ranges.append(rf"\U{run[0]:08x}-\U{run[-1]:08x}")
    if not found:
        raise ValueError(f"no character has the Unicode category {name!r}")
    return "".join(ranges)


def spell_out(pattern: str) -> str:
    r"""Write a pattern for `re`: `\p{..}`, `\P{..}`, `\s`, `\d` as ranges.

    Raises `ValueError` on what other engines read in another way (`\w`, `\b`,
    `^`, `$`, flags, operations on classes, a class within a class, a `+`
    behind `{..}`), and on `\S` or `\D` in a class.
    """
    spelled, at = [], 0
    while at < len(pattern):
        part = PART.match(pattern, at)
        if part is None:
            nested = "a class within a class, or an operation on classes: "
            raise ValueError(
                f"{nested if pattern[at] == '[' else ''}other programs read "
                f"{pattern[at : at + 20]!r} at {at} of {pattern!r} in another "
                "way, or not at all"
            )
        text = part[0]
        if part["klass"]:
            text = re.sub(rf"({SET})|{ESCAPE}", _in_class, text)
        elif part["set"]:
            text = f"[{_ranges(text)}]"
        spelled.append(text)
        at = part.end()
    return "".join(spelled)


def _in_class(part: re.Match[str]) -> str:
    if part[0] in (r"\S", r"\D"):
        raise ValueError(f"{part[0]} within a class")
    return _ranges(part[0]) if part[1] else part[0]


def _ranges(name: str) -> str:
    """The characters of a set such as `\\p{L}`, as ranges of a class."""
    kind = name[1]
    if kind in "sS":
        return f"{'^' if kind == 'S' else ''}{WHITE_SPACE}"
    if kind in "dD":
        return category("Nd", outside=kind == "D")
    return category(name[3:-1], outside=kind == "P")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern whose `findall` cuts a text and loses nothing.

    What the pattern does not match stays in one piece, up to the next match.
    Raises `ValueError` on a pattern that `re` cannot express or that others
    read in another way, that has capturing groups, or that matches the empty
    text.

    >>> compile_pattern(r"\p{N}").findall("in 1811")
    ['in ', '1', '8', '1', '1']
    """
    try:
        spelled = spell_out(pattern)
        empty = re.match(spelled, "")
        compiled = re.compile(rf"{spelled}|(?s:.+?)(?={spelled}|\Z)")
    except re.error as error:
        raise ValueError(f"{pattern!r} is no pattern: {error}") from error
    if compiled.groups:
        raise ValueError(f"{pattern!r} has a group: write (?:...) instead")
    if empty:
        raise ValueError(f"{pattern!r} matches the empty text")
    return compiled


def javascript(pattern: str) -> str:
    r"""A pattern of ranges as JavaScript writes it, for its flag u.

    >>> javascript(r"[\U0001f000-\U0001faff]")
    '[\\u{1f000}-\\u{1faff}]'
    """
    return re.sub(
        r"\\U([0-9a-f]{8})",
        lambda match: rf"\u{{{int(match[1], 16):x}}}",
        pattern.encode("ascii", "backslashreplace").decode(),
    )
