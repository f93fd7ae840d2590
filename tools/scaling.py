"""Train the sweep of chapter 11: `python -m tools.scaling`, about 55 minutes on one core.

Each run is one small LLaMA on text that it reads once, and is written to
`data/results/scaling.json` as soon as it is finished: after a stop, the same command goes on with
the runs that are missing. First the learning rate is tuned at three sizes; then come lines of equal
compute on a Storyland of six people, the largest run, a series on Austen, in which text is also
read several times, and more seeds. `--list` shows the plan.
"""

import argparse
import json
import math
import os
import time
import zlib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from minillm.architectures import configure, count_parameters
from minillm.batches import Windows, encode
from minillm.config import Config
from minillm.corpus import DATA
from minillm.flops import training
from minillm.language_model import LanguageModel
from minillm.recipe import Recipe
from minillm.storyland import World
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.machine import keep_memory
from tools.provenance import provenance
from tools.texts import texts_of

RESULTS = DATA / "results" / "scaling.json"
V, T, B = 1024, 256, 4  # tokens of the vocabulary, of a window; windows of a step
N_TEST = 250  # stories
# Width, layers, heads: the eleven sizes.
SIZES = [
    (16, 2, 1),
    (20, 2, 1),
    (24, 2, 1),
    (32, 2, 2),
    (40, 2, 2),
    (48, 2, 3),
    (64, 2, 4),
    (64, 3, 4),
    (80, 4, 5),
    (96, 4, 6),
    (128, 4, 8),
]
# FLOPs as 6 N D, and the first and last size of the line.
LINES = {
    2e11: (0, 4),
    4e11: (0, 6),
    8e11: (2, 8),
    1.6e12: (3, 10),
    3.2e12: (5, 11),
    6.4e12: (7, 10),
}
TOP = (1.28e13, 9)  # the run that is held out
RATES = (2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2)
TUNED = {0: 1_500_000, 5: 1_000_000, 9: 600_000}  # size: tokens to tune the rate with


@dataclass(frozen=True)
class Job:
    """One run: which text, which size, how many tokens, read in how many passes."""

    series: str  # "tune", "storyland", "austen"
    size: int
    n_tokens: int
    seed: int = 0
    lr: float | None = None  # None: what has been tuned
    passes: int = 1

    @property
    def key(self) -> str:
        """The name under which the result is stored."""
        width, layers, _ = SIZES[self.size]
        what = f"{self.series} {width}x{layers} D{self.n_tokens} seed{self.seed}"
        return what + (f" lr{self.lr}" if self.lr else "") + f" passes{self.passes}"


@cache
def world() -> World:
    """A Storyland of six people: few facts, which each model can learn soon."""
    return World(n_people=6, held_out_people=0)


def config_of(size: int) -> Config:
    """The network of a size: the LLaMA row, its head tied to its embedding."""
    width, layers, heads = SIZES[size]
    hidden = 8 * math.ceil(width * 8 / 3 / 8)
    sizes = {"n_layers": layers, "n_heads": heads, "width": width, "hidden": hidden}
    return configure("llama", vocab_size=V, context=T, head="tied", **sizes)


def tokens_for(flops: float, size: int) -> int:
    """D = C / 6N in whole steps."""
    return round(flops / (6 * count_parameters(config_of(size))) / (B * T)) * B * T


