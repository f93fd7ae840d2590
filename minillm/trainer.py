"""A training run: batches go in, better weights come out, step by step."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from minillm import checkpoint
from minillm.batches import Windows
from minillm.losses import Objective, accumulate, warmup_cosine
from minillm.objectives import IGNORE
from minillm.optimizers import clip_gradients, make_optimizers, set_rate
from minillm.transformer import Transformer


@dataclass(frozen=True)
class Recipe:
    """All that decides what a run does to the weights, but for the data.

    The windows per step and their length are those of the `Windows`.
    """

    n_steps: int
    n_warmup: int = 100  # steps
    lr: float = 1e-3  # peak rate of AdamW
    matrix_lr: float = 0.02  # peak rate of Muon
    floor: float = 0.1  # the last rate, as a share of the peak
    optimizer: Literal["adamw", "muon"] = "adamw"
    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = 1.0  # largest norm of the gradient
    n_parts: int = 1  # of a batch, worked through one after the other
    dtype: Literal["float32", "bfloat16"] = "float32"  # of matrix products
    compile: bool = False
    seed: int = 0


class Report(NamedTuple):
    """What a run says of its last few steps."""

    step: int  # steps taken so far
    loss: float  # mean over the steps since the last report, nats per token
    norm: float  # of the last gradient, before it was clipped
    rate: float  # share of the peak learning rate at the last step
    seconds: float  # of training so far


class Trainer:
    """Trains a Transformer on windows of text by a recipe.

    Where `torchrun` has started several processes, each trains on its part of
    every batch, and all keep the same weights. Whatever is random in step n
    (the batch, dropout) is drawn from the seed and n, so a run that goes on
    from a checkpoint takes the same steps as one that was never stopped. On
    one machine the weights are then the same to the last bit.

    Raises `ValueError` where the parts and processes do not divide a batch.
    """

    def __init__(self, model: Transformer, windows: Windows, recipe: Recipe):
        self.model, self.windows, self.recipe = model, windows, recipe
        self.device = next(model.parameters()).device
        many = distributed.is_initialized()
        self.rank = distributed.get_rank() if many else 0
        self.n_processes = distributed.get_world_size() if many else 1
        if windows.B % (recipe.n_parts * self.n_processes):
            raise ValueError(
                f"a batch of {windows.B} windows cannot be cut into "
                f"{recipe.n_parts} parts for each of {self.n_processes} "
                "processes"
            )
        self.objective = self._objective()
        self.optimizers = make_optimizers(
            model,
            recipe.optimizer,
            recipe.lr,
            recipe.matrix_lr,
            recipe.weight_decay,
            recipe.betas,
        )
        self.step, self.seconds = 0, 0.0

    def _objective(self) -> nn.Module:
        """The loss, shared among processes and compiled where asked for."""
        objective: nn.Module = Objective(self.model)
        if self.n_processes > 1:
            objective = DistributedDataParallel(objective)
        if self.recipe.compile:
            objective.compile()
        return objective

    def share(self) -> tuple[Tensor, Tensor, float]:
        """The next step's ids and targets (B / processes, T) of this process,
        and how many targets of the whole batch count, per process.
        """
        ids, targets = self.windows.batch(self.step)
        total = int((targets != IGNORE).sum()) / self.n_processes
        mine, my_targets = (
            t.chunk(self.n_processes)[self.rank].to(self.device)
            for t in (ids, targets)
        )
        return mine, my_targets, total

    def seed_dropout(self) -> None:
        """Let what is dropped follow from the seed, step and process alone."""
        seed = hash((self.recipe.seed, self.step, self.rank))
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        else:
            torch.default_generator.manual_seed(seed)

    def update(self) -> tuple[Tensor, Tensor]:
        """Take one step; the mean loss of the batch and the gradient's norm.

        Both are scalars and still on the device.
        """
        recipe = self.recipe
        self.seed_dropout()
        self.model.train()
        ids, targets, total = self.share()
        rate = warmup_cosine(
            self.step, recipe.n_steps, recipe.n_warmup, recipe.floor
        )
        set_rate(self.optimizers, rate)
        bfloat16 = recipe.dtype == "bfloat16"
        with torch.autocast(
            self.device.type, torch.bfloat16, enabled=bfloat16
        ):
            loss = accumulate(
                self.objective, ids, targets, recipe.n_parts, total
            )
        if self.n_processes > 1:
            distributed.all_reduce(loss)
        norm = clip_gradients(self.model.parameters(), recipe.clip)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        return loss / self.n_processes, norm

    def run(self, every: int = 10) -> Iterator[Report]:
        """Train to the end of the recipe.

        Reports after each `every` steps, counted from step 0, and at the end.
        Time that passes between a report and the next request is not counted.
        """
        losses: list[Tensor] = []
        start = time.perf_counter()
        while self.step < self.recipe.n_steps:
            loss, norm = self.update()
            losses.append(loss)
            if self.step % every == 0 or self.step == self.recipe.n_steps:
                mean = torch.stack(losses).mean().item()  # waits for a GPU
                self.seconds += time.perf_counter() - start
                yield Report(
                    self.step, mean, norm.item(), self.rate, self.seconds
                )
                losses, start = [], time.perf_counter()

    @property
    def rate(self) -> float:
        """The share of the peak learning rate that the last step had."""
        group = self.optimizers[0].param_groups[0]
        return group["lr"] / group["peak"]

    def save(self, path: str | Path, **about: Any) -> None:
        """Write a checkpoint, with whatever else there is to say about it."""
        tensors = checkpoint.prefixed("model.", self.model.state_dict())
        tensors |= checkpoint.prefixed(
            "optimizer.",
            checkpoint.optimizer_state(self.model, self.optimizers),
        )
        about |= {
            "config": asdict(self.model.config),
            "recipe": asdict(self.recipe),
            "windows": self.windows.describe(),
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.write(path, tensors, about)

    def resume(self, path: str | Path) -> dict[str, Any]:
        """Go on from a checkpoint; returns what is said there.

        Raises `ValueError` where it is of another model, recipe or data.
        """
        tensors, about = checkpoint.read(path)
        for name, own in (
            ("config", asdict(self.model.config)),
            ("recipe", asdict(self.recipe)),
            ("windows", self.windows.describe()),
        ):
            checkpoint.check_same(name, about.get(name, {}), own)
        checkpoint.load_weights(
            self.model, checkpoint.with_prefix("model.", tensors)
        )
        checkpoint.restore_optimizers(
            self.model,
            self.optimizers,
            checkpoint.with_prefix("optimizer.", tensors),
        )
        self.step, self.seconds = about["step"], about["seconds"]
        return about
