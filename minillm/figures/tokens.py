"""Figures of chapter 2: merges, and how many tokens a text takes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from minillm.bpe import merge_in_words, places
from minillm.corpus import WordVocabulary, chinese
from minillm.figures.ngrams import FIRST_WORD
from minillm.figures.widget import Figure, austen_texts, mounted, packed
from minillm.pretokenizer import PATTERN, javascript
from minillm.tokenizer import Tokenizer

FILE = "merges.json.gz"
SIZE = 4096  # tokens of the vocabularies on the page


def merges(texts: Iterable[str] | None = None, size: int = SIZE) -> Figure:
    """The merge player on merges of your texts, or of Austen."""
    corpora = {"austen": list(texts or austen_texts("train"))}
    return Figure("merges", merges_data(corpora, size))


def fertility(
    corpora: Mapping[str, Sequence[str]] | None = None, size: int = SIZE
) -> Figure:
    """Fertility under BPE of your corpora, or of Austen and the classics.

    The vocabulary of words is that of the first corpus.
    """
    if corpora is None and size == SIZE:
        return Figure("fertility", mounted(FILE, _page))
    return Figure("fertility", merges_data(corpora or _corpora(), size))


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {FILE: packed(_page())}


def _page() -> dict[str, Any]:
    """What the figures of the page mount."""
    return merges_data(_corpora(), SIZE)


def _corpora() -> dict[str, list[str]]:
    """What the tokenizers of the figures are trained on."""
    english = austen_texts("train")
    classics = [document.text for document in chinese()]
    return {
        "austen": english,
        "chinese": classics,
        "both": english + classics,
    }


def merges_data(
    corpora: Mapping[str, Sequence[str]], size: int = SIZE
) -> dict[str, Any]:
    """What a page needs to encode any text as tokenizers of `corpora` do.

    `pattern` cuts, `bytes` holds the id of each byte; for each corpus `merges`
    is a flat list of ids, left and right of each merge, and `counts` says how
    often the pair occurred when it was merged. `words` are those of the word
    vocabulary of the first corpus, from id 258 on.
    """
    first = next(iter(corpora.values()))
    trained = {
        name: Tokenizer.train(texts, size) for name, texts in corpora.items()
    }
    tokenizer = next(iter(trained.values()))
    return {
        "pattern": javascript(PATTERN),
        "bytes": tokenizer.byte_ids,
        "corpora": {
            name: {
                "merges": [i for pair in t.merges for i in pair],
                "counts": counts_when_merged(t, corpora[name]),
            }
            for name, t in trained.items()
        },
        "words": WordVocabulary.build(first).symbols[FIRST_WORD:],
    }


def counts_when_merged(
    tokenizer: Tokenizer, texts: Sequence[str]
) -> list[int]:
    """How often each pair occurred in the texts when it was merged."""
    pieces = Counter(chain.from_iterable(map(tokenizer.cut, texts)))
    bare = Tokenizer(
        tokenizer.tokens[:258], [], tokenizer.special, tokenizer.patterns
    )
    words = [bare.encode(piece).tolist() for piece in pieces]
    times, where, counts = list(pieces.values()), places(words), []
    for token, pair in enumerate(tokenizer.merges, 258):
        counts.append(
            sum(
                times[row] * list(pairwise(words[row])).count(pair)
                for row in where[pair]
            )
        )
        merge_in_words(words, times, where, pair, token)
    return counts
