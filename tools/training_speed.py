"""How fast the small models of chapter 9 train; `tools.training` stores the parts.

One process against two of `torchrun`, a step on half of the batch against one on the whole, and the
share of a core's peak that models of four widths reach. What is compared runs in turns.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minillm import flops, log
from minillm.architectures import configure
from minillm.losses import cross_entropy
from minillm.optimizers import clip_gradients, make_optimizers
from minillm.transformer import Transformer


def processes() -> Iterator[dict[str, Any]]:
    """The same run in one process and in two, a thread each: `tools.train` under `torchrun`.

    Three turns each, one after the other. Other programs on the machine spoil this measurement.
    """
    words = (
        "--corpus storyland --stories 200 --steps 60 --layers 2 --width 128 --context 128 "
        "--batch 16 --warmup 5 --valid 1000 --save 1000 --report 10 --no-test"
    )
    found: dict[int, list[tuple[list[float], float]]] = {1: [], 2: []}
    for _, n in product(range(3), found):
        found[n].append(launched(n, words))
    ratios = [two / one for (_, one), (_, two) in zip(found[1], found[2], strict=True)]
    middle = sorted(range(3), key=ratios.__getitem__)[1]
    others = [round(ratio, 2) for turn, ratio in enumerate(ratios) if turn != middle]
    for n, turns in found.items():
        losses, speed = turns[middle]
        row = {"processes": n, "losses": losses, "tokens_per_s": round(speed), "words": words}
        yield row | {"ratios_of_other_runs": others}


def launched(n: int, words: str) -> tuple[list[float], float]:
    """The losses of `tools.train` in n processes, and its tokens per second after the start."""
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}  # torchrun sets it for two, not for one
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(n)]
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, *launcher, "-m", "tools.train", "--out", out, *words.split()]
        subprocess.run(command, env=one_thread, check=True, capture_output=True)
        entries = log.read(Path(out) / "log.jsonl")
    first, last = entries[0], entries[-1]
    speed = (last["tokens"] - first["tokens"]) / (last["seconds"] - first["seconds"])
    return [entry["loss"] for entry in entries], speed


def halves() -> Iterator[dict[str, Any]]:
    """Processor time of a step of that model on the whole batch and on half of it, in turns."""
    rows, length, size = 16, 128, 258
    sizes = {"n_layers": 2, "n_heads": 4, "width": 128, "hidden": 352}
    config = configure("llama", vocab_size=size, context=length, **sizes)
    net = Transformer(config, torch.Generator().manual_seed(0)).train()
    [stepper] = make_optimizers(net, "adamw", 1e-3)
    ids = torch.randint(2, size, (rows, length + 1), generator=torch.Generator().manual_seed(0))
    whole, half = partial(one_step, net, stepper, ids), partial(one_step, net, stepper, ids[::2])
    turns = [(1 / speed_of(whole, 1), 1 / speed_of(half, 1)) for _ in range(9)]
    yield {"turns": len(turns), "half": round(float(np.median([b / a for a, b in turns])), 4)}


def speed_of(work: Callable[[], object], cost: float, seconds: float = 1.0) -> float:
    """FLOPs of one thread in a second of its own processor time."""
    work()
    n, begun = 0, time.process_time()
    while time.process_time() - begun < seconds:
        work()
        n += 1
    return n * cost / (time.process_time() - begun)


def one_step(net: nn.Module, stepper: torch.optim.Optimizer, ids: Tensor) -> None:
    """One step on rows of ids (B, T + 1)."""
    cross_entropy(net(ids[:, :-1])[0], ids[:, 1:]).backward()
    clip_gradients(net.parameters(), 1.0)
    stepper.step()
    stepper.zero_grad()


def utilisation() -> Iterator[dict[str, Any]]:
    """Training steps of four widths against the product of two large matrices, in turns."""
    rows, length, size, n_turns = 8, 128, 1024, 5
    square = torch.randn(2, size, size)
    for width in (64, 128, 256, 512):
        sizes = {"n_layers": 4, "n_heads": 4, "width": width, "hidden": 2 * width}
        config = configure("llama", vocab_size=size, context=length, **sizes)
        net = Transformer(config, torch.Generator().manual_seed(0)).train()
        [stepper] = make_optimizers(net, "adamw", 1e-3)
        ids = torch.randint(2, size, (rows, length + 1), generator=torch.Generator().manual_seed(0))

        cost = flops.training(config, length) * rows * length
        multiply, training_step = partial(torch.mm, *square), partial(one_step, net, stepper, ids)
        turns = [
            (speed_of(multiply, 2 * size**3), speed_of(training_step, cost)) for _ in range(n_turns)
        ]
        peak, reached = (float(np.median(x)) for x in zip(*turns, strict=True))
        yield {
            "width": width,
            "parameters": sum(p.numel() for p in net.parameters()),
            "flops_per_token": flops.training(config, length),
            "peak": round(peak),
            "reached": round(reached),
            "share": round(float(np.median([b / a for a, b in turns])), 4),
        }
