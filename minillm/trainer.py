"""A training run: batches go in, better weights come out, step by step."""

import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from minillm import checkpoint
from minillm.batches import Batches
from minillm.finite import check_step, culprit
from minillm.losses import accumulate
from minillm.network import Network, State, detach, device_of, drawing_from
from minillm.objectives import Causal, Learner, Objective
from minillm.optimizers import (
    clip_gradients,
    make_optimizers,
    rates,
    set_rate,
)
from minillm.recipe import Recipe
from minillm.tasks import Task


class Report(NamedTuple):
    """What a run says of its last few steps."""

    step: int  # steps taken so far
    loss: float  # mean per target since the last report, nats
    norm: float  # of the last gradient, before it was clipped
    rate: float  # share of the peak learning rate at the last step
    seconds: float  # of training so far


class Trainer:
    """Trains a network on batches by a recipe, for an objective.

    The network may be any that `minillm.network` describes. On `Lanes` its
    state is carried from batch to batch, the gradient cut in between.

    Where `torchrun` has started several processes, each trains on its part of
    every batch, and all keep the same weights. Whatever is random in step n
    (the batch, what is asked, dropout) is drawn from the seed and n, so a run
    that goes on from a checkpoint takes the same steps as one that was never
    stopped. On one machine the weights are then the same to the last bit.
    Torch's own random numbers stay as they were.

    A network that comes in evaluation mode is set to training as a whole; of
    one in training mode, parts in evaluation mode stay there.

    Raises `ValueError` where the parts and processes do not divide a batch,
    where the objective or an id does not fit the network, and where a state is
    to be carried that cannot be; `FloatingPointError` on a weight, a loss or a
    gradient that is NaN or infinite, before the step that would use it.
    """

    def __init__(
        self,
        net: Network,
        batches: Batches,
        recipe: Recipe,
        objective: Objective | None = None,
    ):
        self.net, self.batches, self.recipe = net, batches, recipe
        self.objective = Causal() if objective is None else objective
        self.objective.check(net)
        self.device = device_of(net)
        many = distributed.is_initialized()
        self.rank = distributed.get_rank() if many else 0
        self.n_processes = distributed.get_world_size() if many else 1
        self._check()
        checkpoint.check_finite(net.state_dict(), "the network")
        if not net.training:
            net.train()
        # Remembered: scoring in between sets the network to evaluation, and
        # must not wake the parts that were asleep.
        self.in_training = [part for part in net.modules() if part.training]
        self.learner = self._learner()
        self.optimizers = make_optimizers(
            net,
            recipe.optimizer,
            recipe.lr,
            recipe.matrix_lr,
            recipe.weight_decay,
            recipe.betas,
        )
        self.step, self.seconds = 0, 0.0
        self.state: State = None

    def _check(self) -> None:
        """Raise `ValueError` where network, batches and recipe do not fit."""
        batches, n_parts = self.batches, self.recipe.n_parts
        if batches.B % (n_parts * self.n_processes):
            raise ValueError(
                f"a batch of {batches.B} texts cannot be cut into {n_parts} "
                f"parts for each of {self.n_processes} processes"
            )
        if batches.largest >= self.net.config.vocab_size:
            raise ValueError(
                f"the batches have ids up to {batches.largest}, the network "
                f"has {self.net.config.vocab_size}"
            )
        if self.batches.carries and self.n_processes > 1:
            raise ValueError(
                "lanes are trained on in one process, not several"
            )
        if self.batches.carries and self.net.context is not None:
            raise ValueError(
                f"a network with a context of {self.net.context} tokens "
                "cannot go on with lanes for ever: train it on windows"
            )

    def _learner(self) -> nn.Module:
        """The loss, shared among processes and compiled where asked for."""
        learner: nn.Module = Learner(self.net, self.objective)
        # Compiled last: the compiler then sees where gradients are exchanged.
        if self.n_processes > 1:
            learner = DistributedDataParallel(learner)
        if self.recipe.compile:
            # Dropout is drawn by torch, as in a run that is not compiled: on
            # a CPU that is faster, too.
            learner.compile(options={"fallback_random": True})
        return learner

    def generator(self, *more: int) -> torch.Generator:
        """What is random in this step: it follows from the seed, the step and
        `more` alone.
        """
        # What is asked is drawn on the CPU, dropout where it happens.
        device = self.device if more else "cpu"
        seed = hash((self.recipe.seed, self.step, *more))
        return torch.Generator(device).manual_seed(seed)

    def share(self) -> tuple[Task, float]:
        """The next step's task (B / processes, T) of this process, and how
        many targets of the whole batch count, per process.
        """
        # All processes draw the same questions about the whole batch, and
        # then take their part: what is asked does not depend on how many.
        rows = self.batches.batch(self.step)
        task = self.objective.task(rows, self.generator())
        total = task.n_targets / self.n_processes
        return task.part(self.rank, self.n_processes).to(self.device), total

    def update(self) -> tuple[Tensor, Tensor, int]:
        """Take one step; the mean loss of the batch, the gradient's norm, and
        how many targets count. Loss and norm are scalars on the device.
        """
        recipe, step = self.recipe, self.step
        # Not `net.train()`: parts that somebody has frozen stay frozen.
        for part in self.in_training:
            part.training = True
        task, total = self.share()
        rate = rates(step, recipe.n_steps, recipe.n_warmup, recipe.floor)
        set_rate(self.optimizers, float(rate))
        if self.batches.carries and self.batches.begins(step):
            self.state = self.net.initial_state(self.batches.B)
        # Weights, gradients and the optimizer stay in float32: a step is too
        # small for the 8 bits of bfloat16. Only the products have its speed.
        bfloat16 = recipe.dtype == "bfloat16"
        with (
            torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16),
            drawing_from(self.generator(self.rank)),
        ):
            loss, state = accumulate(
                self.learner, task, recipe.n_parts, total, self.state
            )
        # The gradients were averaged on the way back; the loss was not.
        if self.n_processes > 1:
            distributed.all_reduce(loss)
        norm = self._clip(loss)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        # The state goes on, its gradient does not: else this step's graph
        # would be kept for the next one, and that of all steps before.
        self.state = detach(state) if self.batches.carries else None
        self.step += 1
        n_targets = round(total * self.n_processes)
        return loss / self.n_processes, norm, n_targets

    def _clip(self, loss: Tensor) -> Tensor:
        """The gradient's norm, now clipped; raises where something is not
        finite, and says what.
        """
        limit = self.recipe.clip
        try:
            check_step(loss, self.net)
            return clip_gradients(
                self.net.parameters(), math.inf if limit is None else limit
            )
        except FloatingPointError as error:
            where = culprit(self.net)
            # Whoever catches this may go on: not with this gradient added.
            self.zero_grad()
            raise FloatingPointError(
                f"step {self.step + 1}: {error}{where}. Nothing was changed"
            ) from None

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def run(self, every: int = 10) -> Iterator[Report]:
        """Train to the end of the recipe.

        Reports after each `every` steps, counted from step 0, and at the end.
        Time that passes between a report and the next request is not counted.
        """
        if every < 1:
            raise ValueError(f"a report after 1 step or more, not {every}")
        losses: list[Tensor] = []
        n_targets = 0
        start = time.perf_counter()
        while self.step < self.recipe.n_steps:
            loss, norm, n = self.update()
            losses.append(loss * n)  # on the device: no waiting here
            n_targets += n
            if self.step % every == 0 or self.step == self.recipe.n_steps:
                total = torch.stack(losses).sum().item()  # waits for a GPU
                self.seconds += time.perf_counter() - start
                mean = total / max(1, n_targets)
                yield Report(
                    self.step, mean, norm.item(), self.rate, self.seconds
                )
                losses, n_targets = [], 0
                start = time.perf_counter()

    @property
    def rate(self) -> float:
        """The share of the peak learning rate that the last step had."""
        group = self.optimizers[0].param_groups[0]
        return group["lr"] / group["peak"]

    def describe(self) -> dict[str, Any]:
        """What a run must share with another one to go on from it."""
        return {
            "config": asdict(self.net.config),
            "recipe": asdict(self.recipe),
            "batches": self.batches.describe(),
            "objective": self.objective.describe(),
        }

    def save(self, path: str | Path, **about: Any) -> None:
        """Write a checkpoint, with whatever else there is to say about it.

        Raises `ValueError`, and leaves the file that is there, where a number
        is NaN or infinite.
        """
        checkpoint.write(
            path,
            checkpoint.run_tensors(self.net, self.optimizers, self.state),
            {
                **about,
                **self.describe(),
                "step": self.step,
                "seconds": self.seconds,
            },
        )

    def resume(self, path: str | Path) -> dict[str, Any]:
        """Go on from a checkpoint; returns what is said there.

        Raises `ValueError` where it is of another network, recipe, objective
        or data, and where a number is NaN or infinite.
        """
        tensors, about = checkpoint.read(path)
        for name, own in self.describe().items():
            checkpoint.check_same(name, about.get(name, {}), own)
        if self.batches.carries:
            self.state = self.net.initial_state(self.batches.B)
        self.state = checkpoint.restore_run(
            self.net, self.optimizers, self.state, tensors
        )
        self.step, self.seconds = about["step"], about["seconds"]
        return about
