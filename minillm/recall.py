"""Two tasks of looking back: one that one layer learns, one that takes two."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.attention import (
    causal_mask,
    mask_bias,
    scaled_dot_product_attention,
)
from minillm.tasks import IGNORE

LETTERS = "abcdefghijklmnop"
N_PAIRS = 6  # different ones of a text
N_WRITTEN = 16  # pairs of a text


def capital(B: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Texts with one capital, and the question which it is.

    Each text has 24 letters, one of them a capital, and a question mark (id
    32): ids (B, 25). Targets (B, 25), `IGNORE` but at the question mark.
    """
    n = len(LETTERS)
    ids = torch.randint(n, (B, 24), generator=generator)
    letter = torch.randint(n, 2 * n, (B, 1), generator=generator)
    place = torch.randint(24, (B, 1), generator=generator)
    ids = F.pad(ids.scatter(1, place, letter), (0, 1), value=2 * n)
    targets = torch.full_like(ids, IGNORE)
    targets[:, -1:] = letter
    return ids, targets


def pairs(B: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Texts of pairs of letters, and the letters to be recalled.

    Each text has six pairs of its own, twelve different letters, and writes
    16 of them in random order: ids (B, 32). Where a pair comes again, its
    first letter asks for the second. Targets (B, 32), `IGNORE` elsewhere.
    """
    drawn = torch.rand(B, len(LETTERS), generator=generator).argsort(dim=1)
    of_text = drawn[:, : 2 * N_PAIRS].view(B, N_PAIRS, 2)
    which = torch.randint(N_PAIRS, (B, N_WRITTEN), generator=generator)
    ids = of_text[torch.arange(B)[:, None], which].flatten(1)  # (B, 32)
    again = (which[:, :, None] == which[:, None]).tril(-1).any(dim=-1)
    targets = torch.full_like(ids, IGNORE)
    targets[:, ::2] = ids[:, 1::2].where(again, torch.tensor(IGNORE))
    return ids, targets


def nearness(T: int, slope: float) -> Tensor:
    """A bias (1, 1, T, T) that takes `slope` from the score of a query and
    a key for each step from the key to the query.
    """
    order = torch.arange(T)
    return -slope * (order[:, None] - order).clamp(min=0).float()[None, None]


class Stack(nn.Module):
    """Layers of attention with one head each, and a skip around each.

    There is a layer for each of the `slopes`: it prefers tokens that are
    near, as `nearness` says.
    """

    def __init__(
        self,
        n_symbols: int,
        slopes: Sequence[float],
        width: int = 32,
        seed: int = 0,
    ):
        super().__init__()
        self.slopes = slopes
        self.table = nn.Embedding(n_symbols, width)
        self.q, self.k, self.v, self.out = (
            nn.ModuleList(nn.Linear(width, width, bias=False) for _ in slopes)
            for _ in range(4)
        )
        self.head = nn.Linear(width, n_symbols, bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.2, generator=generator)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits (B, T, V) of ids (B, T); each token sees itself and those
        before it.
        """
        x, T = self.table(ids), ids.shape[1]
        look = mask_bias(causal_mask(torch.arange(T)[None], T))
        for i, slope in enumerate(self.slopes):
            q, k, v = (f[i](x)[:, None] for f in (self.q, self.k, self.v))
            bias = look + nearness(T, slope)
            seen = scaled_dot_product_attention(q, k, v, bias)[:, 0]
            x = x + self.out[i](seen)
        return self.head(x)


Questions = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]


def learn(
    net: nn.Module,
    questions: Questions,
    n_steps: int,
    seed: int = 0,
    every: int = 25,
) -> list[tuple[int, float]]:
    """Train on texts that `questions` draws, 32 a step; returns the share
    of right answers before the first step and after each `every`.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    shares = [(0, share_right(net, questions))]
    for step in range(1, n_steps + 1):
        ids, targets = questions(32, generator)
        logits = net(ids).flatten(0, 1)
        loss = F.cross_entropy(logits, targets.flatten(), ignore_index=IGNORE)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % every == 0:
            shares.append((step, share_right(net, questions)))
    return shares


@torch.no_grad()
def share_right(
    net: nn.Module, questions: Questions, B: int = 500, seed: int = 10_000
) -> float:
    """The share of right answers, on texts of their own."""
    ids, targets = questions(B, torch.Generator().manual_seed(seed))
    asked = targets != IGNORE
    right = net(ids).argmax(dim=-1)[asked] == targets[asked]
    return right.double().mean().item()


@torch.no_grad()
def attention_weights(net: "Stack", ids: Tensor) -> list[Tensor]:
    """Where each layer looks: weights (B, T, T), a row for each query."""
    streams: list[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(
            lambda _, inputs: streams.append(inputs[0])
        )
        for layer in net.q
    ]
    net(ids)
    for hook in hooks:
        hook.remove()
    T, found = ids.shape[1], []
    ahead = torch.ones(T, T).triu(1).bool()
    for i, x in enumerate(streams):
        scores = net.q[i](x) @ net.k[i](x).mT / math.sqrt(x.shape[-1])
        scores = scores + nearness(T, net.slopes[i])[0]
        found.append(scores.masked_fill(ahead, -math.inf).softmax(dim=-1))
    return found
