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
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from minillm import batches, checkpoint, corpus
from minillm.architectures import TABLE, configure
from minillm.batches import Windows
from minillm.config import Config
from minillm.objectives import Causal, Prefix
from minillm.recipe import Recipe
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.machine import keep_memory
from tools.run import Run
from tools.texts import texts_of

OBJECTIVES = {"causal": Causal, "prefix": Prefix}  # of what the yardstick can score


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = words.add_argument
    add("--out", type=Path, required=True, help="a folder for the results of this run")
    add("--resume", action="store_true", help="go on from the checkpoint in --out, as it began")
    add = words.add_argument_group("data").add_argument
    add("--corpus", default="austen", help="austen, storyland, or a text file or folder")
    add("--stories", type=int, default=10_000, help="of storyland, to train on")
    add("--vocabulary", default="bytes", help="bytes, a size for the tokenizer, or tokenizer.json")
    add = words.add_argument_group("model").add_argument
    add("--row", default="llama", choices=TABLE, help="of the table of architectures")
    add("--layers", type=int, default=4)
    add("--heads", type=int, default=4)
    add("--width", type=int, default=256)
    add("--hidden", type=int, default=None, help="default: 8/3 of the width, to a multiple of 32")
    add("--context", type=int, default=256)
    add("--dropout", type=float, default=0.0)
    add("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other settings of Config")
    add = words.add_argument_group("recipe").add_argument
    add("--objective", default="causal", choices=OBJECTIVES, help="what is predicted from what")
    add("--minutes", type=float, help="train so long, counted from the reading of the corpus on")
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
    add = words.add_argument_group("machine").add_argument
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--dtype", default="float32", choices=("float32", "bfloat16"))
    add("--compile", action="store_true")
    add("--report", type=int, default=10, help="steps between lines of the log")
    add("--valid", type=int, default=0, help="steps between validations; 0: five in the run")
    add("--save", type=float, default=60, help="seconds between checkpoints")
    add("--stride", type=int, default=None, help="of the last scoring; default: context / 4")
    add("--no-test", action="store_true", help="leave the test texts alone")
    return words


def make_vocabulary(name: str, texts: list[str]) -> corpus.Vocabulary:
    """Bytes, a tokenizer trained on the texts, or one from a file."""
    if name == "bytes":
        return corpus.ByteVocabulary()
    return Tokenizer.train(texts, int(name)) if name.isdigit() else Tokenizer.load(name)


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


def make_recipe(args: argparse.Namespace) -> Recipe:
    """The recipe; where minutes are given, the number of steps is decided later."""
    return Recipe(
        n_steps=args.steps or args.warmup,
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


def make_run(args: argparse.Namespace, start: float) -> Run:
    """Everything that the command line asks for, not yet trained."""
    texts = texts_of(args.corpus, args.stories)
    vocabulary = make_vocabulary(args.vocabulary, texts["train"])
    config = make_config(args, vocabulary.size)
    model = Transformer(config, torch.Generator().manual_seed(args.seed)).to(args.device)
    stream = batches.encode(vocabulary, texts["train"])
    windows = Windows(stream, args.batch, args.context, args.seed)
    trainer = Trainer(model, windows, make_recipe(args), OBJECTIVES[args.objective]())
    return Run(trainer, texts, vocabulary, args, start)


def join_processes(args: argparse.Namespace) -> None:
    """Where `torchrun` has started several processes, let them find each other."""
    if "RANK" in os.environ:
        cuda = args.device.startswith("cuda")
        distributed.init_process_group("nccl" if cuda else "gloo")
        if cuda:
            args.device = f"cuda:{os.environ['LOCAL_RANK']}"
            torch.cuda.set_device(args.device)


def train(args: argparse.Namespace, score: bool = True) -> Run:
    """Train, or go on with training, and score."""
    start, n_steps = time.perf_counter(), None
    if args.resume:
        _, about = checkpoint.read(args.out / "checkpoint.safetensors")
        args = argparse.Namespace(**about["arguments"] | {"out": args.out, "resume": True})
        n_steps = about["recipe"]["n_steps"]
    elif (args.minutes is None) == (args.steps is None):
        parser().error("give --minutes or --steps")
    if TABLE[args.row]["structure"] not in ("decoder", "prefix"):
        parser().error(f"--row {args.row}: the yardstick cannot score it; use minillm.trainer")
    args.out.mkdir(parents=True, exist_ok=True)
    keep_memory()
    join_processes(args)
    run = make_run(args, start)
    if n_steps is not None:
        run.trainer.recipe = replace(run.trainer.recipe, n_steps=n_steps)
        run.resume()
    elif args.minutes is not None:
        run.plan(args.minutes)
    run.train()
    if score and run.trainer.rank == 0:
        run.finish()
    return run


def main() -> None:
    """Do what the command line says."""
    train(parser().parse_args())
    if distributed.is_initialized():
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
