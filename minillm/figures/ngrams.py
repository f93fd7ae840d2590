"""Figures of chapter 1: counting, smoothing, and Shannon's game."""

import gzip
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np

from minillm.corpus import BOS, ByteVocabulary, WordVocabulary
from minillm.figures.widget import Figure, austen_texts, packed, to_json
from minillm.ngram import (
    NGram,
    Table,
    continuation_counts,
    count_ngrams,
    discounts,
    pad,
)

TOY = ("the cat sat", "the dog sat", "my cat ran")
HISTORIES = (
    " Miss", " Mr", " the", " very", " could", " of", " said", " happy",
    " Highbury",
)  # fmt: skip
SENTENCES = (
    "I shall never forget her appearance this morning.",
    "He has imposed on me, but he has not injured me.",
    "Each sister believed herself the favourite.",
    "You will soon have exhausted each favourite topic.",
    "Her father was growing distressed for money.",
    "It is a match that must give universal satisfaction.",
    "You could scarcely escape discredit and misery.",
    "Her joy and expression of regard long outlived her wonder.",
)
SYMBOLS = "abcdefghijklmnopqrstuvwxyz "  # Shannon's 27
ORDERS = (1, 2, 3, 5, 8)  # of the models that play Shannon's game
FIRST_WORD = 258  # the ids before it are BOS, EOS and bytes


def counting(sentences: Iterable[str] = TOY) -> Figure:
    """The window that counts your sentences, or the chapter's three."""
    return Figure("counting", {"texts": "\n".join(sentences)})


def discount(
    sentences: Iterable[str] = TOY, history: str | None = None
) -> Figure:
    """Kneser-Ney on your sentences, or the chapter's three, after `history`.

    Words are what stands between spaces; the first history of the text but
    `<s>` where none is named.
    """
    return Figure(
        "discount", {"texts": "\n".join(sentences), "history": history}
    )


def explorer(texts: Iterable[str] | None = None) -> Figure:
    """The n-gram explorer over your texts, or Austen's training chapters."""
    return Figure("explorer", explorer_data(texts or austen_texts("train")))


def smoothing(
    train: Iterable[str] | None = None,
    valid: Iterable[str] | None = None,
    histories: Iterable[str] = HISTORIES,
) -> Figure:
    """Smoothing of a bigram model on your texts, or on Austen."""
    data = smoothing_data(
        train or austen_texts("train"),
        valid or austen_texts("valid"),
        list(histories),
    )
    return Figure("smoothing", data)


def shannon(
    train: Iterable[str] | None = None,
    valid: Iterable[str] | None = None,
    sentences: Iterable[str] = SENTENCES,
) -> Figure:
    """Shannon's game on sentences of your validation texts, or Austen's."""
    data = shannon_data(
        train or austen_texts("train"),
        valid or austen_texts("valid"),
        sentences,
    )
    return Figure("shannon", data)


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    train, valid = austen_texts("train"), austen_texts("valid")
    return {
        "explorer.bin": explorer_data(train),
        "smoothing.json.gz": packed(smoothing_data(train, valid, HISTORIES)),
        "shannon.json": to_json(shannon_data(train, valid, SENTENCES)),
    }


def explorer_data(texts: Iterable[str]) -> bytes:
    """A training stream packed for the page that counts in it.

    gzip of: the length of a JSON header (4 bytes), the header, and all ids as
    16-bit integers (little-endian). The header holds the words from id 258 on
    and the discounts of modified Kneser-Ney for each order, once as the
    highest ("top") and once below it ("lower"). Raises `ValueError` where
    the vocabulary has more than 65,536 ids.
    """
    texts = list(texts)
    vocabulary = WordVocabulary.build(texts)
    if vocabulary.size > 2**16:
        raise ValueError(f"{vocabulary.size} ids do not fit into 16 bits")
    stream = pad(vocabulary.encode(text) for text in texts)
    tables = count_ngrams(stream, 5, vocabulary.size)
    lower = continuation_counts(tables)[:-1]
    header = to_json(
        {
            "words": vocabulary.symbols[FIRST_WORD:],
            "discounts": {
                "top": [discounts(table.count).tolist() for table in tables],
                "lower": [discounts(count).tolist() for count in lower],
            },
        }
    )
    header += b" " * (len(header) % 2)  # the ids begin at an even byte
    length = len(header).to_bytes(4, "little")
    return gzip.compress(
        length + header + stream.astype("<u2").tobytes(), mtime=0
    )


