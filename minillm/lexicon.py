"""Words for vectors: lower case, without marks, and frequent enough."""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

LOWER_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def lower_words(text: str) -> list[str]:
    """The words of a text in lower case, numbers and marks left out.

    >>> lower_words("Emma's _two_ dogs, and 3 cats.")
    ["emma's", 'two', 'dogs', 'and', 'cats']
    """
    return LOWER_WORD.findall(text.lower().replace("’", "'"))


class Lexicon:
    """The V words that get a vector, frequent ones first; others are dropped.

    `words` (V,) are strings, `counts` (V,) how often each occurs, `ids` the
    way back from a word to its id. This vocabulary loses text, so no bits per
    byte can be measured with it.
    """

    def __init__(self, counts: dict[str, int]):
        self.words = list(counts)
        self.counts = np.array(list(counts.values()), dtype=np.int64)
        self.ids = {word: i for i, word in enumerate(self.words)}
        self.size = len(self.words)

    @classmethod
    def build(cls, texts: Iterable[str], min_count: int = 5) -> "Lexicon":
        """The words that occur `min_count` times in the texts.

        Raises `ValueError` where no word does.
        """
        counts = Counter(word for text in texts for word in lower_words(text))
        kept = {w: n for w, n in counts.most_common() if n >= min_count}
        if not kept:
            raise ValueError(f"no word occurs {min_count} times")
        return cls(kept)

    def encode(self, text: str) -> np.ndarray:
        """Ids (T,) of the words of a text that the lexicon has."""
        ids = (self.ids.get(word) for word in lower_words(text))
        return np.array([i for i in ids if i is not None], dtype=np.int64)

    def __getitem__(self, word: str) -> int:
        """The id of a word; raises `KeyError` with the word if unknown."""
        if word not in self.ids:
            raise KeyError(f"{word!r} is not among the {self.size:,} words")
        return self.ids[word]
