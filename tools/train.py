"""Train a language model: `python -m tools.train --corpus austen --minutes 15 --out runs/austen`.

In --out are then `log.jsonl`, `checkpoint.safetensors`, from which `--resume` goes on after
whatever stopped the run, and `model.safetensors`, the weights that did best on the validation
texts, which `minillm.language_model.load` reads. Several processes: `torchrun --nproc_per_node 2
-m tools.train` and the same words.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed
from tqdm import tqdm

from minillm import batches, checkpoint, corpus, flops, language_model, log
from minillm.architectures import TABLE, configure
from minillm.batches import Windows
from minillm.config import Config
from minillm.language_model import LanguageModel
from minillm.storyland import World
from minillm.trainer import Recipe, Report, Trainer
from minillm.transformer import Transformer
from minillm.yardstick import bits_per_byte

START = time.perf_counter()
Texts = dict[str, list[str]]  # the texts of "train", "valid" and "test"
MEASURED = 20  # first steps, whose time decides how many fit into --minutes


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = words.add_argument
    add("--out", type=Path, required=True, help="a folder for the results of this run")
    add("--resume", action="store_true", help="go on from the checkpoint in --out, as it began")
    data = words.add_argument_group("data")
    add = data.add_argument
    add("--corpus", default="austen", help="austen, storyland, or a text file or folder")
    add("--stories", type=int, default=10_000, help="of storyland, to train on")
    add("--vocabulary", default="bytes", help="bytes, a size for the tokenizer, or tokenizer.json")
    sizes = words.add_argument_group("model")
    add = sizes.add_argument
    add("--row", default="llama", choices=TABLE, help="of the table of architectures")
    add("--layers", type=int, default=4)
    add("--heads", type=int, default=4)
    add("--width", type=int, default=256)
    add("--hidden", type=int, default=None, help="default: 8/3 of the width, to a multiple of 32")
    add("--context", type=int, default=256)
    add("--dropout", type=float, default=0.0)
    add("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other settings of Config")
    recipe = words.add_argument_group("recipe")
    add = recipe.add_argument
    add("--minutes", type=float, help="train so long, from the start of this program on")
    add("--steps", type=int, help="or take so many steps")
    add("--batch", type=int, default=32, help="windows per step")
    add("--parts", type=int, default=1, help="cut a batch so, where memory is short")
    add("--optimizer", default="adamw", choices=("adamw", "muon"))
    add("--lr", type=float, default=2e-3, help="peak rate")
    add("--matrix-lr", type=float, default=0.02, help="peak rate of Muon")
    add("--floor", type=float, default=0.1, help="last rate, as a share of the peak")
    add("--warmup", type=int, default=100, help="steps")
    add("--weight-decay", type=float, default=0.1)
    add("--beta2", type=float, default=0.95)
    add("--clip", type=float, default=1.0)
    add("--seed", type=int, default=0)
    machine = words.add_argument_group("machine")
    add = machine.add_argument
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--dtype", default="float32", choices=("float32", "bfloat16"))
    add("--compile", action="store_true")
    add("--report", type=int, default=10, help="steps between lines of the log")
    add("--valid", type=int, default=0, help="steps between validations; 0: a tenth of the run")
    add("--save", type=float, default=60, help="seconds between checkpoints")
    add("--stride", type=int, default=None, help="of the last scoring; default: context / 4")
    add("--no-test", action="store_true", help="leave the test texts alone")
    return words


def load_texts(args: argparse.Namespace) -> Texts:
    """The three splits of the corpus that is asked for."""
    if args.corpus == "austen":
        return {
            split: [document.text for document in corpus.austen(split)]
            for split in ("train", "valid", "test")
        }
    if args.corpus == "storyland":
        world = World()
        draws = {"train": ("train", args.stories), "valid": ("valid", 500), "test": ("valid", 500)}
        return {
            name: [story.text for story in world.stories(n, seed, split)]
            for seed, (name, (split, n)) in enumerate(draws.items())
        }
    return split_documents([document.text for document in corpus.load(args.corpus)])


def split_documents(texts: list[str]) -> Texts:
    """The last tenth of each text held out, half of it each to validate and to test."""
    splits: Texts = {"train": [], "valid": [], "test": []}
    for text in texts:
        at = [int(len(text) * share) for share in (0, 0.9, 0.95, 1)]
        for split, start, end in zip(splits, at, at[1:], strict=True):
            splits[split].append(text[start:end])
    return {split: [text for text in parts if text] for split, parts in splits.items()}


def make_vocabulary(name: str, texts: list[str]) -> corpus.Vocabulary:
    """Bytes, a tokenizer trained on the texts, or one from a file."""
    if name == "bytes":
        return corpus.ByteVocabulary()
    from minillm.tokenizer import Tokenizer

    if name.isdigit():
        return Tokenizer.train(texts, int(name))
    return Tokenizer.load(name)


def make_config(args: argparse.Namespace, vocab_size: int) -> Config:
    """The sizes and settings of the model."""
    more = dict(pair.split("=", 1) for pair in args.set)
    return configure(
        args.row,
        vocab_size=vocab_size,
        n_layers=args.layers,
        n_heads=args.heads,
        width=args.width,
        hidden=args.hidden or 32 * math.ceil(args.width * 8 / 3 / 32),
        context=args.context,
        dropout=args.dropout,
        **{name: parsed(value) for name, value in more.items()},
    )


def parsed(value: str) -> Any:
    """A value of the command line: a number, true, false, null, or the word itself."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def make_recipe(args: argparse.Namespace, n_steps: int) -> Recipe:
    """The recipe that the command line asks for."""
    return Recipe(
        n_steps=n_steps,
        n_warmup=args.warmup,
        lr=args.lr,
        matrix_lr=args.matrix_lr,
        floor=args.floor,
        optimizer=args.optimizer,
        weight_decay=args.weight_decay,
        betas=(0.9, args.beta2),
        clip=args.clip,
        n_parts=args.parts,
        dtype=args.dtype,
        compile=args.compile,
        seed=args.seed,
    )