def smoothing_data(
    train: Iterable[str], valid: Iterable[str], histories: Iterable[str]
) -> dict[str, Any]:
    """What any k and any discount need to score validation texts as bigrams.

    Each validation token w after h is a column of `tokens`: `count` c(hw),
    `total` c(h), `kinds` N1+(h .) and `preceding` N1+(. w). A column stands
    for all tokens that are equal to it; there are `times` of them. `losses`
    compares counts in one half of the training texts with the other half.
    Raises `ValueError` on a history that is not in the vocabulary.
    """
    train, valid = list(train), list(valid)
    vocabulary = WordVocabulary.build(train)
    missing = [word for word in histories if word not in vocabulary.ids]
    if missing:
        raise ValueError(f"not in the vocabulary: {missing}")
    tables = count_ngrams(
        pad(map(vocabulary.encode, train)), 2, vocabulary.size
    )
    preceding = continuation_counts(tables)[0]
    stream = pad(map(vocabulary.encode, valid))
    tokens, times = np.unique(
        _validation_counts(tables[1], preceding, stream),
        axis=1,
        return_counts=True,
    )
    names = ("count", "total", "kinds", "preceding")
    return {
        "size": vocabulary.size,
        "bytes": sum(len(text.encode()) for text in valid),
        "preceding": [int(preceding.sum()), int((preceding > 0).sum())],
        "tokens": dict(zip(names, tokens.tolist(), strict=True)),
        "times": times.tolist(),
        "losses": _losses(train, vocabulary),
        "histories": [
            _after(word, vocabulary, tables[1], preceding)
            for word in histories
        ],
    }


def _validation_counts(
    bigrams: Table, preceding: np.ndarray, stream: np.ndarray
) -> np.ndarray:
    """The four counts (4, T) of each token of a padded stream but `BOS`."""
    size = len(preceding)
    total = np.bincount(bigrams.history, bigrams.count, size).astype(np.int64)
    kinds = np.bincount(bigrams.history, minlength=size)
    predicted = stream[1:] != BOS
    h, w = stream[:-1][predicted], stream[1:][predicted]
    keys = bigrams.history * size + bigrams.word
    row = np.searchsorted(keys, h * size + w).clip(max=len(keys) - 1)
    count = np.where(keys[row] == h * size + w, bigrams.count[row], 0)
    return np.stack([count, total[h], kinds[h], preceding[w]])


def _losses(
    train: list[str], vocabulary: WordVocabulary, most: int = 8
) -> dict[str, Any]:
    """What bigrams with counts 1 to `most` in every second text do elsewhere.

    Each of the `rows` is one `count`: the mean count `elsewhere`, in the other
    texts, the mean of `kinds` N1+(h .) and of `pairs` N1+(h .) N1+(. w), and
    the values of `total` c(h) with how many `times` each occurs.
    """
    size = vocabulary.size
    half, other = (
        pad(map(vocabulary.encode, train[first::2])) for first in (0, 1)
    )
    tables = count_ngrams(half, 2, size)
    here, there = tables[1], count_ngrams(other, 2, size)[1]
    preceding = continuation_counts(tables)[0]
    kinds = np.bincount(here.history, minlength=size)[here.history]
    total = np.bincount(here.history, here.count, size)[here.history]
    keys = np.append(there.history * size + there.word, -1)
    wanted = here.history * size + here.word
    row = np.searchsorted(keys[:-1], wanted)
    counted = np.append(there.count, 0)
    elsewhere = np.where(keys[row] == wanted, counted[row], 0)
    elsewhere = elsewhere * (len(half) / max(len(other), 1))
    rows = []
    for count in np.intersect1d(here.count, np.arange(1, most + 1)):
        of = here.count == count
        totals, times = np.unique(total[of].astype(int), return_counts=True)
        pairs = kinds[of] * preceding[here.word[of]]
        rows.append(
            {
                "count": int(count),
                "elsewhere": float(elsewhere[of].mean()),
                "kinds": float(kinds[of].mean()),
                "pairs": float(pairs.mean()),
                "total": totals.tolist(),
                "times": times.tolist(),
            }
        )
    below = [int(preceding.sum()), int((preceding > 0).sum())]
    return {"preceding": below, "rows": rows}


