"""Train the course's mini-LLM and put it on the ladder: `python -m tools.mini_llm`.

A LLaMA-style model on the novels of Jane Austen, in 15 minutes on two cores; with `--corpus
storyland` on stories whose entropy is known, in 5. Results are in --out; `--keep` writes the rung
into data/results, too.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import torch

from minillm import ladder, language_model
from minillm.corpus import DATA
from minillm.decoding import Sampling
from minillm.generation import complete
from minillm.ladder import Rung
from minillm.language_model import LanguageModel
from tools.ladder import rung
from tools.machine import can_compile, fastest_dtype
from tools.run import Run
from tools.train import parser, train

# The recipe: words of tools.train.
RECIPES: dict[str, dict[str, object]] = {
    "austen": {
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
    },
    "storyland": {
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


def command_line() -> argparse.ArgumentParser:
    """The words of this program; what it does not know goes to `tools.train`."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--corpus", default="austen", choices=RECIPES)
    words.add_argument("--out", type=Path, default=None, help="default: runs/ and the corpus")
    words.add_argument("--keep", action="store_true", help="write the rung into data/results")
    return words


def arguments(corpus: str, out: Path, more: Iterable[str] = ()) -> argparse.Namespace:
    """The recipe of a corpus as `tools.train` understands it; `more` words replace its own."""
    words = [f"--{name}={value}" for name, value in RECIPES[corpus].items()]
    words += [f"--corpus={corpus}", f"--out={out}", f"--dtype={fastest_dtype()}"]
    if can_compile():
        words.append("--compile")
    else:
        print("No C++ compiler: the same model takes fewer steps in the time.", file=sys.stderr)
    args = parser().parse_args([*words, *more])
    if args.steps is not None:
        args.minutes = None
    return args


def rung_of(run: Run) -> Rung:
    """The ladder's rung for a finished run."""
    score = json.loads((run.out / "score.json").read_text())
    config = run.trainer.model.config
    return rung(
        run.args.corpus,
        run.texts,
        f"mini-LLM, {config.n_layers} layers x {config.width}, {config.vocab_size:,} tokens",
        score["valid"],
        score["test"],
        score["parameters"],
        score["total_seconds"],
        topic="09_training",
        flops=score["flops"],
        seed=run.args.seed,
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
    n_tokens = model.transformer.config.context - max(
        len(model.vocabulary.encode(prompt)) + 1 for prompt in prompts
    )
    generator = torch.Generator().manual_seed(seed)
    texts = complete(
        model.transformer, model.vocabulary, prompts, min(100, n_tokens), TASTE, generator
    )
    return "\n\n".join(f"{p}|{t}" for p, t in zip(prompts, texts, strict=True))


def keep(new: Rung) -> None:
    """Write a rung into the results, in place of one of the same model."""
    file = DATA / "results" / "09_training.json"
    rungs = json.loads(file.read_text()) if file.exists() else []
    names = (new.corpus, new.model)
    rungs = [r for r in rungs if (r["corpus"], r["model"]) != names]
    file.write_text(json.dumps([*rungs, asdict(new)], indent=1) + "\n")


def main() -> None:
    """Train, score, compare, sample."""
    words, more = command_line().parse_known_args()
    out = words.out or Path("runs") / words.corpus
    run = train(arguments(words.corpus, out, more))
    new = rung_of(run)
    print(compared(new, ladder.load(words.corpus)))
    model = language_model.load(run.out / "model.safetensors")
    text = samples(model, PROMPTS[words.corpus], run.args.seed)
    (run.out / "samples.txt").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}")
    if words.keep:
        keep(new)


if __name__ == "__main__":
    main()