class Run:
    """A training run: the trainer, and what is written and shown about it."""

    def __init__(self, args: argparse.Namespace):
        self.args, self.out = args, args.out
        self.texts = load_texts(args)
        self.vocabulary = make_vocabulary(args.vocabulary, self.texts["train"])
        config = make_config(args, self.vocabulary.size)
        generator = torch.Generator().manual_seed(args.seed)
        model = Transformer(config, generator).to(args.device)
        stream = batches.encode(self.vocabulary, self.texts["train"])
        windows = Windows(stream, args.batch, args.context, args.seed)
        n_bytes = sum(len(text.encode()) for text in self.texts["train"])
        n_predicted = len(stream) - len(self.texts["train"])
        self.tokens_per_byte = n_predicted / n_bytes
        self.flops_per_token = flops.training(config, args.context)
        self.trainer = Trainer(model, windows, make_recipe(args, args.steps or args.warmup))
        self.best, self.saved = math.inf, START

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and shows."""
        return self.trainer.rank == 0

    def plan(self) -> None:
        """Decide how many steps fit into the minutes, from the time that the first ones take.

        They belong to the warm-up, whose rates do not depend on the number of steps.
        """
        deadline = START + 60 * self.args.minutes
        times = [time.perf_counter()]
        for _ in range(min(MEASURED, self.args.warmup)):
            self.trainer.update()[0].item()
            times.append(time.perf_counter())
        seconds = [b - a for a, b in pairwise(times)]
        step = statistics.mean(sorted(seconds)[len(seconds) // 4 :][: len(seconds) // 2 + 1])
        start = time.perf_counter()
        self.validate()
        validation = time.perf_counter() - start
        left = deadline - time.perf_counter() - 10 * validation
        n_steps = agreed(self.trainer.step + max(1, int(0.98 * left / step)))
        self.trainer.recipe = replace(self.trainer.recipe, n_steps=n_steps)
        self.trainer.seconds = sum(seconds)

    def validate(self, stride: int | None = None) -> float:
        """Bits per byte of the validation texts."""
        model = LanguageModel(self.trainer.model, self.vocabulary, stride or self.args.context)
        texts = self.texts["valid"]
        scores = model.score([self.vocabulary.encode(text) for text in texts])
        return -sum(map(np.sum, scores)) / sum(len(text.encode()) for text in texts)

    def save(self) -> None:
        """Write the checkpoint."""
        arguments = {name: value for name, value in vars(self.args).items() if name != "out"}
        self.trainer.save(
            self.out / "checkpoint.safetensors",
            arguments=arguments,
            vocabulary=language_model.describe(self.vocabulary),
            best=self.best if self.best < math.inf else None,
        )
        self.saved = time.perf_counter()

    def entry(self, report: Report) -> log.Entry:
        """What the log keeps of a report."""
        trainer = self.trainer
        tokens = report.step * trainer.windows.B * trainer.windows.T
        return {
            "step": report.step,
            "train": report.loss / math.log(2) * self.tokens_per_byte,
            "loss": report.loss,
            "norm": report.norm,
            "rate": report.rate,
            "tokens": tokens,
            "flops": tokens * self.flops_per_token,
            "seconds": round(report.seconds, 3),
        }

    def train(self) -> None:
        """Take the steps that are left; log, show, validate and save on the way."""
        n_steps, begun = self.trainer.recipe.n_steps, self.trainer.step
        between = self.args.valid or max(1, n_steps // 10)
        lines = log.Log(self.out / "log.jsonl", begun) if self.first else None
        last = (self.trainer.seconds, begun)
        with tqdm(total=n_steps, initial=begun, disable=None if self.first else True) as bar:
            for report in self.trainer.run(self.args.report):
                if lines is None:
                    continue
                entry = self.entry(report)
                seconds, steps = report.seconds - last[0], report.step - last[1]
                last = (report.seconds, report.step)
                windows = self.trainer.windows
                entry["tokens_per_s"] = round(steps * windows.B * windows.T / seconds)
                if report.step // between > (report.step - steps) // between or (
                    report.step == n_steps
                ):
                    entry["valid"] = self.validate()
                    self.keep_best(entry)
                    tqdm.write(
                        f"step {report.step} of {n_steps}: training {entry['train']:.3f}, "
                        f"validation {entry['valid']:.4f} bits per byte, "
                        f"{entry['tokens_per_s']:,} tokens/s, {report.seconds:.0f} s",
                        file=sys.stderr,
                    )
                lines.append(entry)
                bar.set_postfix_str(
                    f"loss {report.loss:.3f}, {entry['train']:.3f} bits per byte, "
                    f"{entry['tokens_per_s']:,} tokens/s"
                )
                bar.update(steps)
                if report.step == n_steps or time.perf_counter() - self.saved >= self.args.save:
                    self.save()

    def keep_best(self, entry: log.Entry) -> None:
        """Write the model where it has never done better on the validation texts."""
        if entry["valid"] < self.best:
            self.best = entry["valid"]
            language_model.save(
                self.out / "model.safetensors",
                LanguageModel(self.trainer.model, self.vocabulary),
                provenance=entry,
                dtype=torch.float32,
            )

    def score(self) -> dict[str, Any]:
        """The best model on the yardstick."""
        model = language_model.load(self.out / "model.safetensors", self.args.device)
        stride = self.args.stride or max(1, self.args.context // 4)
        model = LanguageModel(model.transformer, model.vocabulary, stride)
        splits = ("valid",) if self.args.no_test else ("valid", "test")
        scores: dict[str, Any] = {
            split: bits_per_byte(model, self.texts[split]) for split in splits
        }
        scores |= {
            "parameters": sum(p.numel() for p in model.transformer.parameters()),
            "steps": self.trainer.recipe.n_steps,
            "flops": self.entry(Report(self.trainer.step, 0, 0, 0, 0))["flops"],
            "training_seconds": round(self.trainer.seconds, 1),
            "total_seconds": round(time.perf_counter() - START, 1),
        }
        (self.out / "score.json").write_text(json.dumps(scores, indent=1) + "\n")
        return scores


def agreed(number: int) -> int:
    """The first process's number, in all processes."""
    if not distributed.is_initialized():
        return number
    numbers = [number]
    distributed.broadcast_object_list(numbers)
    return numbers[0]


