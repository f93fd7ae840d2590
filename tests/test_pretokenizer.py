"""Patterns cut the same everywhere, and lose nothing."""

import re
import unicodedata

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from minillm.pretokenizer import GPT2, PATTERN, SMOLLM, category, compile_pattern, spell_out

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
ASSIGNED = [c for c in ALL if unicodedata.category(c) != "Cn"]
KNOWN = [c for c in ASSIGNED if unicodedata.category(c) != "Co"]
OWN = compile_pattern(PATTERN)


def oniguruma(pattern, text):
    """The same cut by the engine of `tokenizers`."""
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated")
    return [piece for piece, _ in split.pre_tokenize_str(text)]


def test_the_pattern_cuts_prose():
    assert OWN.findall("Emma's 2 dogs -- and a cat.\nI'll, 'sir' she’d\n\n  say") == [
        *("Emma", "'s", " 2", " dogs", " --", " and", " a", " cat", ".", "\n", "I", "'ll"),
        *(",", " '", "sir", "'", " she", "’d", "\n\n ", " say"),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("明月幾時有，把酒問青天。", ["明月幾時有", "，", "把酒問青天", "。"]),
        ("नमस्ते दुनिया", ["नमस्ते", " दुनिया"]),
        ("cafe\u0301s\u00a0½", ["cafe\u0301s", "\u00a0½"]),
        ("👨‍👩‍👧 ❤️!", ["👨‍👩‍👧", " ❤️!"]),
        ("'sir, 's 'SIR", ["'", "sir", ",", " '", "s", " '", "SIR"]),
        ("a \t b  ", ["a", " \t", " b", "  "]),
        ("", []),
    ],
)
def test_the_pattern_cuts_other_scripts(text, pieces):
    assert OWN.findall(text) == pieces


def test_the_pattern_takes_every_character_as_oniguruma_does():
    # Between a letter, a space and a mark, each character shows what it is taken for.
    characters = KNOWN + ALL[::101]
    for start in range(0, len(characters), 2000):
        text = "".join(f"a{c} {c}!" for c in characters[start : start + 2000])
        assert OWN.findall(text) == oniguruma(PATTERN, text)


@given(st.text())
def test_the_pattern_cuts_as_oniguruma_does(text):
    pieces = OWN.findall(text)
    assert "".join(pieces) == text
    assert pieces == oniguruma(PATTERN, text)


CASES = st.sampled_from(ASSIGNED) | st.sampled_from("'stvelmd 1½Ⅷ\n\t\x1c\x85\u2003")


@settings(deadline=None)  # the first of them reads the tables
@given(st.text(CASES, max_size=30))
def test_gpt2_cuts_as_oniguruma_does(text):
    assert compile_pattern(GPT2).findall(text) == oniguruma(GPT2, text)


@pytest.mark.parametrize("kind", [r"\p{L}", r"\p{N}", r"\s"])
def test_spelled_out_classes_hold_what_they_hold_for_oniguruma(kind):
    """For every character that Python's tables know; theirs are younger."""
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(kind), "removed", invert=True)
    ours = re.compile(spell_out(kind))
    for start in range(0, len(KNOWN), 2000):
        text = "".join(KNOWN[start : start + 2000])
        assert ours.findall(text) == [c for c, _ in split.pre_tokenize_str(text)]


def test_smollm_cuts_digits_one_by_one():
    digits, rest = map(compile_pattern, SMOLLM)
    pieces = [p for piece in digits.findall("in 1811, ½") for p in rest.findall(piece)]
    assert pieces == ["in", " ", "1", "8", "1", "1", ",", " ", "½"]


def test_category_by_hand():
    assert category("Zl") == r"\U00002028-\U00002028"
    outside = category("Zl", outside=True)
    assert outside == r"\U00000000-\U00002027\U00002029-\U0010ffff"
    with pytest.raises(ValueError, match="'Greek'"):
        category("Greek")


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        (r"\p{Lu}+", ["A", "É"]),
        (r"[^\P{L}]+", ["Aé", "É"]),
        (r"[\p{Lu}\s]", ["A", "\x85", "É"]),
        (r"\S+", ["Aé\x1c", "É1"]),
        (r"\\s|\[s", []),
    ],
)
def test_spell_out_means_the_same(pattern, matched):
    assert re.findall(spell_out(pattern), "Aé\x1c\x85É1") == matched


USED = [  # what published patterns are made of
    GPT2,
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'(?i:[sdmtk]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}?| ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t)?",
    r"\d{1,2}|\D|x",
    r"[\d.,&|~-]{2,}|(?<=a)b?c|(?<!a)[^a-c\t]|(?>ab|a)c|.",
    r"a{2}|a??b|[-.]+|\.|\-|\u00e9+",
]
PIECES = ["ab", "abc", "aac", "1,2", "3.5", "&&", "||", "~~", "--", "'S", "'LL", "'K", "'\u017f"]


@pytest.mark.parametrize("pattern", USED)
@settings(deadline=None)
@given(text=st.lists(st.sampled_from(PIECES) | CASES).map("".join))
def test_patterns_that_are_read_cut_as_oniguruma_does(pattern, text):
    assert compile_pattern(pattern).findall(text) == oniguruma(pattern, text)


def test_what_no_alternative_matches_stays_in_one_piece():
    assert compile_pattern("b+|x").findall("aabbax a") == ["aa", "bb", "a", "x", " a"]
    assert compile_pattern("b").findall("a\nc") == ["a\nc"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a)b", r"'\(a\)b' has a group"),
        ("a*", r"'a\*' matches the empty text"),
        ("[a", r"'\[a' is no pattern: unterminated"),
        (r"[a[\p{L}]]", "a class within a class"),
        (r"[\S]", r"\\S within a class"),
        (r"\p{Han}", "'Han'"),
        (r"\w+|[^\w\s]+", r"other programs read '\\\\w\+"),
        (r"x|\b", r"'\\\\b' at 2 of"),
        (r"\s++$|\s", r"'\$\|\\\\s' at 4 of"),
        ("^a", r"'\^a' at 0"),
        (r"a\Z", "another way"),
        (r"\h+", "another way"),
        (r"\p{^L}", "another way"),
        (r"\pL", "another way"),
        (r"\x80", "another way"),
        (r"\<a", "another way"),
        (r"\p{N}{1,3}+", r"'\{1,3\}\+' at 5"),
        ("a{2}?", "another way"),
        ("a{,3}", "another way"),
        ("a{x}", "another way"),
        ("(?m:.)", "another way"),
        ("(?i)a", "another way"),
        ("(?i:ss)", "another way"),
        ("(?i:é)", "another way"),
        (r"[\p{Lu}&&\p{L}]", "operation on classes"),
        ("[a-z--b]", "operation on classes"),
        ("[a||b]", "operation on classes"),
        ("[a~~b]", "operation on classes"),
        ("[[:alpha:]]", "class within a class"),
        ("[]a]", "operation on classes"),
        (r"[\s-x]", "operation on classes"),
        (r"[a\w]", "operation on classes"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern, message):
    with pytest.raises(ValueError, match=message):
        compile_pattern(pattern)
