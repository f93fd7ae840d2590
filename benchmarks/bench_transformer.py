"""Blocks: ours against PyTorch's own layers, with the same weights and one thread each.

    python benchmarks/bench_transformer.py

Every turn is a process of its own, and the rows take turns, so that whatever else the machine
does meets them all. The report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from turns import Contestant, Figures, compete, keep, machine, run, table

C, H, HIDDEN, B, T, LAYERS = 256, 4, 1024, 8, 128, 4
SECONDS = 3.0  # of one turn
INTRODUCTION = """
A stack of {layers} layers, {c} channels, {h} heads, ReLU, LayerNorm, causal, on {b} texts of {t}
random vectors, in float32: the way forward and the gradients of all weights. `torch` is
`nn.TransformerEncoderLayer` in training mode without dropout, `minillm` is `Block`; both begin with
the same weights, and their results agree within {gap:.0e} before the clock starts. A turn lasts
{seconds:.0f} s of the process's own CPU time."""


def torchs(kind: str):
    """PyTorch's layers, and a step on them."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = nn.ModuleList(
        nn.TransformerEncoderLayer(
            C, H, HIDDEN, dropout=0.0, batch_first=True, norm_first=kind == "pre"
        )
        for _ in range(LAYERS)
    )
    mask = nn.Transformer.generate_square_subsequent_mask(T)

    def forward(x):
        for layer in layers:
            x = layer(x, src_mask=mask, is_causal=True)
        return x

    return layers, forward


def ours(kind: str):
    """Our blocks with the weights of PyTorch's layers, and a step on them."""
    from torch import nn

    from minillm.attention import Masks
    from minillm.config import Config
    from minillm.transformer import Block

    config = Config(
        9, LAYERS, H, C, HIDDEN, T, activation="relu", norm="layer", residual=kind, position="none"
    )
    blocks = nn.ModuleList(Block(config) for _ in range(LAYERS))
    names = {
        "attention.qkv.": "self_attn.in_proj_",
        "attention.out.": "self_attn.out_proj.",
        "attention_norm.": "norm1.",
        "feed_forward.up.": "linear1.",
        "feed_forward.down.": "linear2.",
        "feed_forward_norm.": "norm2.",
    }
    for block, layer in zip(blocks, torchs(kind)[0], strict=True):
        state = layer.state_dict()
        block.load_state_dict(
            {f"{ours}{end}": state[f"{theirs}{end}"] for ours, theirs in names.items()
             for end in ("weight", "bias")}
        )  # fmt: skip

    def forward(x):
        for block in blocks:
            x = block(x, Masks(causal=True))
        return x

    return blocks, forward


def job(name: str, kind: str) -> Figures:
    """Tokens per second, forward and backward."""
    import torch

    torch.set_num_threads(1)
    x = torch.randn(B, T, C, generator=torch.Generator().manual_seed(1))
    _, reference = torchs(kind)
    layers, forward = torchs(kind) if name == "torch" else ours(kind)
    with torch.no_grad():
        gap = (forward(x) - reference(x)).abs().max().item()
    assert gap < 1e-3, gap
    n_steps, start = 0, 0.0
    while n_steps < 3 or time.process_time() - start < SECONDS:
        if n_steps == 2:  # the first two are for warming up
            start = time.process_time()
        forward(x).square().mean().backward()
        layers.zero_grad()
        n_steps += 1
    seconds = time.process_time() - start
    return {"tokens per second": (n_steps - 2) * B * T / seconds, "gap": gap}


def take_turn(name: str, kind: str) -> tuple[Figures, float]:
    """Run a job in a process of its own."""
    out, _, megabytes = run([sys.executable, __file__, "--job", name, "--kind", kind])
    return json.loads(out), megabytes


def speed(contestant: Contestant) -> Contestant:
    """The same turns with the speed alone."""
    some = [{"tokens per second": each["tokens per second"]} for each in contestant.figures]
    return Contestant(contestant.name, contestant.take_turn, 0, some, contestant.megabytes)


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    lines, gap = [], 0.0
    for kind in ("post", "pre"):
        rows = [
            Contestant(name, partial(take_turn, name, kind), n_turns)
            for name in ("torch", "minillm")
        ]
        contestants = compete(rows)
        gap = max(gap, *contestants[1].values("gap"))
        lines += ["", f"## {kind.capitalize()}-norm", "", *table([speed(c) for c in contestants])]
    text = INTRODUCTION.format(layers=LAYERS, c=C, h=H, b=B, t=T, gap=gap, seconds=SECONDS)
    made = f"{machine('torch')} Made by `benchmarks/bench_transformer.py`."
    return ["# Blocks: tokens per second", "", made, text, *lines]


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=("torch", "minillm"), help=argparse.SUPPRESS)
    parser.add_argument("--kind", choices=("post", "pre"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when a job imports torch
    if args.job:
        print(json.dumps(job(args.job, args.kind)))
        return
    keep(report(args.turns), args.out)


if __name__ == "__main__":
    main()
