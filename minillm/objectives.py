"""What a network is trained for: four ways to learn from text.

An objective turns the batches of a run into a `Task`, has the network answer
it, and refuses a network that it would teach nothing: an encoder that may see
the next token learns to copy it, and its loss looks better than any other.
A further objective is one more class; the `Trainer` takes any of them.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from minillm.corpus import BOS
from minillm.losses import cross_entropy
from minillm.network import State
from minillm.tasks import (
    IGNORE,
    Task,
    causal,
    denoising,
    prefix,
    sequence_to_sequence,
)

Rows = Tensor | tuple[Tensor, ...]  # a batch of ids, as the batches give it


def without_bos(task: Task) -> Task:
    """The task, but `BOS` is not asked for: nothing says that a text begins
    here.
    """
    targets = task.targets.masked_fill(task.targets == BOS, IGNORE)
    return task._replace(targets=targets)


class Objective:
    """What the `Trainer` asks of an objective.

    A subclass names the `structures` of `Config` that it can teach, and makes
    a `task` of each batch; its settings are the fields of a dataclass.
    """

    structures: ClassVar[tuple[str, ...]]

    def check(self, net: nn.Module) -> None:
        """Raise `ValueError` on a network that it cannot teach.

        A network without a `structure` reads from left to right, as all do
        but some Transformers.
        """
        config = getattr(net, "config", None)
        structure = getattr(config, "structure", "decoder")
        if structure not in self.structures:
            fitting = [kind.__name__ for kind in fitting_to(structure)]
            raise ValueError(
                f"the objective {type(self).__name__} teaches nothing to a "
                f"network of structure {structure!r}: train it by "
                f"{' or '.join(fitting)}"
            )

    def describe(self) -> dict[str, Any]:
        """Its name and settings: what a checkpoint keeps of it."""
        settings = asdict(self)  # type: ignore[call-overload]
        return {"objective": type(self).__name__, **settings}

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions about a batch; what is random in them is drawn from
        the generator, on the CPU.
        """
        raise NotImplementedError

    def loss(
        self, net: nn.Module, task: Task, state: State = None
    ) -> tuple[Tensor, State]:
        """The mean loss of the targets that count, in nats, and the state
        behind the last token.
        """
        logits, state = net(task.ids, state, **task.given)
        return cross_entropy(logits, task.targets), state


def fitting_to(structure: str) -> list[type[Objective]]:
    """The objectives that teach something to this structure, best first."""
    kinds = (Prefix, Causal, Masked, SequenceToSequence)
    return [kind for kind in kinds if structure in kind.structures]


@dataclass(frozen=True)
class Causal(Objective):
    """Predict each token from those before it; `BOS` is given."""

    structures: ClassVar[tuple[str, ...]] = ("decoder", "prefix")

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions about `rows` (B, T + 1)."""
        return without_bos(causal(one(rows)))


@dataclass(frozen=True)
class Masked(Objective):
    """Predict hidden tokens from those on both sides, as `denoising` has it.

    `mask_id` stands for a hidden token: the vocabulary does not have it, so a
    network for it has one id more. `vocab_size` are the ids that noise is
    drawn from.
    """

    mask_id: int
    vocab_size: int
    share: float = 0.15

    structures: ClassVar[tuple[str, ...]] = ("encoder",)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"a share lies in (0, 1], not {self.share}")
        if not 0 <= self.vocab_size <= self.mask_id + 1:
            raise ValueError(
                f"mask_id {self.mask_id} is the last id or behind the "
                f"vocabulary of {self.vocab_size}"
            )

    def check(self, net: nn.Module) -> None:
        """As every objective, and the network must know the mask."""
        super().check(net)
        V: int = net.config.vocab_size  # type: ignore[union-attr, assignment]
        if self.mask_id >= V:
            raise ValueError(f"mask_id {self.mask_id} of a network of {V} ids")

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions about `rows` (B, T + 1), the last column left out."""
        ids = one(rows)[:, :-1]
        return denoising(
            ids, self.mask_id, self.vocab_size, generator, self.share
        )


@dataclass(frozen=True)
class Prefix(Objective):
    """Predict the rest of a text whose first tokens see each other both ways.

    How many these are is drawn for each text, any number from `least` to all
    but one. Without a draw a network would know prefixes of one length only.
    """

    least: int = 0

    structures: ClassVar[tuple[str, ...]] = ("prefix",)

    def __post_init__(self) -> None:
        if self.least < 0:
            raise ValueError(
                f"a prefix has 0 tokens or more, not {self.least}"
            )

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions about `rows` (B, T + 1)."""
        rows = one(rows)
        B, T = len(rows), rows.shape[1] - 1
        if self.least >= T:
            raise ValueError(
                f"a prefix of {self.least} tokens leaves nothing of {T}"
            )
        lengths = torch.randint(self.least, T, (B,), generator=generator)
        return without_bos(prefix(rows, lengths))


@dataclass(frozen=True)
class SequenceToSequence(Objective):
    """Predict a target text from a source text.

    Of pairs of texts (`batches.Pairs`) one is the source, one the target. Of
    a window of one text the first half is the source, and the second half the
    target that goes on from it. `padding` is the id that fills texts up.
    """

    padding: int | None = None

    structures: ClassVar[tuple[str, ...]] = ("encoder-decoder",)

    def task(self, rows: Rows, generator: torch.Generator) -> Task:
        """The questions about sources (B, S) and targets (B, T + 1), or about
        `rows` (B, T + 1).
        """
        if isinstance(rows, Tensor):
            half = rows.shape[1] // 2
            rows = rows[:, :half], rows[:, half:]
        sources, targets = rows
        return without_bos(
            sequence_to_sequence(sources, targets, self.padding)
        )


def one(rows: Rows) -> Tensor:
    """The one tensor of a batch; raises `ValueError` on pairs of texts."""
    if not isinstance(rows, Tensor):
        raise ValueError("pairs of texts are for SequenceToSequence")
    return rows


class Learner(nn.Module):
    """A network and its objective: what is compiled and distributed.

    The matrix product that makes the logits (B, T, V) and the loss belong
    together: nothing else ever needs all of these numbers.
    """

    def __init__(self, net: nn.Module, objective: Objective):
        super().__init__()
        self.net, self.objective = net, objective

    def forward(self, task: Task, state: State = None) -> tuple[Tensor, State]:
        """Mean loss of a task in nats, and the state behind it."""
        return self.objective.loss(self.net, task, state)
