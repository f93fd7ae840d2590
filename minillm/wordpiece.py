"""WordPiece, BERT's way from text to ids: words, then the pieces of words."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from minillm.texts import check_names, check_text, check_token_ids

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
IDEOGRAPHS = [  # ranges of Chinese characters, which are words by themselves
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
]


def is_punctuation(c: str) -> bool:
    """Whether a character is punctuation, or an ASCII symbol such as $."""
    kind = unicodedata.category(c)[0]
    return kind == "P" or (kind == "S" and c.isascii())


def is_ideograph(c: str) -> bool:
    """Whether a character is Chinese; kana and hangul are not."""
    return any(first <= ord(c) <= last for first, last in IDEOGRAPHS)


def normalize(text: str) -> str:
    """Text in lower case without accents and control characters.

    A tab and an end of line become a space. An accent is a character of the
    category Mn after the text is decomposed (Unicode's form NFD).

    >>> normalize("Café\\tÀ LA CARTE\\x00")
    'cafe a la carte'
    """
    spaced = re.sub(r"[\t\n\r]", " ", text)
    kept = [
        c
        for c in unicodedata.normalize("NFD", spaced)
        if c != "\ufffd"
        and unicodedata.category(c) not in ("Mn", "Cc", "Cf", "Co")
    ]
    return "".join(c.lower() for c in kept)  # not all at once: Σ has two


def words(text: str) -> list[str]:
    """The words of a normalised text.

    White space ends a word and is dropped; each punctuation mark and each
    Chinese character is a word.

    >>> words("it's 5 o'clock, 北京!")
    ['it', "'", 's', '5', 'o', "'", 'clock', ',', '北', '京', '!']
    """
    return "".join(
        f" {c} " if is_punctuation(c) or is_ideograph(c) else c for c in text
    ).split()


class WordPiece:
    """A vocabulary of words and of pieces that go on inside a word (##).

    `tokens` in the order of their ids, `SPECIAL` among them. Raises
    `ValueError` where one of these is missing or a token comes twice, and
    where `longest` is below 1. Devlin et al. 2019; the cut into pieces is
    that of Wu et al. 2016.
    """

    def __init__(self, tokens: Iterable[str], longest: int = 100):
        self.tokens = check_names("tokens", tokens)
        if type(longest) is not int or longest < 1:
            raise ValueError(f"longest is 1 or more, not {longest!r}")
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.size, self.longest = len(self.tokens), longest
        missing = [token for token in SPECIAL if token not in self.ids]
        if missing or len(self.ids) < self.size:
            raise ValueError(
                f"{self.size} tokens, {len(self.ids)} different ones, "
                f"without {missing}: not a WordPiece vocabulary"
            )

    @classmethod
    def load(cls, path: str | Path) -> "WordPiece":
        """Read a `vocab.txt`: a line per token, in UTF-8.

        Raises `ValueError` on a token with a capital letter. It belongs to a
        model that reads capitals, and `encode` has none.
        """
        lines = Path(path).read_text("utf-8").removesuffix("\n").split("\n")
        for token in lines:
            if token != token.lower() and not re.fullmatch(r"\[\w+\]", token):
                raise ValueError(
                    f"{str(path)!r} has the token {token!r} with a capital "
                    "letter, but every text is put in lower case here"
                )
        return cls(lines)

    def pieces(self, word: str) -> list[str]:
        """Cut a word: the longest piece that is known, again and again.

        A word is `["[UNK]"]` where no piece fits, and where it has more than
        `longest` characters. All pieces but the first begin with ##.
        """
        found: list[str] = []
        start = 0
        while start < len(word) <= self.longest:
            mark = "##" if start else ""
            end = len(word)
            while end > start and mark + word[start:end] not in self.ids:
                end -= 1
            if end == start:
                return ["[UNK]"]
            found.append(mark + word[start:end])
            start = end
        return found or ["[UNK]"]

    def encode(self, text: str, special: Collection[str] = ()) -> np.ndarray:
        """Ids (T,) of a text, without [CLS] and [SEP] around it.

        Names in `special`, such as "[MASK]", stand for their token where they
        occur in the text; all others are spelled out. Raises `ValueError` on
        a name that is no token, and where `text` is no string.
        """
        special = check_names("special", special)
        unknown = [name for name in special if name not in self.ids]
        if unknown:
            raise ValueError(f"no special tokens: {unknown}")
        longest_first = sorted(special, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first))
        text = check_text(text)
        parts = re.split(f"({names})", text) if names else [text]
        tokens: list[str] = []
        for part in parts:
            if part in special:
                tokens.append(part)
            else:
                for word in words(normalize(part)):
                    tokens += self.pieces(word)
        return np.array([self.ids[token] for token in tokens], np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """The words of ids, joined by spaces; the text's own spaces are lost.

        Raises `ValueError` on an id outside the vocabulary.
        """
        whole = check_token_ids(ids, self.size)
        return " ".join(self.tokens[i] for i in whole).replace(" ##", "")
