"""Training tokens per second: ours, nanoGPT's model code and `transformers`' LLaMA.

    python benchmarks/bench_training.py --nanogpt FOLDER --out benchmarks/results/training.md

FOLDER holds nanoGPT's `model.py`, which is not part of this repository; without it, it is skipped
by name. Every turn is a process of its own, and the rows of a table take turns. The report is
printed; `--out FILE` keeps it. Where there is a CUDA device, `--device cuda` measures tokens per
second and utilisation at 124 million parameters and more instead.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

from turns import Contestant, Figures, compete, keep, machine, run, table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.machine import keep_memory

# layers, heads, width, context, batch, vocabulary
SHAPES = {
    "nanoGPT's for a CPU": (4, 4, 128, 64, 12, 65),
    "nanoGPT's for characters, a batch of 8": (6, 6, 384, 256, 8, 65),
    "a vocabulary of 4,096": (4, 4, 256, 256, 16, 4096),
}
ON_GPU = {  # 124 million parameters of nanoGPT's kind; 350 and 760 million of LLaMA's
    "GPT-2, 124M": ("gpt", 12, 12, 768, 1024, 32, 50_304),
    "LLaMA, 124M": ("llama", 12, 12, 768, 1024, 32, 50_304),
    "LLaMA, 354M": ("llama", 24, 16, 1024, 1024, 16, 50_304),
    "LLaMA, 757M": ("llama", 24, 16, 1536, 1024, 16, 50_304),
}
INTRODUCTION = """
A step is the way forward, the loss, the gradients, their clipping and AdamW (`fused=True` for
all), on random tokens; dropout is off. Two steps before the clock starts; then so many steps that
a turn lasts about {seconds:.0f} s. "GPT" is nanoGPT's architecture (learned positions, LayerNorm,
GELU, tied head), ours by settings of the one Transformer; "LLaMA" is the row of our table, with
the same numbers in `transformers` (attention by torch's kernel, no cache). The number of
parameters is the same in each pair. Ours keeps the memory that it frees, as `tools.train` does
(`tools.machine.keep_memory`); the others run as they come, and once more with the same setting."""

Step = Callable[[], object]


# The contestants: each makes a step, and says how many parameters it has.


def minillm_step(kind: str, shape: tuple[int, ...], device: str, **how: Any) -> tuple[Step, int]:
    """One update of our trainer."""
    import numpy as np
    import torch

    from minillm.batches import Windows
    from minillm.recipe import Recipe
    from minillm.trainer import Trainer
    from minillm.transformer import Transformer

    T, B, V = shape[3:]
    model = Transformer(our_config(kind, shape), torch.Generator().manual_seed(0)).to(device)
    stream = np.random.default_rng(0).integers(2, V, 64 * B * T)
    trainer = Trainer(model, Windows(stream, B, T), Recipe(n_steps=10**6, n_warmup=0, **how))
    return lambda: trainer.update()[0].item(), n_parameters(model)


def our_config(kind: str, shape: tuple[int, ...]) -> Any:
    """Our settings of nanoGPT's kind, or of LLaMA's."""
    from minillm.architectures import configure
    from minillm.config import Config

    layers, heads, width, T, _, V = shape
    sizes = {"vocab_size": V, "n_layers": layers, "n_heads": heads, "width": width, "context": T}
    if kind == "llama":
        return configure("llama", hidden=llama_hidden(width), **sizes)
    settings = {"position": "learned", "norm": "layer", "activation": "gelu"}
    return Config(hidden=4 * width, **sizes, **settings)


def llama_hidden(width: int) -> int:
    """About 8/3 of the width, a multiple of 32."""
    return 32 * round(width * 8 / 3 / 32)


def nanogpt_step(shape: tuple[int, ...], file: str) -> tuple[Step, int]:
    """One update as nanoGPT's `train.py` makes it, with its model and its optimizer."""
    spec = importlib.util.spec_from_file_location("nanogpt", file)
    nanogpt = importlib.util.module_from_spec(spec)
    sys.modules["nanogpt"] = nanogpt
    layers, heads, width, T, B, V = shape
    sizes = {"n_layer": layers, "n_head": heads, "n_embd": width, "block_size": T, "vocab_size": V}
    with redirect_stdout(sys.stderr):  # it says what it does
        spec.loader.exec_module(nanogpt)
        model = nanogpt.GPT(nanogpt.GPTConfig(dropout=0.0, bias=True, **sizes))
        groups = model.configure_optimizers(0.1, 1e-3, (0.9, 0.95), "cpu").param_groups
    return plain_step(model, groups, lambda ids, targets: model(ids, targets)[1], B, T, V)


def transformers_step(shape: tuple[int, ...]) -> tuple[Step, int]:
    """One update of `transformers`' LLaMA with the same sizes as ours."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    layers, heads, width, T, B, V = shape
    config = LlamaConfig(
        vocab_size=V,
        hidden_size=width,
        intermediate_size=llama_hidden(width),
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=T,
        use_cache=False,
        attn_implementation="sdpa",
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    groups = [{"params": list(model.parameters())}]

    def loss(ids: Any, targets: Any) -> Any:
        return model(input_ids=ids, labels=targets, shift_labels=targets).loss

    return plain_step(model, groups, loss, B, T, V)


def plain_step(
    model: Any, groups: list[dict], loss: Callable[..., Any], B: int, T: int, V: int
) -> tuple[Step, int]:
    """One update of someone else's model, with torch's fastest optimizer."""
    import torch

    groups = [{k: g[k] for k in ("params", "weight_decay") if k in g} for g in groups]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)
    generator = torch.Generator().manual_seed(0)
    model.train()

    def step() -> float:
        rows = torch.randint(2, V, (B, T + 1), generator=generator)
        value = loss(rows[:, :-1], rows[:, 1:].contiguous())
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return value.item()

    return step, n_parameters(model)


def n_parameters(model: Any) -> int:
    """Numbers that are trained, shared ones once."""
    return sum(p.numel() for p in model.parameters())


def measure(
    who: str, shape: tuple[int, ...], device: str, seconds: float, kept: bool = True, **how: Any
) -> Figures:
    """Tokens per second of one contestant, from steps that together take about `seconds`.

    With `kept`, the process keeps the memory that it frees.
    """
    if kept:
        keep_memory()
    if who == "nanogpt":
        step, size = nanogpt_step(shape, how["file"])
    elif who == "transformers":
        step, size = transformers_step(shape)
    else:
        step, size = minillm_step(who, shape, device, **how)
    step()
    once = duration(step, 1)
    n_steps = max(3, round(seconds / once))
    *_, T, B, _ = shape
    figures = {"tokens per second": n_steps * B * T / duration(step, n_steps)}
    return figures | {"parameters": size}


def duration(step: Step, n_steps: int) -> float:
    """Seconds of some steps."""
    start = time.perf_counter()
    for _ in range(n_steps):
        step()
    return time.perf_counter() - start


# The tables.


def take_turn(**job: Any) -> tuple[Figures, float]:
    """One turn in a process of its own; raises `RuntimeError` where sizes are not the same."""
    out, _, megabytes = run([sys.executable, __file__, "--job", json.dumps(job)])
    return json.loads(out), megabytes


def contestants(args: argparse.Namespace, shape: tuple[int, ...]) -> dict[str, list[Contestant]]:
    """Ours beside each peer; unless `--pairs`, what bfloat16 and the compiler add to ours."""

    def one(name: str, who: str, turns: int = args.turns, **how: Any) -> Contestant:
        job = partial(take_turn, who=who, shape=shape, seconds=args.seconds, device="cpu", **how)
        return Contestant(name, job, turns)

    def peer(name: str, who: str, **how: Any) -> list[Contestant]:
        again = one(f"{name}, memory kept", who, **how)
        return [one(name, who, kept=False, **how), again]

    nano = peer("nanoGPT", "nanogpt", file=str(args.nanogpt / "model.py")) if args.nanogpt else []
    both = {"dtype": "bfloat16", "compile": True}
    faster = [
        one("minillm, bfloat16", "llama", dtype="bfloat16"),
        one("minillm, compiled", "llama", turns=2, compile=True),
        one("minillm, bfloat16, compiled", "llama", turns=2, **both),
    ]
    llama = [*peer("transformers", "transformers"), one("minillm", "llama")]
    return {
        "GPT": [*nano, one("minillm", "gpt")],
        "LLaMA": llama if args.pairs else [*llama, *faster],
    }


def without_sizes(rows: list[Contestant]) -> list[Contestant]:
    """Check that all have the same number of parameters, and take it out of the figures."""
    sizes = {figures.pop("parameters") for row in rows for figures in row.figures}
    if len(sizes) != 1:
        raise RuntimeError(f"contestants have {sorted(sizes)} parameters: not the same model")
    print(f"{sizes.pop():,.0f} parameters", file=sys.stderr)
    return rows


def cpu_report(args: argparse.Namespace) -> list[str]:
    """Measure every shape; the lines of the report."""
    lines = [INTRODUCTION.format(seconds=args.seconds)]
    if not args.nanogpt:
        lines.append("\nSkipped for want of `--nanogpt`: nanoGPT.")
    for name in args.shapes:
        layers, heads, width, T, B, V = shape = SHAPES[name]
        title = f"{layers} layers, {heads} heads, width {width}, context {T}, batch {B}, {V:,} ids"
        for kind, rows in contestants(args, shape).items():
            lines += ["", f"## {kind}, {name}: {title}; tokens per second", ""]
            lines += table(without_sizes(compete(rows)))
    return lines


def gpu_report(args: argparse.Namespace) -> list[str]:
    """Tokens per second and utilisation of ours, bfloat16 and compiled, on a CUDA device."""
    import torch

    from minillm import flops

    peak = flops.measured_peak("cuda", torch.bfloat16, size=8192, seconds=3)
    lines = [
        f"\n{torch.cuda.get_device_name()}; its fastest bfloat16 product of matrices here reaches "
        f"{peak / 1e12:.0f} TFLOPS"
        + (f", its data sheet says {args.peak:.0f}" if args.peak else "")
        + ". Utilisation counts 3 times the matrix products of the way forward.",
        "",
        "| model | parameters | batch x context | tokens per second | TFLOPS | of measured peak |"
        " of data sheet |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, (kind, *shape) in ON_GPU.items():
        figures = measure(kind, tuple(shape), "cuda", args.seconds, dtype="bfloat16", compile=True)
        config = our_config(kind, tuple(shape))
        speed = figures["tokens per second"]
        done = flops.training(config) * speed
        cells = (
            name,
            f"{figures['parameters']:,}",
            f"{shape[4]} x {shape[3]}",
            f"{speed:,.0f}",
            f"{done / 1e12:.0f}",
            f"{done / peak:.1%}",
            f"{done / (args.peak * 1e12):.1%}" if args.peak else "",
        )
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], file=sys.stderr)
        torch.cuda.empty_cache()
    return lines


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nanogpt", type=Path, help="a folder with nanoGPT's model.py")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8, help="about, of each turn")
    parser.add_argument("--shapes", nargs="*", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--pairs", action="store_true", help="float32 without the compiler only")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--peak", type=float, help="TFLOPS of bfloat16, from the data sheet")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps(measure(**args.job)))
        return
    nanogpt = "nanoGPT's model.py of 2025-11-12"
    computer = machine("torch", "transformers", also=[nanogpt])
    head = f"{computer} Made by `benchmarks/bench_training.py`."
    rows = (cpu_report if args.device == "cpu" else gpu_report)(args)
    keep(["# Training: tokens per second", "", head, *rows], args.out)


if __name__ == "__main__":
    main()
