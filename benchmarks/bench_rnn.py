"""Recurrent networks: our plain cells and our network against torch's own layers, one thread.

    python benchmarks/bench_rnn.py

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

B, T, C, H, V = 16, 64, 256, 256, 2048
N_STEPS = 6  # of training, in one turn; the fastest counts
KINDS = ("elman", "gru", "lstm")
INTRODUCTION = """
One step of training (forward, backward) on {B} lanes of {T} tokens, by the process's own CPU time,
the fastest of {n} in a turn. *Tokens per second*; the first row of each table is what a user would
write with torch alone.

A network: a table of {V:,} vectors of {C} numbers, one layer of {H} units, the table again as its
head. `minillm.recurrent.RNN` does the same and begins with zeros at each `<s>`; there are two in
each batch here. The plain cells are those that students write: a Python loop over the {T} steps."""

# The jobs. Each runs in a process of its own; only jobs import torch or minillm.


def fastest(step) -> Figures:
    """Tokens per second of the fastest of some steps."""
    best = float("inf")
    for _ in range(N_STEPS):
        start = time.process_time()
        step()
        best = min(best, time.process_time() - start)
    return {"tokens per second": B * T / best}


def torch_alone(kind: str) -> Figures:
    """Torch's layers between a table and a tied head, as one writes them."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    from minillm.recurrent import LAYERS

    torch.manual_seed(0)
    embedding, layer = nn.Embedding(V, C), LAYERS[kind](C, H, batch_first=True)
    ids = torch.randint(2, V, (B, T + 1))

    def step():
        y, _ = layer(embedding(ids[:, :-1]))
        logits = F.linear(y, embedding.weight)
        F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten()).backward()

    return fastest(step)


def network(kind: str) -> Figures:
    """`minillm.recurrent.RNN`, by `rnn.train_window`."""
    import torch

    from minillm.corpus import BOS
    from minillm.recurrent import RNN, RNNConfig
    from minillm.rnn import train_window

    torch.manual_seed(0)
    net = RNN(RNNConfig(V, kind, C, H))
    ids = torch.randint(2, V, (B, T + 1))
    ids[3, 20] = ids[9, 41] = BOS
    state = net.initial_state(B)
    return fastest(lambda: train_window(net, ids, state))


def plain(kind: str) -> Figures:
    """The cells of `minillm.rnn`, step by step, in the same network."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    from minillm.recurrent import LAYERS
    from minillm.rnn import unroll

    torch.manual_seed(0)
    embedding, layer = nn.Embedding(V, C), LAYERS[kind](C, H, batch_first=True)
    ids, zeros = torch.randint(2, V, (B, T + 1)), torch.zeros(B, H)
    state = (zeros, zeros) if kind == "lstm" else zeros

    def step():
        y, _ = unroll(layer, embedding(ids[:, :-1]), state)
        logits = F.linear(y, embedding.weight)
        F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten()).backward()

    return fastest(step)


JOBS = {job.__name__: job for job in (torch_alone, network, plain)}
TITLES = {"torch_alone": "torch's layer", "network": "minillm.recurrent", "plain": "plain cells"}


def take_turn(name: str, kind: str) -> tuple[Figures, float]:
    """Run a job in a process of its own."""
    out, _, megabytes = run([sys.executable, __file__, "--job", name, "--kind", kind])
    return json.loads(out), megabytes


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    lines = [
        "# Recurrent networks: speed of training",
        "",
        f"{machine('torch')} Made by `benchmarks/bench_rnn.py`.",
        INTRODUCTION.format(B=B, T=T, C=C, H=H, V=V, n=N_STEPS),
    ]
    for kind in KINDS:
        contestants = compete(
            [Contestant(TITLES[j], partial(take_turn, j, kind), n_turns) for j in JOBS]
        )
        lines += ["", f"## {kind}", "", *table(contestants)]
    return lines


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="of each")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when the jobs import torch
    if args.job:
        print(json.dumps(JOBS[args.job](args.kind)))
        return
    keep(report(args.turns), args.out)


if __name__ == "__main__":
    main()
