"""A recurrent language model of torch's own layers."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.corpus import BOS
from minillm.network import Network, State, map_state

Kind = Literal["elman", "gru", "lstm"]
LAYERS = {"elman": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@dataclass(frozen=True)
class RNNConfig:
    """The sizes of a recurrent network.

    Raises `ValueError` on a kind that does not exist and a size below 1.
    """

    vocab_size: int  # V
    kind: Kind = "lstm"
    width: int = 128  # C, of a token's vector
    hidden: int = 256  # H, of the state
    n_layers: int = 1
    dropout: float = 0.0  # between layers, never from step to step
    forget_bias: float = 1.0  # of a new LSTM

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(
                f"kind is one of {get_args(Kind)}, not {self.kind!r}"
            )
        for name in ("vocab_size", "width", "hidden", "n_layers"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is 1 or more, not {value!r}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout lies in [0, 1), not {self.dropout!r}")
        if not np.isfinite(self.forget_bias):
            raise ValueError(f"forget_bias is {self.forget_bias!r}")


class RNN(Network):
    """A recurrent language model (Mikolov et al. 2010), with torch's layers.

    Its state is a tuple with one entry for each layer: h (B, H), in an LSTM a
    tuple of h and c. At each `BOS` it begins with zeros again, so that a text
    that comes behind another one on a lane is read as if it were alone.
    Dropout acts on what goes up, from the embedding to the
    head, and never on what goes from step to step (Zaremba et al. 2014). The
    head is the embedding again (Press and Wolf 2017); where C is not H, a
    matrix leads from the last layer to it. The weights are drawn from
    `generator`: the embedding from N(0, 0.1), the rest uniformly between
    -1/√H and 1/√H; biases are 0, but `forget_bias` at the forget gates.
    """

    config_class = RNNConfig

    def __init__(
        self, config: RNNConfig, generator: torch.Generator | None = None
    ):
        super().__init__()
        self.config = config
        C, H = config.width, config.hidden
        kind = LAYERS[config.kind]
        self.embedding = nn.Embedding(config.vocab_size, C)
        self.layers = nn.ModuleList(
            kind(H if n else C, H, batch_first=True)
            for n in range(config.n_layers)
        )
        self.projection = None if C == H else nn.Linear(H, C, bias=False)
        self.bias = nn.Parameter(torch.empty(config.vocab_size))
        self.reset(generator)

    @torch.no_grad()
    def reset(self, generator: torch.Generator | None = None) -> None:
        """Draw new weights."""
        H = self.config.hidden
        for name, p in self.named_parameters():
            if "bias" in name:
                p.zero_()
                # One of the two biases alone: they are added, and with both
                # the gates would begin at twice the value.
                if self.config.kind == "lstm" and "bias_ih" in name:
                    p[H : 2 * H] = self.config.forget_bias
            elif name == "embedding.weight":
                p.normal_(std=0.1, generator=generator)
            else:
                p.uniform_(-(H**-0.5), H**-0.5, generator=generator)

    def initial_state(self, B: int) -> State:
        """Zeros for `B` texts."""
        h = self.bias.new_zeros(B, self.config.hidden)
        one = (h, h) if self.config.kind == "lstm" else h
        return (one,) * self.config.n_layers

    def forward(
        self, ids: Tensor, state: State = None
    ) -> tuple[Tensor, State]:
        """Logits (B, T, V) behind each of the `ids` (B, T), and the state
        behind the last. Without a state the texts begin here.
        """
        if state is None:
            state = self.initial_state(len(ids))
        x = self.dropout(self.embedding(ids))
        begins = ids == BOS
        starts = [0, *(1 + begins[:, 1:].any(dim=0).nonzero()[:, 0]).tolist()]
        pieces = []
        for start, end in pairwise([*starts, ids.shape[1]]):
            state = forget(state, begins[:, start])
            piece, state = self.read(x[:, start:end], state)
            pieces.append(piece)
        x = torch.cat(pieces, dim=1)
        if self.projection is not None:
            x = self.projection(x)
        return F.linear(x, self.embedding.weight, self.bias), state

    def read(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """What the last layer gives for x (B, T, C), and the new state."""
        after = []
        for layer, before in zip(self.layers, state, strict=True):
            x, s = run(layer, x, before)
            x = self.dropout(x)
            after.append(s)
        return x, tuple(after)

    def dropout(self, x: Tensor) -> Tensor:
        """x, in training with some of its numbers set to 0."""
        return F.dropout(x, self.config.dropout, self.training)


def forget(state: State, rows: Tensor) -> State:
    """The state with zeros in these rows: `rows` (B,) is True there."""
    return map_state(lambda s: s.masked_fill(rows[:, None], 0), state)


def run(layer: nn.Module, x: Tensor, state: State) -> tuple[Tensor, State]:
    """A layer of torch on x (B, T, C), its states with B as their first axis.

    The same as `rnn.unroll`, some times as fast.
    """
    if isinstance(state, tuple):  # torch wants the layer first: (1, B, H)
        y, (h, c) = layer(x, tuple(s[None].contiguous() for s in state))
        return y, (h[0], c[0])
    y, h = layer(x, state[None].contiguous())
    return y, h[0]


def flops_per_token(config: RNNConfig) -> int:
    """FLOPs of one token's way forward: all products of matrices, as
    `minillm.flops` counts them. Training costs three times as much.
    """
    C, H = config.width, config.hidden
    n_parts = {"elman": 1, "gru": 3, "lstm": 4}[config.kind]
    weights = n_parts * (H * (C + H) + (config.n_layers - 1) * 2 * H * H)
    weights += 0 if C == H else H * C
    return 2 * (weights + C * config.vocab_size)
