"""One batch of questions about text: what goes in, what should come out."""

from typing import NamedTuple

import torch
from torch import Tensor

from minillm.corpus import BOS, EOS

IGNORE = -100  # a target that does not count


class Task(NamedTuple):
    """One batch: what goes in, and what should come out.

    ids (B, T) and targets (B, T), `IGNORE` where nothing is asked; `given`
    are further arguments of the network, B is the first axis of each.
    """

    ids: Tensor
    targets: Tensor
    given: dict[str, Tensor]

    @property
    def n_targets(self) -> int:
        """How many targets count."""
        return int((self.targets != IGNORE).sum())

    def part(self, number: int, of: int) -> "Task":
        """One of so many parts of the texts: they must divide B."""
        size = len(self.ids) // of
        rows = slice(number * size, (number + 1) * size)
        given = {name: x[rows] for name, x in self.given.items()}
        return Task(self.ids[rows], self.targets[rows], given)

    def to(self, device: torch.device) -> "Task":
        """The same on another device."""
        given = {name: x.to(device) for name, x in self.given.items()}
        return Task(self.ids.to(device), self.targets.to(device), given)


def causal(rows: Tensor) -> Task:
    """Each token from the ones in front of it: all of `rows` (B, T + 1) at
    once. Bengio et al. 2003, eq. 1; for the decoders LLaMA and BLOOM.
    """
    return Task(rows[:, :-1], rows[:, 1:], {})


def denoising(
    rows: Tensor,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
    share: float = 0.15,
) -> Task:
    """Some tokens of `rows` (B, T) from all the others, on both sides.

    A `share` of the tokens is asked for: 80 % of these are hidden behind
    `mask_id`, 10 % are replaced by any id, 10 % stay. `BOS` and `EOS` are
    never asked for. Devlin et al. 2019, 3.1.
    """
    # Not in the default type: half precision knows 2048 numbers of this kind.
    draws = torch.rand(
        2, *rows.shape, generator=generator, dtype=torch.float32
    )
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    # Texts to be read later have no masks: some tokens that are asked for
    # stay in sight, so that every state must be good for a prediction.
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


def prefix(rows: Tensor, lengths: Tensor) -> Task:
    """The rest of each of `rows` (B, T + 1) from its first tokens, `lengths`
    (B,) of them, which see each other both ways.

    Raffel et al. 2020, 3.2.1; Du et al. 2022 for ChatGLM.
    """
    ids, targets = rows[:, :-1], rows[:, 1:]
    t = torch.arange(targets.shape[1])
    inside = t < lengths[:, None] - 1  # what follows is still in the prefix
    return Task(ids, targets.masked_fill(inside, IGNORE), {"prefix": lengths})


def sequence_to_sequence(
    sources: Tensor, rows: Tensor, padding: int | None = None
) -> Task:
    """Each token of `rows` (B, T + 1) from the ones in front of it and from
    `sources` (B, S); `padding` is the id that fills both up.

    Sutskever et al. 2014; Vaswani et al. 2017.
    """
    ids, targets = rows[:, :-1], rows[:, 1:]
    given = {"source": sources}
    if padding is not None:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources != padding
    return Task(ids, targets, given)
