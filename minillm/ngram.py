r"""n-gram language models by counting, in arrays.

Every model of this module is one recursion. With h the words before w and h'
the same history without its first word,

    p_k(w | h) = alpha_k(h w) + backoff_k(h) p_{k-1}(w | h')

down to the uniform p_0(w) = 1 / (V - 1); `BOS` is never predicted. The
estimators below differ in `alpha` and `backoff` only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from minillm.corpus import BOS, EOS, Vocabulary
from minillm.texts import each_text
from minillm.yardstick import Model, bits_per_byte


@dataclass(frozen=True)
class Table:
    """The U distinct k-grams of a text, sorted by history and then by word.

    `history` (U,): the row of the first k-1 words in the table of order k-1;
    `word` (U,): the id of the last word;
    `suffix` (U,): the row of the last k-1 words in the table of order k-1;
    `count` (U,): how often the k-gram occurs; 0 for the unigram `BOS`, which
      is never predicted.
    """

    history: np.ndarray
    word: np.ndarray
    suffix: np.ndarray
    count: np.ndarray


def pad(sequences: Iterable[np.ndarray]) -> np.ndarray:
    """Join sequences of ids into one stream (T,), each in `BOS` and `EOS`.

    >>> pad([np.array([5, 6]), np.array([7])])
    array([0, 5, 6, 1, 0, 7, 1])
    """
    stream: list[np.ndarray] = [np.zeros(0, np.int64)]
    for ids in sequences:
        stream += [np.array([BOS]), ids, np.array([EOS])]
    return np.concatenate(stream)


def distinct(
    keys: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct keys in order, the row of each key there, and the counts.

    Keys (T,) are whole numbers from 0 to `size` - 1. Returns the U distinct
    ones (U,), for each key its row among them (T,), and how often each occurs
    (U,). `np.unique` gives the same, but it sorts the places by their keys; to
    sort single numbers, each made of a key and its place, is much faster.

    >>> distinct(np.array([7, 3, 7]), 10)
    (array([3, 7]), array([1, 0, 1]), array([1, 2]))
    """
    n_keys = len(keys)
    # A key and its place must fit into one int64, else they are kept apart.
    if n_keys == 0 or size > np.iinfo(np.int64).max // n_keys:
        return np.unique(keys, return_inverse=True, return_counts=True)
    ordered = np.sort(keys * n_keys + np.arange(n_keys))
    keys, places = np.divmod(ordered, n_keys)
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    count = np.diff(np.append(first, n_keys))
    rows = np.empty(n_keys, np.int64)
    rows[places] = np.repeat(np.arange(len(first)), count)
    return keys[first], rows, count