def plan() -> list[Job]:
    """All runs, in the order in which they are made."""
    jobs = [
        Job("tune", size, n // (B * T) * B * T, lr=rate)
        for size, n in TUNED.items()
        for rate in RATES
        if (size, rate) != (9, 4e-2)
    ]
    lines = [
        Job("storyland", size, tokens_for(flops, size))
        for flops, (first, end) in LINES.items()
        for size in range(first, end)
    ]
    seeds = [Job("storyland", s, tokens_for(c, s), seed) for c, s in SEEDED for seed in (1, 2)]
    return [*jobs, *lines, Job("storyland", TOP[1], tokens_for(*TOP)), *austen(), *seeds]


SEEDED = [(4e11, 2), (4e11, 3), (8e11, 2), (8e11, 3)]  # cells that are trained with three seeds


def austen() -> list[Job]:
    """Three sizes, three amounts of text, read once; and the smallest amount, read four times."""
    once = [(size, n * B * T) for size in (0, 3, 7) for n in (260, 520, 1040)]
    repeated = [(size, 4 * 260 * B * T) for size in (0, 3, 7)]
    return [Job("austen", *job) for job in once] + [
        Job("austen", *job, passes=4) for job in repeated
    ]


@cache
def prepared(corpus: str) -> tuple[Tokenizer, list[np.ndarray], int]:
    """Tokenizer; test texts as ids, and their bytes."""
    if corpus == "austen":
        texts = texts_of("austen")
        tokenizer, tests = Tokenizer.train(texts["train"], V), texts["test"]
    else:
        tokenizer = Tokenizer.train([s.text for s in world().stories(1500, 0)], V)
        tests = [s.text for s in world().stories(N_TEST, 1, "valid")]
    ids = [tokenizer.encode(text) for text in tests]
    return tokenizer, ids, sum(len(text.encode()) for text in tests)


def stream_of(job: Job, tokenizer: Tokenizer) -> tuple[np.ndarray, float]:
    """The ids that a run reads, exactly as many as it needs, and the bytes of a token."""
    n = job.n_tokens // job.passes + T + 1
    if job.series == "austen":
        texts = texts_of("austen")["train"]
        np.random.default_rng(job.seed).shuffle(texts)  # chapters: a part is of all novels
    else:
        seed = zlib.crc32(job.key.encode())  # fresh stories in each run
        texts = [s.text for s in world().stories(n // 180, seed)]
    stream = encode(tokenizer, texts)
    if len(stream) < n:
        raise ValueError(f"{job.key}: {len(stream)} tokens, needs {n}")
    return stream[:n], sum(len(text.encode()) for text in texts) / len(stream)


def tuned(runs: list[dict[str, Any]], N: int) -> float:
    """The learning rate for N parameters: the best one of each tuned size, between them linear
    in ln N and ln rate, beyond them the nearest.
    """
    best: dict[int, tuple[float, float]] = {}
    for run in runs:
        if run["series"] == "tune":
            n = run["N"]
            best[n] = min(best.get(n, (math.inf, 0.0)), (run["bits_per_byte"], run["lr"]))
    sizes = sorted(best)
    rates = [math.log(best[n][1]) for n in sizes]
    return float(f"{math.exp(np.interp(math.log(N), np.log(sizes), rates)):.3g}")


def train(job: Job, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Train and score one run."""
    corpus = "austen" if job.series == "austen" else "storyland"
    tokenizer, tests, n_bytes = prepared(corpus)
    config = config_of(job.size)
    N, n_steps = count_parameters(config), job.n_tokens // (B * T)
    lr = job.lr or tuned(runs, N)
    dtype = "bfloat16" if config.width >= 80 else "float32"  # below, float32 is faster
    stream, bytes_per_token = stream_of(job, tokenizer)
    net = Transformer(config, torch.Generator().manual_seed(job.seed))
    recipe = Recipe(
        n_steps=n_steps,
        n_warmup=min(100, n_steps // 10),
        lr=lr,
        floor=0.0,
        betas=(0.9, 0.98),
        dtype=dtype,  # type: ignore[arg-type]
        seed=job.seed,
    )
    start = time.process_time()
    trainer = Trainer(net, Windows(stream, B, T, job.seed), recipe)
    curve = [[r.step, round(r.loss, 4)] for r in trainer.run(math.ceil(n_steps / 10))]
    seconds = time.process_time() - start
    scores = LanguageModel(net, tokenizer, batch=32).score(tests)
    bits = -sum(map(np.sum, scores))
    n_scored = sum(map(len, scores))
    return {
        "key": job.key,
        **asdict(job),
        "lr": lr,
        "width": config.width,
        "layers": config.n_layers,
        "N": N,
        "N_embedding": V * config.width,
        "D": job.n_tokens,
        "unique": job.n_tokens // job.passes,
        "bytes": round(job.n_tokens * bytes_per_token),
        "flops": training(config) * job.n_tokens,
        "steps": n_steps,
        "dtype": dtype,
        "loss": round(bits * math.log(2) / n_scored, 5),  # nats per token
        "bits_per_byte": round(bits / n_bytes, 5),
        "train": curve,
        "seconds": round(seconds, 1),
    }


def floor() -> dict[str, float]:
    """What the world itself needs for the test stories; no model needs less on average."""
    texts = [s.text for s in world().stories(N_TEST, 1, "valid")]
    _, ids, n_bytes = prepared("storyland")
    bits = -sum(world().score(text) for text in texts)
    n_scored = sum(len(row) + 1 for row in ids)
    entropy = world().entropy("valid").bits_per_byte
    return {
        "bits_per_byte": round(bits / n_bytes, 5),
        "loss": round(bits * math.log(2) / n_scored, 5),
        "entropy": round(entropy, 5),
        "bytes_per_token": round(n_bytes / n_scored, 4),
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one move: a stop in between leaves the old one."""
    runs = ",\n".join(json.dumps(run) for run in content["runs"])
    head = json.dumps({name: value for name, value in content.items() if name != "runs"})
    new = path.with_suffix(".new")
    new.write_text(f'{head[:-1]}, "runs": [\n{runs}\n]}}\n')
    os.replace(new, path)


def main() -> None:
    """Make the runs that are missing."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--out", type=Path, default=RESULTS)
    words.add_argument("--list", action="store_true", help="show the plan and train nothing")
    args = words.parse_args()
    jobs = plan()
    if args.list:
        for job in jobs:
            N = count_parameters(config_of(job.size))
            print(f"{job.key:50} {N:8,} {6 * N * job.n_tokens:.2g}")
        return
    origin = provenance()  # now: the first result changes the working tree
    torch.set_num_threads(1)
    keep_memory()
    content = json.loads(args.out.read_text()) if args.out.exists() else {"runs": []}
    runs = content["runs"]
    content = {"about": origin | {"threads": 1, "torch": torch.__version__}, "floor": floor()}
    done = {run["key"] for run in runs}
    for job in jobs:
        if job.key not in done:
            run = train(job, runs) | {"commit": origin["commit"], "date": origin["date"]}
            runs.append(run)
            write(args.out, content | {"runs": runs})
            print(f"{run['key']} {run['bits_per_byte']} {run['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
