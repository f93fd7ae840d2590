"""One training run with all that belongs to it: its log, its files, its progress bar."""

import json
import math
import statistics
import sys
import time
from argparse import Namespace
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed
from tqdm import tqdm

from minillm import flops, language_model, log
from minillm.corpus import Vocabulary
from minillm.language_model import LanguageModel
from minillm.trainer import Report, Trainer
from minillm.yardstick import bits_per_byte
from tools.texts import Texts

MEASURED = 20  # first steps, whose time decides how many fit into the minutes


class Run:
    """A trainer, the texts, and a folder for the results.

    `arguments` are the words that `tools.train` was called with; `start` is the time
    (`time.perf_counter`) from which its minutes are counted.
    """

    def __init__(
        self,
        trainer: Trainer,
        texts: Texts,
        vocabulary: Vocabulary,
        arguments: Namespace,
        start: float,
    ):
        self.trainer, self.texts, self.vocabulary = trainer, texts, vocabulary
        self.args, self.out, self.start = arguments, Path(arguments.out), start
        config, windows = trainer.net.config, trainer.batches
        n_bytes = sum(len(text.encode()) for text in texts["train"])
        n_predicted = len(windows.stream) - len(texts["train"])
        self.tokens_per_byte = n_predicted / n_bytes
        self.tokens_per_step = windows.B * windows.T
        self.flops_per_token = flops.training(config, windows.T)
        device, dtype = trainer.device, getattr(torch, trainer.recipe.dtype)
        self.peak = flops.measured_peak(device, dtype) * trainer.n_processes
        self.best, self.saved = math.inf, start
        self.last = (0, 0.0)  # steps and seconds of the last report

    def plan(self, minutes: float) -> None:
        """Decide how many steps fit into some minutes, from the time that the first ones take.

        They are kept: they belong to the warm-up, whose rates do not depend on what follows.
        """
        times = [time.perf_counter()]
        for _ in range(max(2, min(MEASURED, self.trainer.recipe.n_warmup))):
            self.trainer.update()
            times.append(time.perf_counter())
        seconds = sorted(b - a for a, b in pairwise(times))
        step = statistics.mean(seconds[: math.ceil(len(seconds) * 0.75)])  # compiling left out
        begun = time.perf_counter()
        self.bits_per_byte()
        ended = time.perf_counter()
        left = self.start + 60 * minutes - ended - 5 * (ended - begun)
        n_steps = agreed(self.trainer.step + max(1, int(0.98 * left / step)))
        self.trainer.recipe = replace(self.trainer.recipe, n_steps=n_steps)
        self.trainer.seconds = sum(seconds)

    def resume(self) -> None:
        """Go on from the checkpoint."""
        about = self.trainer.resume(self.out / "checkpoint.safetensors")
        self.best = math.inf if about["best"] is None else about["best"]

    def train(self) -> None:
        """Take the steps that are left; log, show, validate and save on the way."""
        trainer, n_steps = self.trainer, self.trainer.recipe.n_steps
        self.last = (trainer.step, trainer.seconds)
        if trainer.rank > 0:
            for _ in trainer.run(self.args.report):
                pass
            return
        lines = log.Log(self.out / "log.jsonl", trainer.step)
        with tqdm(total=n_steps, initial=trainer.step, disable=None) as bar:
            for report in trainer.run(self.args.report):
                entry = self.entry(report)
                if self.is_due(report.step):
                    self.validate(entry)
                lines.append(entry)
                bar.set_postfix_str(self.summary(entry))
                bar.update(report.step - self.last[0])
                self.last = (report.step, report.seconds)
                done = report.step == n_steps
                if done or time.perf_counter() - self.saved >= self.args.save:
                    self.save()

    def is_due(self, step: int) -> bool:
        """Whether a multiple of the steps between validations was passed, or the end is reached."""
        n_steps = self.trainer.recipe.n_steps
        between = self.args.valid or max(1, n_steps // 5)
        return step == n_steps or step // between > self.last[0] // between

    def entry(self, report: Report) -> log.Entry:
        """What the log keeps of a report; "train" is in bits per byte."""
        tokens = report.step * self.tokens_per_step
        step, seconds = self.last
        speed = (report.step - step) * self.tokens_per_step / (report.seconds - seconds)
        return {
            "step": report.step,
            "train": report.loss / math.log(2) * self.tokens_per_byte,
            "loss": report.loss,
            "norm": report.norm,
            "rate": report.rate,
            "tokens": tokens,
            "flops": tokens * self.flops_per_token,
            "seconds": round(report.seconds, 3),
            "tokens_per_s": round(speed),
            "utilisation": round(flops.utilisation(self.flops_per_token, speed, self.peak), 4),
        }

    def summary(self, entry: log.Entry) -> str:
        """The end of the progress bar."""
        return (
            f"loss {entry['loss']:.3f}, {entry['train']:.3f} bits per byte, "
            f"{entry['tokens_per_s']:,} tokens/s, {entry['utilisation']:.1%} of the peak"
        )

    def bits_per_byte(self, stride: int | None = None) -> float:
        """Of the validation texts, quickly: windows do not overlap, nothing is checked."""
        model = LanguageModel(self.trainer.net, self.vocabulary, stride or self.trainer.batches.T)
        texts = self.texts["valid"]
        scores = model.score([self.vocabulary.encode(text) for text in texts])
        return float(-sum(map(np.sum, scores)) / sum(len(text.encode()) for text in texts))

    def validate(self, entry: log.Entry) -> None:
        """Measure the model, say how it does, and keep it where it has never done better."""
        entry["valid"] = self.bits_per_byte()
        tqdm.write(
            f"step {entry['step']}, {entry['seconds']:.0f} s, {self.summary(entry)}; "
            f"validation {entry['valid']:.4f} bits per byte",
            file=sys.stderr,
        )
        if entry["valid"] < self.best:
            self.best = entry["valid"]
            model = LanguageModel(self.trainer.net, self.vocabulary)
            provenance = {"arguments": self.words(), **entry}
            file = self.out / "model.safetensors"
            language_model.save(file, model, provenance, torch.float32)

    def words(self) -> dict[str, Any]:
        """The arguments as JSON data, without the folder."""
        return {name: value for name, value in vars(self.args).items() if name != "out"}

    def save(self) -> None:
        """Write the checkpoint."""
        self.trainer.save(
            self.out / "checkpoint.safetensors",
            arguments=self.words(),
            best=self.best if self.best < math.inf else None,
        )
        self.saved = time.perf_counter()

    def best_model(self) -> LanguageModel:
        """What did best on the validation texts, as the yardstick is to read it."""
        kind = type(self.trainer.net)
        best = language_model.load(self.out / "model.safetensors", kind, self.trainer.device)
        stride = self.args.stride or max(1, best.net.config.context // 4)
        return LanguageModel(best.net, best.vocabulary, stride)

    def score(self) -> dict[str, Any]:
        """The best model on the yardstick, and what it took."""
        model = self.best_model()
        splits = ("valid",) if self.args.no_test else ("valid", "test")
        tokens = self.trainer.step * self.tokens_per_step
        return {
            **{split: bits_per_byte(model, self.texts[split]) for split in splits},
            "parameters": sum(p.numel() for p in model.net.parameters()),
            "steps": self.trainer.step,
            "flops": tokens * self.flops_per_token,
            "training_seconds": round(self.trainer.seconds, 1),
            "total_seconds": round(time.perf_counter() - self.start, 1),
        }

    def finish(self) -> None:
        """Print the score and keep it."""
        text = json.dumps(self.score(), indent=1)
        (self.out / "score.json").write_text(text + "\n", encoding="utf-8")
        print(text)


def agreed(number: int) -> int:
    """The first process's number, in all processes."""
    if not distributed.is_initialized():
        return number
    numbers = [number]
    distributed.broadcast_object_list(numbers)
    return numbers[0]
