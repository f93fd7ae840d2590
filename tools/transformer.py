"""Measure what norms, skips and positions do: `python -m tools.transformer`.

Writes `data/results/07_transformer.json`, the measurements that chapter 7 shows: half an hour on
one quiet core. `--only laboratory`, `training`, `positions` or `band` measures that part again.

laboratory  the stream and the gradients before training, for six kinds of residual and six depths
training    one model of six blocks, with three residuals, with and without warm-up
positions   models trained on 64 tokens, scored on up to 512
band        what the assignment's own model reaches, over ten seeds
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.authoring.assignment import cells, course_folder, grade_id, path_of, read
from minillm import batches, stream
from minillm.batches import Windows
from minillm.config import Config
from minillm.corpus import DATA
from minillm.losses import cross_entropy
from minillm.recipe import Recipe
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.provenance import provenance
from tools.texts import texts_of

Run = dict[str, Any]
RESULTS = DATA / "results" / "07_transformer.json"
SEEDS = (0, 1, 2)
DEPTHS = (2, 4, 8, 16, 32, 48)
LAYERS, WIDTH, T, B = 6, 64, 64, 8
STEPS, WARMUP, RATE = 300, 75, 1e-3
POSITION_STEPS = 400  # of the models of positions
LONG = (64, 128, 256, 512)  # tokens that a model of positions is scored on


def residual(kind: str, L: int) -> dict[str, Any]:
    """The settings of a kind of residual in a model of `L` blocks."""
    quarter, half = (2 * L) ** 0.25, (2 * L) ** 0.5
    return {
        "post": {"residual": "post", "final_norm": False},
        "pre": {"residual": "pre"},
        "pre, scaled": {"residual": "pre"},
        "deepnorm": {
            "residual": "post",
            "final_norm": False,
            "alpha": quarter,
            "beta": (8 * L) ** -0.25,
        },
        "deep": {"residual": "deep", "alpha": half, "beta": 1 / half},
        "none": {"residual": "post", "final_norm": False, "alpha": 0.0},
    }[kind]


def model_of(kind: str, L: int, vocab_size: int, seed: int) -> Transformer:
    """The one model of the laboratory and of training, with a kind of residual."""
    config = Config(
        vocab_size=vocab_size,
        n_layers=L,
        n_heads=4,
        width=WIDTH,
        hidden=4 * WIDTH,
        context=T,
        position="sinusoidal",
        activation="relu",
        norm="layer",
        head="linear",
        **residual(kind, L),
    )
    model = Transformer(config)
    stream.xavier(model, torch.Generator().manual_seed(seed))
    if kind == "pre, scaled":
        with torch.no_grad():
            for name, p in model.named_parameters():
                if name.endswith(("out.weight", "down.weight")):
                    p.div_(math.sqrt(2 * L))
    return model


class Texts:
    """A corpus as streams of ids."""

    def __init__(self, name: str, size: int = 512, n_stories: int = 2000):
        texts = texts_of(name, n_stories)
        self.vocabulary = Tokenizer.train(texts["train"], size)
        self.train, self.valid = (
            batches.encode(self.vocabulary, texts[split]) for split in ("train", "valid")
        )
        n_bytes = sum(len(text.encode()) for text in texts["valid"])
        # BOS is given, never predicted.
        self.tokens_per_byte = (len(self.valid) - len(texts["valid"])) / n_bytes

    def held_out(self, n: int, length: int) -> Tensor:
        """Rows (n, length + 1) of the validation stream, evenly spread."""
        starts = np.linspace(0, len(self.valid) - length - 1, n).astype(int)
        return batches.cut(self.valid, starts, length)


def profile(model: Transformer, rows: Tensor) -> dict[str, list[float]]:
    """One forward and one backward pass: what each block does."""
    model.zero_grad()
    x = stream.states(model, rows[:, :-1])
    loss = cross_entropy(model.logits(model.norm(x[-1])), rows[:, 1:])
    loss.backward()
    pairs = list(pairwise(x))
    found = {
        "std": [s.std().item() for s in x],
        "cosine": [stream.cosine(a, b) for a, b in pairs],
        "change": [stream.relative_change(a, b) for a, b in pairs],
        "outside": [stream.outside_mean(s) for s in x],
        "gradient": stream.gradient_norms(model),
        "loss": [loss.item()],
    }
    return {name: [float(f"{v:.4g}") for v in values] for name, values in found.items()}


def laboratory(texts: Texts) -> Iterator[Run]:
    """The profile of each kind, depth and seed before training."""
    rows = texts.held_out(2 * B, T)
    for kind in ("post", "pre", "pre, scaled", "deepnorm", "deep", "none"):
        for depth in DEPTHS:
            for seed in SEEDS:
                model = model_of(kind, depth, texts.vocabulary.size, seed)
                yield {"kind": kind, "depth": depth, "seed": seed, **profile(model, rows)}


@torch.no_grad()
def score(model: Transformer, rows: Tensor) -> Tensor:
    """Nats (n, T) of each token of rows (n, T + 1) but the first."""
    model.eval()
    z = torch.cat([model(part[:, :-1])[0] for part in rows.split(16)])
    logs = z.float().log_softmax(dim=-1)
    return -logs.gather(2, rows[:, 1:, None])[..., 0]


def train(model: Transformer, texts: Texts, recipe: Recipe, seed: int) -> list[list[float]]:
    """Train; [step, loss, norm of the gradient] after each ten steps."""
    trainer = Trainer(model, Windows(texts.train, B, T, seed), recipe)
    curve = []
    try:
        for report in trainer.run(10):
            curve.append([report.step, round(report.loss, 4), float(f"{report.norm:.3g}")])
    except FloatingPointError as error:
        print("stopped:", error, flush=True)
    return curve


@torch.no_grad()
def without_each(model: Transformer, rows: Tensor) -> list[float]:
    """The mean loss where one block is left out, for each block."""
    whole, losses = model.blocks, []
    for i in range(len(whole)):
        model.blocks = torch.nn.ModuleList(b for j, b in enumerate(whole) if j != i)
        losses.append(round(score(model, rows).mean().item(), 4))
    model.blocks = whole
    return losses


def training(texts: Texts) -> Iterator[Run]:
    """One model, three residuals, with and without warm-up, three seeds."""
    rows = texts.held_out(64, T)
    for seed in SEEDS:
        for kind in ("post", "pre", "deepnorm"):
            for warmup in (WARMUP, 0):
                model = model_of(kind, LAYERS, texts.vocabulary.size, seed)
                curve = train(model, texts, Recipe(STEPS, warmup, RATE, seed=seed), seed)
                loss = score(model, rows).mean().item()
                run = {
                    "kind": kind,
                    "warmup": warmup,
                    "seed": seed,
                    "curve": curve,
                    "valid": round(loss, 4),
                    "bits_per_byte": round(loss / math.log(2) * texts.tokens_per_byte, 4),
                    **profile(model, rows[: 2 * B]),
                }
                yield run | ({"without": without_each(model, rows)} if warmup else {})


def positions(texts: Texts) -> Iterator[Run]:
    """Models trained on `T` tokens, scored on longer texts."""
    rows = {n: texts.held_out(16, n) for n in LONG}
    for seed in SEEDS:
        for position in ("learned", "rope", "alibi", "none"):
            config = Config(
                texts.vocabulary.size, 2, 4, WIDTH, 176, context=max(LONG), position=position
            )
            model = Transformer(config, torch.Generator().manual_seed(seed))
            # Muon: these models must have learned to look back, in few steps.
            recipe = Recipe(POSITION_STEPS, 20, 3e-3, optimizer="muon", seed=seed)
            train(model, texts, recipe, seed)
            yield {"position": position, "seed": seed, "loss": longer(model, rows)}
            if position == "rope":
                loss = longer(stretch(model, max(LONG) / T), rows)
                yield {"position": "rope, stretched", "seed": seed, "loss": loss}


def longer(model: Transformer, rows: dict[int, Tensor]) -> dict[int, list[float]]:
    """For each length the mean nats of each 32 tokens."""
    found = {}
    for n, some in rows.items():
        by_place = score(model, some).mean(dim=0)
        found[n] = [round(v, 4) for v in by_place.unflatten(0, (-1, 32)).mean(dim=1).tolist()]
    return found


def stretch(model: Transformer, factor: float) -> Transformer:
    """The same weights with RoPE's theta raised so that its slowest turn is `factor` times as slow
    (NTK-aware scaling), without training.
    """
    D = model.config.head_size
    theta = model.config.rope_theta * factor ** (D / (D - 2))
    changed = Transformer(Config(**{**vars(model.config), "rope_theta": theta}))
    changed.load_state_dict(model.state_dict())
    return changed


def band(texts: None) -> Iterator[Run]:
    """What the solution of the assignment reaches over ten seeds, on its unseen tokens."""
    space = solution()
    rows, behind = space["unseen"](512, seed=7)
    for seed in range(10):
        model = space["MiniLLM"](seed)
        space["train"](model, seed=seed)
        loss = cross_entropy(space["last_logits"](model, rows)[None], behind[None]).item()
        yield {"seed": seed, "loss": round(loss, 4)}


def solution() -> dict[str, Any]:
    """The names of the assignment's solution: its given cells and its answers, run."""
    source = read(path_of("07_transformer", course_folder()))
    space: dict[str, Any] = {"__name__": "solution"}
    for cell in cells(source, "given", "answer"):
        if grade_id(cell) != "band" and cell.id != "band":
            exec(compile(cell.source, str(cell.id), "exec"), space)
    return space


