"""Tokens per second of cached generation: ours and `transformers`, with the same weights.

    python benchmarks/bench_decoding.py --out benchmarks/results/decoding.md

Two LLaMA shapes, random weights, greedy, no end of text; first in float32 as the modules stand
(eager), then with what `torch.compile` and bfloat16 add. A shape is a process of its own; within it
the rows of a table take turns, so that whatever else the machine does meets them all. The report
is printed; `--out FILE` keeps it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from turns import keep, machine

SHAPES = {
    "7M": {  # the mini-LLM's
        "vocab_size": 4096,
        "n_layers": 6,
        "n_heads": 4,
        "n_kv_heads": 4,
        "width": 256,
        "hidden": 704,
    },
    "30M": {
        "vocab_size": 8192,
        "n_layers": 8,
        "n_heads": 8,
        "n_kv_heads": 8,
        "width": 512,
        "hidden": 1376,
    },
    "135M": {  # SmolLM2-135M's
        "vocab_size": 49_152,
        "n_layers": 30,
        "n_heads": 9,
        "n_kv_heads": 3,
        "width": 576,
        "hidden": 1536,
    },
}
INTRODUCTION = """
Greedy decoding behind a prompt of {prompt} tokens, {new} new tokens per text, end of text switched
off; tokens per second count all new tokens of a batch, the time to read the prompt is in. Random
weights of the shapes given; both programs get the same ones and write the same tokens: checked in
float32 before anything is timed. A ratio is the median, over the turns, of the ratio to the first
row in the same turn. {threads} threads; each row has one turn that is not counted."""

Row = tuple[str, Callable[[], Any]]


def shape_name(shape: dict[str, int], n_parameters: int) -> str:
    """A line about a shape."""
    return (
        f"{n_parameters / 1e6:.1f}M parameters: {shape['n_layers']} layers, width "
        f"{shape['width']}, {shape['n_heads']} heads ({shape['n_kv_heads']} of keys), inner width "
        f"{shape['hidden']}, vocabulary {shape['vocab_size']:,}, tied"
    )


def pair(shape: dict[str, int]) -> tuple[Any, Any]:
    """A LLaMA of `transformers`, and ours with its weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from minillm.architectures import configure
    from minillm.transformer import Transformer
    from minillm.weights import from_transformers

    torch.manual_seed(0)
    theirs = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=shape["vocab_size"],
            hidden_size=shape["width"],
            intermediate_size=shape["hidden"],
            num_hidden_layers=shape["n_layers"],
            num_attention_heads=shape["n_heads"],
            num_key_value_heads=shape["n_kv_heads"],
            max_position_embeddings=512,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=None,
            pad_token_id=0,
        )
    ).eval()
    config = configure("llama", head="tied", context=512, **shape)
    ours = Transformer(config).eval()
    ours.load_state_dict(from_transformers(theirs.state_dict(), config))
    return theirs, ours


def their_tokens(model: Any, prompts: Any, n: int) -> Any:
    """New ids (B, n) by `transformers`."""
    import torch

    with torch.inference_mode():
        ids = torch.from_numpy(prompts)
        mask = torch.ones_like(ids)
        out = model.generate(ids, attention_mask=mask, max_new_tokens=n, do_sample=False)
    return out[:, ids.shape[1] :].numpy()


def our_tokens(model: Any, prompts: Any, n: int) -> Any:
    """New ids (B, n) by ours."""
    import numpy as np

    from minillm.generation import generate

    return np.stack(generate(model, prompts, n, eos=None))


def compiled(model: Any) -> Any:
    """Ours, its forward pass compiled, once for all lengths."""
    import torch

    return torch.compile(model, dynamic=True)


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """All figures of one shape: tokens per second by batch, row and turn."""
    import copy

    import numpy as np
    import torch

    torch.set_num_threads(args.threads)
    theirs, ours = pair(SHAPES[name])
    variants: dict[str, tuple[Callable, Any]] = {
        "transformers": (their_tokens, theirs),
        "minillm": (our_tokens, ours),
        "transformers, bfloat16": (their_tokens, copy.deepcopy(theirs).bfloat16()),
        "minillm, bfloat16": (our_tokens, copy.deepcopy(ours).bfloat16()),
    }
    if not args.no_compile:
        half = copy.deepcopy(ours).bfloat16()
        variants["minillm, compiled"] = our_tokens, compiled(ours)
        variants["minillm, compiled, bfloat16"] = our_tokens, compiled(half)
    n_parameters = sum(p.numel() for p in ours.parameters())
    figures: dict[str, Any] = {"shape": shape_name(SHAPES[name], n_parameters), "batches": {}}
    rng = np.random.default_rng(0)
    for batch in args.batches:
        prompts = rng.integers(2, SHAPES[name]["vocab_size"], (batch, args.prompt))
        same = their_tokens(theirs, prompts, args.new) == our_tokens(ours, prompts, args.new)
        if not same.all():
            raise RuntimeError(f"{name}, batch {batch}: only {same.mean():.1%} of the ids agree")
        rows = {
            row: (lambda f=f, model=model, p=prompts: f(model, p, args.new))
            for row, (f, model) in variants.items()
        }
        figures["batches"][batch] = {
            row: [batch * args.new / s for s in seconds]
            for row, seconds in take_turns(rows, args.turns).items()
        }
    return figures


def take_turns(rows: dict[str, Callable[[], Any]], n_turns: int) -> dict[str, list[float]]:
    """Seconds of each row in each turn; the first turn, which compiles, is not counted."""
    seconds: dict[str, list[float]] = {row: [] for row in rows}
    for turn in range(n_turns + 1):
        for row, work in rows.items():
            start = time.perf_counter()
            work()
            if turn:
                seconds[row].append(time.perf_counter() - start)
    return seconds


def table(rows: dict[str, list[float]]) -> list[str]:
    """Median, range and ratio to the first row."""
    lines = [
        "| | tokens/s, median | range | ratio to the first |",
        "|---|---:|---:|---:|",
    ]
    first = next(iter(rows.values()))
    for name, values in rows.items():
        ratio = statistics.median(a / b for a, b in zip(values, first, strict=True))
        lines.append(
            f"| {name} | {statistics.median(values):,.1f} | {min(values):,.1f} to "
            f"{max(values):,.1f} | {ratio:.2f} |"
        )
    return lines


def report(args: argparse.Namespace) -> list[str]:
    """Measure everything; the lines of the report."""
    computer = machine("torch", "transformers")
    lines = [
        "# Decoding: tokens per second",
        "",
        f"{computer} Made by `benchmarks/bench_decoding.py`.",
        INTRODUCTION.format(**vars(args)),
    ]
    for name in args.shapes:
        command = [sys.executable, __file__, "--job", name, *sys.argv[1:]]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        lines += ["", f"## {figures['shape']}"]
        for batch, rows in figures["batches"].items():
            texts = "1 text" if int(batch) == 1 else f"{batch} texts at once"
            lines += ["", f"### {texts}, {args.turns} turns", "", *table(rows)]
    return lines


def main() -> None:
    """Measure one shape, or everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--prompt", type=int, default=32, help="tokens that are read")
    parser.add_argument("--new", type=int, default=64, help="tokens that are written")
    parser.add_argument("--turns", type=int, default=7, help="of each row")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", action="store_true", help="leave the compiled rows out")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=SHAPES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps(measure(args.job, args)))
        return
    keep(report(args), args.out)


if __name__ == "__main__":
    main()
