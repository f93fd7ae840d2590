"""Train the course's mini-LLM and put it on the ladder: `python -m tools.mini_llm`.

A LLaMA-style model on the novels of Jane Austen, in 15 minutes on two cores; `--recipe austen-long`
takes a larger one and two hours, `--recipe austen-page` the small one that runs in the book's pages
and half an hour, `--recipe storyland` stories whose entropy is known and 5 minutes.
Results are in --out; `--keep` writes the rung and its curve into data/results, too. After a stop,
`--resume` goes on.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from minillm import ladder, language_model, log
from minillm.corpus import DATA
from minillm.decoding import Sampling
from minillm.generation import complete
from minillm.ladder import Rung
from minillm.language_model import LanguageModel
from minillm.mixture import Mixture, tune_weights
from minillm.ngram import NGram
from minillm.yardstick import bits_per_byte
from tools import page
from tools.ladder import numbers_kept, rung
from tools.machine import can_compile, fastest_dtype
from tools.run import Run
from tools.train import parser, train

# The recipe: words of tools.train.
RECIPES: dict[str, dict[str, object]] = {
    "austen": {
        "corpus": "austen",
        "minutes": 13.5,
        "vocabulary": 4096,
        "row": "llama",
        "layers": 6,
        "heads": 4,
        "width": 256,
        "context": 128,
        "batch": 32,
        "optimizer": "muon",
        "lr": 3e-3,
        "matrix-lr": 0.02,
        "weight-decay": 0.1,
        "warmup": 100,
        "floor": 0,
        "dropout": 0.1,
    },
    "austen-long": {
        "corpus": "austen",
        "steps": 7000,
        "vocabulary": 4096,
        "row": "llama",
        "layers": 6,
        "heads": 6,
        "width": 384,
        "context": 256,
        "batch": 16,
        "optimizer": "muon",
        "lr": 3e-3,
        "matrix-lr": 0.02,
        "weight-decay": 0.1,
        "warmup": 100,
        "floor": 0,
        "dropout": 0.3,
        "valid": 250,
    },
    "austen-page": {
        "corpus": "austen",
        "steps": 800,
        "vocabulary": 2048,
        "row": "llama",
        "layers": 4,
        "heads": 4,
        "width": 128,
        "context": 256,
        "batch": 8,
        "optimizer": "muon",
        "lr": 3e-3,
        "matrix-lr": 0.02,
        "weight-decay": 0.1,
        "warmup": 50,
        "floor": 0,
    },
    "storyland": {
        "corpus": "storyland",
        "minutes": 4.5,
        "vocabulary": 1024,
        "row": "llama",
        "layers": 4,
        "heads": 4,
        "width": 128,
        "context": 128,
        "batch": 32,
        "optimizer": "muon",
        "lr": 2e-3,
        "matrix-lr": 0.02,
        "weight-decay": 0.1,
        "warmup": 50,
    },
}
PROMPTS = {
    "austen": ["It is a truth universally acknowledged, that", "Emma", '"My dear Mr. Bennet,"'],
    "storyland": ["Meet Ada.", "Once", ""],
}
TASTE = Sampling(temperature=0.8, top_p=0.95)
ORDER = 6  # of the counts that are mixed in: the best one in data/results/vocabularies.json


def command_line() -> argparse.ArgumentParser:
    """The words of this program; what it does not know goes to `tools.train`."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--recipe", default="austen", choices=RECIPES)
    words.add_argument("--out", type=Path, default=None, help="default: runs/ and the recipe")
    words.add_argument(
        "--keep",
        action="store_true",
        help="write the results into data/results, and those of a mixture with counts",
    )
    words.add_argument("--page", action="store_true", help="write the model of the book's pages")
    return words


def arguments(recipe: str, out: Path, more: Iterable[str] = ()) -> argparse.Namespace:
    """A recipe as `tools.train` understands it; `more` words replace its own."""
    words = [f"--{name}={value}" for name, value in RECIPES[recipe].items()]
    words += [f"--out={out}", f"--dtype={fastest_dtype()}"]
    if can_compile():
        words.append("--compile")
    else:
        print("No C++ compiler: the same model takes fewer steps in the time.", file=sys.stderr)
    args = parser().parse_args([*words, *more])
    if args.no_test:
        parser().error("--no-test: the ladder compares models on the test texts")
    if args.steps is not None:
        args.minutes = None
    return args


