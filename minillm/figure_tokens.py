"""The data that the figures on tokenization mount, made from texts."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from minillm.bpe import merge_in_words, places
from minillm.corpus import WordVocabulary
from minillm.figure_data import FIRST_WORD
from minillm.pretokenizer import PATTERN
from minillm.tokenizer import Tokenizer


def merges_data(
    corpora: Mapping[str, Sequence[str]], size: int = 4096
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
