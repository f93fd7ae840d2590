"""Sentences with homonyms whose sense is known: which *bank* is it?

The wording is data/storyland/senses.txt. Six words have two senses each, and
each sense six beginnings and six endings that are drawn independently. What
ties the left side of a homonym to its right side is its sense and nothing
else. A test can hold out beginnings and endings, so that no sentence of the
test shares a side with one that was learned from.
"""

from collections.abc import Iterable
from typing import NamedTuple

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