def rung_of(run: Run) -> Rung:
    """The ladder's rung for a finished run."""
    score = json.loads((run.out / "score.json").read_text())
    config = run.trainer.net.config
    return rung(
        run.args.corpus,
        run.texts,
        f"mini-LLM, {config.n_layers} layers x {config.width}, {config.vocab_size:,} tokens",
        score["valid"],
        score["test"],
        score["parameters"],
        score["training_seconds"],
        topic="09_training",
        flops=score["flops"],
        seed=run.args.seed,
    )


def mixed(run: Run, new: Rung) -> Rung:
    """The rung of the model and of Kneser-Ney over the same tokens, mixed.

    The weights are those that suit the validation texts best.
    """
    model = run.best_model()
    counts = NGram(model.vocabulary, ORDER).fit(run.texts["train"])
    weights = tune_weights([model, counts], run.texts["valid"])
    print(f"weights of the model and of the counts: {weights.round(3)}")
    both = Mixture([model, counts], weights)
    return replace(
        new,
        model=f"{new.model}, mixed with counts, n = {ORDER}",
        topic="14_mini_llm",
        valid=round(bits_per_byte(both, run.texts["valid"]), 5),
        test=round(bits_per_byte(both, run.texts["test"]), 5),
        parameters=(new.parameters or 0) + numbers_kept(counts),
    )


def compared(new: Rung, old: Iterable[Rung]) -> str:
    """The ladder with the new rung in its place, and how it does against counting."""
    others = [r for r in old if r.model != new.model]
    rungs = sorted([*others, new], key=lambda r: r.test, reverse=True)
    counting = min(r.test for r in others if "Kneser-Ney" in r.model)
    verdict = "below" if new.test < counting else "above"
    lines = [
        ladder.table(rungs),
        "",
        f"{new.test:.3f} bits per byte, {verdict} the {counting:.3f} of the best Kneser-Ney.",
    ]
    for floor in (r.test for r in others if r.model == "the world itself"):
        lines.append(f"That is {new.test / floor:.2f} times the entropy, {floor:.3f}.")
    return "\n".join(lines)


def samples(model: LanguageModel, prompts: list[str], seed: int) -> str:
    """How the model goes on."""
    n_tokens = model.net.config.context - max(
        len(model.vocabulary.encode(prompt)) + 1 for prompt in prompts
    )
    generator = torch.Generator().manual_seed(seed)
    texts = complete(model.net, model.vocabulary, prompts, min(100, n_tokens), TASTE, generator)
    return "\n\n".join(f"{p}|{t}" for p, t in zip(prompts, texts, strict=True))


def keep(rungs: Iterable[Rung], entries: Iterable[log.Entry]) -> None:
    """Write rungs into the results, and the validations on the way of the first one."""
    first, *others = rungs
    figures = ("step", "flops", "seconds", "train", "valid")
    points = [{name: entry[name] for name in figures} for entry in entries if "valid" in entry]
    curve = {"corpus": first.corpus, "model": first.model, "commit": first.commit}
    put("curves.json", curve | {"points": points})
    for new in (first, *others):
        put("09_training.json", asdict(new))


def put(file: str, new: dict[str, Any]) -> None:
    """Write an entry into a file of results, in place of its model's."""
    path = DATA / "results" / file
    old = json.loads(path.read_text()) if path.exists() else []
    others = [o for o in old if (o["corpus"], o["model"]) != (new["corpus"], new["model"])]
    path.write_text(json.dumps([*others, new], indent=1) + "\n")


def main() -> None:
    """Train, score, compare, sample."""
    words, more = command_line().parse_known_args()
    out = words.out or Path("runs") / words.recipe
    run = train(arguments(words.recipe, out, more))
    new = rung_of(run)
    print(compared(new, ladder.load(new.corpus)))
    model = language_model.load(run.out / "model.safetensors")
    text = samples(model, PROMPTS[new.corpus], run.args.seed)
    (run.out / "samples.txt").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}")
    if words.keep:
        keep([new, mixed(run, new)], log.read(run.out / "log.jsonl"))
    if words.page:
        page.write(run.out)


if __name__ == "__main__":
    main()
