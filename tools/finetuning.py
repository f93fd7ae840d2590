"""Teach one task to one model by every method, for chapter 12.

    python -m tools.finetuning              all parts, about a quarter of an hour on a quiet core
    python -m tools.finetuning methods      one of them
    python -m tools.finetuning methods --again      the same, all runs anew

    base      the model before it is taught
    methods   each method at three rates on validation people, then five seeds at the best
    ranks     LoRA on queries and values, ranks 1 to 16, at one rate, three seeds
    places    LoRA of rank 4 in eight places, at one rate, three seeds
    four_bit  LoRA beside a base of 4 bits; the update of full fine-tuning, its singular values

The model is the stored one of chapters 12 and 13, which knows the facts of 48 people. The task is
to answer questions in a template: taught with the facts of 20 people, tuned on 8, tested on 20. A
run that is stored already is not made again.
"""

import argparse
import copy
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import torch

from minillm import adapters, chat, tuning
from minillm.chat import Answers, Exchange, Exchanges, share_right
from minillm.corpus import DATA
from minillm.finetuning import count, freeze
from minillm.four_bit import four_bit
from minillm.gazette import Told, load_gazette
from minillm.language_model import LanguageModel
from minillm.network import Network
from minillm.recipe import Recipe
from minillm.soft_prompts import prefix, prompt
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.provenance import provenance

RESULTS = DATA / "results" / "12_finetuning.json"
N_STEPS, B, ALPHA = 80, 16, 8.0
EVERYWHERE = ("qkv", "out", "up", "down")
Tune = Callable[[Transformer, torch.Generator], Any]


def lora(*names: str, r: int = 4) -> Tune:
    """LoRA of this rank beside the layers of these names."""
    return lambda net, generator: tuning.lora(net, names, r, ALPHA, generator)


METHODS: dict[str, tuple[Tune, tuple[float, ...]]] = {
    "full": (lambda net, _: net.requires_grad_(True), (3e-4, 1e-3, 3e-3)),
    "LoRA q, v": (lora("q", "v"), (1e-2, 3e-2, 1e-1)),
    "LoRA everywhere": (lora(*EVERYWHERE), (3e-3, 1e-2, 3e-2)),
    "adapter": (lambda net, g: tuning.bottleneck(net, 8, g), (3e-3, 1e-2, 3e-2)),
    "prefix": (lambda net, g: prefix(net, 8, g), (3e-1, 1.0, 3.0)),
    "prompt": (lambda net, g: prompt(net, 8, g), (3e-1, 1.0, 3.0)),
    "BitFit": (lambda net, _: tuning.bitfit(net), (3e-2, 1e-1, 3e-1)),
    "(IA)3": (lambda net, _: tuning.ia3(net), (1e-1, 3e-1, 1.0)),
}
RANKS = (1, 2, 4, 8, 16)
PLACES = {
    "q": ("q",),
    "v": ("v",),
    "q, v": ("q", "v"),
    "qkv, out": ("qkv", "out"),
    "up": ("up",),
    "down": ("down",),
    "up, down": ("up", "down"),
    "everywhere": EVERYWHERE,
}


def split(told: Told) -> dict[str, list[Exchange]]:
    """Questions about 20 people to learn from, about 8 to choose by, about 20 to test with."""
    people = told.gazette.people
    groups = {"train": people[:20], "valid": people[20:28], "test": people[28:]}
    return {
        name: chat.exchanges(
            told.tokenizer, [fact for fact in told.gazette.facts if fact.subject in group]
        )
        for name, group in groups.items()
    }


def bits_per_byte(net: Network, told: Told, n: int = 40) -> float:
    """What documents cost of the kind that the base was trained on, none of them seen."""
    texts = told.gazette.documents(n, seed=1)
    scores = LanguageModel(net, told.tokenizer).score([told.tokenizer.encode(t) for t in texts])
    return -sum(float(s.sum()) for s in scores) / sum(len(t.encode()) for t in texts)


class Teacher:
    """Teaches the task to fresh copies of the model, and measures each."""

    def __init__(self, told: Told):
        self.told, self.sets = told, split(told)

    def teach(self, tune: Tune, rate: float, seed: int) -> tuple[Network, dict[str, Any]]:
        """A copy of the model, taught; what it cost and what it can."""
        net = copy.deepcopy(self.told.net)
        net = tune(net, torch.Generator().manual_seed(seed)) or net
        recipe = Recipe(N_STEPS, n_warmup=10, lr=rate, floor=0.0, weight_decay=0.0, seed=seed)
        trainer = Trainer(net, Exchanges(self.sets["train"], B, seed), recipe, Answers())
        start = time.process_time()
        *_, last = trainer.run(every=25)
        seconds = time.process_time() - start
        n_trained, n_all, n_bytes = count(net)
        return net, {
            "rate": rate,
            "seed": seed,
            "trained": n_trained,
            "all": n_all,
            "optimizer_bytes": n_bytes,
            "file_bytes": file_bytes(net),
            "seconds": round(seconds, 2),
            "loss": round(last.loss, 4),
            "valid": round(share_right(net, self.sets["valid"]), 4),
            "test": round(share_right(net, self.sets["test"]), 4),
            "bits_per_byte": round(bits_per_byte(net, self.told), 4),
        }