def summary(losses: list[float]) -> dict[str, float]:
    """The band of some losses, and the wider one that is asked for on any machine."""
    mean, most = statistics.mean(losses), max(losses)
    wide = {"low": 0.8 * mean, "mean": mean, "min": min(losses), "max": most, "high": 1.1 * most}
    return {name: round(value, 4) for name, value in wide.items()}


PARTS = {
    "laboratory": (laboratory, "storyland"),
    "training": (training, "storyland"),
    "positions": (positions, "storyland"),
    "band": (band, ""),
}
SETTINGS = {
    "training": {"layers": LAYERS, "steps": STEPS, "warmup": WARMUP, "rate": RATE, "tokens": B * T},
    "positions": {"trained": T, "bin": 32, "steps": POSITION_STEPS, "tokens": B * T},
}


def main() -> None:
    """Measure, and write the file after each run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    measured = json.loads(args.out.read_text()) if args.only and args.out.exists() else {}
    for name in [args.only] if args.only else PARTS:
        part, corpus = PARTS[name]
        start, state, runs = time.perf_counter(), provenance(), []
        for run in part(Texts(corpus) if corpus else None):
            runs.append(run)
            seconds = round(time.perf_counter() - start)
            measured[name] = SETTINGS.get(name, {}) | {
                "runs": runs,
                "provenance": {**state, "seeds": list(SEEDS), "seconds": seconds},
            }
            if name == "band":
                measured[name] |= summary([each["loss"] for each in runs])
            args.out.write_text(json.dumps(measured, separators=(",", ":")) + "\n")
            few = {k: v for k, v in run.items() if isinstance(v, str | int | float)}
            print(f"{seconds:5} s", name, few, flush=True)


if __name__ == "__main__":
    main()
