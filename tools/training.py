"""Train the small models of chapter 9: `python -m tools.training [PART ...]`, all parts by default.

    floors      what models that know less than everything need for the validation text
    gallery     runs with one fault each, and the run without
    warmup      a high rate without a warm-up, and with one
    schedules   warm-ups, peak rates and floors, a short run for each
    optimizers  the same run under SGD, momentum, AdamW and Muon
    start       the loss before the first step, by vocabulary and width
    processes   one process against two of `torchrun`
    halves      a step on half of the batch against a step on the whole one
    utilisation the share of a core's peak that models of four widths reach

All on Storyland, one thread, one seed where nothing else is said. Each part is written into
data/results/training.json with its own commit, date, hardware and seconds. A run of 300 steps takes
about seven seconds of a quiet core, everything some five minutes.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.architectures import configure
from minillm.batches import Windows, encode
from minillm.corpus import BOS, DATA
from minillm.losses import cross_entropy
from minillm.network import evaluating
from minillm.objectives import Causal
from minillm.optimizers import clip_gradients, make_optimizers, set_rate
from minillm.storyland import World
from minillm.tasks import IGNORE, Task
from minillm.tokenizer import Tokenizer
from minillm.training import warmup_cosine, warmup_stable_decay
from minillm.transformer import Transformer
from tools.provenance import provenance
from tools.training_speed import halves, processes, utilisation

RESULTS = DATA / "results" / "training.json"
V, T, B, N_STORIES = 512, 64, 16, 1000
SIZES: dict[str, Any] = {"n_layers": 2, "n_heads": 4, "width": 64, "hidden": 128, "context": T}


@dataclass(frozen=True)
class Job:
    """A run: its recipe, and at most one fault."""

    fault: str = ""
    n_steps: int = 300
    n_warmup: int = 30
    lr: float = 5e-3
    floor: float = 0.1
    schedule: str = "cosine"  # or "stable": warm-up, stable, decay over the last fifth
    optimizer: str = "adamw"  # or "muon", "momentum", "sgd"
    weight_decay: float = 0.1
    clip: float | None = 1.0
    dropout: float = 0.0
    seed: int = 0


class Corpus(NamedTuple):
    """The tokens of the training and of the validation stories, and the world's own score."""

    tokenizer: Tokenizer
    train: np.ndarray
    valid: np.ndarray
    world: float  # log2 probability of the validation stories


@cache
def corpus() -> Corpus:
    """Stories of Storyland as tokens."""
    world = World()
    train, valid = (world.stories(n, seed) for seed, n in enumerate((N_STORIES, 100)))
    texts = [story.text for story in train]
    tokenizer = Tokenizer.train(texts[:300], V)
    streams = (encode(tokenizer, stories) for stories in (texts, [s.text for s in valid]))
    return Corpus(tokenizer, *streams, sum(s.log2_prob for s in valid))


def floors() -> Iterator[dict[str, Any]]:
    """Nats per token of the validation text, by what the model knows."""
    _, train, valid, world = corpus()
    asked = valid[1:] != BOS
    before, after = valid[:-1][asked], valid[1:][asked]
    counts = np.bincount(train[train != BOS], minlength=V) + 0.5
    unigram = counts / counts.sum()
    pairs = np.zeros((V, V))
    np.add.at(pairs, (train[:-1], train[1:]), 1)
    pairs[:, BOS] = 0  # a beginning is given, never predicted
    bigram = (pairs + 5 * unigram) / (pairs.sum(1, keepdims=True) + 5)
    yield {
        "uniform": math.log(V),
        "unigram": float(-np.log(unigram[after]).mean()),
        "bigram": float(-np.log(bigram[before, after]).mean()),
        "world": -world * math.log(2) / len(after),
        "tokens": len(after),
    }


# One run


def network(job: Job) -> Transformer:
    """The untrained model of a job."""
    structure = "encoder" if job.fault == "no mask" else "decoder"
    config = configure(
        "llama",
        vocab_size=V,
        structure=structure,
        head="tied" if job.fault == "wide embedding" else "linear",
        dropout=job.dropout,
        **SIZES,
    )
    net = Transformer(config, torch.Generator().manual_seed(job.seed))
    if job.fault == "wide embedding":
        nn.init.normal_(net.embedding.token.weight, generator=torch.Generator().manual_seed(0))
    return net


