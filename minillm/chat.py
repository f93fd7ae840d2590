"""Questions and answers to fine-tune on: a template, batches, an objective.

A base model goes on with any text. That it answers, and then stops, is
learned from examples in one fixed form, in which the loss counts at the
answers alone (supervised fine-tuning).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from minillm.asking import ask, short
from minillm.batches import described
from minillm.corpus import BOS, EOS, Vocabulary
from minillm.finetuning import question_and_answer
from minillm.gazette import Fact
from minillm.network import evaluating
from minillm.objectives import Objective, Rows
from minillm.tasks import IGNORE, Task


class Exchange(NamedTuple):
    """A question and the answer to it, as ids."""

    question: list[int]  # in the template
    answer: list[int]


def exchanges(
    vocabulary: Vocabulary,
    facts: Iterable[Fact],
    style: Callable[[Fact], str] = short,
) -> list[Exchange]:
    """A question and an answer of this style for each fact."""
    return [
        Exchange(
            vocabulary.encode(ask(fact)).tolist(),
            vocabulary.encode(style(fact)).tolist(),
        )
        for fact in facts
    ]


def collate(rows: Sequence[Exchange]) -> tuple[Tensor, Tensor]:
    """Ids (B, T) that are read, and targets (B, T), `IGNORE` where nothing
    counts: in questions, and behind the end of shorter texts.
    """
    ids, targets = [], []
    for row in rows:
        given, asked, counts = question_and_answer(*row, BOS, EOS)
        ids.append(torch.tensor(given))
        targets.append(
            torch.tensor(asked).masked_fill(~torch.tensor(counts), IGNORE)
        )
    return pad_sequence(ids, True, EOS), pad_sequence(targets, True, IGNORE)


class Exchanges:
    """The batches of B exchanges; each pass has its own random order.

    Raises `ValueError` on fewer than B.
    """

    carries = False

    def __init__(self, rows: Sequence[Exchange], B: int, seed: int = 0):
        if not 1 <= B <= len(rows):
            raise ValueError(f"{len(rows)} exchanges give no batch of {B}")
        self.rows, self.B, self.seed = rows, B, seed
        self.largest = max(max(q + a + [EOS]) for q, a in rows)

    def describe(self) -> dict[str, Any]:
        """What makes these batches."""
        stream = np.concatenate([q + a for q, a in self.rows])
        sizes = {"B": self.B, "seed": self.seed, "n_rows": len(self.rows)}
        return described("Exchanges", stream, **sizes)

    def begins(self, number: int) -> bool:
        """Always."""
        return True

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Ids (B, T) and targets (B, T)."""
        of_pass, place = divmod(number, len(self.rows) // self.B)
        generator = np.random.default_rng([self.seed, of_pass])
        order = generator.permutation(len(self.rows))
        chosen = order[place * self.B : (place + 1) * self.B]
        return collate([self.rows[i] for i in chosen])


@dataclass(frozen=True)
class Answers(Objective):
    """Predict the tokens of answers, and their end."""

    structures: ClassVar[tuple[str, ...]] = ("decoder", "prefix")

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions of a batch of `Exchanges`."""
        if isinstance(rows, Tensor):
            raise ValueError("Answers are learned from Exchanges")
        ids, targets = rows
        return Task(ids, targets, {})


@torch.inference_mode()
def share_right(
    net: nn.Module, rows: Sequence[Exchange], batch: int = 128
) -> float:
    """How many answers, as a share, the greedy choice gives to the last token
    and the end.
    """
    n_right = 0
    with evaluating(net):
        for first in range(0, len(rows), batch):
            ids, targets = collate(rows[first : first + batch])
            best = net(ids)[0].argmax(-1)
            # As long as all is right, what is read is what would be written.
            right = (best == targets) | (targets == IGNORE)
            n_right += int(right.all(dim=1).sum())
    return n_right / len(rows)


def log_probs(net: nn.Module, rows: Sequence[Exchange]) -> Tensor:
    """Log-probabilities (B,) in nats of whole answers and their ends."""
    ids, targets = collate(rows)
    counts = targets != IGNORE
    log_p = net(ids)[0].float().log_softmax(-1)
    each = log_p.gather(-1, targets.clamp(min=0)[..., None])[..., 0]
    return torch.where(counts, each, 0).sum(dim=1)
