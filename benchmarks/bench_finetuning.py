"""LoRA: ours against the package peft's, in the same network and with the same numbers, one thread.

    python benchmarks/bench_finetuning.py

Every turn is a process of its own, and the rows take turns, so that whatever else the machine does
meets them all. The report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from turns import Contestant, Figures, compete, keep, machine, run, table

B, T, R = 8, 128, 4
SIZES = {"vocab_size": 1024, "n_layers": 4, "n_heads": 4, "width": 256, "hidden": 704, "context": T}
PARTS = ["qkv", "out", "up", "down"]
STEPS = 6
SPEED = "tokens per second"
INTRODUCTION = f"""
LLaMA's row with {SIZES["n_layers"]} layers and {SIZES["width"]} channels on {B} texts of {T}
tokens, float32: the loss and its gradients, {STEPS} times, by the process's own CPU time after
one step that is not counted. LoRA of rank {R} stands beside {", ".join(PARTS)} of each block,
{{trained:,}} numbers. All rows have the same weights, and the sums of their squared logits agree
to 1e-4, which is checked.

*all weights* is the same network with the updates merged and every weight trained, as in full
fine-tuning. No optimizer takes a step here: for all weights it would cost more."""

# The jobs. Each runs in a process of its own; only jobs import torch, minillm or peft.


def ours(merge: bool) -> Figures:
    """`minillm.tuning.lora`; merged, the plain network whose weights are all trained."""
    import torch

    from minillm import tuning
    from minillm.finetuning import LoRA

    net = network(torch)
    tuning.lora(net, PARTS, R, 2.0 * R, torch.Generator().manual_seed(1))
    layers = [part for part in net.modules() if isinstance(part, LoRA)]
    put(torch, [(layer.A, layer.B) for layer in layers])
    if merge:
        tuning.merged(net)
        net.requires_grad_(True)
    return timed(net, torch)


def pefts() -> Figures:
    """`peft.inject_adapter_in_model`."""
    import torch
    from peft import LoraConfig, inject_adapter_in_model
    from peft.tuners.lora import LoraLayer

    net = network(torch)
    config = LoraConfig(r=R, lora_alpha=2 * R, target_modules=PARTS, lora_dropout=0.0)
    net = inject_adapter_in_model(config, net)
    layers = [part for part in net.modules() if isinstance(part, LoraLayer)]
    put(torch, [(x.lora_A["default"].weight, x.lora_B["default"].weight) for x in layers])
    return timed(net, torch)


JOBS = {"lora": partial(ours, False), "peft": pefts, "all": partial(ours, True)}


def network(torch):
    """The same network in every job."""
    from minillm.architectures import configure
    from minillm.transformer import Transformer

    return Transformer(configure("llama", **SIZES), torch.Generator().manual_seed(0))


def put(torch, pairs) -> None:
    """The same numbers in every A and B, in the order of the layers."""
    generator = torch.Generator().manual_seed(2)
    for A, B_ in pairs:
        for matrix in (A, B_):
            matrix.data = torch.randn(matrix.shape, generator=generator) / 20


def timed(net, torch) -> Figures:
    """Tokens per second of loss and gradients, and two numbers that the report needs."""
    from torch.nn import functional as F

    torch.set_num_threads(1)
    ids = torch.randint(
        2, SIZES["vocab_size"], (B, T + 1), generator=torch.Generator().manual_seed(3)
    )
    mark = float(net(ids[:, :-1])[0].detach().double().square().sum())
    start = 0.0
    for step in range(STEPS + 1):
        if step == 1:
            start = time.process_time()
        net.zero_grad()
        F.cross_entropy(net(ids[:, :-1])[0].flatten(0, 1), ids[:, 1:].flatten()).backward()
    seconds = time.process_time() - start
    trained = sum(p.numel() for p in net.parameters() if p.requires_grad)
    return {SPEED: STEPS * B * T / seconds, "mark": mark, "trained": trained}


def take_turn(name: str) -> tuple[Figures, float]:
    """Run a job in a process of its own."""
    out, _, megabytes = run([sys.executable, __file__, "--job", name])
    return json.loads(out.splitlines()[-1]), megabytes


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    rows = {"peft, LoRA": "peft", "minillm, LoRA": "lora", "minillm, all weights": "all"}
    contestants = compete(
        [Contestant(title, partial(take_turn, job), n_turns) for title, job in rows.items()]
    )
    marks = [figures["mark"] for c in contestants for figures in c.figures]
    if max(marks) - min(marks) > 1e-4 * max(marks):
        raise ValueError(f"the networks give different logits: {marks}")
    counts = [int(c.figures[0]["trained"]) for c in contestants[:2]]
    if counts[0] != counts[1]:
        raise ValueError(f"not the same is trained: {counts}")
    for contestant in contestants:
        contestant.figures = [{SPEED: figures[SPEED]} for figures in contestant.figures]
    return [
        "# LoRA: loss and gradients of a small LLaMA",
        "",
        f"{machine('torch', 'peft')} Made by `benchmarks/bench_finetuning.py`.",
        INTRODUCTION.format(trained=counts[0]),
        "",
        *table(contestants),
    ]


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="of each")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when the jobs import torch
    if args.job:
        print(json.dumps(JOBS[args.job]()))
        return
    keep(report(args.turns), args.out)


if __name__ == "__main__":
    main()
