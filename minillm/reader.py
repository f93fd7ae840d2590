"""A Transformer that reads a batch of texts, each token once."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from minillm.arguments import check, check_count, check_rows
from minillm.cache import KVCache
from minillm.fast_decoding import FastDecoder, can_decode_fast
from minillm.transformer import Transformer

Ids = Sequence[int] | np.ndarray  # of one text, (T,)


def pad_left(rows: Sequence[Ids]) -> tuple[Tensor, Tensor | None]:
    """Rows of ids as one tensor (B, T), the shorter ones padded in front.

    Padding is in front so that the last column holds the last token of every
    row. Returns also where the tokens are real, (B, T) of bool, or None where
    all are. Raises `ValueError` where there is no row, or no token in a row.

    >>> pad_left([[5, 6], [7]])
    (tensor([[5, 6],
            [0, 7]]), tensor([[ True,  True],
            [False,  True]]))
    """
    rows = check_rows("texts", rows)
    lengths = [len(row) for row in rows]
    if not lengths or min(lengths) < 1:
        raise ValueError(
            "there must be a row, and in each row a token (BOS, say), "
            f"not lengths of {lengths}"
        )
    T = max(lengths)
    ids = torch.zeros(len(lengths), T, dtype=torch.int64)
    for i, row in enumerate(rows):
        ids[i, T - len(row) :] = torch.from_numpy(row)
    if min(lengths) == T:
        return ids, None
    return ids, torch.arange(T) >= T - torch.tensor(lengths)[:, None]


class Reader:
    """A Transformer that reads a batch of texts and remembers them.

    It begins with `prompts`, one row of ids per text, of any lengths. After
    the longest one there is room for `max_new_tokens`, or for as many as the
    context holds. An encoder-decoder also reads `sources`, one row of ids per
    text. In a prefix Transformer the prompt is the prefix.

    Raises `ValueError` on an encoder, where the context is too short, and on
    rows that are missing, empty or not wanted.
    """

    def __init__(
        self,
        model: Transformer,
        prompts: Sequence[Ids],
        max_new_tokens: int | None = None,
        sources: Sequence[Ids] | None = None,
    ):
        config, weight = model.config, next(model.parameters())
        if config.structure == "encoder":
            raise ValueError("an encoder cannot write: it sees what follows")
        ids, mask = pad_left(prompts)
        B, T = ids.shape
        self.room = n_more(T, max_new_tokens, config.context)
        self.model, self.device, self.length = model, weight.device, T
        more = torch.zeros(B, self.room, dtype=torch.int64)
        self._ids = torch.cat((ids, more), dim=1).to(self.device)
        self._mask = None
        if mask is not None:
            self._mask = torch.cat((mask, more == 0), dim=1).to(self.device)
        self.cache = KVCache(
            config, B, T + self.room, weight.device, weight.dtype
        )
        self._given: dict[str, Tensor] = {}  # to the model, with each token
        if config.structure == "prefix":
            lengths = torch.tensor([len(row) for row in prompts])
            self._given["prefix"] = lengths.to(self.device)
        self._source = self._pad_sources(sources)
        self._written_out = can_decode_fast(model)
        self._one_token: FastDecoder | None = None

    def _pad_sources(self, sources: Sequence[Ids] | None) -> Tensor | None:
        """The sources (B, S); where they are padded goes to the model."""
        if sources is None:
            return None
        ids, mask = pad_left(sources)
        if mask is not None:
            self._given["source_mask"] = mask.to(self.device)
        return ids.to(self.device)

    @property
    def ids(self) -> Tensor:
        """All tokens so far (B, T)."""
        return self._ids[:, : self.length]

    @property
    def mask(self) -> Tensor | None:
        """Which of them are real (B, T); None: all."""
        return None if self._mask is None else self._mask[:, : self.length]

    def start(self) -> Tensor:
        """Read the prompts: logits (B, V) of what comes next."""
        states = self.model.states(
            self.ids,
            self.cache,
            source=self._source,
            mask=self.mask,
            **self._given,
        )
        return self.model.logits(states[:, -1]).float()

    def read(self, ids: Tensor) -> Tensor:
        """Read one more token (B,) of each text: logits (B, V) behind it.

        Raises `ValueError` where the ids are no int64 of the vocabulary, and
        where there is no room for one more token.
        """
        B, T = self._ids.shape
        check("ids", ids, (B,), below=self.model.config.vocab_size)
        if self.length == T:
            raise ValueError(f"there is room for {T} tokens, and no more")
        self._ids[:, self.length] = ids
        self.length += 1
        if self._written_out:
            if self._one_token is None:
                self._one_token = FastDecoder(self.model, self.cache, len(ids))
            return self._one_token(ids, self.mask).float()
        logits, _ = self.model(
            ids[:, None], self.cache, mask=self.mask, **self._given
        )
        return logits[:, -1].float()

    def reorder(self, rows: Tensor) -> None:
        """Go on with these rows (B,) of the batch, each as often as named.

        Raises `ValueError` on a row that the batch does not have.
        """
        check("rows", rows, tuple(rows.shape), below=len(self._ids))
        self.cache.reorder(rows)
        self._ids = self._ids[rows]
        if self._mask is not None:
            self._mask = self._mask[rows]
        self._given = {name: x[rows] for name, x in self._given.items()}


def n_more(length: int, max_new_tokens: int | None, context: int) -> int:
    """The number of tokens to write after `length` others.

    None fills the context.

    Raises `ValueError` where they do not fit, and below 0.
    """
    check_count("max_new_tokens", max_new_tokens)
    free = context - length
    wanted = max(free, 0) if max_new_tokens is None else max_new_tokens
    if wanted > free:
        raise ValueError(
            f"a prompt of {length} tokens and {wanted} new ones are more "
            f"than the context of {context}"
        )
    return wanted
