"""Any network that carries a state reads a batch of texts, each token once."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from minillm.network import Network, device_of, join, select
from minillm.reader import Ids, n_more, pad_left


class StatefulReader:
    """What `reader.Reader` does for a Transformer, for every other network.

    It begins with `prompts`, one row of ids per text, of any lengths. Each is
    read by itself, so that no network has to know what padding is; from then
    on the texts go together. `max_new_tokens` fit behind the longest prompt.

    Raises `ValueError` on rows that are missing or empty, on ids outside of
    the vocabulary, and where a network reads any length and nobody says how
    many tokens are wanted.
    """

    def __init__(
        self,
        net: Network,
        prompts: Sequence[Ids],
        max_new_tokens: int | None = None,
    ):
        ids, mask = pad_left(prompts)
        V = net.config.vocab_size
        if not 0 <= ids.min() <= ids.max() < V:
            raise ValueError(
                f"ids: 0 to {V - 1} is possible, these are "
                f"{int(ids.min())} to {int(ids.max())}"
            )
        if net.context is None and max_new_tokens is None:
            raise ValueError(
                f"a {type(net).__name__} can write for ever: max_new_tokens "
                "says how much"
            )
        T = ids.shape[1]
        context = net.context or T + (max_new_tokens or 0)
        self.room = n_more(T, max_new_tokens, context)
        self.net, self.device = net, device_of(net)
        self.prompts = prompts
        self.ids = ids.to(self.device)  # all tokens so far (B, T)
        self.mask = None if mask is None else mask.to(self.device)

    def start(self) -> Tensor:
        """Read the prompts: logits (B, V) of what comes next."""
        read = []
        for prompt in self.prompts:
            ids = torch.tensor(np.asarray(prompt), device=self.device)
            read.append(self.net(ids[None], self.net.initial_state(1)))
        self.state = join([state for _, state in read])
        return torch.cat([logits[:, -1] for logits, _ in read]).float()

    def read(self, ids: Tensor) -> Tensor:
        """Read one more token (B,) of each text: logits (B, V) behind it."""
        self.ids = torch.cat((self.ids, ids[:, None]), dim=1)
        if self.mask is not None:
            real = torch.ones_like(ids, dtype=torch.bool)[:, None]
            self.mask = torch.cat((self.mask, real), dim=1)
        logits, self.state = self.net(ids[:, None], self.state)
        return logits[:, -1].float()

    def reorder(self, rows: Tensor) -> None:
        """Go on with these rows (B,) of the batch, each as often as named."""
        self.state, self.ids = select(self.state, rows), self.ids[rows]
        if self.mask is not None:
            self.mask = self.mask[rows]
