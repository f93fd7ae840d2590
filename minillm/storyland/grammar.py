"""A probabilistic grammar whose texts are drawn and scored exactly.

A derivation makes choices; its log2 probability is the sum of theirs. The
probability of a text is the sum over all derivations that spell it (forward
algorithm). A rule refers to rules above it only, so there is no recursion:
every text is finite and every expectation is a finite sum.

    rule = one | two | three   equally likely alternatives
    <rule>                     the text of another rule
    [a|b]                      a choice inside a sentence
    {town}                     a field: what a person has under this name
    {bank=river}               the word "bank", labelled bank: river
    {#plot=lost}               no text, only the label #plot: lost
    # at the start of a line   a comment

Line breaks count as spaces; spaces around = and | are not part of a text.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from math import inf, log2
from typing import NamedTuple

TOKEN = re.compile(r"[\[\]|]|<\w+>|\{[^{}]*\}|[^\[\]|<>{}]+|(.)")


class Mark(str):
    """A piece of text, perhaps empty, with a label: a key and a value."""

    key: str
    value: str

    def __new__(cls, text: str, key: str, value: str) -> Mark:
        mark = super().__new__(cls, text)
        mark.key, mark.value = key, value
        return mark


class Field(NamedTuple):
    """A place for what the person has under this name."""

    name: str


class Rule(NamedTuple):
    """A reference to a rule of the grammar."""

    name: str


class About(NamedTuple):
    """A text about a person, in whom its fields are looked up."""

    person: Person
    node: Node


class Choice:
    """One of several options, drawn with probabilities that sum to 1."""

    def __init__(
        self, options: Sequence[Node], probs: Sequence[float] | None = None
    ) -> None:
        self.options = options
        self.probs = probs or [1 / len(options)] * len(options)
        self.log2_probs = [log2(p) for p in self.probs]
        self.edges = list(accumulate(self.probs))[:-1]
        self.bits = -sum(p * log2(p) for p in self.probs)
        # Where all options are words, look-ups replace recursion.
        words = [option for option in options if isinstance(option, str)]
        self.words: dict[str, float] = {}
        if len(set(words)) == len(options):
            self.words = dict(zip(words, self.log2_probs, strict=True))
        self.lengths = {len(word) for word in self.words}
        self.size = sum(2**p * len(w.encode()) for w, p in self.words.items())


Node = str | Field | Rule | Choice | About | list["Node"]
Person = dict[str, Node]
Rules = dict[str, list[Node]]  # the alternatives of every rule


def parse(text: str) -> Rules:
    """Return the alternatives of every rule, in order.

    ValueError shows what cannot be read.
    """
    text = re.sub(r"(?m)^#.*", "", text)
    head, *pieces = re.split(r"(?m)^(\w+) =", text)
    if head.strip():
        raise ValueError(f"expected `rule =`, found {head.strip()[:40]!r}")
    rules: Rules = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in rules:
            raise ValueError(f"the rule {name!r} is given twice")
        body = re.sub(r" ?\| ?", "|", " ".join(body.split()))
        rules[name] = _alternatives(TOKEN.finditer(body), "")
    return rules


def _alternatives(tokens: Iterator[re.Match[str]], end: str) -> list[Node]:
    """Read alternatives up to `end`: "]", or "" for the end of the rule."""
    options: list[list[Node]] = [[]]
    token = ""
    for match in tokens:
        token = match.group()
        if token == "|":
            options.append([])
        elif token == "[":
            options[-1].append(Choice(_alternatives(tokens, "]")))
        elif token == "]" or match.group(1):
            break
        else:
            options[-1].append(_item(token))
        token = ""
    if token != end:
        raise ValueError(
            f"expected {end or 'the end of the rule'!r}, found {token!r}"
        )
    return [items[0] if len(items) == 1 else [*items] for items in options]


def _item(token: str) -> Node:
    """Read plain text, <rule>, {field}, {word=sense} or {#key=value}."""
    if token.startswith("<"):
        return Rule(token[1:-1])
    if not token.startswith("{"):
        return token
    key, is_mark, value = token[1:-1].partition("=")
    if not is_mark:
        return Field(key)
    return Mark("" if key.startswith("#") else key, key, value)


def link(
    rules: Rules, fields: set[str], noise: float = 0.0
) -> dict[str, Node]:
    """Return every rule as one node in which no reference is left.

    With probability `noise`, 0 <= noise < 1, a word drawn by a rule of plain
    words is misspelled. ValueError names an unknown rule or field.
    """
    linked: dict[str, Node] = {}
    for name, options in rules.items():
        nodes = [_link(option, linked, fields) for option in options]
        linked[name] = _choice(nodes, noise)
    return linked


def _link(node: Node, rules: dict[str, Node], fields: set[str]) -> Node:
    match node:
        case list():
            return [_link(item, rules, fields) for item in node]
        case Choice():
            options = [_link(option, rules, fields) for option in node.options]
            return _choice(options, noise=0.0)
        case Rule(name) if name not in rules:
            raise ValueError(f"<{name}> is no rule that stands above its use")
        case Rule(name):
            return rules[name]
        case Field(name) if name not in fields:
            raise ValueError(f"{{{name}}} is not one of {sorted(fields)}")
    return node


def _choice(options: list[Node], noise: float) -> Node:
    """Return a uniform choice in which plain words may be misspelled."""
    if not all(type(option) is str for option in options):
        return Choice(options) if len(options) > 1 else options[0]
    probs: dict[str, float] = {}  # summed: a typo may be another word
    for word in map(str, options):
        typos = _typos(word) if noise else []
        p = (1 - noise if typos else 1) / len(options)
        probs[word] = probs.get(word, 0) + p
        for typo in typos:
            p = noise / len(typos) / len(options)
            probs[typo] = probs.get(typo, 0) + p
    return Choice(list(probs), list(probs.values()))


def _typos(word: str) -> list[str]:
    """Return the words with two neighbouring letters swapped, not the first.

    >>> _typos("bell")
    ['blel']
    """
    swaps = {
        word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        for i in range(1, len(word) - 1)
        if word[i : i + 2].isalpha()
    }
    return sorted(swaps - {word})


def draw(
    node: Node, person: Person, random: Callable[[], float], leaves: list[str]
) -> float:
    """Append the pieces of a random text to `leaves`, return its log2 prob.

    `random` returns numbers in [0, 1); each choice takes one.
    """
    match node:
        case str():
            leaves.append(node)
        case Choice():
            i = bisect(node.edges, random())
            bits = draw(node.options[i], person, random, leaves)
            return node.log2_probs[i] + bits
        case list():
            bits = 0.0
            for item in node:
                bits += draw(item, person, random, leaves)
            return bits
        case Field(name):
            return draw(person[name], person, random, leaves)
        case About(other, child):
            return draw(child, other, random, leaves)
    return 0.0


def log2_prob(node: Node, text: str) -> float:
    """Return the log2 probability of exactly this text, -inf for 0."""
    return advance(node, {}, text, {0: 0.0}).get(len(text), -inf)


def advance(
    node: Node, person: Person, text: str, ends: dict[int, float]
) -> dict[int, float]:
    """Match `node` from every position in `ends`; return those after it.

    The values sum the derivations that lead to a position, as log2.
    """
    match node:
        case str():
            size = len(node)
            starts = ends.items()
            return {i + size: p for i, p in starts if text.startswith(node, i)}
        case Choice() if node.words:
            return _advance_word(node, text, ends)
        case Choice():
            after: dict[int, float] = {}
            for option, q in zip(node.options, node.log2_probs, strict=True):
                for i, p in advance(option, person, text, ends).items():
                    _add(after, i, p + q)
            return after
        case Field(name):
            return advance(person[name], person, text, ends)
        case About(other, child):
            return advance(child, other, text, ends)
        case list():
            for item in node:
                ends = advance(item, person, text, ends) if ends else ends
    return ends


def _advance_word(
    choice: Choice, text: str, ends: dict[int, float]
) -> dict[int, float]:
    after: dict[int, float] = {}
    for i, p in ends.items():
        for length in choice.lengths:
            q = choice.words.get(text[i : i + length])
            if q is not None:
                _add(after, i + length, p + q)
    return after


def _add(log2_probs: dict[int, float], key: int, p: float) -> None:
    """Add to the probability at `key`; all are log2, nothing underflows."""
    if key in log2_probs:
        low, high = sorted((p, log2_probs[key]))
        p = high + log2(1 + 2 ** (low - high))
    log2_probs[key] = p


def expect(node: Node, person: Person) -> tuple[float, float]:
    """Return the expected bits and UTF-8 bytes of a derivation.

    The bits are the entropy of the text if no text has two derivations.
    """
    match node:
        case str():
            return 0.0, float(len(node.encode()))
        case Choice() if node.words:
            return node.bits, node.size
        case Choice():
            bits, size = node.bits, 0.0
            for option, p in zip(node.options, node.probs, strict=True):
                more_bits, more_size = expect(option, person)
                bits, size = bits + p * more_bits, size + p * more_size
            return bits, size
        case list():
            pairs = [expect(item, person) for item in node]
            return sum(b for b, _ in pairs), sum(s for _, s in pairs)
        case Field(name):
            return expect(person[name], person)
        case About(other, child):
            return expect(child, other)
    raise TypeError(f"not a node of a linked grammar: {node!r}")
