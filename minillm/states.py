"""Vectors of tokens in their texts, whatever model makes them."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from minillm.corpus import BOS, EOS, Vocabulary, words


class HasStates(Protocol):
    """A model that gives vectors of each layer to the tokens of texts."""

    embedding: nn.Embedding

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """States (n_layers + 1, B, T, 2C) of ids (B, T)."""


def collate(
    vocabulary: Vocabulary, texts: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Texts as ids (B, T) with `<s>` and `</s>`, and their lengths (B,).

    Shorter rows are filled up with `EOS`. Raises `ValueError` without a text.
    """
    if not texts:
        raise ValueError("there is no text to make a batch of")
    rows = [
        torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])
        for text in texts
    ]
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows, batch_first=True, padding_value=EOS), lengths


def place(vocabulary: Vocabulary, text: str, end: int) -> int:
    """The row of `collate` in which the word that ends before `end` ends.

    For a word that the vocabulary spells out this is its last letter. Raises
    `ValueError` where no word ends there.
    """
    pieces = words(text)
    for n in range(1, len(pieces) + 1):
        if len("".join(pieces[:n])) == end:
            return len(vocabulary.encode("".join(pieces[:n])))
    raise ValueError(f"no word of {text!r} ends before character {end}")


@torch.no_grad()
def vectors(
    model: HasStates,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    ends: Sequence[int],
) -> Tensor:
    """States (n_layers + 1, N, 2C) of one word in each of N texts.

    `ends` says behind which character the word ends.
    """
    places = [
        place(vocabulary, text, end)
        for text, end in zip(texts, ends, strict=True)
    ]
    ids, lengths = collate(vocabulary, texts)
    states = model.states(ids, lengths)
    return states[:, torch.arange(len(texts)), places]


def neighbours(
    table: Tensor,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    ends: Sequence[int],
    reach: int = 3,
) -> Tensor:
    """The mean (N, C) of the table's rows for the tokens around one word.

    They are the tokens of `collate` up to `reach` places to its left and to
    its right: what static vectors can say of a context.
    """
    rows = []
    for text, end in zip(texts, ends, strict=True):
        at = place(vocabulary, text, end)
        (ids,), _ = collate(vocabulary, [text])
        around = torch.cat(
            (ids[max(0, at - reach) : at], ids[at + 1 : at + 1 + reach])
        )
        rows.append(table[around].mean(0))
    return torch.stack(rows)


def standardised(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Two sets of vectors (N, D) and (M, D), each number minus its mean in
    `train` and divided by its standard deviation there.

    A number that does not vary in `train` is divided by 1.
    """
    mean, scale = train.mean(0), train.std(0, correction=0)
    scale = torch.where(scale > 1e-6, scale, 1.0)
    return (train - mean) / scale, (test - mean) / scale


def tokens_read(
    model: HasStates, ids: Tensor, layer: int
) -> tuple[Tensor, Tensor]:
    """Which tokens of one text (T,) have been read in which state of a layer.

    Returns two arrays (T, T), of the forward and of the backward half: entry
    [t, u] is the length of the gradient of the state at token t in the
    embedding of token u, and 0 where token u has not been read. Raises
    `ValueError` where a token occurs twice: both would have one gradient.
    """
    if len(ids.unique()) < len(ids):
        raise ValueError(f"a token occurs twice in {ids.tolist()}")
    state = model.states(ids[None], torch.tensor([len(ids)]))[layer, 0]
    weight = model.embedding.weight
    tables = [
        [torch.autograd.grad(x.sum(), weight, retain_graph=True) for x in half]
        for half in state.chunk(2, dim=-1)
    ]
    ahead, back = (
        torch.stack([grad[ids].norm(dim=-1) for (grad,) in table])
        for table in tables
    )
    return ahead, back