def file_bytes(net: Network) -> int:
    """Size of the file that keeps what was trained."""
    with tempfile.TemporaryDirectory() as folder:
        adapters.save(Path(folder) / "part", net, {})
        return (Path(folder) / "part").stat().st_size


class Store:
    """The file of results, written after each run."""

    origin: ClassVar[dict[str, str]] = {}  # taken at the start: runs change the working tree

    def __init__(self, part: str):
        self.part = part

    def read(self) -> dict[str, Any]:
        """All parts so far."""
        return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}

    def write(self, value: Any) -> None:
        """Put the part in place of what is there, and say where it comes from."""
        content = self.read()
        content.setdefault("provenance", {})[self.part] = self.origin
        content[self.part] = value
        RESULTS.write_text(json.dumps(content, indent=1) + "\n")

    def run(self, teacher: Teacher, name: str, tune: Tune, rate: float, seed: int) -> dict:
        """One run, made or read."""
        runs = self.read().get(self.part, [])
        for run in runs:
            if (run["name"], run["rate"], run["seed"]) == (name, rate, seed):
                return run
        run = {"name": name} | teacher.teach(tune, rate, seed)[1]
        print(self.part, run, flush=True)
        self.write([*runs, run])
        return run


def tuned(
    part: str, kinds: dict[str, tuple[Tune, tuple[float, ...]]], teacher: Teacher, n_seeds: int
) -> None:
    """Every rate with one seed; then the rate that is best on validation with all seeds."""
    store = Store(part)
    for name, (tune, rates) in kinds.items():
        tried = [store.run(teacher, name, tune, rate, 0) for rate in rates]
        best = max(tried, key=lambda run: (run["valid"], -run["loss"]))["rate"]
        for seed in range(1, n_seeds):
            store.run(teacher, name, tune, best, seed)


def ranks(teacher: Teacher) -> None:
    """LoRA on queries and values, at the rate that is best for rank 4."""
    for seed in range(3):
        for r in RANKS:
            Store("ranks").run(teacher, f"r = {r}", lora("q", "v", r=r), 3e-2, seed)


def places(teacher: Teacher) -> None:
    """LoRA in each place, at a rate that none of them diverges with."""
    for seed in range(3):
        for name, names in PLACES.items():
            Store("places").run(teacher, name, lora(*names), 1e-2, seed)


def beside_four_bits(teacher: Teacher) -> None:
    """LoRA beside 4 bits, and the rank of what full fine-tuning changes."""
    base, told = teacher.told.net, teacher.told
    rough = copy.deepcopy(base)
    four_bit(rough)

    def tune(net: Transformer, generator: torch.Generator) -> None:
        tuning.lora(net, EVERYWHERE, 4, ALPHA, generator)
        four_bit(net)
        freeze(net, ["A", "B"])

    runs = [teacher.teach(tune, 1e-2, seed)[1] for seed in range(3)]
    full, _ = teacher.teach(METHODS["full"][0], 1e-3, 0)
    before, after = dict(base.named_parameters()), dict(full.named_parameters())
    spectra = {
        name: torch.linalg.svdvals((after[name] - before[name]).detach()).tolist()
        for name in before
        if name.startswith("blocks.") and before[name].ndim == 2
    }
    Store("four_bit").write(
        {
            "base_bits_per_byte": bits_per_byte(base, told),
            "rough_bits_per_byte": bits_per_byte(rough, told),
            "runs": runs,
            "spectra": {n: [round(s, 5) for s in values] for n, values in spectra.items()},
        }
    )


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="*", help="all when left out")
    parser.add_argument("--again", action="store_true", help="make stored runs anew")
    options = parser.parse_args()
    torch.set_num_threads(1)
    Store.origin |= provenance() | {"seeds": "0 to 4, as the runs say"}
    teacher = Teacher(load_gazette())
    base = teacher.told.net
    parts: dict[str, Callable[[], Any]] = {
        "base": lambda: Store("base").write(
            {
                "bits_per_byte": bits_per_byte(base, teacher.told),
                "test": share_right(base, teacher.sets["test"]),
                "all": count(base)[1],
                "train_size": len(teacher.sets["train"]),
                "test_size": len(teacher.sets["test"]),
            }
        ),
        "methods": lambda: tuned("methods", METHODS, teacher, 5),
        "ranks": lambda: ranks(teacher),
        "places": lambda: places(teacher),
        "four_bit": lambda: beside_four_bits(teacher),
    }
    for name in options.part or parts:
        if options.again:
            Store(name).write([])
        parts[name]()


if __name__ == "__main__":
    main()
