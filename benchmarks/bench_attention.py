"""Attention: ours against torch's module, on the same weights, one thread each.

    python benchmarks/bench_attention.py

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

B, T, C, H = 8, 256, 256, 8
STEPS = 12
SPEED = "tokens per second"
INTRODUCTION = f"""
A causal layer of {H} heads on {B} texts of {T} tokens with {C} channels, float32: forward and
backward, {STEPS} times, by the process's own CPU time after one step that is not counted. All three
have the same weights, and the sums of their squared results agree to 1e-5, which is checked.

`nn.MultiheadAttention` gets the causal mask as a tensor and as `is_causal`, and no weights are
asked for, so that it uses its fused kernel. *plain* is `minillm.attention.Attention` by the formula
that students write, `fused=False`."""

# The jobs. Each runs in a process of its own; only jobs import torch or minillm.


def ours(fused: bool) -> Figures:
    """`minillm.attention.Attention`."""
    import torch

    from minillm.attention import Attention
    from minillm.config import Config

    config = Config(1, 1, H, C, 1, position="none", fused=fused)
    layer = Attention(config)
    same_weights(layer.qkv, layer.out)
    return timed(lambda x: layer(x, causal=True), layer, torch)


def torchs() -> Figures:
    """`nn.MultiheadAttention`."""
    import torch
    from torch import nn

    layer = nn.MultiheadAttention(C, H, batch_first=True)
    qkv = nn.Linear(C, 3 * C)
    same_weights(qkv, layer.out_proj)
    with torch.no_grad():
        layer.in_proj_weight.copy_(qkv.weight)
        layer.in_proj_bias.copy_(qkv.bias)
    mask = nn.Transformer.generate_square_subsequent_mask(T)

    def forward(x):
        return layer(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0]

    return timed(forward, layer, torch)


JOBS = {"fused": partial(ours, True), "torch": torchs, "plain": partial(ours, False)}


def same_weights(qkv, out) -> None:
    """The same numbers in every job."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for layer in (qkv, out):
        with torch.no_grad():
            layer.weight.normal_(std=0.05, generator=generator)
            layer.bias.normal_(std=0.05, generator=generator)


def timed(forward, layer, torch) -> Figures:
    """Tokens per second of forward and backward, and a number that the jobs must share."""
    torch.set_num_threads(1)
    x = torch.randn(B, T, C, generator=torch.Generator().manual_seed(1))
    mark = float(forward(x).detach().double().square().sum())
    start = 0.0
    for step in range(STEPS + 1):
        if step == 1:
            start = time.process_time()
        layer.zero_grad()
        forward(x).square().mean().backward()
    seconds = time.process_time() - start
    return {SPEED: STEPS * B * T / seconds, "mark": mark}


def take_turn(name: str) -> tuple[Figures, float]:
    """Run a job in a process of its own."""
    out, _, megabytes = run([sys.executable, __file__, "--job", name])
    return json.loads(out), megabytes


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    rows = {
        "torch, nn.MultiheadAttention": "torch",
        "minillm, fused": "fused",
        "minillm, plain": "plain",
    }
    contestants = compete(
        [Contestant(title, partial(take_turn, job), n_turns) for title, job in rows.items()]
    )
    marks = [figures["mark"] for c in contestants for figures in c.figures]
    if max(marks) - min(marks) > 1e-5 * max(marks):
        raise ValueError(f"the layers give different results: {marks}")
    for contestant in contestants:
        contestant.figures = [{SPEED: figures[SPEED]} for figures in contestant.figures]
    return [
        "# Attention: one layer, forward and backward",
        "",
        f"{machine('torch')} Made by `benchmarks/bench_attention.py`.",
        INTRODUCTION,
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
