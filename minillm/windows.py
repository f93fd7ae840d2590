"""How long texts are read: in pieces with a state, or in windows.

Both ways give the same: of one batch after the other the places that were
read, the logits behind them, and the tokens that came there.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from minillm.corpus import EOS
from minillm.network import Network, device_of
from minillm.transformer import Transformer

PIECE = 256  # tokens that are read at once where a state is carried

Place = tuple[int, int, int]  # a text's number, its tokens from first to end
# Places, the logits (N, V) there, the targets (N,).
Read = tuple[list[Place], Tensor, Tensor]


def window_starts(n_tokens: int, context: int, stride: int) -> np.ndarray:
    """Where the windows begin that together score a text of `n_tokens`.

    The first begins at 0, each next one `stride` tokens later, until one
    reaches the end; a window holds up to `context` tokens.

    >>> window_starts(10, 4, 2)
    array([0, 2, 4, 6])
    """
    n_more = math.ceil(max(0, n_tokens - context) / stride)
    return stride * np.arange(n_more + 1)


class Window(NamedTuple):
    """Some tokens of a text that are read at once; those from `done` on are
    to be scored.
    """

    length: int
    text: int  # its number
    start: int
    done: int


def read_windows(
    net: Network, streams: Sequence[np.ndarray], stride: int, batch: int
) -> Iterator[Read]:
    """Texts (T + 1,), from `BOS` to `EOS`, by a network with a context."""
    device = device_of(net)
    windows: list[Window] = []
    for text, stream in enumerate(streams):
        done, n_tokens = 0, len(stream) - 1
        for start in window_starts(n_tokens, net.context or 0, stride):
            end = min(start + (net.context or 0), n_tokens)
            windows.append(Window(end - start, text, int(start), done))
            done = end
    windows.sort()
    for first in range(0, len(windows), batch):
        rows = windows[first : first + batch]
        longest = max(window.length for window in rows)
        given = np.full((len(rows), longest), EOS)
        named = np.zeros((len(rows), longest), np.int64)
        asked = np.zeros((len(rows), longest), bool)
        for i, (length, text, start, done) in enumerate(rows):
            end = start + length
            given[i, :length] = streams[text][start:end]
            named[i, :length] = streams[text][start + 1 : end + 1]
            asked[i, done - start : length] = True
        places = [(w.text, w.done, w.start + w.length) for w in rows]
        ids, where = (torch.from_numpy(x).to(device) for x in (given, asked))
        targets = torch.from_numpy(named[asked]).to(device)
        yield places, logits_at(net, ids, where), targets


def logits_at(net: Network, ids: Tensor, where: Tensor) -> Tensor:
    """Logits (N, V) at the N places of `ids` (B, T) where `where` is True."""
    if isinstance(net, Transformer):
        # A small stride asks for few of many tokens, and logits are the
        # largest of all products: they are made where they are needed.
        return net.logits(net.states(ids)[where])
    return net(ids)[0][where]


def read_pieces(
    net: Network, streams: Sequence[np.ndarray], batch: int
) -> Iterator[Read]:
    """Texts (T + 1,), from `BOS` to `EOS`, by a network that carries a state.

    Each text begins with an empty state. Shorter texts of a batch are filled
    up behind their end, where nobody looks.
    """
    device = device_of(net)
    order = sorted(range(len(streams)), key=lambda text: len(streams[text]))
    for first in range(0, len(order), batch):
        texts = order[first : first + batch]
        longest = len(streams[texts[-1]])
        rows = np.full((len(texts), longest), EOS)
        for row, text in zip(rows, texts, strict=True):
            row[: len(streams[text])] = streams[text]
        ids = torch.from_numpy(rows).to(device)
        state = net.initial_state(len(texts))
        for start in range(0, longest - 1, PIECE):
            end = min(start + PIECE, longest - 1)
            logits, state = net(ids[:, start:end], state)
            ends = [min(end, len(streams[text]) - 1) for text in texts]
            places = [
                (text, start, stop)
                for text, stop in zip(texts, ends, strict=True)
                if stop > start
            ]
            stops = torch.tensor(ends, device=device)[:, None]
            real = torch.arange(start, end, device=device) < stops
            yield places, logits[real], ids[:, start + 1 : end + 1][real]
