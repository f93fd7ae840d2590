"""Sentences with homonyms whose sense is known: which *bank* is it?

The wording is data/storyland/senses.txt. Six words have two senses each, and
each sense six beginnings and six endings that are drawn independently. What
ties the left side of a homonym to its right side is its sense and nothing
else. A test can hold out beginnings and endings, so that no sentence of the
test shares a side with one that was learned from.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from minillm.corpus import BOS, EOS, Vocabulary, words
from minillm.places import COURSE
from minillm.storyland import World

WORDING = COURSE / "data" / "storyland" / "senses.txt"
SENSES = {
    "bank": ("river", "money"),
    "bat": ("animal", "club"),
    "ring": ("jewel", "sound"),
    "bark": ("tree", "dog"),
    "spring": ("season", "water"),
    "light": ("lamp", "weight"),
}
N_SIDES = 6  # beginnings of a sense, and endings


class Sentence(NamedTuple):
    """One sentence, its homonym and what was drawn.

    text[start : start + len(word)] == word. `left` and `right`, from 0 to 5,
    number the beginning and the ending among those of the sense.
    """

    text: str
    word: str
    sense: str
    start: int
    left: int
    right: int


class HasStates(Protocol):
    """A model that gives vectors of each layer to the tokens of texts."""

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """States (n_layers + 1, B, T, 2C) of ids (B, T)."""


def world(wording: str | None = None) -> World:
    """The world of these sentences: `score` gives their exact probability."""
    return World(
        n_people=20,
        held_out_people=0,
        held_out_templates=0,
        profiles=0.0,
        wording=WORDING.read_text("ascii") if wording is None else wording,
    )


def sentences(
    n: int, seed: int = 0, only: Iterable[str] = SENSES
) -> list[Sentence]:
    """Sentences about the words `only`, the same ones on every machine.

    Raises `ValueError` on a word that is no homonym of this world.
    """
    only = list(only)
    if not set(only) <= set(SENSES):
        raise ValueError(f"homonyms are {[*SENSES]}, not {only}")
    text = WORDING.read_text("ascii")
    text = text[: text.index("\nstory =")]
    story = " | ".join(f"<{word}>" for word in only)
    drawn = world(f"{text}\nstory = {story}\n").stories(n, seed)
    return [
        Sentence(
            text=story.text,
            left=int(story.labels["left"]) - 1,
            right=int(story.labels["right"]) - 1,
            **story.labels["senses"][0],
        )
        for story in drawn
    ]


def crossed(
    n_each: int, seed: int = 0, only: Iterable[str] = SENSES
) -> list[Sentence]:
    """Each beginning with each ending of its sense, n_each times.

    They are the first ones among many sentences that are drawn: 36 * n_each
    for each sense, so that nothing can be guessed from how often it occurs.
    Names and numbers differ. Sorted by word, then sense, then sides.
    """
    order = {
        sense: n for pair in SENSES.values() for n, sense in enumerate(pair)
    }
    found: dict[tuple, list[Sentence]] = {}
    for sentence in sentences(500 * n_each * len(list(only)), seed, only):
        word, sense, sides = sentence.word, sentence.sense, sentence[4:]
        key = [*SENSES].index(word), order[sense], *sides
        found.setdefault(key, []).append(sentence)
    rows = [found[key][:n_each] for key in sorted(found)]
    short = min(map(len, rows))
    if short < n_each:
        raise ValueError(f"one combination was drawn {short} times only")
    return [sentence for row in rows for sentence in row]


def collate(
    vocabulary: Vocabulary, texts: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Texts as ids (B, T) with `<s>` and `</s>`, and their lengths (B,).

    Shorter rows are filled up with `EOS`. Raises `ValueError` without a text.
    """
    if not texts:
        raise ValueError("there is no text to make a batch of")
    rows = [
        torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])
        for text in texts
    ]
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows, batch_first=True, padding_value=EOS), lengths


def place(vocabulary: Vocabulary, text: str, end: int) -> int:
    """The row of `collate` in which the word that ends before `end` ends.

    For a word that the vocabulary spells out this is its last letter. Raises
    `ValueError` where no word ends there.
    """
    pieces = words(text)
    for n in range(1, len(pieces) + 1):
        if len("".join(pieces[:n])) == end:
            return len(vocabulary.encode("".join(pieces[:n])))
    raise ValueError(f"no word of {text!r} ends before character {end}")


@torch.no_grad()
def vectors(
    model: HasStates,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    ends: Sequence[int],
) -> Tensor:
    """States (n_layers + 1, N, 2C) of one word in each of N texts.

    `ends` says behind which character the word ends.
    """
    places = [
        place(vocabulary, text, end)
        for text, end in zip(texts, ends, strict=True)
    ]
    ids, lengths = collate(vocabulary, texts)
    states = model.states(ids, lengths)
    return states[:, torch.arange(len(texts)), places]


def standardised(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Two sets of vectors (N, D) and (M, D), each number minus its mean in
    `train` and divided by its standard deviation there.

    A number that does not vary in `train` is divided by 1.
    """
    mean, scale = train.mean(0), train.std(0, correction=0)
    scale = torch.where(scale > 1e-6, scale, 1.0)
    return (train - mean) / scale, (test - mean) / scale


def neighbours(
    table: Tensor,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    ends: Sequence[int],
    reach: int = 3,
) -> Tensor:
    """The mean (N, C) of the table's rows for the tokens around one word.

    They are the tokens of `collate` up to `reach` places to its left and to
    its right: what static vectors can say of a context.
    """
    rows = []
    for text, end in zip(texts, ends, strict=True):
        at = place(vocabulary, text, end)
        (ids,), _ = collate(vocabulary, [text])
        around = torch.cat(
            (ids[max(0, at - reach) : at], ids[at + 1 : at + 1 + reach])
        )
        rows.append(table[around].mean(0))
    return torch.stack(rows)
