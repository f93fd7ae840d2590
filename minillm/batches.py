"""Batches to train on: windows of one long stream of documents."""

import zlib
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from minillm.corpus import BOS, Vocabulary
from minillm.ngram import pad
from minillm.objectives import IGNORE, causal


def encode(vocabulary: Vocabulary, texts: Iterable[str]) -> np.ndarray:
    """Texts as one stream (N,) of ids: `<s>` text `</s>` `<s>` text ..."""
    return pad(vocabulary.encode(text) for text in texts)


class Windows:
    """The batches of B windows of T tokens from a stream (N,) of ids.

    One pass cuts the stream into windows that do not overlap, from a random
    offset, and goes through them in random order; each pass has its own
    offset and order. Batch number n is a function of the stream, the sizes,
    the seed and n alone: a run that goes on where another one stopped, and
    each process of several, finds the same one.

    A window may reach across the border of two documents, and its tokens see
    the end of the document before: `</s> <s>` tells them that it is over.
    `<s>` itself is given, never predicted: its target is `IGNORE`. Raises
    `ValueError` where the stream is too short for one window.
    """

    def __init__(self, stream: np.ndarray, B: int, T: int, seed: int = 0):
        if len(stream) <= T or B < 1 or T < 1:
            raise ValueError(
                f"{len(stream)} tokens do not give {B} windows of {T} tokens "
                "and the one behind them"
            )
        self.stream, self.B, self.T, self.seed = stream, B, T, seed
        self.n_windows = max(1, (len(stream) - T) // T)  # of one pass
        self.cached = (-1, np.zeros(0, np.int64))

    def describe(self) -> dict[str, int]:
        """What makes these batches: sizes, seed, CRC-32 of the stream."""
        return {
            "B": self.B,
            "T": self.T,
            "seed": self.seed,
            "n_tokens": len(self.stream),
            "crc32": zlib.crc32(np.ascontiguousarray(self.stream).data),
        }

    def starts(self, of_pass: int) -> np.ndarray:
        """Where the windows (n_windows,) of a pass begin, in its order."""
        if self.cached[0] != of_pass:
            generator = np.random.default_rng([self.seed, of_pass])
            room = len(self.stream) - self.n_windows * self.T
            offset = generator.integers(room)
            order = generator.permutation(self.n_windows)
            self.cached = (of_pass, offset + self.T * order)
        return self.cached[1]

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Ids (B, T) and targets (B, T), the same one token later."""
        first, n_more = divmod(number * self.B, self.n_windows)
        starts = self.starts(first)[n_more : n_more + self.B]
        while len(starts) < self.B:  # the batch goes on in the next pass
            first += 1
            more = self.starts(first)[: self.B - len(starts)]
            starts = np.concatenate((starts, more))
        places = starts[:, None] + np.arange(self.T + 1)
        rows = torch.from_numpy(self.stream[places])  # (B, T + 1)
        ids, targets, _ = causal(rows)
        return ids, targets.masked_fill(targets == BOS, IGNORE)
