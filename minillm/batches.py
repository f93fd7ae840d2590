"""Batches to train on: windows or lanes of one long stream, pairs of texts.

Batch number n is a function of the data, the sizes, the seed and n alone: a
run that goes on where another one stopped, and each process of several, finds
the same one.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from minillm.arguments import check_rows
from minillm.corpus import BOS, Vocabulary
from minillm.ngram import pad

Ids = Sequence[int] | np.ndarray  # of one text, (T,)


class Batches(Protocol):
    """What the `Trainer` asks of batches."""

    B: int  # texts of one batch
    largest: int  # id in the data
    carries: bool  # whether row b of a batch goes on in row b of the next

    def describe(self) -> dict[str, Any]:
        """What makes these batches, as JSON data; a checkpoint keeps it."""

    def begins(self, number: int) -> bool:
        """Whether nothing was before the texts of this batch."""

    def batch(self, number: int) -> Tensor | tuple[Tensor, ...]:
        """Ids (B, T + 1): T are given, T predicted; or several such."""


def encode(vocabulary: Vocabulary, texts: Iterable[str]) -> np.ndarray:
    """Texts as one stream (N,) of ids: `<s>` text `</s>` `<s>` text ...

    Raises `ValueError` on a single string.
    """
    if isinstance(texts, str):
        raise ValueError(f"texts are a list of texts, not {texts[:30]!r}")
    return pad(vocabulary.encode(text) for text in texts)


def check_stream(stream: np.ndarray, B: int, n_needed: int, what: str) -> None:
    """Raise `ValueError` unless a stream (N,) of ids has `n_needed` of them,
    and B is 1 or more.
    """
    if stream.ndim != 1 or not np.issubdtype(stream.dtype, np.integer):
        raise ValueError(
            f"a stream is an array (N,) of whole numbers, not {stream.dtype} "
            f"{stream.shape}"
        )
    if len(stream) < n_needed or B < 1 or n_needed < 2:
        raise ValueError(
            f"{len(stream)} tokens do not give {what} and the one behind them"
        )
    if type(B) is not int:
        raise ValueError(f"B is a whole number, not {B!r}")
    if stream.min() < 0:
        raise ValueError(f"ids are 0 or more, not {stream.min()}")


def cut(stream: np.ndarray, starts: np.ndarray, T: int) -> Tensor:
    """The T + 1 tokens from each of `starts` (B,) on: (B, T + 1)."""
    return torch.from_numpy(stream[starts[:, None] + np.arange(T + 1)])


def described(kind: str, stream: np.ndarray, **more: int) -> dict[str, Any]:
    """Sizes, seed, CRC-32 of the stream."""
    crc32 = zlib.crc32(np.ascontiguousarray(stream).data)
    return {"kind": kind, "n_tokens": len(stream), "crc32": crc32, **more}


class Windows:
    """The batches of B windows of T tokens from a stream (N,) of ids.

    One pass cuts the stream into windows that do not overlap, from a random
    offset, and goes through them in random order; each pass has its own
    offset and order. Nothing can be carried from one batch to the next.

    A window may reach across the border of two documents, and its tokens see
    the end of the document before: `</s> <s>` tells them that it is over.
    Raises `ValueError` where the stream is too short for one window.
    """

    carries = False

    def __init__(self, stream: np.ndarray, B: int, T: int, seed: int = 0):
        check_stream(stream, B, T + 1, f"{B} windows of {T} tokens")
        self.stream, self.B, self.T, self.seed = stream, B, T, seed
        self.largest = int(stream.max())
        self.n_windows = max(1, (len(stream) - T) // T)  # of one pass
        self.cached = (-1, np.zeros(0, np.int64))

    def describe(self) -> dict[str, Any]:
        """What makes these batches."""
        sizes = {"B": self.B, "T": self.T, "seed": self.seed}
        return described("Windows", self.stream, **sizes)

    def begins(self, number: int) -> bool:
        """Always: what stands before a window is not known."""
        return True

    def starts(self, of_pass: int) -> np.ndarray:
        """Where the windows (n_windows,) of a pass begin, in its order."""
        # Drawing an order takes longer than a small step of training does.
        if self.cached[0] != of_pass:
            generator = np.random.default_rng([self.seed, of_pass])
            room = len(self.stream) - self.n_windows * self.T
            offset = generator.integers(room)
            order = generator.permutation(self.n_windows)
            self.cached = (of_pass, offset + self.T * order)
        return self.cached[1]

    def batch(self, number: int) -> Tensor:
        """Rows (B, T + 1) of ids."""
        first, n_more = divmod(number * self.B, self.n_windows)
        starts = self.starts(first)[n_more : n_more + self.B]
        while len(starts) < self.B:  # the batch goes on in the next pass
            first += 1
            more = self.starts(first)[: self.B - len(starts)]
            starts = np.concatenate((starts, more))
        return cut(self.stream, starts, self.T)


class Lanes:
    """The batches of B lanes of a stream (N,) of ids, T tokens at a time.

    One pass cuts the stream into B long lanes, from a random offset, and goes
    through all of them side by side: row b of a batch goes on in row b of the
    next one. A state can be carried from batch to batch, and the gradient cut
    there: truncated back-propagation through time (Williams and Peng 1990).
    Raises `ValueError` where the stream is too short for one batch.
    """

    carries = True

    def __init__(self, stream: np.ndarray, B: int, T: int, seed: int = 0):
        needed = B * T + 1 if T > 0 else 0
        check_stream(stream, B, needed, f"{B} lanes of {T} tokens")
        self.stream, self.B, self.T, self.seed = stream, B, T, seed
        self.largest = int(stream.max())
        self.n_batches = (len(stream) - 1) // (B * T)  # of one pass

    def describe(self) -> dict[str, Any]:
        """What makes these batches."""
        sizes = {"B": self.B, "T": self.T, "seed": self.seed}
        return described("Lanes", self.stream, **sizes)

    def begins(self, number: int) -> bool:
        """Whether a pass begins: its lanes go on from nothing."""
        return number % self.n_batches == 0

    def batch(self, number: int) -> Tensor:
        """Rows (B, T + 1) of ids; the last column comes first in the next."""
        of_pass, place = divmod(number, self.n_batches)
        length = self.n_batches * self.T  # of a lane
        room = len(self.stream) - self.B * length
        generator = np.random.default_rng([self.seed, of_pass])
        # Another offset in each pass, or the borders of the lanes, where
        # nothing is known of what was before, would always be the same.
        start = generator.integers(room) + place * self.T
        return cut(self.stream, start + length * np.arange(self.B), self.T)


class Pairs:
    """The batches of B pairs of texts: a source, and a target to predict.

    Sources and targets are rows of ids; targets get `BOS` and `EOS`. Each
    pass has its own random order. Shorter texts are filled up with `BOS`,
    which stands nowhere else but in front of a target, where it is given: the
    objective is `SequenceToSequence(padding=BOS)`. Raises `ValueError` on
    other numbers of sources than of targets, on fewer than B, and on an empty
    source.
    """

    carries = False

    def __init__(
        self,
        sources: Sequence[Ids],
        targets: Sequence[Ids],
        B: int,
        seed: int = 0,
    ):
        if len(sources) != len(targets) or not 1 <= B <= len(sources):
            raise ValueError(
                f"{len(sources)} sources and {len(targets)} targets do not "
                f"make batches of {B} pairs"
            )
        rows = check_rows("sources", sources), check_rows("targets", targets)
        self.sources = [torch.from_numpy(row) for row in rows[0]]
        self.targets = [torch.from_numpy(pad([row])) for row in rows[1]]
        if not all(len(source) for source in self.sources):
            raise ValueError("each source has a token or more")
        self.B, self.seed = B, seed
        both = [*self.sources, *self.targets]
        self.largest = max(int(ids.max()) for ids in both)
        if min(int(ids.min()) for ids in both) < 0:
            raise ValueError("ids are 0 or more")

    def describe(self) -> dict[str, Any]:
        """What makes these batches."""
        stream = torch.cat([*self.sources, *self.targets]).numpy()
        n_pairs = len(self.sources)
        sizes = {"B": self.B, "seed": self.seed, "n_pairs": n_pairs}
        return described("Pairs", stream, **sizes)

    def begins(self, number: int) -> bool:
        """Always."""
        return True

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Sources (B, S) and targets (B, T + 1)."""
        of_pass, place = divmod(number, len(self.sources) // self.B)
        generator = np.random.default_rng([self.seed, of_pass])
        order = generator.permutation(len(self.sources))
        rows = order[place * self.B : (place + 1) * self.B]
        return tuple(  # type: ignore[return-value]
            pad_sequence([texts[i] for i in rows], True, BOS)
            for texts in (self.sources, self.targets)
        )