def optimizers(job: Job, net: nn.Module) -> list[torch.optim.Optimizer]:
    """Those of a job, each group with its peak."""
    decay = job.weight_decay
    if job.optimizer == "adamw":
        return make_optimizers(net, "adamw", job.lr, weight_decay=decay)
    if job.optimizer == "muon":  # the rate is Muon's; AdamW has its own best for the rest
        return make_optimizers(net, "muon", 1e-2, matrix_lr=job.lr, weight_decay=decay)
    kinds: dict[str, Callable[..., torch.optim.Optimizer]] = {
        "sgd": torch.optim.SGD,
        "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
    }
    made = kinds[job.optimizer](net.parameters(), lr=job.lr)
    for group in made.param_groups:
        group["peak"] = group["lr"]
    return [made]


def asked(job: Job, rows: Tensor) -> Task:
    """What is asked of a batch (B, T + 1)."""
    if job.fault == "no shift":
        ids = rows[:, :-1]
        return Task(ids, ids.masked_fill(ids == BOS, IGNORE), {})
    if job.fault == "double shift":
        later = rows[:, 2:]
        return Task(rows[:, :-2], later.masked_fill(later == BOS, IGNORE), {})
    return Causal().task(rows, torch.Generator())


def loss_of(job: Job, net: nn.Module, rows: Tensor) -> Tensor:
    """The loss of a batch, as the job computes it."""
    task = asked(job, rows)
    logits = net(task.ids)[0]
    if job.fault == "softmax twice":
        logits = logits.softmax(-1)
    return cross_entropy(logits, task.targets)


def share(job: Job, step: int) -> float:
    """The share of the peak rate."""
    rate = warmup_stable_decay if job.schedule == "stable" else warmup_cosine
    return rate(step, job.n_steps, job.n_warmup, job.floor)


def validation(job: Job, net: nn.Module, windows: Windows) -> float:
    """The loss of 48 windows, in evaluation mode unless that is the fault."""
    with torch.no_grad():
        if job.fault == "dropout stays on":
            return sum(loss_of(job, net, windows.batch(n)).item() for n in range(3)) / 3
        with evaluating(net):
            return sum(loss_of(job, net, windows.batch(n)).item() for n in range(3)) / 3


def run(job: Job, every: int = 5) -> dict[str, Any]:
    """Train; the losses as means of `every` steps, and validations at every 4th of these."""
    data = corpus()
    torch.manual_seed(job.seed)  # dropout
    windows, held_out = Windows(data.train, B, T, job.seed), Windows(data.valid, B, T)
    net, start = network(job).train(), time.perf_counter()
    steppers, losses, norms = optimizers(job, net), [], []
    valid = [[0, validation(job, net, held_out)]]
    for step in range(job.n_steps):
        if job.fault == "state lost" and step == job.n_steps // 2:
            steppers = optimizers(job, net)
        set_rate(steppers, share(job, step))
        loss = loss_of(job, net, windows.batch(step % 4 if job.fault == "four batches" else step))
        loss.backward()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            break
        parameters, limit = list(net.parameters()), math.inf if job.clip is None else job.clip
        norms.append(clip_gradients(parameters, limit).item())
        for stepper in steppers:
            stepper.step()
            if job.fault != "gradients kept":
                stepper.zero_grad()
        if (step + 1) % (4 * every) == 0:
            valid.append([step + 1, validation(job, net, held_out)])
    seconds = round(time.perf_counter() - start, 1)
    return {
        **{name: value for name, value in asdict(job).items() if value != getattr(Job(), name)},
        "first": losses[0],
        "train": thinned(losses, every),
        "norm": thinned(norms, every),
        "valid": [[step, round(value, 4)] for step, value in valid],
        "seconds": seconds,
    }


def thinned(values: list[float], every: int) -> list[list[float]]:
    """The means of each `every` values, beside the step of the last."""
    cut = range(0, len(values), every)
    means = [float(np.mean(values[i : i + every])) for i in cut]
    return [[min(i + every, len(values)), round(m, 4)] for i, m in zip(cut, means, strict=True)]


