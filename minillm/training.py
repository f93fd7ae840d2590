"""Training in plain functions: each shows one idea, and a whole run is made of
them.

What the course trains with is faster and can do more: `losses`, `optimizers`
and `trainer` are tested equal to these.
"""

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from minillm.config import Config
from minillm.layers import GATED
from minillm.tasks import IGNORE


def initial_loss(vocab_size: int, width: int, std: float = 0.02) -> float:
    """The loss, in nats, that an untrained model should start with.

    Its last states have `width` entries with a mean square of 1, and the head
    draws its weights with the deviation `std`. So the logits are normal, with
    the variance width std². The loss is then about ln V and half the variance.
    """
    return math.log(vocab_size) + width * std**2 / 2


def cross_entropy(
    logits: Tensor, targets: Tensor, ignore: int = IGNORE
) -> Tensor:
    """The mean surprise -log p(target) over the targets that count, in nats.

    `logits` (..., V) are floats, `targets` (...) are ids, and the result is a
    scalar in float32, or in float64 where the logits are. A target that is
    `ignore` counts neither in the sum nor in the mean, and no gradient reaches
    its logits. Where no target counts, the loss is 0 and so are the gradients.
    Logits of any size give a finite loss.
    """
    counts = targets != ignore
    # Select, and do not multiply by 0: 0 times infinity is NaN.
    z, y = logits[counts], targets[counts]  # (N, V), (N,)
    z = z if z.dtype == torch.float64 else z.float()
    # The largest z is taken out of the sum: exp(100) is no float32.
    largest = z.max(dim=-1, keepdim=True).values  # (N, 1)
    log_sum = (z - largest).exp().sum(dim=-1).log() + largest[:, 0]
    surprise = log_sum - z.gather(1, y[:, None])[:, 0]  # (N,)
    return surprise.sum() / counts.sum().clamp(min=1)


def adamw_update(
    w: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
) -> None:
    """One update of a parameter `w` by its gradient `g`, in place.

    `state` has t, the number of updates so far, and the averages m and v, in
    the shape of `w`; `group` has lr, betas, eps and weight_decay. All three
    of the state are changed in place too.
    """
    lr, (beta1, beta2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(beta1).add_(g, alpha=1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    # Decoupled: the decay acts on the weight and never passes the averages.
    w.mul_(1 - lr * group["weight_decay"])
    # Both averages began at 0: early ones are too small by 1 - beta^t.
    size = (v / (1 - beta2**t)).sqrt_().add_(group["eps"])
    w.addcdiv_(m, size, value=-lr / (1 - beta1**t))


def warmup_cosine(
    step: int, n_steps: int, n_warmup: int, floor: float = 0.1
) -> float:
    """The share of the peak learning rate at a step, from 0 to n_steps - 1.

    It rises in a straight line to 1 over the first `n_warmup` steps, the first
    of which has 1 / n_warmup, and then falls to `floor` at the last step along
    half a cosine; it stays there in later steps. Loshchilov and Hutter
    2017, eq. 5.

    >>> [round(warmup_cosine(step, 7, 2, 0.0), 2) for step in range(7)]
    [0.5, 1.0, 1.0, 0.85, 0.5, 0.15, 0.0]
    """
    # From 1 / n_warmup and not from 0: a step of length 0 would be lost.
    if step < n_warmup:
        return (step + 1) / n_warmup
    share = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(1, share))) / 2