def _after(
    history: str,
    vocabulary: WordVocabulary,
    bigrams: Table,
    preceding: np.ndarray,
) -> dict[str, Any]:
    """A history's totals, and frequent, rare and unseen words after it."""
    rows = bigrams.history == vocabulary.ids[history]
    seen = bigrams.word[rows]
    counts = dict(
        zip(seen.tolist(), bigrams.count[rows].tolist(), strict=True)
    )
    ranked = sorted(counts, key=lambda i: (-counts[i], i))
    frequent = [i for i in ranked if i >= FIRST_WORD][:5]
    plain = [
        i
        for word, i in vocabulary.ids.items()
        if re.fullmatch(r" [^\W\d_]+", word)
    ]
    rare = [
        i
        for n in (3, 2, 1)
        for i in [i for i in plain if counts.get(i) == n][:1]
    ]
    unseen = sorted(
        (i for i in plain if i not in counts), key=lambda i: -preceding[i]
    )
    behind_one = [i for i in unseen if preceding[i] == 1]
    shown = dict.fromkeys([*frequent, *rare, *unseen[:3], *behind_one[:1]])
    return {
        "word": history,
        "total": sum(counts.values()),
        "kinds": len(counts),
        "preceding": int(preceding[seen].sum()),
        "words": [
            [vocabulary.symbol(i), counts.get(i, 0), int(preceding[i])]
            for i in shown
        ],
    }


def letters(text: str) -> str:
    """A text in Shannon's 27 symbols: small letters, and spaces between words.

    >>> letters("“It isn't so!” -- she said.")
    'it isnt so she said'
    """
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = re.sub("['’\u0300-\u036f]", "", plain)
    return re.sub("[^a-z]+", " ", plain).strip()


def shannon_data(
    train: Iterable[str], valid: Iterable[str], sentences: Iterable[str]
) -> dict[str, Any]:
    """For each sentence and model: the guess that names each letter, its bits.

    Every player knows the 120 characters before the sentence. Raises
    `ValueError` on a sentence that is not in the validation texts.
    """
    held_out, texts = list(valid), [letters(text) for text in train]
    games = [_game(sentence, held_out) for sentence in sentences]
    for order in ORDERS:
        model = NGram(ByteVocabulary(), order).fit(texts)
        for game in games:
            before = letters(game["before"]) + " "
            game["models"].append(_play(model, before, game["symbols"]))
    return {"symbols": SYMBOLS, "orders": ORDERS, "games": games}


def _game(sentence: str, texts: list[str]) -> dict[str, Any]:
    """A sentence, what stands before it in the text that holds it."""
    for text in texts:
        head, found, _ = text.partition(f" {sentence}")
        if found:
            before = head[-120:].partition(" ")[2]
            symbols = letters(sentence)
            return {
                "before": before,
                "sentence": sentence,
                "symbols": symbols,
                "models": [],
            }
    raise ValueError(f"not in the validation texts: {sentence!r}")


def _play(model: NGram, before: str, symbols: str) -> dict[str, list[float]]:
    """A model's rank (1 to 27) and bits for each symbol of a sentence."""
    ids = model.vocabulary.encode(before + symbols)
    alphabet = model.vocabulary.encode(SYMBOLS)
    bits = -model.log2_probs(ids)[len(before) : -1]
    ranks = []
    for t in range(len(before), len(ids)):
        p = model.distribution(ids[:t])[alphabet]
        guesses = alphabet[np.argsort(-p, kind="stable")]
        ranks.append(1 + int(np.flatnonzero(guesses == ids[t])[0]))
    return {"ranks": ranks, "bits": np.round(bits, 9).tolist()}