def count_ngrams(
    stream: np.ndarray, order: int, vocab_size: int
) -> list[Table]:
    """Count the k-grams of a padded stream (T,), for k = 1, ..., `order`.

    Table 1 has a row for each id of the vocabulary, seen or not. The tables
    above it hold only what occurs. No k-gram reaches back across a `BOS`.

    >>> _, bigrams = count_ngrams(pad([np.array([2, 3, 2, 3])]), 2, 4)
    >>> bigrams.history, bigrams.word, bigrams.count
    (array([0, 2, 3, 3]), array([2, 3, 1, 2]), array([1, 2, 1, 1]))
    """
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    # (T,) the row of the k-gram that ends at each token; -1: there is none
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        keys, rows, count = distinct(
            history[inside] * vocab_size + stream[inside],
            len(tables[-1].word) * vocab_size,
        )
        # Written as often as a k-gram occurs, each time with the same row.
        suffix = np.empty_like(keys)
        suffix[rows] = ends[inside]
        tables.append(
            Table(keys // vocab_size, keys % vocab_size, suffix, count)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


def maximum_likelihood(history: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The share p (U,) of each k-gram in its history: c(hw) / c(h)."""
    total = np.bincount(history, count)
    return count / total[history]


def add_k(
    history: np.ndarray,
    count: np.ndarray,
    n_histories: int,
    vocab_size: int,
    k: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Pretend that each word that can follow occurred k more times.

    (c(hw) + k) / (c(h) + k (V - 1)) mixes maximum likelihood with the uniform
    distribution. Returns the two parts of the mixture: alpha (U,), the part
    that the counts give, and backoff (n_histories,), the weight of the uniform
    distribution; it is 1 for an unseen history.
    """
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.divide(
        added, total + added, out=np.ones(n_histories), where=total > 0
    )
    return (1 - backoff)[history] * maximum_likelihood(history, count), backoff


def begins_with_bos(tables: list[Table]) -> list[np.ndarray]:
    """For each table, which of its k-grams (U,) begin with `BOS`."""
    begins = [tables[0].word == BOS]
    for table in tables[1:]:
        begins.append(begins[-1][table.history])
    return begins


def continuation_counts(tables: list[Table]) -> list[np.ndarray]:
    """The counts (U,) of each order that Kneser-Ney smoothing works on.

    Below the highest order a k-gram counts once for each distinct word that
    precedes it. Nothing precedes a `BOS`: the k-grams that begin with it, and
    the highest order, keep their counts.
    """
    counts = []
    for table, longer, begins in zip(
        tables, tables[1:], begins_with_bos(tables), strict=False
    ):
        preceding = np.bincount(longer.suffix, minlength=len(table.word))
        counts.append(np.where(begins, table.count, preceding))
    return [*counts, tables[-1].count]


def discounts(count: np.ndarray) -> np.ndarray:
    """What modified Kneser-Ney takes from counts of 0, 1, 2 and 3+: (4,).

    n_i is the number of k-grams with count i, Y = n_1 / (n_1 + 2 n_2) and D_i
    = i - (i + 1) Y n_{i+1} / n_i (Chen & Goodman 1998, equation 26). Where a
    small text leaves a D_i undefined or not above 0, the fallback is 0.5, 1,
    1.5, as in KenLM.
    """
    # Counts of 5 and more share a place that is never read: D_3 needs n_4.
    n = np.bincount(np.minimum(count, 5), minlength=6)
    if n[1:4].all():  # they are divisors; n_4 may be 0
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0.0, d)
    return np.array([0.0, 0.5, 1.0, 1.5])


def kneser_ney(
    history: np.ndarray,
    count: np.ndarray,
    n_histories: int,
    discount: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """One order of interpolated modified Kneser-Ney smoothing.

    From each count (U,) of a k-gram with history (U,) the discount (4,) for 0,
    1, 2 or 3+ is taken. Returns alpha (U,), what is left as a share of the
    history's total, and backoff (n_histories,), the share that was taken; it
    is 1 for an unseen history.
    """
    total = np.bincount(history, count, n_histories)
    # What is taken is handed to the shorter history: nothing is lost, so the
    # probabilities sum to one by construction.
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories)
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    return (count - taken) / total[history], backoff


def sample(
    distribution: Callable[[np.ndarray], np.ndarray],
    generator: np.random.Generator,
    max_tokens: int,
    context: Iterable[int] = (),
) -> np.ndarray:
    """Continue a context token by token, up to an `EOS` or `max_tokens`.

    `distribution` maps ids (T,) to the probabilities (V,) of the next one.
    Returns the new ids without the context and without the `EOS`.
    """
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], dtype=np.int64)


def tune_k(
    fit: Callable[[float], Model],
    valid: str | Iterable[str],
    ks: Iterable[float],
) -> tuple[float, list[float]]:
    """Choose the k whose model, `fit(k)`, does best on validation texts.

    Returns the k of `ks` with the fewest bits per byte, and the bits per byte
    of every k, in the order of `ks`. `valid` may be one text.
    """
    ks, valid = list(ks), list(each_text(valid))
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[int(np.argmin(bits))], bits