def warmup_stable_decay(
    step: int, n_steps: int, n_warmup: int, floor: float = 0.1
) -> float:
    """The share of the peak learning rate at a step, from 0 to n_steps - 1.

    It rises in a straight line to 1 over the first `n_warmup` steps, stays
    there, and falls in a straight line to `floor` over the last fifth of the
    steps. Hu et al. 2024.
    """
    if step < n_warmup:
        return (step + 1) / n_warmup
    n_decay = max(1, n_steps // 5)
    share = max(0, step - (n_steps - 1 - n_decay)) / n_decay
    return 1 - (1 - floor) * min(1, share)


def accumulate(
    loss_of: Callable[[Tensor, Tensor], Tensor],
    ids: Tensor,
    targets: Tensor,
    n_parts: int,
) -> Tensor:
    """Add to the gradients those of a batch, worked through in parts.

    `ids` and `targets` (B, T) are cut along B into `n_parts` equal parts, in
    their order. `loss_of(ids, targets)` is the mean loss of the targets that
    are not `IGNORE`, 0 where there are none. What is added to the gradients is
    the gradient of the mean loss of the *whole* batch; that mean is returned,
    a scalar without a graph. Each part's graph is used and freed before the
    next part is computed. Raises `ValueError`, and computes nothing, where
    `n_parts` is below 1 or does not divide B.
    """
    B = len(ids)
    if n_parts < 1 or B % n_parts:
        raise ValueError(f"{B} texts cannot be cut into {n_parts} parts")
    n_targets = (targets != IGNORE).sum().clamp(min=1)
    total = torch.zeros(())
    size = B // n_parts
    for part, asked in zip(ids.split(size), targets.split(size), strict=True):
        # Each target counts once, whichever part it is in.
        loss = loss_of(part, asked) * (asked != IGNORE).sum() / n_targets
        loss.backward()
        total = total + loss.detach()
    return total


def clip_or_stop(
    loss: Tensor,
    named: Iterable[tuple[str, nn.Parameter]],
    limit: float,
    step: int,
) -> float:
    """Scale all gradients by one factor so that their norm is at most `limit`,
    or stop the run.

    `named` are pairs of a name and a parameter, as `net.named_parameters()`
    gives them; a parameter without a gradient is passed over. Returns the norm
    before: the root of the sum of all squares. Gradients whose norm is not
    above `limit` stay as they are, to the last bit.

    Raises `FloatingPointError` where the `loss` (a scalar) or a gradient is
    NaN or infinite, and changes nothing then. The message has `step`, and says
    "loss", or the name of the first parameter with such a gradient.
    """
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    gradients = []
    for name, parameter in named:
        if parameter.grad is not None:
            if not parameter.grad.isfinite().all():
                raise FloatingPointError(
                    f"step {step}: the gradient of {name} is not finite"
                )
            gradients.append(parameter.grad)
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
    return norm


def training_flops(config: Config, T: int) -> int:
    """FLOPs of training a decoder on one token of a text of T tokens.

    Counted are the products of matrices, a multiplication and an addition as
    two. Forward, in each layer: the four matrices of attention, C by C; two
    matrices of the feed-forward, C by `hidden`, three where its activation is
    one of `GATED`; the query's scores with all T keys, and the sum of T
    values. Then the head, C by V, be it tied or not. The way back costs twice
    as much again.
    """
    C = config.width
    n_matrices = 3 if config.activation in GATED else 2
    weights = 4 * C * C + n_matrices * C * config.hidden
    attention = 2 * T * C  # multiplications: T scores and T values
    layer = 2 * (weights + attention)
    return 3 * (config.n_layers * layer + 2 * C * config.vocab_size)


def memory(n_parameters: int, B: int, T: int, V: int) -> dict[str, int]:
    """Bytes that training with AdamW in float32 needs at least.

    Weights, gradients and two averages are four numbers for each parameter;
    the logits of a batch, and their gradient, B T V numbers each. What the
    layers keep for the way back comes on top.
    """
    return {
        "weights": 4 * n_parameters,
        "gradients": 4 * n_parameters,
        "averages": 8 * n_parameters,
        "logits": 8 * B * T * V,
    }


class Run:
    """A run that can be stopped: a network, what AdamW remembers of each of
    its parameters, its recipe, and how many steps it has taken.

    `recipe` has n_steps, n_warmup, lr, floor, betas, eps, weight_decay, clip
    and n_parts.
    """

    def __init__(self, net: nn.Module, recipe: dict[str, Any]):
        self.net, self.recipe, self.step = net, recipe, 0
        self.states = {
            name: {
                "t": torch.tensor(0.0),
                "m": torch.zeros_like(parameter, requires_grad=False),
                "v": torch.zeros_like(parameter, requires_grad=False),
            }
            for name, parameter in net.named_parameters()
        }


def save_run(run: Run, path: Path) -> None:
    """Write all that a run needs to go on into the file `path`.

    That is the state of the network, `states`, `step` and `recipe`. The file
    is written under another name in the same folder, and then renamed: if
    anything fails on the way, an old file at `path` is still there, whole.
    Raises `ValueError`, and leaves the old file, where a number of the network
    or of `states` is NaN or infinite.
    """
    kept = [("network", run.net.state_dict()), *run.states.items()]
    for what, tensors in kept:
        for name, x in tensors.items():
            if not x.isfinite().all():
                raise ValueError(f"{name} of {what} is not finite")
    partial = path.with_name(path.name + ".partial")
    about = {"states": run.states, "step": run.step, "recipe": run.recipe}
    torch.save({"net": run.net.state_dict()} | about, partial)
    os.replace(partial, path)  # one act: nobody ever sees half a file


def resume_run(run: Run, path: Path) -> None:
    """Bring a run to where the run was that `save_run` has written to `path`.

    After it, `run` takes the same steps as that one, to the last bit: its
    network, `states` and `step` are what was kept. Raises `ValueError`, and
    changes nothing, where the file has another recipe.
    """
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError(
            f"the file is of a run with {kept['recipe']}, not {run.recipe}"
        )
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


def train(
    run: Run, batch: Callable[[int], tuple[Tensor, Tensor]]
) -> list[float]:
    """Train a run to the last step of its recipe; the loss of each step.

    `batch(step)` gives ids and targets (B, T) of a step, counted from 0. Each
    step sets the gradients to zero, gets those of the batch in `n_parts`
    parts, stops or clips, updates each parameter that has a gradient with the
    peak rate `lr` times the share of its schedule, and counts in `run.step`. A
    run that has been stopped or resumed goes on where it is. Steps are
    numbered from 1 in the message of an error; the step that fails changes no
    weight.
    """
    recipe, losses = run.recipe, []

    def loss_of(ids: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(run.net(ids)[0], targets)

    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(loss_of, ids, targets, recipe["n_parts"])
        named = list(run.net.named_parameters())
        clip_or_stop(loss, named, recipe["clip"], run.step + 1)
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        group = recipe | {"lr": recipe["lr"] * share}
        with torch.no_grad():
            for name, parameter in named:
                if parameter.grad is not None:
                    state = run.states[name]
                    adamw_update(parameter, parameter.grad, state, group)
        run.step += 1
        losses.append(loss.item())
    return losses