# The parts

GALLERY = (
    Job(),
    Job("rate too high", lr=0.3, clip=None),
    Job("no shift"),
    Job("double shift"),
    Job("no mask"),
    Job("softmax twice"),
    Job("wide embedding"),
    Job("gradients kept"),
    Job("four batches"),
    Job("state lost"),
    Job("dropout stays on", dropout=0.4),
    Job("dropout", dropout=0.4),
)


def gallery() -> Iterator[dict[str, Any]]:
    """A run for each fault."""
    yield from map(run, GALLERY)


def warmup() -> Iterator[dict[str, Any]]:
    """A rate that is too high for a start without a warm-up, and the same rate with one."""
    yield run(Job("no warm-up", lr=0.03, n_warmup=0))
    yield run(Job("high rate", lr=0.03))


def schedules() -> Iterator[dict[str, Any]]:
    """Short runs on a grid of warm-ups, peaks and floors, and some with a stable middle."""
    for lr, (n_warmup, floor) in product(
        (1e-3, 3e-3, 1e-2, 3e-2), ((0, 0.0), (10, 0.0), (10, 1.0))
    ):
        yield run(Job(n_steps=60, n_warmup=n_warmup, lr=lr, floor=floor), every=2)
    stable = Job(n_steps=60, n_warmup=10, lr=1e-2, floor=0.0, schedule="stable")
    yield run(stable, every=2)


RATES = {  # the best of each lies inside of its grid
    "sgd": (0.1, 0.3, 1.0, 3.0),
    "momentum": (0.01, 0.03, 0.1, 0.3),
    "adamw": (5e-3, 1e-2, 2e-2, 4e-2, 8e-2),
    "muon": (5e-3, 1e-2, 2e-2, 4e-2, 8e-2),
}


def by_optimizer() -> Iterator[dict[str, Any]]:
    """The same run under four rules, each at several rates."""
    for kind, rates in RATES.items():
        for lr in rates:
            yield run(Job(optimizer=kind, lr=lr, n_steps=60))


def start() -> Iterator[dict[str, Any]]:
    """The loss of untrained models on random ids, their heads tied and not, three seeds."""
    for width, size, head in product((128, 512), (258, 1024), ("tied", "linear")):
        found, own, spread = [], [], []
        for seed in range(3):
            generator = torch.Generator().manual_seed(seed)
            sizes = SIZES | {"width": width, "hidden": 2 * width}
            config = configure("llama", vocab_size=size, head=head, **sizes)
            net = Transformer(config, generator)
            rows = torch.randint(2, size, (16, T + 1), generator=generator)
            with torch.no_grad():
                logits = net(rows[:, :-1])[0]
            found.append(F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).item())
            own.append(logits.gather(2, rows[:, :-1, None]).mean().item())
            spread.append(logits.var(-1).mean().item())
        yield {
            "width": width,
            "vocab_size": size,
            "head": head,
            "above": [round(loss - math.log(size), 4) for loss in found],
            "own_logit": round(float(np.mean(own)), 3),
            "variance": round(float(np.mean(spread)), 4),
        }


PARTS: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "floors": floors,
    "gallery": gallery,
    "warmup": warmup,
    "schedules": schedules,
    "optimizers": by_optimizer,
    "start": start,
    "processes": processes,
    "halves": halves,
    "utilisation": utilisation,
}


def main() -> None:
    """Run the parts, store each with where it comes from."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[], metavar="PART")
    words.add_argument("--out", type=Path, default=RESULTS)
    args = words.parse_args()
    torch.set_num_threads(1)
    for name in args.parts or PARTS:
        begun, state, runs = time.perf_counter(), provenance(), []
        for found in PARTS[name]():
            runs.append(found)
            few = {k: v for k, v in found.items() if isinstance(v, str | int | float)}
            print(name, few, found.get("valid", [""])[-1], flush=True)
        seconds = round(time.perf_counter() - begun)
        measured = json.loads(args.out.read_text()) if args.out.exists() else {}
        measured[name] = {"runs": runs, "provenance": {**state, "seed": 0, "seconds": seconds}}
        args.out.write_text(json.dumps(measured, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