class NGram:
    """An n-gram model: tables of counts, and an estimator that smooths them.

    `smoothing` is "kneser_ney" (interpolated, modified), "add_k" or "mle",
    which is add-k with k = 0. Raises `ValueError` on an order below 1, an
    unknown smoothing and a negative k.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        order: int,
        smoothing: Literal["kneser_ney", "add_k", "mle"] = "kneser_ney",
        k: float = 1.0,
    ):
        if order < 1:
            raise ValueError(f"order is 1 or more, not {order}")
        if smoothing not in ("kneser_ney", "add_k", "mle"):
            raise ValueError(
                "smoothing is 'kneser_ney', 'add_k' or 'mle', "
                f"not {smoothing!r}"
            )
        if k < 0:
            raise ValueError(f"k is 0 or more, not {k}")
        self.vocabulary, self.order, self.smoothing = (
            vocabulary,
            order,
            smoothing,
        )
        self.k = 0.0 if smoothing == "mle" else k

    def fit(self, texts: str | Iterable[str]) -> Self:
        """Count the n-grams of texts, or of one text, and smooth them."""
        stream = pad(self.vocabulary.encode(text) for text in each_text(texts))
        if not len(stream):
            raise ValueError("a model needs at least one text to count")
        tables = count_ngrams(stream, self.order, self.vocabulary.size)
        levels = (
            self._kneser_ney(tables)
            if self.smoothing == "kneser_ney"
            else self._add_k(tables)
        )
        # A last entry each for what was never seen, where row -1 finds it.
        last = np.iinfo(np.int64).max
        self.keys = [
            np.append(
                t.history * np.int64(self.vocabulary.size) + t.word, last
            )
            for t in tables
        ]
        self.alpha = [np.append(alpha, 0.0) for alpha, _ in levels]
        self.backoff = [np.append(backoff, 1.0) for _, backoff in levels]
        return self

    def _kneser_ney(
        self, tables: list[Table]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        sizes = [1, *(len(table.word) for table in tables)]
        counts = continuation_counts(tables)
        return [
            kneser_ney(table.history, count, size, discounts(count))
            for table, count, size in zip(tables, counts, sizes, strict=False)
        ]

    def _add_k(
        self, tables: list[Table]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Only the highest order, and what `BOS` makes shorter."""
        begins = [np.zeros(1, bool), *begins_with_bos(tables)]
        levels = []
        for k, table in enumerate(tables, 1):
            alpha, backoff = add_k(
                table.history,
                table.count,
                len(begins[k - 1]),
                self.vocabulary.size,
                self.k,
            )
            # Shorter k-grams count only where a text begins: there is no
            # longer history.
            if k < self.order:
                alpha[~begins[k]] = 0.0
                backoff[~begins[k - 1]] = 1.0
            levels.append((alpha, backoff))
        return levels

    def rows(self, stream: np.ndarray) -> list[np.ndarray]:
        """The rows (T,) of the k-grams that end at each token, k = 0 to n."""
        self._check(stream)
        rows = [np.zeros(len(stream), np.int64), stream]
        for keys in self.keys[1:]:
            history = np.append(-1, rows[-1][:-1])
            known = (history >= 0) & (stream != BOS)
            # -1 is found nowhere; the last key, which is larger than any,
            # keeps the place that is found inside the table.
            wanted = np.where(
                known, history * self.vocabulary.size + stream, -1
            )
            found = np.searchsorted(keys, wanted)
            rows.append(np.where(keys[found] == wanted, found, -1))
        return rows

    def _check(self, stream: np.ndarray) -> None:
        if not hasattr(self, "keys"):
            raise ValueError("the model has counted nothing yet: call fit")
        last = self.vocabulary.size - 1
        wrong = stream[(stream < 0) | (stream > last)]
        if len(wrong):
            raise ValueError(f"ids go from 0 to {last}, not {wrong[0]}")

    def score(self, stream: np.ndarray) -> np.ndarray:
        """log2 probability (T,) of each token of a stream; 0 at a `BOS`."""
        rows = self.rows(stream)
        p = np.full(len(stream), 1 / (self.vocabulary.size - 1))
        # From the uniform distribution upwards, one order after the other; row
        # -1, of what was never seen, has alpha 0 and backoff 1.
        for shorter, row, alpha, backoff in zip(
            rows[:-1], rows[1:], self.alpha, self.backoff, strict=True
        ):
            history = np.append(-1, shorter[:-1])
            p = alpha[row] + backoff[history] * p
        with np.errstate(divide="ignore"):
            return np.where(stream == BOS, 0.0, np.log2(p))

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """
        return self.score(pad([ids]))[1:]

    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,)."""
        size = self.vocabulary.size
        p = np.full(size, 1 / (size - 1))
        p[BOS] = 0.0
        context = (
            np.append(BOS, ids)[1 - self.order :]
            if self.order > 1
            else np.array([BOS])
        )
        histories = [0, *(rows[-1] for rows in self.rows(context)[1:-1])]
        for history, keys, alpha, backoff in zip(
            histories, self.keys, self.alpha, self.backoff, strict=True
        ):
            if history < 0:  # unseen, and so is every longer one
                break
            # All words after one history stand side by side in the table.
            start, stop = np.searchsorted(
                keys, [history * size, (history + 1) * size]
            )
            p *= backoff[history]
            p[keys[start:stop] - history * size] += alpha[start:stop]
        return p
