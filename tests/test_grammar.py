"""The grammar engine against hand-made examples and a brute-force listing of all texts."""

from collections import Counter
from math import inf, isclose, log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minillm.storyland.grammar import (
    About,
    Choice,
    Field,
    Mark,
    draw,
    expect,
    link,
    log2_prob,
    parse,
)


def root_of(wording, person=None, noise=0.0):
    person = person or {}
    rules = link(parse(wording), set(person), noise)
    return About(person, rules[list(rules)[-1]])


def derivations(node, person=None):
    """Yield (text, probability) of every derivation, by plain recursion."""
    match node:
        case str():
            yield str(node), 1.0
        case Choice():
            for option, p in zip(node.options, node.probs, strict=True):
                for text, q in derivations(option, person):
                    yield text, p * q
        case Field(name):
            yield from derivations(person[name], person)
        case About(other, child):
            yield from derivations(child, other)
        case []:
            yield "", 1.0
        case [first, *rest]:
            for text, p in derivations(first, person):
                for more, q in derivations(rest, person):
                    yield text + more, p * q


def listing(root):
    probs = Counter()
    for text, p in derivations(root):
        probs[text] += p
    return probs


def assert_agrees_with_listing(root):
    probs = listing(root)
    assert isclose(sum(probs.values()), 1, rel_tol=1e-12)
    for text, p in probs.items():
        assert isclose(log2_prob(root, text), log2(p), abs_tol=1e-9)
    size = sum(p * len(text.encode()) for text, p in probs.items())
    assert isclose(expect(root, {})[1], size, rel_tol=1e-9)


def test_log2_prob_of_a_worked_example():
    root = root_of("who = cat | dog\ns = The <who> [sat|ran|hid far off].")
    assert log2_prob(root, "The dog ran.") == pytest.approx(-log2(6))
    assert log2_prob(root, "The dog hid far off.") == pytest.approx(-log2(6))
    assert log2_prob(root, "The cow ran.") == -inf
    assert expect(root, {}) == pytest.approx((log2(6), 9 + (3 + 3 + 11) / 3))


def test_log2_prob_sums_over_derivations():
    root = root_of("a = x | xy\nb = yz | z\ns = <a><b>")
    assert log2_prob(root, "xyz") == pytest.approx(-1)
    assert log2_prob(root, "xyyz") == pytest.approx(-2)


def test_repeated_alternative_counts_twice():
    root = root_of("s = red | red | blue")
    assert log2_prob(root, "red") == pytest.approx(log2(2 / 3))
    root = root_of("s = [red|red|blue] hat")
    assert log2_prob(root, "red hat") == pytest.approx(log2(2 / 3))


def test_field_and_mark_are_text_with_labels():
    root = root_of("s = {#plot=walk}{who} sat on the {bank=river}.", {"who": "Ada"})
    leaves: list[str] = []
    assert draw(root, {}, Random(0).random, leaves) == 0
    assert "".join(leaves) == "Ada sat on the bank."
    marks = [(leaf, leaf.key, leaf.value) for leaf in leaves if isinstance(leaf, Mark)]
    assert marks == [("", "#plot", "walk"), ("bank", "bank", "river")]
    assert log2_prob(root, "Ada sat on the bank.") == 0


def test_empty_alternative_may_say_nothing():
    root = root_of("s = a [|very ]big cat")
    assert listing(root) == {"a big cat": 0.5, "a very big cat": 0.5}
    assert_agrees_with_listing(root)


def test_noise_swaps_two_letters_and_keeps_the_sum():
    root = root_of("s = bell | form | from | I", noise=0.2)
    assert listing(root) == pytest.approx(
        {
            "bell": 0.2,
            "blel": 0.05,  # its only typo
            "form": 0.2 + 0.025,  # also a typo of "from"
            "from": 0.2 + 0.025,
            "fomr": 0.025,
            "frmo": 0.025,
            "I": 0.25,  # too short for a typo
        }
    )
    assert_agrees_with_listing(root)


WORDS = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3).map(" | ".join)


@given(WORDS, WORDS, st.sampled_from(["<x><y>", "<x>[<y>|a<x>|]b", "[<x>|<y>] <y>{n}<x>"]))
def test_log2_prob_equals_the_brute_force_listing(x, y, sentence):
    assert_agrees_with_listing(root_of(f"x = {x}\ny = {y}\ns = {sentence}", {"n": "a"}))


@given(WORDS, WORDS, st.integers(0, 99))
def test_draw_says_only_texts_of_the_listing(x, y, seed):
    root = root_of(f"x = {x}\ny = {y}\ns = <x>-<y>[!|?]", noise=0.1)
    leaves: list[str] = []
    p = draw(root, {}, Random(seed).random, leaves)
    assert "".join(leaves) in listing(root)
    assert log2_prob(root, "".join(leaves)) >= p - 1e-9


def test_draw_follows_the_probabilities():
    root = root_of("s = aa | aa | b | [c|d]")
    random = Random("a fixed seed").random
    counts: Counter[str] = Counter()
    for _ in range(8000):
        leaves: list[str] = []
        draw(root, {}, random, leaves)
        counts["".join(leaves)] += 1
    for text, p in listing(root).items():
        assert abs(counts[text] - 8000 * p) < 4 * (8000 * p * (1 - p)) ** 0.5


@pytest.mark.parametrize(
    ("wording", "message"),
    [
        ("once upon a time", "once upon a time"),
        ("s = a | b\ns = c", "'s' is given twice"),
        ("s = [a|b", "expected ']'"),
        ("s = a]b", "found ']'"),
        ("s = a {b", "found '{'"),
        ("s = <t>\nt = a", "<t> is no rule"),
        ("s = <s>", "<s> is no rule"),
        ("s = {age}", "{age} is not one of"),
    ],
)
def test_wording_that_cannot_be_read_is_shown(wording, message):
    with pytest.raises(ValueError, match="(?s)" + message.replace("{", r"\{")):
        root_of(wording)