def join_processes(args: argparse.Namespace) -> None:
    """Where `torchrun` has started several processes, let them find each other."""
    if "RANK" in os.environ:
        cuda = args.device.startswith("cuda")
        distributed.init_process_group("nccl" if cuda else "gloo")
        if cuda:
            args.device = f"cuda:{os.environ['LOCAL_RANK']}"
            torch.cuda.set_device(args.device)


def main() -> None:
    """Train, go on with training, and score."""
    args = parser().parse_args()
    if args.resume:
        _, about = checkpoint.read(args.out / "checkpoint.safetensors")
        args = argparse.Namespace(**about["arguments"] | {"out": args.out, "resume": True})
    elif (args.minutes is None) == (args.steps is None):
        parser().error("give either --minutes or --steps")
    args.out.mkdir(parents=True, exist_ok=True)
    join_processes(args)
    run = Run(args)
    if args.resume:
        n_steps = about["recipe"]["n_steps"]
        run.trainer.recipe = replace(run.trainer.recipe, n_steps=n_steps)
        run.trainer.resume(args.out / "checkpoint.safetensors")
        run.best = math.inf if about["best"] is None else about["best"]
    elif args.minutes is not None:
        run.plan()
    run.train()
    if run.first:
        print(json.dumps(run.score(), indent=1))
    if distributed.is_initialized():
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
