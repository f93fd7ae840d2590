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
PART = re.compile(r"\\([pP])\{(\w+)\}|\\([sS])|\\.|\[\^?|\]", re.DOTALL)


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
    r"""The same pattern for `re`: `\p{..}`, `\P{..}`, `\s`, `\S` as ranges.

    Raises `ValueError` on a class within a class, which `re` does not know,
    and on `\S` in a class.
    """
    inside = False

    def spell(part: re.Match[str]) -> str:
        nonlocal inside
        p, name, space = part.groups()
        if p or space:
            return _class(p, name, space, inside)
        if part[0].startswith("[") and inside:
            raise ValueError(f"a class within a class in {pattern!r}")
        if not part[0].startswith("\\"):
            inside = part[0] != "]"
        return part[0]

    return PART.sub(spell, pattern)


def _class(p: str, name: str, space: str, inside: bool) -> str:
    if p:
        ranges = category(name, outside=p == "P")
        return ranges if inside else f"[{ranges}]"
    if inside and space == "S":
        raise ValueError(r"\S within a class")
    caret = "^" if space == "S" else ""
    return WHITE_SPACE if inside else f"[{caret}{WHITE_SPACE}]"


def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern whose `findall` cuts a text and loses nothing.

    What the pattern does not match stays in one piece, up to the next match.
    Raises `ValueError` on a pattern that `re` cannot express, that has
    capturing groups, or that matches the empty text.

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
