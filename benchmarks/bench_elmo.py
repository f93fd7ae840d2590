"""ELMo's two directional models against PyTorch's bidirectional LSTM, in one process, by turns.

    python benchmarks/bench_elmo.py

The report is printed; `--out FILE` keeps it.
"""

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from turns import keep, machine

from minillm import elmo

B, T, V, WIDTHS, TURNS = 64, 20, 1000, (64, 256), 9
INTRODUCTION = """
States of two layers for a batch of {B} texts of 5 to {T} tokens, and their gradients, with widths
{widths}. One thread; the rows take turns, and a row shows the least CPU time of {turns} turns, as a
multiple of the first row's: the machine may be busy. *Packed* is what PyTorch recommends for texts
of different lengths. The bidirectional stack reads its answers in the second layer, so it is a peer
in speed alone; its second layer has twice the input. *Cell by cell* runs the same two models
through `nn.LSTMCell`, one token at a time."""


class Stack(nn.Module):
    """`nn.LSTM(bidirectional=True)` with two layers, on packed texts or on the filling, too."""

    def __init__(self, width: int, packed: bool):
        super().__init__()
        self.embedding = nn.Embedding(V, width)
        self.lstm = nn.LSTM(width, width, 2, bidirectional=True, batch_first=True)
        self.packed = packed

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """The states of the last layer."""
        x = self.embedding(ids)
        if not self.packed:
            return self.lstm(x)[0]
        given = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.lstm(given)[0], batch_first=True)[0]


class Cells(nn.Module):
    """The biLM, one token at a time."""

    def __init__(self, width: int):
        super().__init__()
        self.embedding = nn.Embedding(V, width)
        self.cells = nn.ModuleList(nn.LSTMCell(width, width) for _ in range(4))

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """The states of the last layer."""
        x = self.embedding(ids)
        both = []
        for half in range(2):
            h = elmo.reverse(x, lengths) if half else x
            for layer in range(2):
                state, made = None, []
                for token in h.unbind(1):
                    state = self.cells[2 * half + layer](token, state)
                    made.append(state[0])
                h = torch.stack(made, 1) + (h if layer else 0)
            both.append(elmo.reverse(h, lengths) if half else h)
        return torch.cat(both, -1)


def seconds(model: nn.Module, ids: Tensor, lengths: Tensor) -> float:
    """One turn: states and gradients."""
    start = time.process_time()
    model.states(ids, lengths).square().mean().backward()
    return time.process_time() - start


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    ids, lengths = torch.randint(V, (B, T)), torch.randint(5, T + 1, (B,))
    lengths[0] = T
    columns: dict[str, list[float]] = {}
    for width in WIDTHS:
        models = {
            "`elmo.BiLM`": elmo.BiLM(V, width),
            "`nn.LSTM`, bidirectional stack": Stack(width, packed=False),
            "`nn.LSTM`, bidirectional stack, packed": Stack(width, packed=True),
            "the same two models, cell by cell": Cells(width),
        }
        found: dict[str, list[float]] = {name: [] for name in models}
        for _ in range(TURNS):
            for name, model in models.items():
                found[name].append(seconds(model, ids, lengths))
        best = {name: min(times) for name, times in found.items()}
        for name in models:
            columns.setdefault(name, []).append(best[name] / best["`elmo.BiLM`"])
    widths = " and ".join(map(str, WIDTHS))
    lines = ["# Two directional models and one bidirectional stack", ""]
    lines += [INTRODUCTION.strip().format(B=B, T=T, widths=widths, turns=TURNS), ""]
    lines += ["| program | " + " | ".join(f"time, C = {w}" for w in WIDTHS) + " |", "|:--|--:|--:|"]
    lines += [
        f"| {name} | " + " | ".join(f"{x:.2f}" for x in row) + " |" for name, row in columns.items()
    ]
    keep([*lines, "", machine("torch")], args.out)


if __name__ == "__main__":
    main()
